"""What is generated: the packages, what they need, and the type hashes they must have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class InterfacePackage:
    """One package of messages, services and actions.

    Attributes:
        name: Package name, also the name of its folder here.
        version: Version of the official package whose field lists these are.
        dependencies: Message packages that the fields refer to, directly or not.
        optional: Whether our nodes do without it where a ROS 2 installation lacks it.
    """

    name: str
    version: str
    dependencies: tuple[str, ...]
    optional: bool = False

    @property
    def folder(self) -> Path:
        """The folder that holds ``msg/``, and ``srv/`` and ``action/`` if there are any."""
        return HERE / self.name

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which of ``msg``, ``srv`` and ``action`` it has."""
        return tuple(kind for kind in KINDS if self.definitions(kind))

    def definitions(self, kind: str) -> tuple[Path, ...]:
        """All definition files of a kind, sorted by name."""
        return tuple(sorted((self.folder / kind).glob(f'*.{kind}')))


KINDS = ('msg', 'srv', 'action')
PACKAGES = (
    InterfacePackage('realsense2_camera_msgs', '4.56.4', ('builtin_interfaces', 'std_msgs')),
    InterfacePackage(
        'simulation_interfaces',
        '1.5.1',
        (
            'action_msgs',
            'builtin_interfaces',
            'geometry_msgs',
            'service_msgs',
            'std_msgs',
            'unique_identifier_msgs',
        ),
        optional=True,
    ),
    InterfacePackage('tf2_msgs', '0.36.22', ('builtin_interfaces', 'std_msgs', 'geometry_msgs')),
    InterfacePackage('vision_msgs', '4.1.1', ('builtin_interfaces', 'std_msgs', 'geometry_msgs')),
)

# RIHS01 hashes (REP-2016) of the official packages. A hash depends on the names, types and order
# of all fields, nested ones included, and not on comments. Publishers and subscribers compare it.
TYPE_HASHES = MappingProxyType(
    {
        'realsense2_camera_msgs/msg/Extrinsics': (
            'RIHS01_5b651f221fc70fae909dda72e6c0470805a1860616ab829d88858482343dc65a'
        ),
        'simulation_interfaces/action/SimulateSteps': (
            'RIHS01_f0837c898e1219cd73bf4c041feab41e8c533e8e1057e982744dba7b093467eb'
        ),
        'simulation_interfaces/msg/Bounds': (
            'RIHS01_e8624fe51f0f5548197542697d924c5699ac7198f1e4c68e50c3ca2af73f5b3f'
        ),
        'simulation_interfaces/msg/EntityCategory': (
            'RIHS01_43bdf7933fddf75f6970f7a8fe7078524355d821d390b3954bb46ac36c03dfe1'
        ),
        'simulation_interfaces/msg/EntityFilters': (
            'RIHS01_8e7b12e8ea062f14c55de4877221fe1b7cd9749665a7ad8a4ab855fc4b148303'
        ),
        'simulation_interfaces/msg/EntityInfo': (
            'RIHS01_3b9a2e7fa00f9a59d325b6e47904044c421561a385682027c7fc06c359806319'
        ),
        'simulation_interfaces/msg/EntityState': (
            'RIHS01_2e0464a85eb80a939025075d6c20761eca6a4cb9d6baf2c0ba373467c8b598d0'
        ),
        'simulation_interfaces/msg/Result': (
            'RIHS01_cf43a306adff3337a0a47143d8f5689933bc70a30478f13b077dc1fe3bc5ad17'
        ),
        'simulation_interfaces/msg/SimulationState': (
            'RIHS01_bb9f87ccdd98fba113052a512d9801e84ce732d0a2b3c2b0cb281828de36e415'
        ),
        'simulation_interfaces/msg/SimulatorFeatures': (
            'RIHS01_8b101c8529bc0ea3dcf056078254768f39832b9ef0adaf93bd5cea96c0de3305'
        ),
        'simulation_interfaces/msg/TagsFilter': (
            'RIHS01_5c3efc51e8ed04c266c09cb4691ec95b964cd410558e01d8c83646b038826b45'
        ),
        'simulation_interfaces/srv/GetEntities': (
            'RIHS01_cb90004c48cd50f37732fb008e22c34c261dd680a723bf0f85d8437ea4498bf7'
        ),
        'simulation_interfaces/srv/GetEntitiesStates': (
            'RIHS01_0a76170d0c1c90e1eaf805cfab78ea801d1f82df309a28c1f0fae4b570f19754'
        ),
        'simulation_interfaces/srv/GetEntityBounds': (
            'RIHS01_17be8d36231178a5eed0de0344b55c19975581627a9aec30a4fee9926a35deed'
        ),
        'simulation_interfaces/srv/GetEntityInfo': (
            'RIHS01_953b7ab6bfc35063f5c9a72463c6ce489baa10249a7fa510926d342a34b0d29e'
        ),
        'simulation_interfaces/srv/GetEntityState': (
            'RIHS01_749c91f2a2353d98367b64f2995a0f5842ce92a08ec1ffb3e185540a91557fb5'
        ),
        'simulation_interfaces/srv/GetSimulationState': (
            'RIHS01_3362dcebee4b1afebbf9c4beee5c79c1455385aded62092a892d61fde8644f30'
        ),
        'simulation_interfaces/srv/GetSimulatorFeatures': (
            'RIHS01_abb9439c8cf196722a469fb6c68b44b484f198c2a1356ac38849a29c2a20a794'
        ),
        'simulation_interfaces/srv/ResetSimulation': (
            'RIHS01_4ce285d7ff9b8ac70dcc95161f32bf54c05a6f4b13427990e41ab40c36c39646'
        ),
        'simulation_interfaces/srv/SetSimulationState': (
            'RIHS01_a868b916dce49974f637ba252141258c4b07b0c06858b88af560e3eb6bfbcb30'
        ),
        'simulation_interfaces/srv/StepSimulation': (
            'RIHS01_913fe0653690ce6bf8f09f316e6a626747012e9fca31e26719910d417aa8565c'
        ),
        'tf2_msgs/msg/TFMessage': (
            'RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087'
        ),
        'vision_msgs/msg/BoundingBox2D': (
            'RIHS01_008eacbb0cf8f26e83795547bed013eec3675485ef386ec056d80eaaf1c1ce2f'
        ),
        'vision_msgs/msg/BoundingBox2DArray': (
            'RIHS01_2464e82838009386d371b523211c21c91d74d313fcdd6788223c531d621cf691'
        ),
        'vision_msgs/msg/BoundingBox3D': (
            'RIHS01_bbb73a65c163d7f9bb29009c7bde9f7faa576bd2d23299c4511d19230dab4698'
        ),
        'vision_msgs/msg/BoundingBox3DArray': (
            'RIHS01_a81938db9576b10c2eecd7c5a5da3eac496efd00221b25ed051dfbc81fb56da6'
        ),
        'vision_msgs/msg/Classification': (
            'RIHS01_f74db28d0eaef3afb78f48bf2161cd709a1383a0309d3454383b25be11345143'
        ),
        'vision_msgs/msg/Detection2D': (
            'RIHS01_0d12b69df5c593b3455b7346fac8205437a7d4bcb09b9e0e0b2dde787ded38ea'
        ),
        'vision_msgs/msg/Detection2DArray': (
            'RIHS01_214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968'
        ),
        'vision_msgs/msg/Detection3D': (
            'RIHS01_ddd703be132ab0b69d33121f1bb034132bfbb3b0ac5f9fb1516005ba1c8a265b'
        ),
        'vision_msgs/msg/Detection3DArray': (
            'RIHS01_793f5eab9595ac1c0da07873cc859db42eae51f0ee76056db8562515d830e018'
        ),
        'vision_msgs/msg/LabelInfo': (
            'RIHS01_3d37df4015cdf660cc851c51897f2acd957e1ca6205ba0a99aebffb9406b0783'
        ),
        'vision_msgs/msg/ObjectHypothesis': (
            'RIHS01_51da43cec11c01957a64d1e05a24acd18aae7745ec30b74348ad5f6d634f7f90'
        ),
        'vision_msgs/msg/ObjectHypothesisWithPose': (
            'RIHS01_41c12344c0396c48b81df12467c192d99b2a0eb1463c5c37194e4223251c80bc'
        ),
        'vision_msgs/msg/Point2D': (
            'RIHS01_eab0e83f44ab4de92ceaf76dd7d0e7638f2bdd1d16ffbe16c7a136c48e407247'
        ),
        'vision_msgs/msg/Pose2D': (
            'RIHS01_b0b5d1d7b4c20dd4fcde3ed1d4b289a919290572007d67a97043814db25d3648'
        ),
        'vision_msgs/msg/VisionClass': (
            'RIHS01_1e4a11f0fed50b5623cb8ff26ca0e37952a48a9c074d16f804b44e9164c2037a'
        ),
        'vision_msgs/msg/VisionInfo': (
            'RIHS01_95d3116a17484ad91c9a2686e1d54890bbfc3ff6c6a2de137738c4950d45d284'
        ),
    }
)


def content_digest() -> str:
    """Hash of everything here that the generated packages depend on.

    Returns:
        SHA-256 in hex over all definition files and the generator's own modules.
    """
    digest = hashlib.sha256()
    files = [path for p in PACKAGES for kind in p.kinds for path in p.definitions(kind)]
    files += sorted(HERE.glob('*.py'))
    for path in files:
        digest.update(path.relative_to(HERE).as_posix().encode() + b'\0')
        digest.update(path.read_bytes() + b'\0')
    return digest.hexdigest()

"""How our topics are called so that graphs of Isaac ROS subscribe to them unchanged.

Names, types and encodings are those of the launch files and nodes of Isaac ROS 4.4 to 4.6;
docs/isaac_ros.md has them in a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from synth_ros.errors import NotFoundError
from synth_ros.ros.names import camera_topics

Target = Literal['yolov8', 'rtdetr', 'foundationpose', 'visual_slam', 'nvblox']


class Wiring(NamedTuple):
    """What a target is given.

    Attributes:
        topics: Their name for each stream of a camera, by our name of the stream.
        depth_encoding: How depth is sent; empty for what the config says.
    """

    topics: Mapping[str, str]
    depth_encoding: str = ''


_RECTIFIED = {'color': '/image_rect', 'color_info': '/camera_info_rect'}
TARGETS: Mapping[Target, Wiring] = MappingProxyType(
    {
        'yolov8': Wiring(_RECTIFIED),
        'rtdetr': Wiring(_RECTIFIED),
        'foundationpose': Wiring(
            {
                'color': '/rgb/image_rect_color',
                'color_info': '/rgb/camera_info',
                'depth': '/depth_registered/image_rect',
                'semantic': '/segmentation',
            },
            depth_encoding='32FC1',
        ),
        'visual_slam': Wiring(
            {
                'color': '/visual_slam/image_0',
                'color_info': '/visual_slam/camera_info_0',
                'aligned_depth': '/visual_slam/depth_0',
            },
            depth_encoding='16UC1',
        ),
        'nvblox': Wiring(
            {
                'color': '/camera_0/color/image',
                'color_info': '/camera_0/color/camera_info',
                'depth': '/camera_0/depth/image',
                'depth_info': '/camera_0/depth/camera_info',
            },
            depth_encoding='32FC1',
        ),
    }
)


def remaps(target: str, camera: str) -> list[tuple[str, str]]:
    """Pairs of our topics of a camera and theirs.

    Args:
        target: One of ``TARGETS``.
        camera: Name of the camera in the config.

    Raises:
        NotFoundError: There is no such target.
    """
    ours = camera_topics(camera)._asdict()
    return [(ours[stream], theirs) for stream, theirs in wiring(target).topics.items()]


def wiring(target: str) -> Wiring:
    """What a target is given.

    Raises:
        NotFoundError: There is no such target.
    """
    found = next((wired for name, wired in TARGETS.items() if name == target), None)
    if found is None:
        raise NotFoundError('target', target, available=list(TARGETS), where='Isaac ROS')
    return found

"""What one camera saw of one simulation state, with and without knowing what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from synth_ros.types.arrays import ByteImage, DepthImage, FloatArray, IdImage, check_array
from synth_ros.types.camera import CameraModel
from synth_ros.types.instance import Instance, Silhouette
from synth_ros.types.state import SceneState


class Memo(dict[object, object]):
    """Results by what makes them; stays behind when a frame is sent or copied."""

    def __reduce__(self) -> tuple[type[Memo], tuple[()]]:
        """An empty one."""
        return Memo, ()


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one camera saw of one simulation state, before any sensor effect.

    It does not say what the pixels show: nothing can be labelled that was drawn without its ids
    and silhouettes.

    Attributes:
        camera: Intrinsics.
        stamp_ns: Simulation time of the state, nanoseconds.
        world_from_camera: Pose of the optical frame, shape (4, 4).
        rgb: Colour, shape (height, width, 3), uint8, sRGB.
        depth_m: Distance along the optical axis, shape (height, width), float32, metres;
            0 where nothing is.
        right_rgb: What the right eye of a stereo camera saw, like ``rgb``; ``None`` unless asked
            for.
    """

    camera: CameraModel
    stamp_ns: int
    world_from_camera: FloatArray
    rgb: ByteImage
    depth_m: DepthImage
    right_rgb: ByteImage | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check shapes and dtypes and make every array read-only."""
        size = (self.camera.height, self.camera.width)
        check_array('rgb', self.rgb, shape=(*size, 3), dtype=np.uint8)
        check_array('depth_m', self.depth_m, shape=size, dtype=np.float32)
        check_array('world_from_camera', self.world_from_camera, shape=(4, 4), dtype=np.float64)
        if self.right_rgb is not None:
            check_array('right_rgb', self.right_rgb, shape=(*size, 3), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Frame(Glimpse):
    """The same, and what each pixel shows: all that labels are made from.

    Attributes:
        instance_id: Visible instance of each pixel, shape (height, width), int32; 0 where
            no labelled instance is.
        instances: All labelled instances of the scene, visible or not, by ascending id.
        silhouettes: Amodal mask of each instance that touches the extended canvas, by id.
        geom_id: Surface of each pixel as index into ``scene.geometry.surfaces``, shape
            (height, width), int32, -1 where nothing is; ``None`` when not known (recorded
            frames).
        scene: Everything else that the simulation knows of the instant; ``None`` as above.
        normals: Unit normal of the facet that was drawn at each pixel, shape (height, width, 3),
            float32, optical frame, towards the camera; ``None`` of a renderer that gives none.
        memo: What labels work out of this frame more than once, by the function that does so.
    """

    instance_id: IdImage
    instances: tuple[Instance, ...]
    silhouettes: Mapping[int, Silhouette] = field(default_factory=lambda: MappingProxyType({}))
    geom_id: IdImage | None = None
    scene: SceneState | None = None
    normals: NDArray[np.float32] | None = None
    memo: Memo = field(default_factory=Memo, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check shapes and dtypes and make every array read-only."""
        Glimpse.__post_init__(self)
        size = (self.camera.height, self.camera.width)
        check_array('instance_id', self.instance_id, shape=size, dtype=np.int32)
        if self.geom_id is not None:
            check_array('geom_id', self.geom_id, shape=size, dtype=np.int32)
        if self.normals is not None:
            check_array('normals', self.normals, shape=(*size, 3), dtype=np.float32)

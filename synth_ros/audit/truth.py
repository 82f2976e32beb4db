"""What an audit asks of the simulation, if the config is at hand: the other road to the truth.

The audit only knows this interface. Whoever implements it builds the scene from the provenance,
puts everything where the record says, and casts rays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from synth_ros.readers.recording import RecordedFrame, Thresholds
from synth_ros.types import ByteImage, CameraModel, DepthImage, FloatArray, IdImage, MaskImage


class Rays(NamedTuple):
    """What the rays through some pixel centres meet; every array has one entry a ray.

    Attributes:
        instance_id: Instance, 0 for anything without a label, int32.
        hit: Whether the ray meets anything.
        depth_m: Planar depth of the point, metres, 0 for nothing.
        normals: Unit outward normals, optical frame, (n, 3); 0 for nothing.
        facing: Cosine between the ray, backwards, and the normal.
        flat: Whether the surface is drawn exactly: a box, a plane or a mesh.
        names: What was met, by ``name_index``.
        name_index: Index into ``names``.
    """

    instance_id: NDArray[np.int32]
    hit: MaskImage
    depth_m: FloatArray
    normals: FloatArray
    facing: FloatArray
    flat: MaskImage
    names: Sequence[str]
    name_index: NDArray[np.int64]


class Again(NamedTuple):
    """The frame made once more from its provenance.

    Attributes:
        rgb: Sensed colour.
        depth_m: Sensed depth.
        instance_id: Instance mask.
        class_id: Semantic mask, or ``None``.
        world_from_camera: Pose of the optical frame.
        world_from_object: Pose of each instance, by id.
        extents: Visible and full pixels of each visible instance, by id.
    """

    rgb: ByteImage
    depth_m: DepthImage
    instance_id: IdImage
    class_id: NDArray[np.uint16] | None
    world_from_camera: FloatArray
    world_from_object: Mapping[int, FloatArray]
    extents: Mapping[int, tuple[int, int]]


class SceneTruth(Protocol):
    """The scene of one frame, with everything where the record says."""

    @property
    def camera(self) -> CameraModel:
        """Intrinsics that the config asks for."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """Of the config."""
        ...

    @property
    def world_from_link(self) -> Mapping[str, FloatArray]:
        """Pose of each link of the robot, by forward kinematics of the recorded joints."""
        ...

    @property
    def skeleton_world_m(self) -> Mapping[str, FloatArray]:
        """Position of each joint of the robot, (3,), by its name."""
        ...

    def box3d(self, instance_id: int) -> tuple[FloatArray, FloatArray] | None:
        """Lowest and highest corner, (3,) each, of the object's surfaces in its own frame."""
        ...

    def rays(self, u: NDArray[np.int64], v: NDArray[np.int64], *, only: int | None = None) -> Rays:
        """Cast rays through pixel centres from where the record says that the camera is.

        Args:
            u: Columns; may lie outside the image.
            v: Rows.
            only: An instance that is alone in the scene; ``None`` for all there is.
        """
        ...

    def undecided(
        self, u: NDArray[np.int64], v: NDArray[np.int64], *, only: int | None = None
    ) -> MaskImage:
        """Whether pixels lie so near an outline that a renderer may decide either way.

        Rays shifted by 0.004 pixels (a rasterizer snaps vertices to 1/256; 0.03 beside a round
        shape, which is drawn as a polygon) meet something else, or two surfaces meet there
        within 1e-4 of their depth.
        """
        ...

    def again(self) -> Again | None:
        """Make the frame once more; ``None`` if the renderer that made it is not here."""
        ...


class Oracle(Protocol):
    """Knows the config that made a recording."""

    @property
    def notes(self) -> Sequence[str]:
        """What it cannot tell here, and why, a sentence each."""
        ...

    def scene(self, frame: RecordedFrame) -> SceneTruth:
        """The scene of a frame.

        Raises:
            UsageError: The provenance does not fit the config.
        """
        ...

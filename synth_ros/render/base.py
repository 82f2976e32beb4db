"""The renderer interface: stateless pictures of one simulation state.

A renderer is bound to the thread that creates it: create, load, render and close it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Protocol, Self

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.types import (
    ByteImage,
    CameraModel,
    DepthImage,
    FloatArray,
    IdImage,
    Silhouette,
)


class Viewpoint(NamedTuple):
    """A camera at a place.

    Attributes:
        camera: Intrinsics and image size.
        world_from_camera: Pose of the optical frame (x right, y down, z forward), (4, 4).
        exposure_ev: Exposure in stops: all light counts 2 to the power of this, before tone
            mapping.
    """

    camera: CameraModel
    world_from_camera: FloatArray
    exposure_ev: float = 0.0


class Layers(NamedTuple):
    """What one viewpoint sees, all from one state and exactly aligned.

    Attributes:
        rgb: Colour, (height, width, 3), uint8, sRGB.
        depth_m: Distance along the optical axis, (height, width), float32, metres; 0 where
            nothing is.
        geom_id: MuJoCo geom id, (height, width), int32; -1 where nothing is. What bends has ids
            beyond those of the geoms: flexes, skins and tendons.
        normals: Unit normal of the facet at each pixel, (height, width, 3), float32, optical
            frame, towards the camera, 0 where nothing is; of cloth, soft bodies and skins the one
            that they are shaded with. ``None`` if the renderer has none.
        motion_px: Where the surface point of each pixel was at the instant ``Shot.before``, less
            where it is: columns and rows, (height, width, 2), float32. 0 where nothing is, NaN
            where it was behind the camera or the surface bends. ``None`` unless asked for and
            from renderers that do not make it.
    """

    rgb: ByteImage
    depth_m: DepthImage
    geom_id: IdImage
    normals: NDArray[np.float32] | None = None
    motion_px: NDArray[np.float32] | None = None


class Before(NamedTuple):
    """An earlier instant, from which motion is measured; of the same model and intrinsics.

    Attributes:
        world_from_geom: Pose of each geom, (ngeom, 4, 4).
        world_from_camera: Pose of the camera's optical frame, (4, 4).
    """

    world_from_geom: FloatArray
    world_from_camera: FloatArray


class Shot(NamedTuple):
    """What is drawn of one state from one viewpoint.

    Attributes:
        viewpoint: The camera.
        geom_groups: Geom ids of each thing whose silhouette is wanted.
        normals: Whether facet normals are wanted; a renderer that has none leaves them out.
        before: The instant since which motion is wanted; only onepass makes it.
    """

    viewpoint: Viewpoint
    geom_groups: Sequence[Sequence[int]] = ()
    normals: bool = False
    before: Before | None = None


class Picture(NamedTuple):
    """A finished shot.

    Attributes:
        layers: The image.
        silhouettes: One for each group of the shot; ``None`` where it covers no pixel of the
            extended canvas.
    """

    layers: Layers
    silhouettes: list[Silhouette | None]


class Pending(Protocol):
    """Shots that are being drawn."""

    def collect(self) -> list[Picture]:
        """Wait for the pictures, in the order of the shots; to be called once."""
        ...


class Renderer(Protocol):
    """Renders one loaded model at a time."""

    @property
    def name(self) -> str:
        """Backend name as in the config: ``onepass``, ``classic`` or ``filament``."""
        ...

    @property
    def device(self) -> str:
        """The GL or Vulkan device that renders, in the driver's own words."""
        ...

    def load(self, model: mujoco.MjModel) -> None:
        """Take a model to render; frees the one before. The model is not edited."""
        ...

    def refresh(self, model: mujoco.MjModel) -> None:
        """Take over values of the loaded model that have changed since.

        Values are colours, materials and which of them a surface wears, visibility, lights, pixels
        of textures, the headlight and the clipping planes. What is drawn from then on equals what
        is drawn after ``load``; shots that were submitted before keep the old look. It costs
        little where little has changed.

        Args:
            model: The model that was loaded; not edited.

        Raises:
            InternalError: Nothing is loaded, or the model has another structure: other numbers of
                geoms, materials, textures, lights or vertices.
            RenderError: The renderer does not take so many lights.
        """
        ...

    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is: kinematics must be up to date (``mj_forward``)."""
        ...

    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover on the extended canvas.

        Args:
            data: The state.
            viewpoint: The camera.
            geom_groups: Geom ids of each thing of interest.

        Returns:
            A silhouette for each group; ``None`` where it covers no pixel of the canvas.
        """
        ...

    def submit(self, data: mujoco.MjData, shots: Sequence[Shot]) -> Pending:
        """Begin to draw shots of one state; the state may change as soon as this returns.

        Everything is drawn from the state as it is now. Several submissions may be pending;
        they are collected in order, on the renderer's thread, before the next ``load``.

        Args:
            data: The state; kinematics must be up to date (``mj_forward``).
            shots: Viewpoints of this state, such as all cameras of a robot.
        """
        ...

    def close(self) -> None:
        """Free everything; closing twice is fine."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

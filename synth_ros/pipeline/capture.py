"""One frame from one simulation state: image, depth, ids and poses that agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import zip_longest
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.transforms import make_transform
from synth_ros.labels.boxes import row_runs
from synth_ros.labels.runs import image_of, remember, renamed
from synth_ros.render.base import Picture, Renderer, Shot, Viewpoint
from synth_ros.scene.compiled import CameraPart, CompiledScene
from synth_ros.sim.kept import KeptState
from synth_ros.sim.world import World
from synth_ros.types import ByteImage, Frame, Glimpse, IdImage, Instance


class Still:
    """What a state tells beside its pictures; the world may move on.

    Args:
        world: The scene; its kinematics are current.
        state: Whether to take what labels need to know of geoms, joints and contacts.

    Attributes:
        stamp_ns: Simulated time, nanoseconds.
        instances: All labelled objects that are there, by ascending id.
    """

    def __init__(self, world: World, *, state: bool) -> None:
        self.stamp_ns = world.stamp_ns
        self.instances = _locked(world.instances())
        self._present = world.present
        self._instance_of_surface = instance_of_surface(world.scene)
        self._state = world.state() if state else None

    def frame(
        self, viewpoint: Viewpoint, picture: Picture, *, right: ByteImage | None = None
    ) -> Frame:
        """A frame of the state, ready for labels."""
        layers = picture.layers
        surfaces = row_runs(layers.geom_id)
        instances = renamed(surfaces, self._instance_of_surface)
        silhouettes = {
            part.instance_id: silhouette
            for part, silhouette in zip(self._present, picture.silhouettes, strict=True)
            if silhouette is not None
        }
        frame = Frame(
            camera=viewpoint.camera,
            stamp_ns=self.stamp_ns,
            world_from_camera=viewpoint.world_from_camera,
            rgb=layers.rgb,
            depth_m=layers.depth_m,
            instance_id=image_of(instances),
            instances=self.instances,
            silhouettes=MappingProxyType(silhouettes),
            geom_id=layers.geom_id,
            scene=self._state,
            normals=layers.normals,
            right_rgb=right,
        )
        remember(frame, surfaces, instances)
        return frame

    def glimpse(
        self, viewpoint: Viewpoint, picture: Picture, *, right: ByteImage | None = None
    ) -> Glimpse:
        """The same, only to look at."""
        return Glimpse(
            camera=viewpoint.camera,
            stamp_ns=self.stamp_ns,
            world_from_camera=viewpoint.world_from_camera,
            rgb=picture.layers.rgb,
            depth_m=picture.layers.depth_m,
            right_rgb=right,
        )


class Exposure:
    """Pictures being taken of the world as it stood; it may move on meanwhile.

    Args:
        world: The scene; its kinematics are current.
        renderer: Loaded with ``world.scene.model``.
        cameras: Some of ``world.scene.cameras``; none draws nothing.
        glimpsed: Names of those that are drawn without silhouettes, to look at and not to label.
        normals: Whether to take facet normals from a renderer that has them. Labels do without:
            they find the facet that each pixel's ray meets, as fast as it can be drawn.
        exposure_ev: Of all cameras, stops.
        baselines_m: How far to the right of each camera a second eye looks, metres, or ``None``
            for none; by default for all.

        state: Whether to take what labels need to know of geoms and joints in any case, for who
            keeps ``still``.

    Attributes:
        still: What the state tells beside the pictures.
    """

    def __init__(
        self,
        world: World,
        renderer: Renderer,
        cameras: Sequence[CameraPart],
        *,
        glimpsed: Collection[str] = (),
        normals: bool = False,
        exposure_ev: float = 0.0,
        baselines_m: Sequence[float | None] = (),
        state: bool = False,
    ) -> None:
        self._viewpoints = [
            Viewpoint(world.camera_model(c), world.world_from_camera(c), exposure_ev)
            for c in cameras
        ]
        self._labelled = [camera.model.name not in glimpsed for camera in cameras]
        groups = [part.geom_ids for part in world.present]
        eyes = zip_longest(self._viewpoints, baselines_m)
        rights = [None if base_m is None else right_eye(left, base_m) for left, base_m in eyes]
        self._has_right = [right is not None for right in rights]
        shots = [
            Shot(viewpoint, groups, normals) if labelled else Shot(viewpoint)
            for viewpoint, labelled in zip(self._viewpoints, self._labelled, strict=True)
        ]
        shots += [Shot(right) for right in rights if right is not None]
        self._pending = renderer.submit(world.data, shots) if shots else None
        # Read while the pictures are being drawn.
        self.still = Still(world, state=state or any(self._labelled))

    def frames(self) -> tuple[Frame, ...]:
        """Wait for the clean frames, one a camera; to be called once.

        Image, ids, depth, poses and stamp of a frame are of the very state of the exposure.
        """
        frames = tuple(frame for frame in self.collect() if isinstance(frame, Frame))
        assert len(frames) == len(self._viewpoints), 'some cameras were only to look at'
        return frames

    def collect(self) -> tuple[Glimpse, ...]:
        """The same where some cameras are only looked at: these have no ``Frame``."""
        if self._pending is None:
            return ()
        pictures = iter(self._pending.collect())
        lefts = [next(pictures) for _ in self._viewpoints]
        rights = [next(pictures).layers.rgb if has else None for has in self._has_right]
        still = self.still
        makes = [still.frame if labelled else still.glimpse for labelled in self._labelled]
        taken = zip(makes, self._viewpoints, lefts, rights, strict=True)
        return tuple(make(viewpoint, left, right=right) for make, viewpoint, left, right in taken)


class Latent:
    """A frame that nobody wanted labelled when it was due, should it be needed after all.

    Looks of the scene may change meanwhile: neither ids, depth nor silhouettes depend on them,
    since what is drawn at all is solid to them.

    Args:
        world: The scene; its kinematics are current.
        camera: One of ``world.scene.cameras``.
        kept: Where to keep the state; nothing else is kept there as long as this is of use.
        still: What the state tells beside the pictures.
    """

    def __init__(self, world: World, camera: CameraPart, *, kept: KeptState, still: Still) -> None:
        kept.take(world)
        self._kept = kept
        self._viewpoint = Viewpoint(world.camera_model(camera), world.world_from_camera(camera))
        self._groups = [part.geom_ids for part in world.present]
        self._still = still

    def begin(self, renderer: Renderer) -> Callable[[], Frame]:
        """Begin to draw it; the call waits for the frame, which is to be used for labels alone.

        Args:
            renderer: Holds the scene.
        """
        pending = renderer.submit(self._kept.data, [Shot(self._viewpoint, self._groups)])

        def frame() -> Frame:
            [picture] = pending.collect()
            return self._still.frame(self._viewpoint, picture)

        return frame


def capture(world: World, renderer: Renderer, camera: CameraPart) -> Frame:
    """Render what a camera sees of the world as it stands.

    Args:
        world: The scene; its kinematics are current.
        renderer: Loaded with ``world.scene.model``.
        camera: One of ``world.scene.cameras``.

    Returns:
        The clean frame. Its image, ids, depth, poses and stamp are of this very state.
    """
    return Exposure(world, renderer, [camera]).frames()[0]


def right_eye(left: Viewpoint, baseline_m: float) -> Viewpoint:
    """The viewpoint of a second eye on the same rows, ``baseline_m`` to the right."""
    moved = left.world_from_camera @ make_transform(np.eye(3), (baseline_m, 0.0, 0.0))
    return left._replace(world_from_camera=moved)


def instance_of_surface(scene: CompiledScene) -> NDArray[np.int32]:
    """Instance of each surface: geoms, then what bends, which is none."""
    table = np.zeros(len(scene.geometry.surfaces), np.int32)
    table[: scene.model.ngeom] = scene.geom_instance_id
    return table


def instance_image(geom_id: IdImage, geom_instance_id: NDArray[np.int32]) -> IdImage:
    """Instance ids from geom ids.

    Args:
        geom_id: Shape (height, width), -1 where no geom is.
        geom_instance_id: Instance of each surface, 0 for none.

    Returns:
        Shape (height, width), int32, 0 for the background.
    """
    return image_of(renamed(row_runs(geom_id), geom_instance_id))


def check_scene(scene: CompiledScene) -> None:
    """Assert what the mapping of ids relies on."""
    assert scene.geom_instance_id.shape == (scene.model.ngeom,)
    ids = [part.instance_id for part in scene.objects]
    assert ids == sorted(set(ids)), 'instance ids must ascend without repeats'


def _locked(instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
    for instance in instances:
        instance.world_from_object.flags.writeable = False
    return instances

"""One frame from one simulation state: image, depth, ids and poses that agree."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.scene.compiled import CameraPart, CompiledScene
from synth_ros.sim.world import World
from synth_ros.types import Frame, IdImage, Instance


def capture(world: World, renderer: Renderer, camera: CameraPart) -> Frame:
    """Render what a camera sees of the world as it stands.

    Args:
        world: The scene; its kinematics are current.
        renderer: Loaded with ``world.scene.model``.
        camera: One of ``world.scene.cameras``.

    Returns:
        The clean frame. Its image, ids, depth, poses and stamp are of this very state.
    """
    viewpoint = Viewpoint(camera.model, world.world_from_camera(camera))
    layers = renderer.render(world.data, viewpoint)
    parts = world.scene.objects
    silhouettes = renderer.silhouettes(world.data, viewpoint, [p.geom_ids for p in parts])
    return Frame(
        camera=camera.model,
        stamp_ns=world.stamp_ns,
        world_from_camera=viewpoint.world_from_camera,
        rgb=layers.rgb,
        depth_m=layers.depth_m,
        instance_id=instance_image(layers.geom_id, world.scene.geom_instance_id),
        instances=_locked(world.instances()),
        silhouettes=MappingProxyType(
            {
                part.instance_id: silhouette
                for part, silhouette in zip(parts, silhouettes, strict=True)
                if silhouette is not None
            }
        ),
        geom_id=layers.geom_id,
        scene=world.state(),
    )


def instance_image(geom_id: IdImage, geom_instance_id: NDArray[np.int32]) -> IdImage:
    """Instance ids from geom ids.

    Args:
        geom_id: Shape (height, width), -1 where no geom is.
        geom_instance_id: Instance of each geom, shape (ngeom,), 0 for none.

    Returns:
        Shape (height, width), int32, 0 for the background.
    """
    # Index -1 reads the appended last entry: the background.
    table = np.append(geom_instance_id, np.int32(0)).astype(np.int32)
    return table[geom_id]


def check_scene(scene: CompiledScene) -> None:
    """Assert what the mapping of ids relies on."""
    assert scene.geom_instance_id.shape == (scene.model.ngeom,)
    ids = [part.instance_id for part in scene.objects]
    assert ids == sorted(set(ids)), 'instance ids must ascend without repeats'


def _locked(instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
    for instance in instances:
        instance.world_from_object.flags.writeable = False
    return instances

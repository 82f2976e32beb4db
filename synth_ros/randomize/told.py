"""Objects and postures that are planned or told instead of drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.config.root import Config
from synth_ros.config.script import ScriptedObject, ScriptedView
from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rpy,
    quat_wxyz_from_matrix,
)
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import quadruple, triple
from synth_ros.randomize.inventory import ClassInfo, Inventory, VariantInfo
from synth_ros.randomize.picks import MadeObjects, Turn, dressed, sampled_object
from synth_ros.randomize.placement.fits import scaled
from synth_ros.randomize.placement.room import Pose
from synth_ros.randomize.pose_bins import bin_of, items_of_episode, turn_of
from synth_ros.randomize.pose_plan import Hanging, Scenery, hang
from synth_ros.randomize.scene import PlannedPose, SampledObject, SampledValue, SampledView
from synth_ros.types import FloatArray

# Where objects of the curriculum wait until their first view: out of sight, apart.
_WAITING_M = 60.0


class _Item(NamedTuple):
    """One of the objects that take turns in the pose curriculum."""

    entry: ClassInfo
    variant: VariantInfo


def told_objects(config: Config, inventory: Inventory, *, draws: Draws) -> MadeObjects:
    """The objects of a curriculum or a script; none without either.

    Args:
        config: The config.
        inventory: What there is to draw from.
        draws: Of the episode.
    """
    if config.curriculum.poses is not None:
        return planned_objects(config, config.curriculum.poses, inventory, draws=draws)
    return scripted_objects(config, config.script.objects or (), inventory, draws=draws)


def scripted_objects(
    config: Config, told: Sequence[ScriptedObject], inventory: Inventory, *, draws: Draws
) -> MadeObjects:
    """The objects of a script; what it leaves open is drawn.

    Args:
        config: The config.
        told: The script's objects.
        inventory: What there is to draw from.
        draws: Of the episode.
    """
    classes = {entry.name: entry for entry in inventory.classes}
    objects: list[SampledObject] = []
    values: list[SampledValue] = []
    for number, item in enumerate(told, start=1):
        pick = dressed(
            config,
            classes[item.class_name],
            turn=Turn(str(number), number),
            draws=draws.below(f'objects/{number}/'),
            variant=item.variant,
        )
        if item.scale is not None:
            pick = pick._replace(scale=item.scale, values=())
        values += pick.values
        turned = matrix_from_rpy([math.radians(angle) for angle in item.rpy_deg])
        pose = Pose(item.position_m, quadruple(quat_wxyz_from_matrix(turned)))
        made = sampled_object(number, pick, pose)
        objects.append(made.model_copy(update={'hangs': not config.script.settle}))
    return MadeObjects(tuple(objects), tuple(values))


def scripted_view(told: Sequence[ScriptedView], *, view: int, attempt: int) -> SampledView:
    """A posture of a script: they are told in turn.

    Args:
        told: The script's views, at least one.
        view: Number of the view.
        attempt: Which drawing; all are the same.
    """
    here = told[view % len(told)]
    return SampledView(
        view=view,
        attempt=attempt,
        x_m=here.x_m,
        y_m=here.y_m,
        yaw_rad=math.radians(here.yaw_deg),
        joints=dict(here.joints),
    )


def planned_objects(
    config: Config, poses: PoseCurriculum, inventory: Inventory, *, draws: Draws
) -> MadeObjects:
    """The objects whose turn it is in the pose curriculum; they wait out of sight.

    Args:
        config: The config.
        poses: The curriculum.
        inventory: What there is to draw from.
        draws: Of the episode.
    """
    items = _items(inventory)
    objects: list[SampledObject] = []
    values: list[SampledValue] = []
    places = items_of_episode(poses, draws.streams.episode, items=len(items))
    for number, place in enumerate(places, start=1):
        item = items[place]
        mine = draws.below(f'objects/{number}/')
        turn = Turn(str(number), number)
        pick = dressed(config, item.entry, turn=turn, draws=mine, variant=item.variant.name)
        values += pick.values
        away = Pose((0.0, 2.0 * number, -_WAITING_M), (1.0, 0.0, 0.0, 0.0))
        objects.append(sampled_object(number, pick, away).model_copy(update={'hangs': True}))
    return MadeObjects(tuple(objects), tuple(values))


def plan_view(
    config: Config,
    objects: Sequence[SampledObject],
    *,
    inventory: Inventory,
    scenery: Scenery,
    draws: Draws,
    view: int,
) -> tuple[PlannedPose, ...]:
    """Where the objects of the pose curriculum hang in a view; nothing without a curriculum.

    Args:
        config: The config.
        objects: Of the scene.
        inventory: What there is to draw from.
        scenery: The curriculum's camera and what stands before it.
        draws: Of the episode.
        view: Number of the view.

    Raises:
        PlacementError: They do not fit into the image.
    """
    poses = config.curriculum.poses
    if poses is None:
        return ()
    items = _items(inventory)
    episode, views = draws.streams.episode, config.output.dataset.views_per_episode
    hanging = []
    for slot, place in enumerate(items_of_episode(poses, episode, items=len(items))):
        turn = turn_of(poses, slot=slot, items=len(items), view=(episode, view, views))
        planned = bin_of(poses, item=place, turn=turn, seed=draws.streams.seed)
        half_m = scaled(items[place].variant.half_size_m, objects[slot].scale)
        hanging.append(Hanging(slot + 1, half_m, planned))
    return hang(poses, hanging, scenery, rng=draws.generator(f'view/{view}/planned'))


def hung(
    objects: Sequence[SampledObject],
    planned: Sequence[PlannedPose],
    world_from_camera: FloatArray,
) -> tuple[SampledObject, ...]:
    """The objects at their planned places.

    Args:
        objects: Of the scene.
        planned: Of the view.
        world_from_camera: Pose of the curriculum's camera, (4, 4).
    """
    poses = {pose.instance_id: pose for pose in planned}
    return tuple(
        _hung(item, poses[item.instance_id], world_from_camera)
        if item.instance_id in poses
        else item
        for item in objects
    )


def _hung(item: SampledObject, pose: PlannedPose, world_from_camera: FloatArray) -> SampledObject:
    camera_from_box = make_transform(matrix_from_quat_wxyz(pose.quat_wxyz), pose.position_m)
    return moved_to(item, world_from_camera @ camera_from_box)


def moved_to(item: SampledObject, world_from_box: FloatArray) -> SampledObject:
    """The object with its 3D box somewhere else.

    Args:
        item: Of the scene.
        world_from_box: Pose of the box, (4, 4); its axes are the object's.
    """
    return item.model_copy(
        update={
            'position_m': triple(world_from_box[:3, 3]),
            'quat_wxyz': quadruple(quat_wxyz_from_matrix(world_from_box[:3, :3])),
        }
    )


def _items(inventory: Inventory) -> list[_Item]:
    """All variants of all classes; neighbours, which share a frame, are of different classes."""
    most = max((len(entry.variants) for entry in inventory.classes), default=0)
    return [
        _Item(entry, entry.variants[k])
        for k in range(most)
        for entry in inventory.classes
        if k < len(entry.variants)
    ]

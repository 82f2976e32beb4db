"""The robot's links, joints and skeleton as one camera sees them."""

from __future__ import annotations

import numpy as np

from synth_ros.geometry.transforms import inverse, transform_points
from synth_ros.labels.lookup import known_scene
from synth_ros.labels.sight import Pixels, sight
from synth_ros.types import (
    FloatArray,
    Frame,
    IdImage,
    Keypoint,
    LinkLabel,
    MaskImage,
    RobotLabel,
    SceneState,
)


def robot_label(frame: Frame) -> RobotLabel:
    """The robot's state and its skeleton in the image.

    A joint lies inside of what it joins: only surfaces that belong neither to the link that it
    moves nor to that link's parent hide it. Otherwise the rule is that of ``labels.sight``.

    Args:
        frame: With its scene.

    Returns:
        Links and joints in the order of the scene's geometry, poses in the optical frame.

    Raises:
        InternalError: The frame has no scene.
    """
    geom_id, state = known_scene(frame)
    camera_from_world = inverse(frame.world_from_camera)
    links = []
    for link in state.links:
        pose: FloatArray = camera_from_world @ link.world_from_link
        pose.flags.writeable = False
        links.append(LinkLabel(link.name, pose))
    points = state.geometry.skeleton
    return RobotLabel(
        links=tuple(links),
        joints=state.joints,
        skeleton=_skeleton(frame, state, geom_id, camera_from_world=camera_from_world),
        bones=tuple(
            (point.parent, index) for index, point in enumerate(points) if point.parent >= 0
        ),
    )


def _skeleton(
    frame: Frame, state: SceneState, geom_id: IdImage, *, camera_from_world: FloatArray
) -> tuple[Keypoint, ...]:
    geometry = state.geometry
    if not geometry.skeleton:
        return ()
    thing_of_link = {
        thing.name: index for index, thing in enumerate(geometry.things) if thing.kind == 'robot'
    }
    joined = np.zeros((len(geometry.skeleton), len(geometry.things)), np.bool_)
    for row, point in zip(joined, geometry.skeleton, strict=True):
        link = geometry.links[point.link]
        for item in [link] if link.parent < 0 else [link, geometry.links[link.parent]]:
            if item.name in thing_of_link:
                row[thing_of_link[item.name]] = True
    # The last entry is for -1, where nothing is: not a thing.
    things = np.array([*(surface.thing for surface in geometry.surfaces), 0], np.intp)
    points = np.arange(len(joined))[:, None]

    def is_joined(around: Pixels) -> MaskImage:
        shown = geom_id[around.row, around.column]
        owned: MaskImage = joined[points, things[shown]] & (shown >= 0)
        return owned

    positions = transform_points(camera_from_world, state.skeleton_world_m)
    return tuple(
        Keypoint(point.name, *shown)
        for point, shown in zip(
            geometry.skeleton, sight(frame, positions, is_own=is_joined), strict=True
        )
    )

"""Puts cameras where they see their targets as drawn: by inverse kinematics, or freely."""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from synth_ros.config.root import Config
from synth_ros.config.viewpoint import ViewpointConfig
from synth_ros.geometry.transforms import inverse, quat_wxyz_from_matrix
from synth_ros.randomize.draws import quadruple, triple
from synth_ros.randomize.scene import Pose, SampledCamera, SampledView, SampledViewpoint
from synth_ros.randomize.view import POINT
from synth_ros.scene.compiled import CameraPart, ObjectPart
from synth_ros.sim.gaze import Gaze, Miss, bearing, measure, placed
from synth_ros.sim.sight import Sight, View
from synth_ros.sim.world import World
from synth_ros.types import FloatArray

if TYPE_CHECKING:
    from synth_ros.sim.reacher import Reacher

_WORLD = 'world'


class Refusal(enum.Enum):
    """Why an attempt at a view is not used."""

    COLLISION = 'the robot touched something'
    OUT_OF_REACH = 'the robot could not get there'
    LIMITS = 'a joint stood at its limit'
    OUTSIDE_IMAGE = 'the target was outside the image'
    HIDDEN = 'too little of the target was visible'
    EXPOSED = 'too much of the target was visible'
    NO_ROOM = 'something was where the camera should be'
    NO_TARGET = 'the scene had no such target'

    @property
    def key(self) -> str:
        """Its name in provenance and reports."""
        return self.name.lower()


class _Asked(NamedTuple):
    """One viewpoint with everything that it refers to.

    Attributes:
        config: What the config says.
        camera: The camera.
        drawn: What was drawn.
        part: The object that is looked at, or ``None`` for a point.
        gaze: The same for the search.
    """

    config: ViewpointConfig
    camera: CameraPart
    drawn: SampledViewpoint
    part: ObjectPart | None
    gaze: Gaze


class ViewpointFinder:
    """Satisfies the viewpoints of drawn views in one scene.

    Args:
        world: The settled scene; its robot and cameras move while searching.
        config: What viewpoints there are.
    """

    def __init__(self, world: World, config: Config) -> None:
        self._world = world
        self._config = config
        self._sight = Sight(world)
        self._cameras = {camera.model.name: camera for camera in world.scene.cameras}
        self._objects = {part.name: part for part in world.scene.objects}
        self._links = dict(world.scene.robot.links)
        self._reacher: Reacher | None = None
        carried = [
            (entry, self._cameras[entry.camera].parent_link)
            for entry in config.randomization.viewpoints
            if self._cameras[entry.camera].parent_link != _WORLD
        ]
        if carried:
            # Loading the libraries of the search takes a while.
            from synth_ros.sim.reacher import Reacher

            self._reacher = Reacher(world.scene, config, carried)

    def satisfy(self, drawn: SampledView) -> SampledView | Refusal:
        """Pose robot and cameras so that all viewpoints of a view are as drawn.

        Args:
            drawn: The view; its posture is where the search begins.

        Returns:
            The view with what was found, in which the world is left; or why there is none.
        """
        world = self._world
        posture = world.postures.of(drawn)
        world.set_posture(posture)
        if len(drawn.viewpoints) < len(self._config.randomization.viewpoints):
            return Refusal.NO_TARGET
        found = drawn
        at_limit: tuple[str, ...] = ()
        if self._reacher is not None:
            asked = [one for one in self._all(drawn) if one.camera.parent_link != _WORLD]
            if any(one.part is not None and one.part.link for one in asked):
                # What the robot holds goes along with the camera that should get near it.
                return Refusal.OUT_OF_REACH
            found, at_limit = self._reacher.reach(drawn, posture, [one.gaze for one in asked])
            world.set_posture(world.postures.of(found))
        asked = self._all(found)
        for one in asked:
            if one.camera.parent_link == _WORLD and not self._sight.is_free(
                placed(one.gaze)[:3, 3], clearance_m=one.config.clearance_m
            ):
                return Refusal.NO_ROOM
        found = _told(found, asked)
        world.set_cameras(found.cameras)
        # Whatever the search says: what counts is where the cameras are in the scene itself.
        for one in asked:
            if not _near(measure(world.world_from_camera(one.camera), one.gaze), one.config):
                return Refusal.LIMITS if at_limit else Refusal.OUT_OF_REACH
        return found

    def _all(self, view: SampledView) -> list[_Asked]:
        """All viewpoints of a view, targets where they are now."""
        return [self._ask(viewpoint) for viewpoint in view.viewpoints]

    def look(self, found: SampledView) -> SampledView | Refusal:
        """Judge what the cameras see of their targets, once nothing touches.

        Args:
            found: A view that ``satisfy`` returned; the world is in it.

        Returns:
            The view with the visible shares; or why it is not used.
        """
        seen = []
        for viewpoint in found.viewpoints:
            one = self._ask(viewpoint)
            low, high = one.config.visibility
            view = View(
                self._world.camera_model(one.camera), self._world.world_from_camera(one.camera)
            )
            share = self._share(view, one)
            if not self._sight.contains(view, one.gaze.target_m) and share < low:
                return Refusal.OUTSIDE_IMAGE
            if not low <= share <= high:
                return Refusal.HIDDEN if share < low else Refusal.EXPOSED
            seen.append(viewpoint.model_copy(update={'visibility': share}))
        return found.model_copy(update={'viewpoints': tuple(seen)})

    def _share(self, view: View, one: _Asked) -> float:
        if one.part is None:
            return float(self._sight.sees_point(view, one.gaze.target_m))
        return self._sight.visible_share(view, one.part)

    def _ask(self, drawn: SampledViewpoint) -> _Asked:
        entry = next(
            entry
            for entry in self._config.randomization.viewpoints
            if entry.camera == drawn.camera
        )
        camera = self._cameras[drawn.camera]
        part = None if drawn.target == POINT else self._objects[drawn.target]
        if part is None:
            target = np.array(drawn.target_m)
        else:
            target = (self._world.world_from_body(part.body_id) @ part.object_from_box)[:3, 3]
        gaze = Gaze(
            link=camera.parent_link,
            link_from_camera=self._link_from_camera(camera),
            target_m=target,
            bearing=bearing(
                self._world.camera_model(camera),
                drawn.offset_px,
                aim_error_rad=drawn.aim_error_rad,
                aim_direction_rad=drawn.aim_direction_rad,
            ),
            distance_m=drawn.distance_m,
            elevation_rad=drawn.elevation_rad,
            azimuth_rad=drawn.azimuth_rad,
            roll_rad=drawn.roll_rad,
        )
        return _Asked(entry, camera, drawn, part, gaze)

    def _link_from_camera(self, camera: CameraPart) -> FloatArray:
        if camera.parent_link == _WORLD:
            return np.eye(4)
        world_from_link = self._world.world_from_body(self._links[camera.parent_link])
        pose: FloatArray = inverse(world_from_link) @ self._world.world_from_camera(camera)
        return pose


def _told(view: SampledView, asked: Sequence[_Asked]) -> SampledView:
    """The view with where targets are, and where cameras on ``world`` are put."""
    changes = {change.camera: change for change in view.cameras}
    for one in asked:
        if one.camera.parent_link == _WORLD:
            name = one.camera.model.name
            change = changes.get(name, SampledCamera(camera=name))
            put = {'world_from_camera': _pose(placed(one.gaze))}
            changes[name] = change.model_copy(update=put)
    viewpoints = tuple(
        one.drawn.model_copy(update={'target_m': triple(one.gaze.target_m)}) for one in asked
    )
    found = {'viewpoints': viewpoints, 'cameras': tuple(changes.values())}
    return view.model_copy(update=found)


def _near(miss: Miss, entry: ViewpointConfig) -> bool:
    """Whether a camera is near enough to where it shall be."""
    angle = math.radians(entry.tolerance.angle_deg)
    angles = (miss.aim_rad, miss.side_rad, abs(miss.roll_rad))
    return miss.distance_m <= entry.tolerance.distance_m and max(angles) <= angle


def _pose(world_from_camera: FloatArray) -> Pose:
    return Pose(
        position_m=triple(world_from_camera[:3, 3]),
        quat_wxyz=quadruple(quat_wxyz_from_matrix(world_from_camera[:3, :3])),
    )


_ADVICE = {
    Refusal.COLLISION: (
        'Ask for more distance_m or other sides, name more joints, or move robot.position_m away '
        'from the furniture.'
    ),
    Refusal.OUT_OF_REACH: (
        'Ask for what the robot can reach: other ranges of distance_m, elevation_deg, azimuth_deg '
        'or roll_deg (or leave out what does not matter), more joints, or "base: true" with '
        'ranges in randomization.robot.'
    ),
    Refusal.LIMITS: (
        'Ask for other ranges of distance_m, elevation_deg, azimuth_deg or roll_deg (or leave out '
        'what does not matter), name more joints, or start from other postures in '
        'randomization.robot.joints.'
    ),
    Refusal.OUTSIDE_IMAGE: 'Narrow center_offset_px and aim_error_deg.',
    Refusal.HIDDEN: 'Lower visibility, or look from higher up (elevation_deg).',
    Refusal.EXPOSED: 'Raise the second number of visibility, or put more in the way.',
    Refusal.NO_ROOM: 'Ask for less distance_m, other sides, or less clearance_m.',
    Refusal.NO_TARGET: 'Name classes that every scene has, or ask for more objects.',
}


def why_no_viewpoint(refused: Counter[Refusal], *, touched: str = '') -> str:
    """Why a view was given up, and what to change.

    Args:
        refused: How often for which reason; at least one.
        touched: What touched what at last, in brackets, or nothing.
    """
    ordered = refused.most_common()
    if ordered[0][0] is Refusal.NO_TARGET:
        return (
            'the scene has no object of the classes that randomization.viewpoints looks at. '
            + _ADVICE[Refusal.NO_TARGET]
        )
    reasons = ', '.join(
        f'{reason.value}{touched if reason is Refusal.COLLISION else ""} {_times(count)}'
        for reason, count in ordered
    )
    return (
        f'no viewpoint was found in {refused.total()} attempts: {reasons}. In '
        f'randomization.viewpoints: {_ADVICE[ordered[0][0]]}'
    )


def _times(count: int) -> str:
    return 'once' if count == 1 else f'{count} times'

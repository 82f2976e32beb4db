"""Views in which the robot's own cameras see their targets: from draws to the search and back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from synth_ros.config.patterns import matching
from synth_ros.config.root import Config
from synth_ros.config.viewpoint import ViewpointConfig
from synth_ros.errors import InternalError
from synth_ros.randomize.scene import SampledView
from synth_ros.scene.compiled import CompiledScene
from synth_ros.sim.gaze import Gaze
from synth_ros.sim.ik import CameraSearch, Freedom
from synth_ros.sim.robot import Posture


class Reacher:
    """Searches the robot's posture for the viewpoints of its cameras.

    Args:
        scene: The scene.
        config: Where the robot stands.
        entries: Viewpoints of cameras that the robot carries, each with the camera's link.
    """

    def __init__(
        self,
        scene: CompiledScene,
        config: Config,
        entries: Sequence[tuple[ViewpointConfig, str]],
    ) -> None:
        if scene.reach is None:
            raise InternalError('A camera of the robot has a viewpoint, and the scene no chain.')
        self._reach = scene.reach
        self._config = config
        self._robot = scene.robot
        freedoms = [self._freedom(entry, link) for entry, link in entries]
        self._joints = sorted(frozenset[str]().union(*(each.joints for each in freedoms)))
        self._base = any(each.base for each in freedoms)
        self._search = CameraSearch(self._reach, self._robot.joints, freedoms=freedoms)

    def reach(
        self, view: SampledView, posture: Posture, gazes: Sequence[Gaze]
    ) -> tuple[SampledView, tuple[str, ...]]:
        """Search from a posture.

        Args:
            view: The view.
            posture: Where to begin.
            gazes: One for each of the viewpoints, in order.

        Returns:
            The view in the best posture, and the joints that stand at their limits there.
        """
        start = self._reach.qpos((posture.x_m, posture.y_m, posture.yaw_rad), posture.qpos)
        stance = self._search.search(start, gazes)
        at = self._reach.model.jnt_qposadr
        found = {name: float(stance.qpos[at[self._reach.joints[name]]]) for name in self._joints}
        view = view.model_copy(update={'joints': {**view.joints, **found}})
        if self._base:
            x, y, yaw = (float(v) for v in stance.qpos[:3])
            home = self._config.robot
            moved = {
                'x_m': x - home.position_m[0],
                'y_m': y - home.position_m[1],
                'yaw_rad': yaw - math.radians(home.yaw_deg),
            }
            view = view.model_copy(update=moved)
        return view, stance.at_limit

    def _freedom(self, entry: ViewpointConfig, link: str) -> Freedom:
        """What may move for a viewpoint: joints that follow none, and the base."""
        leaders = {
            joint.name: joint.name if joint.coupling is None else joint.coupling.leader
            for joint in self._robot.joints
        }
        wanted = matching(entry.joints, list(leaders)) or self._reach.chain(link)
        # A leader may follow in turn.
        for _ in leaders:
            wanted = tuple(leaders.get(name, name) for name in wanted)
        scalar = frozenset(leaders).intersection(wanted)
        return Freedom(scalar, base_bounds(self._config) if entry.base else None)


def base_bounds(config: Config) -> tuple[tuple[float, float], ...]:
    """Where the base may be: bounds of x and y, metres, and heading, radians, in the world."""
    drawn, home = config.randomization.robot, config.robot
    x, y, yaw = (
        part.support(config.randomization.variables)
        for part in (drawn.x_m, drawn.y_m, drawn.yaw_deg)
    )
    return (
        (home.position_m[0] + x[0], home.position_m[0] + x[1]),
        (home.position_m[1] + y[0], home.position_m[1] + y[1]),
        (math.radians(home.yaw_deg + yaw[0]), math.radians(home.yaw_deg + yaw[1])),
    )

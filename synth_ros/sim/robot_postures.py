"""Postures that are told in words of the config: the configured one, and those drawn from it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from synth_ros.config.robot import RobotConfig
from synth_ros.randomize.scene import SampledView
from synth_ros.scene.compiled import RobotPart
from synth_ros.scene.coupling import follow
from synth_ros.sim.robot import Posture


class RobotPostures:
    """Makes postures of a robot; fingers that hold something stay closed on it in all of them.

    Args:
        part: The robot in its scene.
        config: Where it stands.
        closed: Positions of the fingers that hold something, by joint, radians or metres.
    """

    def __init__(
        self, part: RobotPart, config: RobotConfig, *, closed: Mapping[str, float]
    ) -> None:
        self._part = part
        self._closed = closed
        self._index = {int(address): k for k, address in enumerate(part.qpos_addresses)}
        x, y, z = config.position_m
        self._open = Posture(x, y, z, math.radians(config.yaw_deg), part.home_qpos.copy())
        self.home = self.with_joints(self._open, {}) if closed else self._open
        """The configured posture, without any randomization."""

    def of(self, view: SampledView) -> Posture:
        """The posture that a drawn view asks for; joints that follow others follow them."""
        home = self._open
        return self.with_joints(home, view.joints)._replace(
            x_m=home.x_m + view.x_m, y_m=home.y_m + view.y_m, yaw_rad=home.yaw_rad + view.yaw_rad
        )

    def with_joints(self, posture: Posture, joints: Mapping[str, float]) -> Posture:
        """A posture in which some joints stand elsewhere, and those that follow them.

        Args:
            posture: Where the others are.
            joints: Positions by name, radians or metres.
        """
        part, index, qpos = self._part, self._index, posture.qpos.copy()
        positions = {j.name: float(qpos[index[j.qpos_address]]) for j in part.joints}
        couplings = {j.name: j.coupling for j in part.joints if j.coupling is not None}
        given = {**joints, **self._closed}
        moved = follow({**positions, **given}, couplings, fixed=set(given))
        for joint in part.joints:
            qpos[index[joint.qpos_address]] = moved[joint.name]
        return posture._replace(qpos=qpos)

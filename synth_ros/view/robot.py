"""The robot: a frame for each link, and its skeleton in space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from synth_ros.geometry.transforms import transform_points
from synth_ros.readers.recording import RecordedFrame
from synth_ros.schema.unpack import matrix
from synth_ros.types import FloatArray
from synth_ros.view import paths
from synth_ros.view.keypoints import ROBOT_COLOUR
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen, transform

_AXES_M = 0.05
_BONE = on_screen(2.0)
_JOINT = on_screen(4.0)


class Robot:
    """Links and skeleton, in the world.

    The record has them in the camera's frame; each camera says the same of the world, so the first
    of an instant is taken.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._poses: dict[str, FloatArray] = {}

    def begin(self) -> None:
        """The links of the scene before are forgotten."""
        self._poses.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the links that moved, and the skeleton."""
        record = frames[0].record
        if record.robot is None:
            return
        world_from_camera = matrix(record.world_from_camera)
        for link in record.robot.links:
            pose = world_from_camera @ matrix(link.camera_from_link)
            self._log_link(link.name, pose)
        in_camera = np.array([k.camera_from_point_m for k in record.robot.skeleton]).reshape(-1, 3)
        joints = transform_points(world_from_camera, in_camera)
        entity = f'{paths.ROBOT}/skeleton'
        self._log.show(
            f'{entity}/joints',
            rr.Points3D(
                joints,
                labels=[joint.name for joint in record.robot.skeleton],
                show_labels=False,
                colors=[ROBOT_COLOUR],
                radii=[_JOINT],
            ),
        )
        bones = [joints[[first, second]] for first, second in record.robot.bones]
        strips = rr.LineStrips3D(bones, colors=[ROBOT_COLOUR] * len(bones), radii=_BONE)
        self._log.show(f'{entity}/bones', strips)

    def _log_link(self, name: str, pose: FloatArray) -> None:
        entity = paths.below(f'{paths.ROBOT}/links', name)
        known = self._poses.get(name)
        if known is None:
            self._log.show(entity, rr.TransformAxes3D(_AXES_M))
        # Through another camera the same pose may differ in the last digits.
        if known is None or not np.allclose(known, pose, rtol=0, atol=1e-9):
            self._poses[name] = pose
            self._log.show(entity, transform(pose))

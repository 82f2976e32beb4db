"""Objects of the world, seen by a camera or not: pose, axes, 3D box, keypoints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from synth_ros.geometry.transforms import quat_xyzw_from_matrix
from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import colour
from synth_ros.schema.records import InstanceRecord, Matrix4
from synth_ros.schema.unpack import matrix
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen, transform

_LINE = on_screen(1.0)
_POINT = on_screen(3.0)
# In a fuller scene, names would hide the objects; they show on hovering.
_MOST_NAMES = 16


class Objects:
    """An entity for each object, by name.

    A pose is logged where it changed; box, axes and keypoints hang on it and are logged once.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._poses: dict[str, Matrix4] = {}

    def begin(self) -> None:
        """The objects of the scene before are forgotten."""
        self._poses.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log what moved, and what is new."""
        instances = frames[0].record.instances
        for item in instances:
            entity = paths.below(paths.OBJECTS, item.name)
            known = self._poses.get(item.name)
            if known is None:
                self._log_shape(entity, item, named=len(instances) <= _MOST_NAMES)
            if known != item.world_from_object:
                self._poses[item.name] = item.world_from_object
                self._log.show(entity, transform(matrix(item.world_from_object)))
        for name in self._poses.keys() - {item.name for item in instances}:
            del self._poses[name]
            self._log.clear(paths.below(paths.OBJECTS, name))

    def _log_shape(self, entity: str, item: InstanceRecord, *, named: bool) -> None:
        box = matrix(item.object_from_box)
        paint = colour(item.instance_id)
        self._log.show(entity, rr.TransformAxes3D(0.5 * float(np.median(item.size_m))))
        self._log.show(
            f'{entity}/box',
            rr.Boxes3D(
                half_sizes=[np.array(item.size_m) / 2],
                centers=[box[:3, 3]],
                quaternions=[quat_xyzw_from_matrix(box[:3, :3])],
                colors=[paint],
                radii=[_LINE],
                labels=[item.name],
                show_labels=named,
                class_ids=[item.class_id],
            ),
            rr.AnyValues(
                instance_id=item.instance_id, model=item.model_name, class_name=item.class_name
            ),
        )
        if item.keypoints:
            self._log.show(
                f'{entity}/keypoints',
                rr.Points3D(
                    [spec.object_from_point_m for spec in item.keypoints],
                    labels=[spec.name for spec in item.keypoints],
                    show_labels=False,
                    colors=[paint],
                    radii=[_POINT],
                ),
            )

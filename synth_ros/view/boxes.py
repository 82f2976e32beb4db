"""Boxes in the image: visible, amodal, oriented, and the edges of 3D boxes.

Half-open pixel edges are the coordinates of the viewer's images, so boxes go there as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from synth_ros.geometry.transforms import box_corners, transform_points
from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import colour
from synth_ros.report.pictures.boxes import EDGES, oriented_corners
from synth_ros.report.pictures.space import see_line
from synth_ros.schema.records import FrameRecord, InstanceRecord
from synth_ros.schema.unpack import matrix
from synth_ros.types import OrientedBox
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen

_THIN = on_screen(0.75)
_BELOW = 9.0  # the visible boxes, of draw order 10, lie over the amodal ones


class Boxes:
    """2D boxes of the labelled objects.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._oriented_drawn: set[str] = set()

    def begin(self) -> None:
        """Nothing is drawn yet."""
        self._oriented_drawn.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the boxes of each camera."""
        for frame in frames:
            record = frame.record
            owners = {item.instance_id: item for item in record.instances}
            parent = paths.image(record.camera)
            self._visible(f'{parent}/boxes', record, owners)
            self._amodal(f'{parent}/amodal_boxes', record, owners)
            self._oriented(f'{parent}/oriented_boxes', record)
            self._solid(f'{parent}/boxes_3d', frame, owners)

    def _visible(
        self, entity: str, record: FrameRecord, owners: dict[int, InstanceRecord]
    ) -> None:
        labels = record.labels
        self._log.show(
            entity,
            rr.Boxes2D(
                array=[label.box for label in labels],
                array_format=rr.Box2DFormat.XYXY,
                colors=[colour(label.instance_id) for label in labels],
                labels=[words(owners[x.instance_id], x.visibility) for x in labels],
                class_ids=[owners[label.instance_id].class_id for label in labels],
            ),
            # Shown when a box is selected.
            rr.AnyValues(
                instance_id=[label.instance_id for label in labels],
                visibility=[label.visibility for label in labels],
                occlusion=[label.occlusion for label in labels],
                truncation=[label.truncation for label in labels],
                pixels_visible=[label.pixels_visible for label in labels],
            ),
        )

    def _amodal(self, entity: str, record: FrameRecord, owners: dict[int, InstanceRecord]) -> None:
        self._log.show(
            entity,
            rr.Boxes2D(
                array=[label.amodal_box for label in record.labels],
                array_format=rr.Box2DFormat.XYXY,
                colors=[colour(label.instance_id) for label in record.labels],
                labels=[owners[label.instance_id].name for label in record.labels],
                show_labels=False,
                radii=_THIN,
                draw_order=_BELOW,
                class_ids=[owners[label.instance_id].class_id for label in record.labels],
            ),
        )

    def _oriented(self, entity: str, record: FrameRecord) -> None:
        found = [
            (label.instance_id, label.oriented_box)
            for label in record.labels
            if label.oriented_box is not None
        ]
        # An empty list takes away what was drawn before; where nothing was, it says nothing.
        if not found and entity not in self._oriented_drawn:
            return
        self._oriented_drawn.add(entity)
        strips = []
        for _, box in found:
            corners = oriented_corners(
                OrientedBox(box.center_x, box.center_y, box.width, box.height, box.angle_rad)
            )
            strips.append([*corners, corners[0]])
        colours = [colour(instance_id) for instance_id, _ in found]
        self._log.show(entity, rr.LineStrips2D(strips, colors=colours, radii=_THIN))

    def _solid(self, entity: str, frame: RecordedFrame, owners: dict[int, InstanceRecord]) -> None:
        """Edges of the 3D boxes, projected here: the viewer would draw what lies behind it."""
        strips, colours = [], []
        for label in frame.record.labels:
            corners = box_corners(np.array(owners[label.instance_id].size_m))
            points = transform_points(matrix(label.camera_from_box), corners)
            for first, second in EDGES:
                line = see_line(frame.camera, points[first], points[second])
                if line is not None:
                    strips.append(line)
                    colours.append(colour(label.instance_id))
        self._log.show(entity, rr.LineStrips2D(strips, colors=colours, radii=_THIN))


def words(owner: InstanceRecord, visibility: float) -> str:
    """What is written at a box: class, name and visible share."""
    own = (
        owner.name
        if owner.name.startswith(owner.class_name)
        else (f'{owner.class_name} {owner.name}')
    )
    return f'{own} {visibility:.0%}'

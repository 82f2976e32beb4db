"""Named points of objects and joints of the robot, in the image.

Their integers are pixel centres, those of the viewer's images are pixel corners: half a pixel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import Rgb, colour
from synth_ros.schema.records import FrameRecord, KeypointRecord
from synth_ros.types import Category
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen
from synth_ros.view.pinholes import HALF_PIXEL

_SEEN = on_screen(4.0)
_HIDDEN = on_screen(2.5)
_BONE = on_screen(1.0)
ROBOT_COLOUR: Rgb = (255, 255, 255)

_Point = tuple[float, float]


class Keypoints:
    """Keypoints with the lines between them; hidden ones are drawn small.

    Args:
        log: Where to log.
        categories: Say which keypoints of a class a line connects.
    """

    def __init__(self, log: Log, categories: Sequence[Category]) -> None:
        self._log = log
        self._drawn: set[str] = set()
        self._bones: Mapping[int, tuple[tuple[str, str], ...]] = {
            item.class_id: tuple(
                (item.keypoints[first], item.keypoints[second]) for first, second in item.skeleton
            )
            for item in categories
        }

    def begin(self) -> None:
        """Nothing is drawn yet."""
        self._drawn.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the points of each camera."""
        for frame in frames:
            parent = paths.image(frame.record.camera)
            entity = f'{parent}/keypoints'
            # No points take away those drawn before; where none were, they say nothing.
            if entity in self._drawn or any(label.keypoints for label in frame.record.labels):
                self._drawn.add(entity)
                self._objects(entity, frame.record)
            if frame.record.robot is not None:
                self._robot(f'{parent}/robot', frame.record)

    def _objects(self, entity: str, record: FrameRecord) -> None:
        owners = {item.instance_id: item for item in record.instances}
        points: list[_Point] = []
        names: list[str] = []
        colours: list[Rgb] = []
        radii: list[float] = []
        bones: list[tuple[_Point, _Point]] = []
        paints: list[Rgb] = []
        for label in record.labels:
            owner, paint = owners[label.instance_id], colour(label.instance_id)
            placed = {k.name: at for k in label.keypoints or () if (at := place(k)) is not None}
            for keypoint in label.keypoints or ():
                if keypoint.name in placed:
                    points.append(placed[keypoint.name])
                    names.append(f'{owner.name} {keypoint.name}')
                    colours.append(paint)
                    radii.append(_SEEN if keypoint.visibility == 2 else _HIDDEN)
            for first, second in self._bones.get(owner.class_id, ()):
                if first in placed and second in placed:
                    bones.append((placed[first], placed[second]))
                    paints.append(paint)
        self._draw(entity, points, names=names, colours=colours, radii=radii)
        self._log.show(f'{entity}/bones', rr.LineStrips2D(bones, colors=paints, radii=_BONE))

    def _robot(self, entity: str, record: FrameRecord) -> None:
        robot = record.robot
        assert robot is not None
        placed = [place(joint) for joint in robot.skeleton]
        shown = [(k, at) for k, at in zip(robot.skeleton, placed, strict=True) if at is not None]
        self._draw(
            entity,
            [at for _, at in shown],
            names=[joint.name for joint, _ in shown],
            colours=[ROBOT_COLOUR for _ in shown],
            radii=[_SEEN if joint.visibility == 2 else _HIDDEN for joint, _ in shown],
        )
        bones = [
            (start, end)
            for first, second in robot.bones
            if (start := placed[first]) is not None and (end := placed[second]) is not None
        ]
        strips = rr.LineStrips2D(bones, colors=[ROBOT_COLOUR for _ in bones], radii=_BONE)
        self._log.show(f'{entity}/bones', strips)

    def _draw(
        self,
        entity: str,
        points: Sequence[_Point],
        *,
        names: Sequence[str],
        colours: Sequence[Rgb],
        radii: Sequence[float],
    ) -> None:
        at = np.array(points, np.float64).reshape(-1, 2)
        self._log.show(
            entity,
            rr.Points2D(at, labels=names, show_labels=False, colors=colours, radii=radii),
        )


def place(keypoint: KeypointRecord) -> _Point | None:
    """Where the viewer draws a keypoint; ``None`` outside the image."""
    if keypoint.pixel is None or keypoint.visibility == 0:
        return None
    u, v = keypoint.pixel
    return u + HALF_PIXEL, v + HALF_PIXEL

"""What a detector found as messages: pure functions."""

from __future__ import annotations

from collections.abc import Mapping

from std_msgs.msg import Header
from vision_msgs.msg import LabelInfo, VisionClass

from synth_ros.perceive.types import Found
from synth_ros.report.overlay import Style, draw_boxes
from synth_ros.report.picture import NamedBox
from synth_ros.ros.cdr import CdrWriter
from synth_ros.ros.convert_detections import ClassIdFormat
from synth_ros.types import Box2D, ByteImage

_NO_POSE = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
_NO_COVARIANCE = bytes(36 * 8)


def found_message(
    found: Found, head: Header, *, names: Mapping[int, str], class_id_format: ClassIdFormat
) -> bytes:
    """Detections as nodes of Isaac ROS send them: one hypothesis each, no pose, no id.

    Args:
        found: In the coordinates that are to be sent.
        head: That of the image.
        names: Of the classes; a class without one is called by its number.
        class_id_format: Whether ``class_id`` is a number or a name.

    Returns:
        A serialised ``vision_msgs/Detection2DArray``.
    """
    out = CdrWriter()
    out.header(head)
    out.count(len(found.scores))
    for box, score, number in zip(
        found.boxes.tolist(), found.scores.tolist(), found.classes.tolist(), strict=True
    ):
        x0, y0, x1, y1 = box
        out.header(head)
        out.count(1)
        out.text(name_of(number, names) if class_id_format == 'name' else str(number))
        out.doubles(score, *_NO_POSE)
        out.doubles_packed(_NO_COVARIANCE)
        out.doubles((x0 + x1) / 2, (y0 + y1) / 2, 0.0, x1 - x0, y1 - y0)
        out.text('')
    return out.finish()


def names_message(names: Mapping[int, str], head: Header, *, threshold: float) -> LabelInfo:
    """Names of a detector's classes, and from which score on it reports."""
    classes = [VisionClass(class_id=k, class_name=names[k]) for k in sorted(names)]
    return LabelInfo(header=head, class_map=classes, threshold=threshold)


def drawn(rgb: ByteImage, found: Found, *, names: Mapping[int, str]) -> ByteImage:
    """The image with boxes, names and scores; boxes are in pixels of the image."""
    boxes = [
        NamedBox(Box2D(*(round(edge) for edge in box)), name_of(number, names), number + 1, score)
        for box, score, number in zip(
            found.boxes.tolist(), found.scores.tolist(), found.classes.tolist(), strict=True
        )
    ]
    return draw_boxes(rgb, boxes, Style(width=rgb.shape[1]))


def name_of(number: int, names: Mapping[int, str]) -> str:
    """Name of a class; its number where there is none."""
    return names.get(number, str(number))

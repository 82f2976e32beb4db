"""Masks: which pixel belongs to which object, class, segment and part, with names and colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import rerun as rr
from numpy.typing import NDArray

from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import colour
from synth_ros.schema.records import FrameRecord
from synth_ros.types import STUFF_SEGMENT, Category
from synth_ros.view import paths
from synth_ros.view.log import Log

OPACITY = 0.6
"""Of masks over the image."""

_BACKGROUND = rr.AnnotationInfo(id=0, label='background', color=(0, 0, 0, 0))
# The viewer's class ids end at 65535; instance ids begin at 1, stuff goes down from the end.
_LAST_ID = 65535


class Masks:
    """Instance, semantic, panoptic and part masks.

    Args:
        log: Where to log.
        categories: Classes of the recording; those it does not name are learnt from its objects.
    """

    def __init__(self, log: Log, categories: Sequence[Category]) -> None:
        self._log = log
        self._classes = {item.class_id: item.name for item in categories}
        self._told: dict[str, Mapping[int, str]] = {}

    def begin(self) -> None:
        """Names of objects belong to one scene."""
        self._told.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the masks of each camera, and names that are new."""
        for frame in frames:
            self._tell_classes(frame.record)
            parent = paths.image(frame.record.camera)
            if frame.instance_id is not None:
                names = {item.instance_id: item.name for item in frame.record.instances}
                self._draw(f'{parent}/instances', frame.instance_id, names)
            if frame.class_id is not None:
                self._draw(f'{parent}/classes', frame.class_id, self._classes)
            if frame.layers.part_id is not None and frame.record.parts is not None:
                names = {p.part_id: f'{p.owner}/{p.name}' for p in frame.record.parts}
                self._draw(f'{parent}/parts', frame.layers.part_id, names)
            self._show_panoptic(frame, f'{parent}/panoptic')

    def _show_panoptic(self, frame: RecordedFrame, entity: str) -> None:
        ids, segments = frame.layers.panoptic_id, frame.record.segments
        if ids is None or segments is None:
            return
        things = {item.instance_id: item.name for item in frame.record.instances}
        stuff = {
            panoptic_class(s.segment_id): self._classes.get(s.class_id, str(s.class_id))
            for s in segments
            if not s.is_thing
        }
        small = np.where(ids > STUFF_SEGMENT, _LAST_ID + STUFF_SEGMENT - ids, ids)
        self._draw(entity, small, things | stuff)

    def _draw(self, entity: str, ids: NDArray[np.integer], names: Mapping[int, str]) -> None:
        """Log a mask, with what its values mean where that is news."""
        known = self._told.get(entity, {})
        if not names.items() <= known.items():
            self._told[entity] = {**known, **names}
            self._log.show(entity, annotation_context(self._told[entity]))
        small = ids.max(initial=0) < 256
        image = ids.astype(np.uint8) if small else ids.astype(np.uint16)
        self._log.show(entity, rr.SegmentationImage(image, opacity=OPACITY))

    def _tell_classes(self, record: FrameRecord) -> None:
        """Names and colours of classes, for boxes and points, too."""
        for item in record.instances:
            self._classes.setdefault(item.class_id, item.class_name)
        if self._told.get(paths.WORLD) != self._classes:
            self._told[paths.WORLD] = dict(self._classes)
            self._log.fix(paths.WORLD, annotation_context(self._classes))


def panoptic_class(segment_id: int) -> int:
    """The number that stands for a panoptic segment in the viewer.

    A thing keeps its instance id. Stuff, whose segment ids do not fit in the viewer's 16 bits, has
    65535 - class id.
    """
    return segment_id if segment_id < STUFF_SEGMENT else _LAST_ID + STUFF_SEGMENT - segment_id


def annotation_context(names: Mapping[int, str]) -> rr.AnnotationContext:
    """Names and colours of ids; 0 is background and transparent."""
    return rr.AnnotationContext([_BACKGROUND, *_infos(names.items())])


def _infos(names: Iterable[tuple[int, str]]) -> list[rr.AnnotationInfo]:
    return [
        rr.AnnotationInfo(id=key, label=name, color=colour(key)) for key, name in sorted(names)
    ]

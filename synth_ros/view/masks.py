"""Masks: which pixel belongs to which object, class, segment and part, with names and colours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import rerun as rr
from numpy.typing import NDArray

from synth_ros.readers.recording import RecordedFrame
from synth_ros.schema.records import FrameRecord
from synth_ros.types import Category
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.names import Names, class_context, mask_of

OPACITY = 0.6
"""Of masks over the image."""


class Masks:
    """Instance, semantic, panoptic and part masks.

    Args:
        log: Where to log.
        categories: Classes of the recording; those it does not name are learnt from its objects.
    """

    def __init__(self, log: Log, categories: Sequence[Category]) -> None:
        self._log = log
        self._classes = {item.class_id: item.name for item in categories}
        self._classes_told = 0
        self._names: defaultdict[str, Names] = defaultdict(Names)
        self._told: dict[str, int] = {}

    def begin(self) -> None:
        """Names hold for all scenes."""

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the masks of each camera, and names that are new."""
        for frame in frames:
            record = frame.record
            self._tell_classes(record)
            objects = {item.instance_id: item.name for item in record.instances}
            if frame.instance_id is not None:
                self._draw(record, 'instances', ids=frame.instance_id, names=objects)
            if frame.class_id is not None:
                self._draw(record, 'classes', ids=frame.class_id, names=self._classes)
            if frame.layers.part_id is not None and record.parts is not None:
                parts = {p.part_id: f'{p.owner}/{p.name}' for p in record.parts}
                self._draw(record, 'parts', ids=frame.layers.part_id, names=parts)
            if frame.layers.panoptic_id is not None and record.segments is not None:
                stuff = {
                    segment.segment_id: self._classes.get(segment.class_id, str(segment.class_id))
                    for segment in record.segments
                    if not segment.is_thing
                }
                self._draw(record, 'panoptic', ids=frame.layers.panoptic_id, names=objects | stuff)

    def _draw(
        self, record: FrameRecord, kind: str, *, ids: NDArray[np.integer], names: Mapping[int, str]
    ) -> None:
        """Log a mask, with what its values mean where that is news."""
        entity = f'{paths.image(record.camera)}/{kind}'
        known = self._names[kind]
        mask = mask_of(ids, known.values_of(names))
        if self._told.get(entity) != len(known):
            self._told[entity] = len(known)
            self._log.fix(entity, known.context())
        self._log.show(entity, rr.SegmentationImage(mask, opacity=OPACITY))

    def _tell_classes(self, record: FrameRecord) -> None:
        """Names and colours of classes, for boxes and points, too."""
        for item in record.instances:
            self._classes.setdefault(item.class_id, item.class_name)
        if len(self._classes) > self._classes_told:
            self._classes_told = len(self._classes)
            self._log.fix(paths.WORLD, class_context(self._classes.items()))

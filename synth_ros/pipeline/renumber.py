"""A stored frame under another number, with other ids of classes and parts, for another dataset.

What does not change keeps its bytes: pictures are copied, not encoded again, so that a JPEG stays
the one that was stored. Masks are encoded anew only where an id in them has another number.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from synth_ros.errors import UsageError
from synth_ros.pipeline.stored import StoredFrame
from synth_ros.schema.convert import from_json, instances, to_json
from synth_ros.schema.records import FrameRecord, PartRecord
from synth_ros.types import STUFF_SEGMENT, IdImage, Part, SampleKey
from synth_ros.writers import codecs
from synth_ros.writers.coco_files import labels_path, provenance_path
from synth_ros.writers.coco_records import FrameRecord as IndexRecord
from synth_ros.writers.coco_records import ImageRecord
from synth_ros.writers.draft import EncodedFrame
from synth_ros.writers.exports import ExportedFrame

NOTHING_EXPORTED = ExportedFrame({}, {}, {})


class Change(NamedTuple):
    """What is another number in the other dataset.

    Attributes:
        classes: New id of each class by its old one.
        parts: New id of each part by its old one.
        all_parts: What the new ids of parts mean; ``None`` leaves the list of each frame.
        largest_class_id: Of the objects in the other dataset.
        source: Name of the dataset that frames come from, for their provenance; empty adds no
            note.
    """

    classes: Mapping[int, int]
    parts: Mapping[int, int]
    all_parts: tuple[PartRecord, ...] | None
    largest_class_id: int
    source: str = ''

    @property
    def keeps_classes(self) -> bool:
        """Whether every class keeps its id."""
        return all(old == new for old, new in self.classes.items())

    @property
    def keeps_parts(self) -> bool:
        """Whether every part keeps its id."""
        return all(old == new for old, new in self.parts.items())

    def segment(self, old: int) -> int:
        """New id of a panoptic segment."""
        if old <= STUFF_SEGMENT:
            return old
        return STUFF_SEGMENT + self.classes[old - STUFF_SEGMENT]


def renumbered(
    frame: StoredFrame,
    files: Mapping[str, bytes],
    change: Change,
    *,
    episode: int,
    kept: frozenset[int] | None = None,
) -> EncodedFrame:
    """A frame as the other dataset stores it.

    Args:
        frame: As it was stored.
        files: Its own files by path.
        change: What is another number there.
        episode: Its episode there.
        kept: Instances that keep their labels; ``None`` keeps all.

    Raises:
        UsageError: The labels or a mask are damaged.
    """
    key = frame.key._replace(episode=episode)
    record = _index_record(frame, key, change)
    if kept is not None:
        record['annotations'] = [a for a in record['annotations'] if a['instance_id'] in kept]
    labels = _labels(frame, change, episode=episode, kept=kept)
    unchanged = (
        episode == frame.key.episode
        and kept is None
        and change.keeps_classes
        and change.all_parts is None
    )
    return EncodedFrame(
        key=key,
        record=record,
        # The same record gives the same text, unless another version wrote it.
        labels=frame.labels if unchanged else to_json(labels),
        provenance=_provenance(frame, change),
        files=_files(frame, files, change, key=key),
        exported=NOTHING_EXPORTED,
        instances=instances(labels),
        parts=tuple(Part(p.part_id, p.owner, p.name) for p in labels.parts or ()),
    )


def _index_record(frame: StoredFrame, key: SampleKey, change: Change) -> IndexRecord:
    record = copy.deepcopy(frame.record)
    image = record['image']
    image['episode'] = key.episode
    image['file_name'] = _moved(image['file_name'], frame.key, key)
    image['labels_file'] = labels_path(key.episode)
    image['provenance_file'] = provenance_path(key.episode)
    _move_masks(image, frame.key, key)
    for annotation in record['annotations']:
        annotation['category_id'] = change.classes[annotation['category_id']]
        annotation['track_id'] = (codecs.MAX_ID + 1) * key.episode + annotation['instance_id']
    panoptic = record['panoptic']
    if panoptic is not None:
        panoptic['file_name'] = _moved(panoptic['file_name'], frame.key, key)
        for segment in panoptic['segments_info']:
            segment['id'] = change.segment(segment['id'])
            segment['category_id'] = change.classes[segment['category_id']]
        panoptic['segments_info'].sort(key=lambda segment: segment['id'])
    return record


def _move_masks(image: ImageRecord, old: SampleKey, new: SampleKey) -> None:
    if image['depth_file']:
        image['depth_file'] = _moved(image['depth_file'], old, new)
    if image['instance_mask_file']:
        image['instance_mask_file'] = _moved(image['instance_mask_file'], old, new)
    if image['semantic_mask_file']:
        image['semantic_mask_file'] = _moved(image['semantic_mask_file'], old, new)
    if image['part_mask_file']:
        image['part_mask_file'] = _moved(image['part_mask_file'], old, new)
    if image['panoptic_file']:
        image['panoptic_file'] = _moved(image['panoptic_file'], old, new)
    if image['layers_file']:
        image['layers_file'] = _moved(image['layers_file'], old, new)


def _moved(path: str, old: SampleKey, new: SampleKey) -> str:
    """A file of a frame under the frame's new name."""
    plain = PurePosixPath(path)
    return str(plain.with_name(f'{new.stem}{plain.name.removeprefix(old.stem)}'))


def _labels(
    frame: StoredFrame, change: Change, *, episode: int, kept: frozenset[int] | None
) -> FrameRecord:
    try:
        record = from_json(frame.labels)
    except UsageError as error:
        raise UsageError(f'The labels of {frame.key.stem}: {error}') from None
    segments = record.segments
    if segments is not None and not change.keeps_classes:
        moved = (
            segment.model_copy(
                update={
                    'segment_id': change.segment(segment.segment_id),
                    'class_id': change.classes[segment.class_id],
                }
            )
            for segment in segments
        )
        segments = tuple(sorted(moved, key=lambda segment: segment.segment_id))
    replace_parts = record.parts is not None and change.all_parts is not None
    return record.model_copy(
        update={
            'episode': episode,
            'instances': tuple(
                item.model_copy(update={'class_id': change.classes[item.class_id]})
                for item in record.instances
            ),
            'labels': tuple(x for x in record.labels if kept is None or x.instance_id in kept),
            'segments': segments,
            'parts': change.all_parts if replace_parts else record.parts,
        }
    )


def _provenance(frame: StoredFrame, change: Change) -> str:
    """How the frame was made, its sources added; classes have the numbers of the other dataset."""
    if not change.source and change.keeps_classes:
        return frame.provenance
    record = cast('dict[str, JsonValue]', json.loads(frame.provenance))
    scene = record.get('scene')
    objects = scene.get('objects') if isinstance(scene, dict) else None
    for item in objects if isinstance(objects, list) else ():
        # Class 0 is that of what is never labelled.
        if isinstance(item, dict) and isinstance(item.get('class_id'), int) and item['class_id']:
            item['class_id'] = change.classes[cast('int', item['class_id'])]
    if change.source:
        before = record.get('sources')
        note: JsonValue = {'dataset': change.source, 'episode': frame.key.episode}
        record['sources'] = [*(before if isinstance(before, list) else []), note]
    return json.dumps(record, sort_keys=True)


def _files(
    frame: StoredFrame, files: Mapping[str, bytes], change: Change, *, key: SampleKey
) -> dict[str, bytes]:
    image = frame.record['image']
    found = {}
    for path, data in files.items():
        content = data
        if path == image['semantic_mask_file'] and not change.keeps_classes:
            classes = _mapped(_decode(path, data), change.classes).astype(np.uint16)
            content = codecs.encode_classes(classes, change.largest_class_id)
        elif path == image['panoptic_file'] and not change.keeps_classes:
            content = codecs.encode_panoptic(_segments(_decode(path, data), change))
        elif path == image['part_mask_file'] and not change.keeps_parts:
            parts = _mapped(_decode(path, data), change.parts).astype(np.uint16)
            content = codecs.encode_parts(parts)
        found[_moved(path, frame.key, key)] = content
    return found


def _segments(bgr: NDArray[np.generic], change: Change) -> IdImage:
    """A panoptic mask with new ids; see ``codecs.encode_panoptic`` for how it is stored."""
    blue, green, red = np.moveaxis(bgr.astype(np.int32), 2, 0)
    old: IdImage = red | (green << 8) | (blue << 16)
    values, places = np.unique(old, return_inverse=True)
    new = np.array([change.segment(int(value)) for value in values], np.int32)
    return new[places].reshape(old.shape)


def _mapped(ids: NDArray[np.generic], numbers: Mapping[int, int]) -> NDArray[np.int32]:
    """Ids by another numbering; 0 stays 0."""
    values, places = np.unique(ids, return_inverse=True)
    new = np.array([numbers[int(value)] if value else 0 for value in values], np.int32)
    return new[places].reshape(ids.shape)


def _decode(path: str, data: bytes) -> NDArray[np.generic]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise UsageError(f'{path} is damaged: it cannot be decoded as an image.')
    return cast('NDArray[np.generic]', pixels)

"""What made a recording, as far as it says: what a copy in another format must say, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple, get_args

from synth_ros.config.labels import Annotation
from synth_ros.readers.stored_options import StoredOptions
from synth_ros.schema.records import FrameRecord


class Origin(NamedTuple):
    """What made a recording.

    Attributes:
        version: Of synth_ros; empty if it does not say.
        description: One line for people.
        annotations: What was switched on, in the order of ``config.labels``.
        cameras: Names; in the order of the config if it is known, else sorted.
        rgb_format: Of its colour images.
        depth: Whether it has sensed depth.
        masks: Whether it has instance and semantic masks.
        stored: How its files are stored, or how those were of which it was made.
        keeps_container: Whether a dataset made of it lies in the container of ``stored``.
        renderer: As a dataset made of it names it; empty takes that of the recording.
    """

    version: str
    description: str
    annotations: tuple[Annotation, ...]
    cameras: tuple[str, ...]
    rgb_format: Literal['png', 'jpeg']
    depth: bool
    masks: bool
    stored: StoredOptions = StoredOptions()
    keeps_container: bool = False
    renderer: str = ''


def annotations_in(records: Iterable[FrameRecord]) -> tuple[Annotation, ...]:
    """What must have been switched on, by what some records hold.

    Args:
        records: Of one recording; what none of them has an example of is taken for switched off.
    """
    found: set[Annotation] = set()
    for record in records:
        found |= _in_record(record)
    return annotations_named(found)


def annotations_named(names: Collection[str]) -> tuple[Annotation, ...]:
    """Those of some names that are annotations, in the order of ``config.labels``."""
    return tuple(name for name in get_args(Annotation) if name in names)


def _in_record(record: FrameRecord) -> set[Annotation]:
    layers = frozenset(record.layers)
    there: dict[Annotation, bool] = {
        'oriented_boxes': any(label.oriented_box is not None for label in record.labels),
        'occluders': any(label.occluders is not None for label in record.labels),
        'keypoints': any(label.keypoints is not None for label in record.labels),
        'robot': record.robot is not None,
        'contacts': record.contacts is not None,
        'relations': record.relations is not None,
        'tracks': record.tracks is not None,
        'amodal_masks': any(label.amodal_mask is not None for label in record.labels),
        'parts': record.parts is not None,
        'panoptic': record.segments is not None,
        'clean_depth': 'depth_m' in layers,
        'distance': 'distance_m' in layers,
        'normals': 'normals' in layers,
        'points': 'points_m' in layers,
        'flow': bool(layers & {'flow_forward', 'flow_backward'}),
        'scene_flow': bool(layers & {'scene_flow_forward', 'scene_flow_backward'}),
    }
    return {name for name, present in there.items() if present}

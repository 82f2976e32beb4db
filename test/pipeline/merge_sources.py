"""Two datasets to merge: the second gives all classes and parts other ids."""

from dataclasses import replace
from functools import cache

import numpy as np
from full_factory import FULL, full_episode
from sample_factory import PLAIN, unit_cubes

from synth_ros.config.output import DatasetConfig
from synth_ros.types import STUFF_SEGMENT
from synth_ros.writers.coco import CocoWriter

SHIFTED = {1: 2, 2: 1, 3: 9, 4: 12}
SHIFTED_PARTS = {1: 2, 2: 1, 700: 30}


@cache
def samples_of(number):
    return sorted(full_episode(number, views=1), key=lambda sample: sample.key)


def write(root, episodes, *, info=FULL, options=PLAIN, change=lambda sample: sample):
    with CocoWriter(root, info._replace(meshes=info.meshes or unit_cubes), options) as writer:
        for number in episodes:
            writer.write_episode(number, [change(sample) for sample in samples_of(number)])
    return root


def with_instances(sample, change):
    """The same sample with all objects changed, in its frame and its labels."""
    instances = {item.instance_id: change(item) for item in sample.frame.instances}
    labels = tuple(
        replace(label, instance=instances[label.instance.instance_id])
        for label in sample.labels.instances
    )
    return replace(
        sample,
        frame=replace(sample.frame, instances=tuple(instances.values())),
        labels=replace(sample.labels, instances=labels),
    )


def shifted(sample):
    """The same sample in a dataset that gives classes and parts other ids."""
    lut = np.zeros(20, np.uint16)
    lut[list(SHIFTED)] = list(SHIFTED.values())
    moved = with_instances(sample, lambda item: replace(item, class_id=SHIFTED[item.class_id]))
    labels = replace(
        moved.labels,
        class_id=lut[sample.labels.class_id],
        dense=shifted_dense(sample.labels.dense),
    )
    return replace(moved, labels=labels)


def shifted_dense(dense):
    parts = {part.part_id: part for part in dense.parts}
    part_id = dense.part_id.copy()
    for old, new in SHIFTED_PARTS.items():
        part_id[dense.part_id == old] = new
    segment_id = dense.panoptic.segment_id.copy()
    segments = []
    for segment in dense.panoptic.segments:
        number = segment.segment_id
        if not segment.is_thing:
            number = STUFF_SEGMENT + SHIFTED[segment.class_id]
            segment_id[dense.panoptic.segment_id == segment.segment_id] = number
        segments.append(segment._replace(segment_id=number, class_id=SHIFTED[segment.class_id]))
    moved = [part._replace(part_id=SHIFTED_PARTS[old]) for old, part in parts.items()]
    return dense._replace(
        part_id=part_id,
        parts=tuple(sorted(moved, key=lambda part: part.part_id)),
        panoptic=dense.panoptic._replace(segment_id=segment_id, segments=tuple(segments)),
    )


SHIFTED_FULL = FULL._replace(
    seed=8,
    categories=tuple(
        sorted(
            (c._replace(class_id=SHIFTED[c.class_id]) for c in FULL.categories),
            key=lambda c: c.class_id,
        )
    ),
)


def write_pair(folder, container):
    """Both datasets, in a folder or in shards."""
    options = DatasetConfig(container=container)
    a = write(folder / 'a', range(2), options=options)
    b = write(folder / 'b', [3, 7], info=SHIFTED_FULL, options=options, change=shifted)
    return a, b

"""What a training run would trip over, found in the statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from synth_ros.report.statistics.boxes import TINY_PX
from synth_ros.report.statistics.gather import Gathered
from synth_ros.report.statistics.light import BRIGHT, DARK
from synth_ros.report.statistics.records import StatsRecord, WarningRecord

RULES = frozenset(
    {
        'boxes_outside',
        'boxes_without_area',
        'bright_images',
        'class_imbalance',
        'class_missing_in_split',
        'classes_without_objects',
        'dark_images',
        'duplicates',
        'empty_images',
        'group_in_splits',
        'leak',
        'no_images',
        'no_objects',
        'nothing_hidden',
        'one_place',
        'plain_images',
        'rare_classes',
        'tiny_boxes',
        'uneven_split',
    }
)
"""All warnings; docs/understanding.md says when each is given."""

_EMPTY = 0.3
_TINY = 0.1
_IMBALANCE = (20, 100)
_RARE = 30
_UNEVEN_SPLIT = 0.15
_LIGHT = 0.05
_ALIKE = 0.01
_FULL = 0.95
_NAMED = 6


def trips(record: StatsRecord, gathered: Gathered) -> tuple[WarningRecord, ...]:
    """All warnings about a dataset, the bad ones first."""
    if not record.images:
        return (_bad('no_images', 'The dataset has no images.'),)
    if not record.objects:
        return (_bad('no_objects', 'No image has an object: there is nothing to learn.'),)
    found = [
        *_of_classes(record),
        *_of_splits(record, gathered),
        *_of_boxes(record, gathered),
        *_of_images(record, gathered),
    ]
    return tuple(sorted(found, key=lambda warning: warning.severity))


def _of_classes(record: StatsRecord) -> Iterator[WarningRecord]:
    absent = [row.name for row in record.classes if not row.objects]
    if absent:
        yield _bad(
            'classes_without_objects',
            f'{_classes(absent)} no object. A trainer reserves an output for each, and '
            'its mean score suffers. Remove them from the list, or draw them.',
        )
    present = sorted((row for row in record.classes if row.objects), key=lambda row: row.objects)
    least, most = present[0], present[-1]
    ratio = most.objects / least.objects
    if ratio > _IMBALANCE[0]:
        text = (
            f'The classes are uneven: {most.objects:,} of {most.name}, {least.objects:,} of '
            f'{least.name}, {ratio:.0f} times fewer. Draw rare ones more often, or weight them.'
        )
        yield (_bad if ratio > _IMBALANCE[1] else _look)('class_imbalance', text)
    rare = [row.name for row in present if row.objects < _RARE]
    if rare:
        text = f'{_classes(rare)} fewer than {_RARE} objects: too few to learn or to score.'
        yield _look('rare_classes', text)


def _of_splits(record: StatsRecord, gathered: Gathered) -> Iterator[WarningRecord]:
    duplicates = record.duplicates
    if duplicates and duplicates.leaks:
        first = duplicates.first[0]
        yield _bad(
            'leak',
            f'Images that look the same are in several splits ({_sets(duplicates.leaks)}), such '
            f'as {first.images[0].name} ({first.images[0].split}) and {_other(record)}: scores '
            'will be too good. Split by scene, and keep copies in one split.',
        )
    groups = gathered.classes.groups
    shared = sorted({g for a in groups for b in groups if a < b for g in groups[a] & groups[b]})
    if shared:
        yield _bad(
            'group_in_splits',
            f'{len(shared):,} scenes have images in several splits, such as {shared[0]}: the same '
            'objects and light are trained on and scored. Split by scene.',
        )
    named = [split for split in record.splits if split.objects]
    if len(named) < 2:
        return
    for split in named:
        missing = [r.name for r in record.classes if r.objects and not r.splits[split.name]]
        if missing:
            text = f'{_classes(missing)} no object in {split.name}, but in other splits.'
            yield _bad('class_missing_in_split', text)
        shares = [
            abs(row.splits[split.name] / split.objects - row.objects / record.objects)
            for row in record.classes
        ]
        if sum(shares) / 2 > _UNEVEN_SPLIT:
            yield _look(
                'uneven_split',
                f'{sum(shares) / 2:.0%} of the objects of {split.name} would have to be of other '
                'classes for the mix of the whole dataset. Stratify the splits.',
            )


def _of_boxes(record: StatsRecord, gathered: Gathered) -> Iterator[WarningRecord]:
    boxes = gathered.boxes
    if boxes.empty:
        text = f'{boxes.empty:,} boxes have no area; most trainers fail on them or drop them.'
        yield _bad('boxes_without_area', text)
    if boxes.outside:
        yield _bad(
            'boxes_outside',
            f'{boxes.outside:,} boxes leave their image; cut them, or check which convention '
            'the boxes follow.',
        )
    if boxes.tiny > _TINY * max(boxes.boxes, 1):
        yield _look(
            'tiny_boxes',
            f'{boxes.tiny / boxes.boxes:.0%} of the boxes are smaller than {TINY_PX:g} px: below '
            'the grid of most detectors. Raise labels.min_pixels, the resolution, or leave out.',
        )
    centres = gathered.boxes.centres.counts[0]
    if boxes.boxes >= _RARE and centres.max() > centres.sum() / 2:
        yield _look(
            'one_place',
            'More than half of the boxes have their centre in one 16th of the width '
            'and height of the image. A network learns the place instead of the object.',
        )
    occlusion = record.number('visibility')
    if occlusion and occlusion.p5 is not None and occlusion.p5 > 100 * _FULL:
        yield _look(
            'nothing_hidden',
            'Hardly any object is hidden or cut. Real scenes have clutter: draw more objects, '
            'distractors or closer views.',
        )


def _of_images(record: StatsRecord, gathered: Gathered) -> Iterator[WarningRecord]:
    if record.empty > _EMPTY * record.images:
        yield _look(
            'empty_images',
            f'{record.empty / record.images:.0%} of the images show no object. A few per cent '
            'teach a network what is none; more slow down its training.',
        )
    light, duplicates = gathered.light, record.duplicates
    for rule, count, words in (
        ('dark_images', light.dark, f'nearly black (mean grey level below {DARK:g})'),
        ('bright_images', light.bright, f'nearly white (mean grey level above {BRIGHT:g})'),
    ):
        if count > _LIGHT * max(light.images, 1):
            yield _look(rule, f'{count / light.images:.0%} of the images are {words}.')
    if duplicates is None:
        return
    if duplicates.plain:
        yield _look(
            'plain_images', f'{duplicates.plain:,} images show nothing or next to nothing.'
        )
    if duplicates.images > _ALIKE * record.images:
        yield _look(
            'duplicates',
            f'{duplicates.images:,} images look like another one, in '
            f'{_sets(duplicates.clusters)}, {duplicates.across_groups:,} of them across scenes. '
            'Copies add nothing.',
        )


def _other(record: StatsRecord) -> str:
    """An image of the first leak that is in another split than its first."""
    assert record.duplicates is not None
    first, *others = record.duplicates.first[0].images
    found = next((look for look in others if look.split != first.split), others[0])
    return f'{found.name} ({found.split})'


def _sets(count: int) -> str:
    return '1 set' if count == 1 else f'{count:,} sets'


def _classes(names: Sequence[str]) -> str:
    """A subject and its verb: ``3 classes (a, b, c) have``."""
    shown = ', '.join(names[:_NAMED])
    more = f' and {len(names) - _NAMED} more' if len(names) > _NAMED else ''
    if len(names) == 1:
        return f'The class {shown} has'
    return f'{len(names)} classes ({shown}{more}) have'


def _bad(rule: str, text: str) -> WarningRecord:
    return _warning(rule, 'bad', text)


def _look(rule: str, text: str) -> WarningRecord:
    return _warning(rule, 'look', text)


def _warning(rule: str, severity: Literal['bad', 'look'], text: str) -> WarningRecord:
    assert rule in RULES, rule
    return WarningRecord(rule=rule, severity=severity, text=text)

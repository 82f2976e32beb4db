"""Images, objects and classes: how many, how even, and which come together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Self

from synth_ros.report.statistics.facts import Seen
from synth_ros.report.statistics.tally import Axis, NameTally, NumberTally

PAIR = '\x1f'
"""Between the two class names of a pair; no name holds it."""

_PER_IMAGE = Axis('objects_per_image', 'Objects per image', '', -0.5, 255.5, 256, whole=True)
_KINDS = Axis('classes_per_image', 'Classes per image', '', -0.5, 127.5, 128, whole=True)


class Classes:
    """Counts of images, objects and classes, whole and by split.

    Args:
        names: All classes, in order; those that occur besides follow.

    Attributes:
        numbers: Objects and classes per image, by name of the axis.
        objects: Objects by class.
        in_images: Images that show a class, by class.
        pairs: Images that show both, by the two names in order with ``PAIR`` between; a class
            with itself where two or more objects of it are in an image.
        images: By split.
        empty: Images without objects, by split.
        objects_of: Objects by split, then class.
        groups: By split; a name without a group is not counted.
        resolutions: Images by (width, height).
        ignored: Crowds and regions that do not count.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.numbers = {axis.name: NumberTally(axis) for axis in (_PER_IMAGE, _KINDS)}
        self.objects, self.in_images, self.pairs = NameTally(), NameTally(), NameTally()
        self.images: Counter[str] = Counter()
        self.empty: Counter[str] = Counter()
        self.objects_of: Counter[tuple[str, str]] = Counter()
        self.groups: dict[str, set[str]] = {}
        self.resolutions: Counter[tuple[int, int]] = Counter()
        self.ignored = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Listed classes, then others by name."""
        listed = set(self._names)
        return (*self._names, *(name for name in self.objects if name not in listed))

    def add(self, seen: Seen) -> None:
        """Count an image."""
        image, side = seen.image, seen.side
        counts = Counter(k.class_name for k in seen.objects)
        self.images[image.split] += 1
        self.resolutions[image.width, image.height] += 1
        self.ignored += sum(k.ignored for k in image.objects)
        if image.group:
            self.groups.setdefault(image.split, set()).add(image.group)
        if not counts:
            self.empty[image.split] += 1
        self.numbers['objects_per_image'].add(counts.total(), side)
        self.numbers['classes_per_image'].add(len(counts), side)
        for name, number in counts.items():
            self.objects.add(name, side, times=number)
            self.in_images.add(name, side)
            self.objects_of[image.split, name] += number
            if number > 1:
                self.pairs.add(name + PAIR + name, side)
        for first, second in combinations(sorted(counts), 2):
            self.pairs.add(first + PAIR + second, side)

    def merge(self, other: Self) -> None:
        """Count what another one has counted."""
        for name, tally in self.numbers.items():
            tally.merge(other.numbers[name])
        self.objects.merge(other.objects)
        self.in_images.merge(other.in_images)
        self.pairs.merge(other.pairs)
        self.images.update(other.images)
        self.empty.update(other.empty)
        self.objects_of.update(other.objects_of)
        self.resolutions.update(other.resolutions)
        self.ignored += other.ignored
        for split, groups in other.groups.items():
            self.groups.setdefault(split, set()).update(groups)

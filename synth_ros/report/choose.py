"""Chooses images that stand for a dataset: spread over its scenes and its classes."""

from __future__ import annotations

from collections import Counter

from synth_ros.readers.plain.types import PlainImage
from synth_ros.report.statistics.facts import Seen

_MOST = 512


class Candidates:
    """Images to choose from: evenly spread ones, and the first that shows each class.

    Memory does not grow with the dataset.
    """

    def __init__(self) -> None:
        self._every, self._count = 1, 0
        self._spread: dict[int, PlainImage] = {}
        self._firsts: dict[int, PlainImage] = {}
        self._known: set[str] = set()

    def add(self, seen: Seen) -> None:
        """Look at the next image of the dataset."""
        number, self._count = self._count, self._count + 1
        classes = {found.class_name for found in seen.objects}
        if classes - self._known:
            self._firsts[number] = seen.image
            self._known |= classes
        if number % self._every:
            return
        self._spread[number] = seen.image
        if len(self._spread) > _MOST:
            self._every *= 2
            self._spread = {k: v for k, v in self._spread.items() if k % self._every == 0}

    def choose(self, count: int) -> list[PlainImage]:
        """Some images in the order of the dataset; all if there are no more.

        Each is the one with the classes that those before show least, of scenes that those before
        are not of; of equal ones the farthest in the dataset from those before.
        """
        left = self._spread | self._firsts
        chosen: dict[int, PlainImage] = {}
        shown: Counter[str] = Counter()
        groups: Counter[str] = Counter()
        while left and len(chosen) < count:

            def worth(number: int) -> tuple[float, int, int]:
                image = left[number]
                names = {k.class_name for k in image.objects if not k.ignored}
                new = sum(1 / (1 + shown[name]) ** 2 for name in names)
                apart = min((abs(number - other) for other in chosen), default=-number)
                alike = groups[image.group] if image.group else 0
                return (new / (1 + alike), apart, -number)

            best = max(left, key=worth)
            image = chosen[best] = left.pop(best)
            shown.update({k.class_name for k in image.objects if not k.ignored})
            groups[image.group] += 1
        return [chosen[number] for number in sorted(chosen)]

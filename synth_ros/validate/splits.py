"""What lies in two splits: a model is then tested on what it was trained with."""

from __future__ import annotations

from synth_ros.readers.layouts.names import scene_of
from synth_ros.validate.base import Rule, Sink

RULES = (
    Rule(
        'split.image',
        'error',
        'an image belongs to one split',
        'Remove the image from all splits but one.',
    ),
    Rule(
        'split.content',
        'error',
        'no two splits hold the same picture',
        'Keep the picture in one split; scores on the other mean nothing otherwise.',
    ),
    Rule(
        'split.group',
        'error',
        'all images of a scene are in one split',
        'Split by scene, not by image: synth-ros split does.',
    ),
    Rule(
        'image.twice',
        'warning',
        'no picture is there twice',
        'Remove the copies: they weigh double in training.',
    ),
)


class SplitWatch:
    """Remembers which split holds what.

    Args:
        sink: Where to report.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._images: dict[str, str] = {}
        self._contents: dict[bytes, tuple[str, str]] = {}
        self._groups: dict[str, tuple[str, str]] = {}
        self._told: set[str] = set()

    def see(self, image: str, *, split: str, group: str = '', digest: bytes = b'') -> None:
        """Note an image.

        Args:
            image: Its name, unique in the dataset.
            split: Its split; empty if there are none.
            group: What it belongs to; by default what names of ours tell.
            digest: Of its bytes; empty if it is not known.
        """
        if split:
            self.name(image, split=split)
            self._group(image, split, group=group or scene_of(image))
        if digest:
            self._content(image, split, digest=digest)

    def name(self, image: str, *, split: str) -> None:
        """Note that a split names an image."""
        other = self._images.setdefault(image, split)
        if other != split:
            self._sink.add('split.image', image, f'it is in {other} and in {split}')

    def _group(self, image: str, split: str, *, group: str) -> None:
        if not group:
            return
        other, first = self._groups.setdefault(group, (split, image))
        if other != split and group not in self._told:
            self._told.add(group)
            self._sink.add(
                'split.group', image, f'scene {group} is in {split} and, with {first}, in {other}'
            )

    def _content(self, image: str, split: str, *, digest: bytes) -> None:
        other, first = self._contents.setdefault(digest, (split, image))
        if first == image:
            return
        if other != split:
            self._sink.add('split.content', image, f'{split} has it, and {other} as {first}')
        else:
            self._sink.add('image.twice', image, f'it has the same bytes as {first}')

"""One run of a validator: what it looks at, how thoroughly, and what it found."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from synth_ros.errors import UsageError
from synth_ros.readers.container import Root, StoredFile
from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.json_items import JsonDamageError, JsonDocument, read_json
from synth_ros.validate.base import Counts, Findings, Notes, Options, Progress, Sink
from synth_ros.validate.common import shown
from synth_ros.validate.images import Seen, check_image, inside, read_bytes
from synth_ros.validate.splits import SplitWatch

T = TypeVar('T')
_WAITING = 32
"""Tasks under way; fixed, so that findings come in the same order whatever ``jobs`` is."""


class Picture(NamedTuple):
    """An image file to look at.

    Attributes:
        path: Where it is.
        size: Width and height that labels state.
        split: Its split; empty if there are none.
        group: What it belongs to (a scene); empty if not known.
        also: What else is to be checked in the same thread; gets the sink and the size, which
            is ``None`` where the image is damaged.
    """

    path: StoredFile
    size: tuple[int, int] | None = None
    split: str = ''
    group: str = ''
    also: Callable[[Sink, tuple[int, int] | None], None] | None = None


class Inspection:
    """What a validator has in hand.

    Args:
        root: The dataset.
        options: How thoroughly to look.
        findings: Where findings go.
        progress: Told how far the work is.

    Attributes:
        root: The dataset.
        fast: Decode no pixels.
        counts: What the dataset holds.
        splits: Watches for what is in two splits.
    """

    def __init__(
        self, root: Path, options: Options, *, findings: Findings, progress: Progress
    ) -> None:
        self.root = root
        self.fast = options.fast
        self.counts = Counts()
        self.findings = findings
        self.splits = SplitWatch(findings)
        self.progress = progress
        self._jobs = options.jobs

    def add(self, rule: str, file: str, message: str, *, at: str = '') -> None:
        """See :class:`synth_ros.validate.base.Sink`."""
        self.findings.add(rule, file, message, at=at)

    def name(self, path: StoredFile) -> str:
        """A path as findings show it: relative to the dataset where it can be."""
        if not isinstance(path, Path):
            return str(path).removeprefix(f'{self.root}/')
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return str(path)

    def bytes(self, path: StoredFile) -> bytes | None:
        """All of a file; ``None``, and reported, if it cannot be read."""
        return read_bytes(path, self.name(path), self)

    def text(self, path: StoredFile) -> str | None:
        """All of a text file; ``None``, and reported, if it is none."""
        data = self.bytes(path)
        if data is None:
            return None
        try:
            return data.decode('utf-8-sig')
        except UnicodeDecodeError as error:
            line = data.count(b'\n', 0, error.start) + 1
            self.add('text.damaged', self.name(path), 'it is no UTF-8 text', at=f'line {line}')
            return None

    def json(self, path: StoredFile) -> object:
        """A small JSON file; ``None``, and reported, if it is damaged."""
        data = self.bytes(path)
        if data is None:
            return None
        try:
            return read_json(data)
        except JsonDamageError as error:
            self.add('json.damaged', self.name(path), error.reason, at=f'line {error.line}')
            return None

    def json_document(self, path: StoredFile) -> JsonDocument | None:
        """A large JSON file; ``None``, and reported, if it cannot be read."""
        data = self.bytes(path)
        return None if data is None else JsonDocument(data)

    def located(self, folder: Path, name: str, *, file: str, at: str = '') -> Path | None:
        """The file that a record names; ``None``, and reported, if there is none."""
        path = inside(folder, name)
        if path is None:
            self.add('file.outside', file, f'{shown(name)} is no relative path inside', at=at)
            return None
        if not is_file(path):
            self.add('file.missing', file, f'it names {shown(name)}, which does not exist', at=at)
            return None
        return path

    def stored(self, root: Root, name: str, *, file: str, at: str = '') -> StoredFile | None:
        """As ``located``, for a file that may lie in a shard."""
        if inside(self.root, name) is None:
            self.add('file.outside', file, f'{shown(name)} is no relative path inside', at=at)
            return None
        try:
            path = root / name
            if path.is_file():
                return path
        except UsageError as error:
            message = str(error).replace(f'{self.root}/', '')
            self.add('file.unreadable', file, message[:300], at=at)
            return None
        except (OSError, ValueError):
            pass  # No file can have such a name.
        self.add('file.missing', file, f'it names {shown(name)}, which does not exist', at=at)
        return None

    def pictures(self, pictures: Iterable[Picture], *, what: str, total: int | None) -> None:
        """Look at image files, several at once; findings come in order."""
        self.progress.begin(what, total)
        for picture, seen in self.work(self._look(picture) for picture in pictures):
            self.counts.image(picture.split)
            self.splits.see(
                self.name(picture.path),
                split=picture.split,
                group=picture.group,
                digest=seen.digest if seen else b'',
            )
            self.progress.step()

    def work(self, tasks: Iterable[Callable[[Sink], T]]) -> Iterator[T]:
        """Results of tasks in their order; tasks run in threads and touch nothing shared."""
        with ThreadPoolExecutor(self._jobs) as pool:
            waiting: deque[Future[tuple[T, Notes]]] = deque()
            for task in tasks:
                waiting.append(pool.submit(_noted, task))
                if len(waiting) >= _WAITING:
                    yield self._taken(waiting.popleft())
            while waiting:
                yield self._taken(waiting.popleft())

    def _taken(self, future: Future[tuple[T, Notes]]) -> T:
        result, notes = future.result()
        self.findings.merge(notes)
        return result

    def _look(self, picture: Picture) -> Callable[[Sink], tuple[Picture, Seen | None]]:
        def look(sink: Sink) -> tuple[Picture, Seen | None]:
            file = self.name(picture.path)
            seen = check_image(picture.path, file, sink, size=picture.size, fast=self.fast)
            if picture.also is not None:
                size = picture.size or ((seen.width, seen.height) if seen else None)
                picture.also(sink, size)
            return picture, seen

        return look


def _noted(task: Callable[[Sink], T]) -> tuple[T, Notes]:
    notes = Notes()
    return task(notes), notes


def usual_jobs() -> int:
    """Threads that suit this machine."""
    return min(os.cpu_count() or 1, 8)

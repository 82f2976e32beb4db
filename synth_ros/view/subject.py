"""What is looked at: a recording of ours, or a dataset of another format. Needs no Rerun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.recognise import recognise
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.plain.open import open_plain
from synth_ros.readers.plain.types import PlainDataset
from synth_ros.readers.recording import Recording
from synth_ros.view.selection import Selection, instants_of
from synth_ros.view.sheet import draw_foreign, write_recording_sheet
from synth_ros.view.title import Title, title_of

if TYPE_CHECKING:
    from synth_ros.view.progress import Progress
    from synth_ros.view.sink import Sink


class Subject(Protocol):
    """Something to look at, of which is chosen what to show."""

    @property
    def title(self) -> Title:
        """What is shown."""
        ...

    @property
    def noun(self) -> str:
        """What is counted: ``instants`` or ``images``."""
        ...

    @property
    def total(self) -> int:
        """How many of those."""
        ...

    def log(self, sink: Sink, progress: Progress) -> None:
        """Log all that was chosen.

        Raises:
            UsageError: Something cannot be read.
            OutputError: The log cannot be written or sent.
        """
        ...

    def draw(self, path: Path) -> tuple[int, int]:
        """Draw a contact sheet; how many frames are on it, and of how many.

        Raises:
            UsageError: Something cannot be read.
            OutputError: The file cannot be written.
        """
        ...

    def close(self) -> None:
        """Close its files."""
        ...


def open_subject(path: Path, selection: Selection, *, clouds: bool = False) -> Subject:
    """Open whatever it is.

    Args:
        path: Its folder.
        selection: What to show of it.
        clouds: Make clouds of depth; of recordings alone.

    Raises:
        UsageError: It cannot be opened, or nothing of it is chosen.
    """
    found = recognise(path) if path.is_dir() else ()
    if not found or found[0].kind not in {'ours', 'bag'}:
        return _Foreign(open_plain(path), selection)
    recording = open_recording(path)
    try:
        return _Recorded(recording, selection, clouds=clouds)
    except BaseException:
        recording.close()
        raise


class _Recorded:
    """A dataset of ours or a bag."""

    noun = 'instants'

    def __init__(self, recording: Recording, selection: Selection, *, clouds: bool) -> None:
        self._recording = recording
        self._clouds = clouds
        self._instants = instants_of(recording, selection)
        self.total = len(self._instants)
        self.title = title_of(recording, self._instants)

    def log(self, sink: Sink, progress: Progress) -> None:
        # Imported here: a contact sheet needs no Rerun.
        from synth_ros.view.run import log_recording

        log_recording(
            sink, self._recording, self._instants, clouds=self._clouds, progress=progress
        )

    def draw(self, path: Path) -> tuple[int, int]:
        keys = [key for instant in self._instants for key in instant.keys]
        return write_recording_sheet(self._recording, keys, path), len(keys)

    def close(self) -> None:
        self._recording.close()


class _Foreign:
    """A dataset of another format."""

    noun = 'images'

    def __init__(self, dataset: PlainDataset, selection: Selection) -> None:
        if selection.episodes or selection.cameras:
            raise UsageError(
                f'{dataset.path} is {dataset.kind}, which knows no episodes and no cameras. '
                'Choose images with --frames A:B, --every and --max-frames.'
            )
        span = selection.span
        self._dataset = dataset
        self._numbers = range(len(dataset))[span.start : span.stop : selection.every]
        self._numbers = self._numbers[: selection.most]
        self.total = len(self._numbers)
        if not self.total:
            raise UsageError(
                f'Nothing of {dataset.path} is left to show: it has {len(dataset)} images.'
            )
        chosen = (dataset.kind, str(len(dataset)), repr(self._numbers))
        self.title = Title(dataset.path.resolve().name, chosen)

    def log(self, sink: Sink, progress: Progress) -> None:
        from synth_ros.view.foreign import log_foreign

        log_foreign(sink, self._dataset, self._numbers, progress=progress)

    def draw(self, path: Path) -> tuple[int, int]:
        return draw_foreign(self._dataset, self._numbers, path), self.total

    def close(self) -> None:
        """Nothing stays open."""

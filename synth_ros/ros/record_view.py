"""What is shown while ``synth-ros record`` works."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from synth_ros.ros.live_bag import Progress as Done
from synth_ros.ros.record_many import ManyWatch, Part
from synth_ros.ros.record_run import Recorded, Run, Watch


def amount(done: Done) -> str:
    """How much is recorded, in words."""
    return f'{done.images:,} frames, {done.size_bytes / 1e6:,.1f} MB'


def bags(count: int) -> str:
    """``1 bag``, ``2 bags``."""
    return f'{count} bag' if count == 1 else f'{count} bags'


class _Bar:
    """A bar with frames, their rate and megabytes; and sentences above it, each once."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn('[bold]{task.description}'),
            BarColumn(),
            TextColumn('{task.fields[told]}'),
            TimeElapsedColumn(),
            TextColumn('left'),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self.bar.add_task('recording', total=1.0, told='')
        self._start = time.monotonic()
        self._first_s: float | None = None
        self._noted: set[str] = set()

    @property
    def elapsed_s(self) -> float:
        """Since it began, seconds."""
        return time.monotonic() - self._start

    def show(self, share: float, done: Done) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if done.images and self._first_s is None:
            self._first_s = now
        since_s = 0.0 if self._first_s is None else now - self._first_s
        rate = f' ({done.images / since_s:.1f} frames/s)' if since_s > 0 else ''
        self.bar.update(self._task, completed=min(share, 1.0), told=amount(done) + rate)

    def end(self) -> None:
        """Show that all is done."""
        self.bar.update(self._task, completed=1.0)

    def note(self, sentence: str) -> None:
        """Show a sentence above the bar."""
        if sentence not in self._noted:
            self._noted.add(sentence)
            self.bar.console.print(Text.assemble(('warning: ', 'yellow'), sentence))


class OneView(Watch):
    """Shows how one bag goes.

    Args:
        console: Where.
        run: What is recorded.
        period_s: How long an episode lasts, simulated time.
    """

    def __init__(self, console: Console, run: Run, period_s: float) -> None:
        self._bar = _Bar(console)
        self.bar = self._bar.bar
        self._run = run
        self._period_ns = period_s * 1e9

    @property
    def elapsed_s(self) -> float:
        """Since it began, seconds."""
        return self._bar.elapsed_s

    def progress(self, progress: Done) -> None:
        """Show how far the bag is."""
        self._bar.show(self._share(progress), progress)

    def _share(self, progress: Done) -> float:
        frames, extent = self._run.frames, self._run.extent
        if frames:
            return progress.instants / frames
        if extent.end_ns is not None:
            return progress.stamp_ns / extent.end_ns
        assert extent.last_episode is not None
        episodes = extent.last_episode - self._run.first_episode + 1
        return progress.stamp_ns / (episodes * self._period_ns)

    def note(self, sentence: str) -> None:
        """Show a sentence above the bar."""
        self._bar.note(sentence)


class ManyView(ManyWatch):
    """Shows how a set of bags goes.

    Args:
        console: Where.
        todo: The bags to be made.
        period_s: How long an episode lasts, simulated time.
    """

    def __init__(self, console: Console, todo: Sequence[Part], period_s: float) -> None:
        self._bar = _Bar(console)
        self.bar = self._bar.bar
        self._console = console
        self._todo = todo
        self._total_ns = max(1.0, sum(p.last - p.first + 1 for p in todo) * period_s * 1e9)
        self._at: dict[Part, Done] = {}
        self._made: dict[Part, Recorded] = {}

    def doing(self, part: Part, progress: Done) -> None:
        """Show how far a bag is."""
        self._at[part] = progress
        total = _sum(self._at.values())
        self._bar.show(total.stamp_ns / self._total_ns, total)

    def made(self, part: Part, recorded: Recorded) -> None:
        """Take note of a bag that is whole."""
        self._made[part] = recorded
        self.doing(part, recorded.progress)
        if len(self._made) == len(self._todo):
            self._bar.end()

    def note(self, sentence: str) -> None:
        """Show a sentence above the bar."""
        self._bar.note(sentence)

    def say(self, out: Path, wanted: Sequence[Part]) -> bool:
        """Say what is there, and what to do with it; gives whether all is there."""
        total = _sum(recorded.progress for recorded in self._made.values())
        messages = sum(recorded.messages for recorded in self._made.values())
        whole = len(self._made) == len(self._todo)
        told = f'{bags(len(self._made))}, {amount(total)}, {messages:,} messages'
        self._console.print(
            Text.assemble(
                (told, 'green' if whole else 'yellow'), f' in {self._bar.elapsed_s:.1f} s: {out}'
            ),
            soft_wrap=True,
        )
        if not whole:
            self._console.print(
                Text(
                    f'Interrupted: {bags(len(self._todo) - len(self._made))} to go; those in '
                    f'{out} are whole. Run the same command with --resume to go on.'
                ),
                soft_wrap=True,
            )
            return False
        first = out / wanted[0].name
        self._console.print(
            f'As datasets: [bold]synth-ros bag2dataset {first} DATASET[/], and so on; synth-ros '
            f'merge puts them together. Into topics: [bold]ros2 bag play {first}[/]',
            soft_wrap=True,
        )
        return True


def _sum(all_done: Iterable[Done]) -> Done:
    parts = list(all_done)
    return Done(
        instants=sum(done.instants for done in parts),
        images=sum(done.images for done in parts),
        size_bytes=sum(done.size_bytes for done in parts),
        stamp_ns=sum(done.stamp_ns for done in parts),
    )

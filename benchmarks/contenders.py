"""The benchmark's side of contenders: starts them, gives them turns, compares them.

All contenders of a scene live at once, each in its own processes, and take turns; before each of
its turns the baseline has one. A machine whose speed drifts then treats both of a pair alike, and
each pair gives one ratio.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

HERE = Path(__file__).resolve().parent
SERVER = (sys.executable, str(HERE / 'serve.py'))
_END_S = 20


class ContenderError(Exception):
    """A contender could not be started or stopped answering."""


@dataclass(frozen=True)
class Contender:
    """A way to make frames.

    Attributes:
        name: What it is called in tables.
        options: For its process.
        quality: Shadow map, antialiasing and shading, in words.
        processes: How many make frames side by side.
        command: Starts one process; the options follow as JSON.
        environment: Variables that it gets besides ours.
    """

    name: str
    options: Mapping[str, object]
    quality: str
    processes: int = 1
    command: tuple[str, ...] = SERVER
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Measured:
    """Turns of one contender, and the baseline's turns beside them.

    Attributes:
        contender: Which.
        seconds: Wall seconds a frame, turn by turn.
        baseline: The same of the baseline, in the turn before.
        facts: What the contender said of itself.
        error: Why there is nothing.
    """

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)
    facts: Mapping[str, object] = field(default_factory=dict)
    error: str = ''


class Running:
    """A contender's processes.

    Args:
        contender: Started at once, but not waited for.

    Attributes:
        processor_s: Processor seconds a frame in the last turn, all threads added up.
    """

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self.facts: dict[str, object] = {}
        self.processor_s = 0.0
        self._errors: list[IO[bytes]] = []
        self._processes = [self._start() for _ in range(contender.processes)]

    def _start(self) -> subprocess.Popen[str]:
        errors = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self._errors.append(errors)
        return subprocess.Popen(
            [*self.contender.command, json.dumps(dict(self.contender.options))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **self.contender.environment},
        )

    def ready(self) -> None:
        """Wait until all processes can make frames.

        Raises:
            ContenderError: One of them ended.
        """
        for number in range(len(self._processes)):
            self.facts = self._answer(number)

    def turn(self, frames: int) -> float:
        """Make this many frames in each process.

        Returns:
            Wall seconds a frame: of one process as it says itself, of several until the last one
            is done.

        Raises:
            ContenderError: A process ended.
        """
        start = time.perf_counter()
        for number, process in enumerate(self._processes):
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps({'frames': frames}) + '\n')
                process.stdin.flush()
            except BrokenPipeError:
                raise ContenderError(self._last_words(number)) from None
        answers = [self._answer(number) for number in range(len(self._processes))]
        work = sum(float(str(answer.get('processor_s', 0))) for answer in answers)
        self.processor_s = work / (frames * len(answers))
        if len(answers) == 1:
            return float(str(answers[0]['seconds'])) / frames
        return (time.perf_counter() - start) / (frames * len(answers))

    def close(self) -> None:
        """End the processes."""
        for process, errors in zip(self._processes, self._errors, strict=True):
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
            errors.close()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.close()

    def _answer(self, number: int) -> dict[str, object]:
        stream = self._processes[number].stdout
        assert stream is not None
        line = stream.readline()
        if not line:
            raise ContenderError(self._last_words(number))
        answer: dict[str, object] = json.loads(line)
        return answer

    def _last_words(self, number: int) -> str:
        code = self._processes[number].wait()
        errors = self._errors[number]
        errors.seek(0)
        text = errors.read().decode('utf-8', 'replace').strip().splitlines()
        return f'{self.contender.name} ended with code {code}: {text[-1] if text else ""}'


def compete(
    baseline: Contender, others: Sequence[Contender], *, rounds: int, turn_s: float
) -> list[Measured]:
    """Give all contenders turns.

    Args:
        baseline: Has a turn before each turn of another.
        others: The others.
        rounds: Turns of each.
        turn_s: About how long a turn takes; at least one frame.

    Returns:
        The others in order; one that cannot run has its error and no turns.

    Raises:
        ContenderError: The baseline cannot run.
    """
    with Running(baseline) as base:
        measured = [Measured(contender) for contender in others]
        running = [Running(contender) for contender in others]
        try:
            base.ready()
            base_frames = _frames_for(base, turn_s)
            alive = [
                (entry, one, frames)
                for entry, one in zip(measured, running, strict=True)
                if (frames := _wake(entry, one, turn_s)) > 0
            ]
            for _ in range(rounds):
                for entry, one, frames in alive:
                    entry.baseline.append(base.turn(base_frames))
                    entry.seconds.append(one.turn(frames))
        finally:
            for one in running:
                one.close()
    return measured


def _wake(entry: Measured, one: Running, turn_s: float) -> int:
    """Frames a turn; 0 with the reason noted if it cannot run."""
    try:
        one.ready()
        frames = _frames_for(one, turn_s)
    except ContenderError as error:
        entry.error = str(error)
        return 0
    entry.facts = one.facts
    return frames


def _frames_for(one: Running, turn_s: float) -> int:
    one.turn(2)  # warms up
    return max(1, round(turn_s / max(one.turn(2), 1e-6) / one.contender.processes))

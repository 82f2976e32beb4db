"""What the parent and its worker processes say to each other, and what workers are started with.

Every worker has a pipe of its own, so that one that is killed in the middle of a sentence leaves
the others undisturbed, and the parent knows at any time which episodes each of them has.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from synth_ros.pipeline.clock import Name, Tally
from synth_ros.pipeline.generate import GenerateRequest, Plan

_SOFTWARE_THREADS = 'LP_NUM_THREADS'


class Task(NamedTuple):
    """What a worker is started with.

    Attributes:
        request: What to make; its renderer is chosen.
        plan: The request with defaults filled in.
        device: Number of the graphics device to use; ``None`` for the default one.
        workers: Processes that share the machine.
    """

    request: GenerateRequest
    plan: Plan
    device: int | None
    workers: int


class Want(NamedTuple):
    """A worker asks for an episode and waits for its number, or for ``None``.

    Attributes:
        idle: It has nothing else to do. Else ``None`` means: not now.
    """

    idle: bool


class Failure(NamedTuple):
    """An error in a worker, in a form that crosses processes.

    Attributes:
        message: For the user.
        exit_code: Of the command.
    """

    message: str
    exit_code: int


class Times(NamedTuple):
    """A worker's last word: where its time went."""

    tallies: Mapping[Name, Tally]


def assign_devices(workers: int, devices: Sequence[int]) -> list[int | None]:
    """Which graphics device each worker renders on: all devices in turn.

    Args:
        workers: How many.
        devices: Numbers of the devices to share; empty for the default one.

    Returns:
        A number for each worker; ``None`` for the default device.
    """
    return [devices[k % len(devices)] if devices else None for k in range(workers)]


def software_threads(workers: int) -> int:
    """Threads with which a software driver should draw in each of several processes."""
    return max(1, len(os.sched_getaffinity(0)) // workers)


@contextmanager
def environment_of_workers(workers: int) -> Iterator[None]:
    """Let processes that are started in the block share the processors.

    A software driver takes all of them in every process by itself, and then loses time changing
    between its threads. What the user set stays.
    """
    if _SOFTWARE_THREADS in os.environ:
        yield
        return
    os.environ[_SOFTWARE_THREADS] = str(software_threads(workers))
    try:
        yield
    finally:
        del os.environ[_SOFTWARE_THREADS]

"""What a log is called, and what decides its contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from synth_ros.readers.recording import Recording
from synth_ros.view.selection import Instant


class Title(NamedTuple):
    """What is logged.

    Attributes:
        name: Of its folder; names the stream.
        contents: Everything that decides what is in the log: the same gets the same id.
    """

    name: str
    contents: tuple[str, ...]


def title_of(recording: Recording, instants: Sequence[Instant]) -> Title:
    """What is logged of a recording."""
    stems = [key.stem for instant in instants for key in instant.keys]
    known = (recording.kind, recording.config_hash, str(recording.seed), *stems)
    return Title(recording.path.resolve().name, known)

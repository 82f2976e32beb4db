"""The report of a recording, as its JSON file holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class StampFigures(_Record):
    """What the stamps of a topic's messages tell.

    Attributes:
        period_s: Median time from one stamp to the next, seconds.
        regular: Whether nine of ten times are within a tenth of it; only then gaps mean anything.
        gaps: Times of more than one and a half periods.
        missing: How many periods lie in the gaps.
        longest_s: The longest time from one stamp to the next, seconds.
        longest_at_s: When it ended, seconds of real time since the first message of the recording.
        backwards: How often a stamp was smaller than the one before.
    """

    period_s: float
    regular: bool
    gaps: int
    missing: int
    longest_s: float
    longest_at_s: float
    backwards: int


class TopicFigures(_Record):
    """One topic.

    Attributes:
        name: Of the topic.
        type_name: Message type.
        messages: Messages that were taken in to be recorded.
        size_bytes: Of them all.
        lost: Messages that were sent while recording and never came.
        before: Messages that were sent before recording began.
        skipped: Messages that came while recording was stopped.
        restarts: How often a publisher's numbering began anew.
        provable: Whether the numbers of the middleware prove ``lost``.
        first_s: When the first message came, seconds since the first of all topics.
        last_s: When the last one came.
        rate_hz: Messages per second from the first to the last; ``None`` for less than two.
        rate_low_hz: The least in a whole window of ``RecordingReport.window_s``; ``None`` where
            there is none.
        rate_high_hz: The most.
        stamps: What the stamps tell; ``None`` for messages without.
        line: Messages in each bin of ``RecordingReport.bin_s``, from the start of the recording.
        lost_at_s: When losses were noticed, at most a thousand.
        silent: Instants at the end that others of its camera had, and it had not.
    """

    name: str
    type_name: str
    messages: int
    size_bytes: int
    lost: int
    before: int
    skipped: int
    restarts: int
    provable: bool
    first_s: float | None
    last_s: float | None
    rate_hz: float | None
    rate_low_hz: float | None
    rate_high_hz: float | None
    stamps: StampFigures | None
    line: tuple[int, ...]
    lost_at_s: tuple[float, ...]
    silent: int = 0


class FileFigures(_Record):
    """One file of the bag.

    Attributes:
        name: Of the file.
        size_bytes: On the disk.
        messages: In it, what a split repeats included.
    """

    name: str
    size_bytes: int
    messages: int


class BackPressure(_Record):
    """How often what was recorded had to be waited for.

    Attributes:
        held: Instants whose word came late because too much waited to be written.
        held_s: How long all of them together, seconds.
        longest_s: The longest.
        most_waiting_bytes: The most that waited for the dataset.
        limit_bytes: From which amount on instants are held.
    """

    held: int
    held_s: float
    longest_s: float
    most_waiting_bytes: int
    limit_bytes: int


class DiskFigures(_Record):
    """What writing the bag took.

    Attributes:
        file_bytes: Of all files.
        message_bytes: Of the messages before compression.
        writing_s: Real time spent in compressing and writing, seconds; ``None`` where real time
            has no part in it.
        not_written: Messages that waited in memory when the disk failed.
    """

    file_bytes: int
    message_bytes: int
    writing_s: float | None
    not_written: int


class RecordingReport(_Record):
    """How a recording went.

    Attributes:
        format: Version of this record.
        bag: Name of the bag's folder.
        duration_s: From the first to the last message, seconds; of simulated time where there was
            no transport.
        messages: That were taken in, of all topics.
        lost: Known to be lost on the way, of all topics.
        window_s: Over so long rates are taken, seconds.
        bin_s: Width of the bins of time lines, seconds.
        topics: By name.
        unrecorded: Topics that could not be recorded, and why.
        never_published: Topics that were waited for in vain.
        files: Of the bag, in order.
        back_pressure: How often the simulation was held; ``None`` where there was no transport.
        disk: What writing took.
    """

    format: Literal['synth_ros/recording/1'] = 'synth_ros/recording/1'
    bag: str
    duration_s: float
    messages: int
    lost: int
    window_s: float
    bin_s: float
    topics: tuple[TopicFigures, ...]
    unrecorded: Mapping[str, str]
    never_published: tuple[str, ...]
    files: tuple[FileFigures, ...]
    back_pressure: BackPressure | None
    disk: DiskFigures

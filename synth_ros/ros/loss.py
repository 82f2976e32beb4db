"""Proof that nothing was lost: the middleware numbers what each publisher sends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# Longer than anything is on its way.
_REMEMBERED = 1024


class TopicReport(NamedTuple):
    """What became of one topic's messages.

    Attributes:
        topic: Its name.
        received: Messages received.
        lost: Messages sent between the first and the last one received that never came.
        before: Messages sent before the first one received, when recording had not begun.
        restarts: How often the publisher's numbering began anew.
        provable: Whether the numbers prove it: the middleware gives them, at any time one
            publisher sent, and each new publisher was noticed in the numbers too.
        skipped: Messages that came while recording was stopped, and were not asked for.
        silent: Instants after its last message in which others of its camera still came. What is
            missing at the end leaves no gap in the numbers: it was lost on the way, or the stream
            was switched off.
    """

    topic: str
    received: int
    lost: int
    before: int
    restarts: int
    provable: bool
    skipped: int = 0
    silent: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is known to be missing since recording began."""
        return self.lost == 0 and self.silent == 0


class Ends:
    """Notices topics that fell silent while others, sent at the same instants, went on.

    Args:
        groups: Topics with a message at each instant of their group.
    """

    def __init__(self, groups: Collection[Collection[str]]) -> None:
        self._group = {topic: n for n, topics in enumerate(groups) for topic in topics}
        self._numbers: list[dict[int, int]] = [{} for _ in groups]
        self._instants = [0] * len(groups)
        self._last: dict[str, int] = {}
        self._longest_gap: dict[str, int] = {}

    def see(self, topic: str, stamp_ns: int) -> None:
        """Take note of a message; what comes again after others has its place among them.

        Args:
            topic: Its topic; one of no group says nothing.
            stamp_ns: Its stamp, nanoseconds.
        """
        group = self._group.get(topic)
        if group is None:
            return
        numbers = self._numbers[group]
        if stamp_ns not in numbers:
            self._instants[group] += 1
            numbers[stamp_ns] = self._instants[group]
            if len(numbers) > _REMEMBERED:
                del numbers[next(iter(numbers))]
        number, last = numbers[stamp_ns], self._last.get(topic)
        if last is not None:
            self._longest_gap[topic] = max(self._longest_gap.get(topic, 1), number - last)
        self._last[topic] = max(last or 0, number)

    def silent(self, topic: str) -> int:
        """Instants that went on without a topic, beyond the longest gap that it had before.

        The last instant may have been cut off, so it is not among them; nor is anything where a
        topic comes more rarely than others of its group.

        Args:
            topic: Any topic.
        """
        group = self._group.get(topic)
        if group is None:
            return 0
        usual = self._longest_gap.get(topic, 1)
        return max(0, self._instants[group] - self._last.get(topic, 0) - usual)


@dataclass(slots=True)
class SequenceCounter:
    """Counts one topic.

    Publishers number their messages from 1. A gap in the numbers is a loss; a smaller number
    than the last is a publisher that was started anew.

    Attributes:
        topic: Its name.
    """

    topic: str
    received: int = 0
    lost: int = 0
    before: int = 0
    restarts: int = 0
    skipped: int = 0
    _last: int | None = None
    _last_kept: bool = True
    _numbered: bool = True
    _crowded: bool = False
    _senders: set[bytes] = field(default_factory=set)

    def see_publishers(self, ids: Collection[bytes]) -> None:
        """Take note of who publishes now.

        Args:
            ids: The identity that the middleware gives each publisher.
        """
        self._crowded |= len(ids) > 1
        self._senders.update(ids)

    def doubt(self) -> None:
        """Take note that a publisher may have sent what can not be received."""
        self._crowded = True

    def count(self, sequence: int | None, *, kept: bool = True) -> None:
        """Take note of a message.

        What is missing between two messages that were skipped was not asked for; between others,
        it is lost.

        Args:
            sequence: Its publication sequence number; ``None`` where the middleware has none.
            kept: Whether it is recorded; otherwise it is skipped.
        """
        self.received += kept
        self.skipped += not kept
        asked = kept or self._last_kept
        self._last_kept = kept
        if sequence is None:
            self._numbered = False
            return
        if self._last is None:
            self.before += sequence - 1
        elif sequence <= self._last:
            self.restarts += 1
            self.lost += (sequence - 1) * asked
        else:
            self.lost += (sequence - self._last - 1) * asked
        self._last = sequence

    def fetch(self, count: int) -> None:
        """Take note that skipped messages are recorded after all."""
        self.skipped -= count
        self.received += count

    def report(self) -> TopicReport:
        """The result so far."""
        # A publisher that is first heard at a number above the last one of the publisher before
        # it looks like a gap: then there were more publishers than restarts.
        noticed = len(self._senders) <= self.restarts + 1
        provable = self._numbered and noticed and not self._crowded
        return TopicReport(
            topic=self.topic,
            received=self.received,
            lost=self.lost if provable else 0,
            before=self.before if provable else 0,
            restarts=self.restarts if provable else 0,
            provable=provable,
            skipped=self.skipped,
        )


def summary(reports: Sequence[TopicReport]) -> str:
    """One sentence for people."""
    total = sum(report.received for report in reports)
    losses = [report for report in reports if report.lost]
    silent = [report for report in reports if report.silent]
    unproven = [report.topic for report in reports if not report.provable and report.received]
    text = f'{total} messages received on {len(reports)} topics'
    if losses:
        named = ', '.join(f'{report.topic} ({report.lost})' for report in losses)
        text += f'; LOST: {named}'
    elif not silent:
        text += '; none lost on the way'
    if silent:
        named = ', '.join(f'{report.topic} ({report.silent} instants)' for report in silent)
        text += f'; SILENT at the end (lost on the way, or switched off): {named}'
    if unproven:
        text += f'; not provable (several publishers or no numbers): {", ".join(unproven)}'
    early = sum(report.before for report in reports)
    if early:
        text += f'; {early} were sent before recording began'
    skipped = sum(report.skipped for report in reports)
    if skipped:
        text += f'; {skipped} came while recording was stopped'
    return f'{text}.'

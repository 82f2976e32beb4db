"""Proof that nothing was lost: the middleware numbers what each publisher sends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


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
    """

    topic: str
    received: int
    lost: int
    before: int
    restarts: int
    provable: bool
    skipped: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is known to be missing since recording began."""
        return self.lost == 0


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
    losses = [report for report in reports if not report.complete]
    unproven = [report.topic for report in reports if not report.provable and report.received]
    text = f'{total} messages received on {len(reports)} topics'
    if losses:
        named = ', '.join(f'{report.topic} ({report.lost})' for report in losses)
        text += f'; LOST: {named}'
    else:
        text += '; none lost on the way'
    if unproven:
        text += f'; not provable (several publishers or no numbers): {", ".join(unproven)}'
    early = sum(report.before for report in reports)
    if early:
        text += f'; {early} were sent before recording began'
    skipped = sum(report.skipped for report in reports)
    if skipped:
        text += f'; {skipped} came while recording was stopped'
    return f'{text}.'

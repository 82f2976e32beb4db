"""Which instants of the simulation have arrived in full."""

from __future__ import annotations

from dataclasses import dataclass, field

_REMEMBERED = 64


@dataclass(slots=True)
class _Instant:
    last_s: float
    heard: dict[str, set[str]] = field(default_factory=dict)

    def has(self, group: str, topic: str) -> bool:
        return topic in self.heard.get(group, ())


class Instants:
    """Finds out when all messages of an instant are there.

    What belongs to one is learned: of each camera that has a message in it, the topics that its
    last instant had; before the first one, all topics. So a stream that is switched off is waited
    for once only, and one that is switched on from its second message on.

    Args:
        topics: Topics by group; a group (a camera, or all that is of none) comes as a whole.
        patience_s: An instant of which nothing came for so long is taken for whole, seconds.
    """

    def __init__(self, topics: dict[str, frozenset[str]], *, patience_s: float) -> None:
        self._expected = dict(topics)
        self._group = {topic: group for group, held in topics.items() for topic in held}
        self._patience_s = patience_s
        self._open: dict[int, _Instant] = {}
        self._done: dict[int, _Instant] = {}

    def see(self, topic: str, stamp_ns: int, *, now_s: float) -> bool:
        """Take note of a message.

        Args:
            topic: Its topic.
            stamp_ns: Its stamp, nanoseconds.
            now_s: Steady time, seconds.

        Returns:
            Whether its instant is whole now; said once of each.
        """
        group = self._group.get(topic)
        if group is None:
            return False
        done = self._done.get(stamp_ns)
        if done is not None and not done.has(group, topic):
            # It came after what was taken for all; from now on it is waited for.
            done.heard.setdefault(group, set()).add(topic)
            self._expected[group] |= {topic}
            return False
        instant = self._open.get(stamp_ns)
        if instant is None or instant.has(group, topic):
            # Seen twice, it is of a simulation that begins anew.
            self._done.pop(stamp_ns, None)
            instant = self._open[stamp_ns] = _Instant(now_s)
        instant.last_s = now_s
        instant.heard.setdefault(group, set()).add(topic)
        if not all(heard >= self._expected[name] for name, heard in instant.heard.items()):
            return False
        if len(instant.heard) == 1 and len(self._expected) > 1:
            # The clock alone, which comes first, is no instant.
            return False
        self._finish(stamp_ns)
        return True

    def overdue(self, now_s: float) -> list[int]:
        """Stamps of instants that are taken for whole, though not all of them came."""
        late = [
            stamp
            for stamp, instant in self._open.items()
            if now_s - instant.last_s >= self._patience_s
        ]
        for stamp in late:
            self._finish(stamp)
        return late

    def _finish(self, stamp_ns: int) -> None:
        instant = self._open.pop(stamp_ns)
        for group, heard in instant.heard.items():
            self._expected[group] = frozenset(heard)
        self._done[stamp_ns] = instant
        while len(self._done) > _REMEMBERED:
            del self._done[next(iter(self._done))]

"""Whether what arrives is recorded: started and stopped between two instants, not inside one."""

from __future__ import annotations

from typing import NamedTuple

# Messages of one instant come within this time; stamps of a later one may begin anew.
_BORDER_S = 1.0


class _Turn(NamedTuple):
    """A start or a stop: what belongs to instants up to the border is treated as before it."""

    border_ns: int
    until_s: float
    before: bool


class RecordingSwitch:
    """Tells of each message whether it is to be recorded.

    Stopped in the middle of an instant, it lets the rest of that instant through; started in the
    middle of one, it leaves out the rest: frames are recorded whole or not at all, however soon
    one follows the other.

    Args:
        on: Whether it begins switched on.
    """

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._latest_ns: int | None = None
        self._latest_s = 0.0
        # Of the last second, in order.
        self._turns: list[_Turn] = []

    def turn(self, *, on: bool, now_s: float) -> bool:
        """Start or stop recording.

        Args:
            on: Which.
            now_s: Steady time, seconds.

        Returns:
            Whether that changed anything.
        """
        if self.on == on:
            return False
        if self._latest_ns is not None:
            self._turns.append(_Turn(self._latest_ns, now_s + _BORDER_S, self.on))
        self.on = on
        return True

    def allows(self, stamp_ns: int | None, *, now_s: float) -> bool:
        """Whether a message is recorded.

        Args:
            stamp_ns: Of its instant, nanoseconds; ``None`` if it belongs to none.
            now_s: Steady time, seconds.
        """
        if stamp_ns is None:
            return self.on
        latest_ns = self._latest_ns
        # Topics overtake one another; but a simulation that begins anew has smaller stamps.
        if latest_ns is None or stamp_ns >= latest_ns or now_s >= self._latest_s + _BORDER_S:
            self._latest_ns, self._latest_s = stamp_ns, now_s
        self._turns = [turn for turn in self._turns if now_s < turn.until_s]
        for turn in self._turns:
            if stamp_ns <= turn.border_ns:
                return turn.before
        return self.on

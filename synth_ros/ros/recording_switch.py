"""Whether what arrives is recorded: started and stopped between two instants, not inside one."""

from __future__ import annotations

# Messages of one instant come within this time; stamps of a later one may begin anew.
_BORDER_S = 1.0


class RecordingSwitch:
    """Tells of each message whether it is to be recorded.

    Stopped in the middle of an instant, it lets the rest of that instant through; started in the
    middle of one, it leaves out the rest: frames are recorded whole or not at all.

    Args:
        on: Whether it begins switched on.
    """

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._latest_ns: int | None = None
        self._latest_s = 0.0
        self._border_ns: int | None = None
        self._border_until_s = 0.0

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
        self.on = on
        self._border_ns, self._border_until_s = self._latest_ns, now_s + _BORDER_S
        return True

    def allows(self, stamp_ns: int | None, *, now_s: float) -> bool:
        """Whether a message is recorded.

        Args:
            stamp_ns: Of its instant, nanoseconds; ``None`` if it belongs to none.
            now_s: Steady time, seconds.
        """
        if stamp_ns is None:
            return self.on
        border_ns = self._border_ns
        if border_ns is not None and now_s < self._border_until_s:
            if stamp_ns <= border_ns:
                return not self.on
            return self.on
        self._border_ns = None
        latest_ns = self._latest_ns
        # Topics overtake one another; but a simulation that begins anew has smaller stamps.
        if latest_ns is None or stamp_ns >= latest_ns or now_s >= self._latest_s + _BORDER_S:
            self._latest_ns, self._latest_s = stamp_ns, now_s
        return self.on

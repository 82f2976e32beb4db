"""Pairs messages by exact stamp: one set per camera and instant, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

Part = TypeVar('Part')


class Incomplete(NamedTuple):
    """A set that never became whole.

    Attributes:
        stamp_ns: Its stamp.
        missing: Parts that did not come.
    """

    stamp_ns: int
    missing: tuple[str, ...]


class ExactPairer(Generic[Part]):
    """Collects the parts of each stamp.

    Parts of different topics may arrive in any order, but each topic keeps its own; a set is
    given up as incomplete once so many later sets are whole that its parts cannot come any
    more, or at the end.

    Args:
        names: The parts of a set.
        patience: Whole sets of later stamps to wait for.
    """

    def __init__(self, names: frozenset[str], *, patience: int = 20) -> None:
        self._names = names
        self._patience = patience
        self._open: dict[int, dict[str, Part]] = {}
        self._later: dict[int, int] = {}
        self.incomplete: list[Incomplete] = []

    def add(self, name: str, stamp_ns: int, part: Part) -> Mapping[str, Part] | None:
        """Take a part.

        Returns:
            The whole set when this was its last part.
        """
        assert name in self._names
        parts = self._open.setdefault(stamp_ns, {})
        parts[name] = part
        if len(parts) < len(self._names):
            return None
        del self._open[stamp_ns]
        self._later.pop(stamp_ns, None)
        self._age(stamp_ns)
        return parts

    def finish(self) -> None:
        """Give up all sets that are not whole."""
        for stamp_ns in sorted(self._open):
            self._give_up(stamp_ns)

    def _age(self, whole_stamp_ns: int) -> None:
        for stamp_ns in [s for s in self._open if s < whole_stamp_ns]:
            self._later[stamp_ns] = self._later.get(stamp_ns, 0) + 1
            if self._later[stamp_ns] >= self._patience:
                self._give_up(stamp_ns)

    def _give_up(self, stamp_ns: int) -> None:
        parts = self._open.pop(stamp_ns)
        self._later.pop(stamp_ns, None)
        missing = tuple(sorted(self._names - parts.keys()))
        self.incomplete.append(Incomplete(stamp_ns, missing))

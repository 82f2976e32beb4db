"""The protocol of a family of statistics."""

from __future__ import annotations

from typing import Protocol, Self

from synth_ros.report.statistics.facts import Seen


class Family(Protocol):
    """Statistics that are gathered together, in one pass."""

    def add(self, seen: Seen) -> None:
        """Count an image."""
        ...

    def merge(self, other: Self) -> None:
        """Count what another one has counted; the result is that of one pass over both."""
        ...

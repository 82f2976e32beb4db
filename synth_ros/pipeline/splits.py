"""Deals episodes to splits while they are made, before anybody has seen them."""

from __future__ import annotations

import threading
from bisect import bisect_right
from itertools import accumulate

from synth_ros.config.root import Config
from synth_ros.randomize.scenario import draw_scenario
from synth_ros.randomize.streams import Streams

# Multiples of the golden ratio fill the unit interval evenly, however many are taken (Knuth, The
# Art of Computer Programming 3, section 6.4, exercise 9).
_GOLDEN = (5**0.5 - 1) / 2


class DealtSplits:
    """Splits of episodes by the seed, within each scenario; implements ``writers.splits.Splits``.

    The k-th episode of a scenario goes where the k-th multiple of the golden ratio falls among the
    shares. So every share is met within about one episode in each scenario, at any length of the
    dataset, and an episode keeps its split when the dataset grows.

    Args:
        config: Its ``output.dataset.splits`` are the shares, relative to their sum.
        seed: Of the dataset.
    """

    def __init__(self, config: Config, seed: int) -> None:
        shares = config.output.dataset.shares
        self._config = config
        self._seed = seed
        self._names = tuple(shares)
        self._edges = tuple(accumulate(share / sum(shares.values()) for share in shares.values()))
        self._lock = threading.Lock()
        self._dealt: list[int] = []
        self._counts: dict[str, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All splits, in the order of the config."""
        return self._names

    def of(self, episode: int) -> str:
        """Split of an episode."""
        with self._lock:
            while len(self._dealt) <= episode:
                self._deal(len(self._dealt))
            return self._names[self._dealt[episode]]

    def __reduce__(self) -> tuple[type[DealtSplits], tuple[Config, int]]:
        """Another process deals anew, and the same."""
        return DealtSplits, (self._config, self._seed)

    def _deal(self, episode: int) -> None:
        scenario = draw_scenario(self._config, streams=Streams(self._seed, episode))
        count = self._counts.get(scenario, 0)
        self._counts[scenario] = count + 1
        start = float(Streams(self._seed, 0).shared(f'splits/{scenario}').random())
        place = bisect_right(self._edges, (start + count * _GOLDEN) % 1.0)
        # Rounding may leave the last edge just below 1.
        self._dealt.append(min(place, len(self._names) - 1))

"""Which scenario an episode belongs to."""

from __future__ import annotations

import numpy as np

from synth_ros.config.root import Config
from synth_ros.randomize.draw import progress_at, progress_of
from synth_ros.randomize.streams import Streams


def scenario_weights(config: Config, episode: int) -> dict[str, float]:
    """Probability of each scenario in an episode; they sum to 1. Empty without scenarios."""
    return _shares(config, progress_of(config, episode))


def _shares(config: Config, progress: float) -> dict[str, float]:
    weights = {entry.name: entry.weight_at(progress) for entry in config.scenarios}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def draw_scenario(config: Config, *, streams: Streams) -> str:
    """Name of an episode's scenario; empty if the config has none.

    One uniform number picks it, so that another weight moves few episodes to another scenario.
    """
    shares = _shares(config, progress_at(config, streams))
    if not shares:
        return ''
    u = streams.generator('scenario').random()
    place = int(np.searchsorted(np.cumsum(list(shares.values())), u, side='right'))
    # Rounding may leave the sum just below 1; a share of 0 is never drawn.
    names = [name for name, share in shares.items() if share > 0]
    return list(shares)[place] if place < len(shares) else names[-1]

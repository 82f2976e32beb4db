"""How far a run has come."""

from __future__ import annotations

from synth_ros.config.root import Config


def progress_of(config: Config, episode: int) -> float:
    """Share of the run that lies before an episode: 0 for the first, 1 for the last.

    It counts in the config's ``output.dataset.episodes``, so that episode N is the same in a run
    of any length; those beyond have 1.

    Args:
        config: The config.
        episode: Number of the episode.
    """
    return min(episode / max(config.output.dataset.episodes - 1, 1), 1.0)

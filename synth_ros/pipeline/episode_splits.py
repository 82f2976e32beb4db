"""Which split the episodes of a recording are in: as it says, or dealt anew."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.pipeline.stratify import split_sizes, stratify
from synth_ros.readers.recording import Recording
from synth_ros.readers.split_file import read_splits
from synth_ros.writers.splits import OneSplit, Splits, plan_of

_NONE: Mapping[str, float] = MappingProxyType({})


def default_splits(
    recording: Recording, *, shares: Mapping[str, float] = _NONE, seed: int | None = None
) -> Splits:
    """Splits of a recording's episodes.

    Args:
        recording: A dataset or a bag.
        shares: Deals all episodes anew; empty takes what the recording says, or else the shares
            that a config has by default. Too few episodes for those are all ``train``.
        seed: Of the deal; ``None`` takes the recording's.

    Raises:
        UsageError: What the recording says is damaged, or a split of ``shares`` would get no
            episode.
    """
    episodes = sorted({key.run for key in recording.frames})
    if not shares and seed is None:
        listed = read_splits(recording.path, episodes)
        if listed is not None:
            return plan_of(listed.split_of(), tuple(listed.episodes))
    try:
        sizes = split_sizes(len(episodes), shares or DatasetConfig().shares)
    except UsageError:
        if shares:
            raise
        return OneSplit()
    classes: dict[int, set[str]] = {episode: set() for episode in episodes}
    for key in recording.frames:
        try:
            record = recording.record(key)
        except UsageError:
            # Whoever reads the frame is told.
            continue
        names = {item.instance_id: item.class_name for item in record.instances}
        classes[key.run] |= {names[label.instance_id] for label in record.labels}
    rng = np.random.default_rng(recording.seed if seed is None else seed)
    strata = {episode: frozenset(found) for episode, found in classes.items()}
    return plan_of(stratify(strata, sizes, rng), tuple(sizes))

"""Where cameras are: always where their mounts have them, or not."""

from __future__ import annotations

from synth_ros.config.load import LoadedConfig
from synth_ros.config.root import Config
from synth_ros.randomize.vary import moves_cameras


def mounts_move(loaded: LoadedConfig) -> bool:
    """Whether camera mounts change between episodes, in any scenario of a config."""
    return any(_moves(one.config) for one in (loaded, *loaded.scenarios))


def _moves(config: Config) -> bool:
    drawn = config.randomization
    jitter = drawn.cameras.position_m > 0 or drawn.cameras.rotation_deg > 0
    return jitter or bool(drawn.viewpoints) or moves_cameras(drawn.vary)

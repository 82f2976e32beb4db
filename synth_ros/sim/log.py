"""MuJoCo's own log: kept off the user's folder and terminal."""

from __future__ import annotations

import mujoco


def silence_mujoco() -> None:
    """Stop MuJoCo from writing ``MUJOCO_LOG.TXT`` into the working directory.

    Process-wide, so for the engine's entry to call, never for an import. Nothing is hidden
    by it: warnings are read from the counters of each simulation and become verdicts.
    """
    config = mujoco.MjLogConfig.get()
    config.logto_file = False
    config.logto_console = False
    mujoco.MjLogConfig.set(config)

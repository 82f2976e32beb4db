"""A state that is kept while the world moves on."""

from __future__ import annotations

import mujoco

from synth_ros.sim.world import World


class KeptState:
    """Room for a copy of a world's state, which may be taken again and again.

    Args:
        world: Whose.
    """

    def __init__(self, world: World) -> None:
        self._data = mujoco.MjData(world.model)

    def take(self, world: World) -> None:
        """Copy the state as it is; what was kept before is gone."""
        mujoco.mj_copyData(self._data, world.model, world.data)

    @property
    def data(self) -> mujoco.MjData:
        """The state, with kinematics that are current."""
        return self._data

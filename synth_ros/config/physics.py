"""Physics: time step, settling, and the randomization of contact and mass."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synth_ros.config.base import Positive, Section, UnitInterval, Vector3
from synth_ros.config.distributions import DrawnPositive, log_uniform


class SettleConfig(Section):
    """When a dropped scene counts as at rest, and how often it may be redrawn."""

    max_time_s: Positive = 4.0
    """Longest simulated time given to come to rest."""
    linear_speed_m_s: Positive = 0.02
    """Every object must move more slowly than this."""
    angular_speed_rad_s: Positive = 0.4
    """Every object must turn more slowly than this."""
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 22
    """Scenes drawn for an episode before it is given up with an error."""
    max_fallen: UnitInterval = 0.34
    """Share of objects that may leave the surface; more, and the scene is redrawn. A fallen
    object that still lies in the room stays in the scene and keeps its label."""


class PhysicsConfig(Section):
    """How the scene moves."""

    timestep_s: Annotated[float, Field(gt=0, le=0.01)] = 0.002
    """Simulated time of one step."""
    gravity_m_s2: Vector3 = (0.0, 0.0, -9.81)
    """Acceleration in the world frame (z up)."""
    friction_scale: DrawnPositive = log_uniform(0.7, 1.3)
    """Random factor on each object's sliding friction."""
    mass_scale: DrawnPositive = log_uniform(0.8, 1.25)
    """Random factor on each object's mass and inertia."""
    settle: SettleConfig = SettleConfig()
    """When a dropped scene is at rest."""

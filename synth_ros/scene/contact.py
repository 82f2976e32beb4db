"""Bouncing contacts in MuJoCo's terms."""

from __future__ import annotations

import math
from typing import NamedTuple

# Contacts shorter than about ten time steps do not bounce as they should.
_TURN_PER_STEP = 0.3
_LEAST_RATIO = 1e-4
_LARGEST_RATIO = 2.0
_HALVINGS = 60


class Spring(NamedTuple):
    """The spring and damper that a contact is.

    MuJoCo's ``solref`` is (time constant, damping ratio): the contact of a unit mass has the
    frequency 1 / (time constant * damping ratio).

    Attributes:
        frequency_rad_s: Without damping; its square is the stiffness per unit of mass.
        damping_ratio: 1 is critical.
    """

    frequency_rad_s: float
    damping_ratio: float

    @classmethod
    def from_solref(cls, time_s: float, damping_ratio: float) -> Spring:
        """The spring of a positive ``solref``."""
        return cls(1 / (time_s * damping_ratio), damping_ratio)

    @property
    def solref(self) -> tuple[float, float]:
        """The same as (time constant in seconds, damping ratio)."""
        return 1 / (self.frequency_rad_s * self.damping_ratio), self.damping_ratio


def restitution(damping_ratio: float) -> float:
    """Speed after a bounce over speed before it, of a contact that pushes but never pulls.

    Schwager and Poeschel, Coefficient of restitution and linear-dashpot model revisited,
    Granular Matter 9 (2007), equations 17 to 19, with their beta / omega_0 as damping ratio: the
    contact ends when its force does, not when the bodies part.
    """
    ratio = damping_ratio
    if abs(ratio - 1) < 1e-9:
        return math.exp(-2)
    if ratio < 1:
        frequency = math.sqrt(1 - ratio * ratio)
        angle = math.atan2(2 * ratio * frequency, 2 * ratio * ratio - 1)
        return math.exp(-ratio / frequency * angle)
    decay = math.sqrt(ratio * ratio - 1)
    return math.exp(-ratio / decay * math.log((ratio + decay) / (ratio - decay)))


def damping_ratio(wanted: float) -> float:
    """The damping ratio that gives a restitution, of 0.05 or more."""
    low, high = _LEAST_RATIO, _LARGEST_RATIO
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if restitution(middle) > wanted:
            low = middle
        else:
            high = middle
    return high


def bouncing(spring: Spring, wanted: float, *, timestep_s: float) -> Spring:
    """A contact that bounces as wanted.

    It is as stiff as the time step resolves, so that little of the bounce is spent inside the
    other body: at 1 m/s and the default 2 ms, it reaches 6.7 mm deep at most.

    Args:
        spring: The contact as it is.
        wanted: Restitution.
        timestep_s: Of the simulation.
    """
    stiffest = _TURN_PER_STEP / timestep_s
    return Spring(max(spring.frequency_rad_s, stiffest), damping_ratio(wanted))


def resolved(spring: Spring, *, timestep_s: float) -> Spring:
    """The contact, or a softer one that the time step can follow.

    MuJoCo takes no time constant below two time steps.
    """
    stiffest = 1 / (2 * timestep_s * spring.damping_ratio)
    return Spring(min(spring.frequency_rad_s, stiffest), spring.damping_ratio)

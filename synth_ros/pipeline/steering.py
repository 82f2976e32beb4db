"""What may be told to a running simulation about its next scenes, against its config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Steering:
    """Choices that replace those of the config; ``None`` leaves them to it.

    An episode is a function of (config, seed, number) and of its steering, which is stored in the
    provenance of its frames.

    Attributes:
        scenario: Name of the scenario, in place of a drawn one.
        progress: How far schedules and curricula are, from 0 to 1, in place of the episode's.
        rate_hz: Frames per second of cameras without a rate of their own.
        camera_rates_hz: Frames per second of single cameras, by name.
        imu_rate_hz: Samples a second of all IMUs.
        view_period_s: Time the robot takes from one posture to the next.
    """

    scenario: str | None = None
    progress: float | None = None
    rate_hz: float | None = None
    camera_rates_hz: Mapping[str, float] = field(default_factory=dict)
    imu_rate_hz: float | None = None
    view_period_s: float | None = None

    def record(self) -> dict[str, object]:
        """What was told, without what was left to the config."""
        return {name: value for name, value in asdict(self).items() if value not in (None, {})}


BY_CONFIG = Steering()
"""Everything as the config has it."""

_ADAPTER = TypeAdapter(Steering)


def steering_of(record: object) -> Steering:
    """Steering from its record in a provenance; from nothing, that of the config.

    Raises:
        pydantic.ValidationError: It is none.
    """
    return _ADAPTER.validate_python(record or {})

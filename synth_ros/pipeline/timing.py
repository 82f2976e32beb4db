"""When frames are due: on whole time steps, each camera at a rate of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from synth_ros.config.cameras import ImuConfig
from synth_ros.config.root import Config
from synth_ros.pipeline.instant import Course
from synth_ros.pipeline.steering import BY_CONFIG, Steering


class Due(NamedTuple):
    """A camera whose frame is due.

    Attributes:
        camera: Number of the camera.
        number: Of the frame among the camera's own frames of the episode, from 0.
    """

    camera: int
    number: int


class Tick(NamedTuple):
    """An instant at which frames are due.

    Attributes:
        steps: Time steps from the start of the episode.
        due: Whose frames, in the order of cameras; at least one.
    """

    steps: int
    due: tuple[Due, ...]


class Timing:
    """Which time steps frames fall on; the same in live runs and datasets.

    Frame n of a camera falls on the time step nearest to n / rate, so nothing drifts.

    Args:
        config: Rates and time step.
        steering: Replaces some of it.

    Attributes:
        rate_hz: Frames per second of cameras without a rate of their own.
        rates_hz: Frames per second of each camera, in config order.
        view_period_s: From one posture to the next.
        timestep_s: Of the physics.
    """

    def __init__(self, config: Config, steering: Steering = BY_CONFIG) -> None:
        live = config.output.live
        self.rate_hz = live.rate_hz if steering.rate_hz is None else steering.rate_hz
        period_s = steering.view_period_s
        self.view_period_s = live.view_period_s if period_s is None else period_s
        self.timestep_s = config.physics.timestep_s
        self._imu_rate_hz = steering.imu_rate_hz
        told = steering.camera_rates_hz
        self.rates_hz = tuple(
            told.get(camera.name, self.rate_hz if camera.rate_hz is None else camera.rate_hz)
            for camera in config.cameras
        )

    def imu_rate_hz(self, imu: ImuConfig) -> float:
        """Samples a second of an IMU."""
        return imu.rate_hz if self._imu_rate_hz is None else self._imu_rate_hz

    def steps_until(self, index: int) -> int:
        """Time steps from the start of an episode to a frame at ``output.live.rate_hz``."""
        return _steps(index, self.rate_hz, self.timestep_s)

    def steps_of(self, duration_s: float) -> int:
        """Whole time steps nearest to a duration, at least one."""
        return max(1, round(duration_s / self.timestep_s))

    def steps_after(self, steps: int) -> int:
        """Time steps to the first frame at ``output.live.rate_hz`` that is later than so many."""
        index = int(steps * self.timestep_s * self.rate_hz)
        while self.steps_until(index) <= steps:
            index += 1
        return self.steps_until(index)

    def ticks(self, frames: int, *, stays: Callable[[], bool] = lambda: False) -> Iterator[Tick]:
        """The instants of an episode that runs, in order.

        Args:
            frames: How long it is: the time of so many frames at ``output.live.rate_hz``.
            stays: Asked at each instant after that time whether it goes on.
        """
        end = self.steps_until(frames)
        numbers = [0] * len(self.rates_hz)
        while True:
            steps = [
                _steps(number, rate_hz, self.timestep_s)
                for number, rate_hz in zip(numbers, self.rates_hz, strict=True)
            ]
            now = min(steps)
            if now >= end and not stays():
                return
            due = tuple(
                Due(camera, numbers[camera]) for camera, step in enumerate(steps) if step == now
            )
            yield Tick(now, due)
            for camera, _ in due:
                numbers[camera] += 1

    def frames(self, course: Course) -> tuple[int, ...]:
        """How many frames each camera has in an episode, in the order of cameras."""
        if course.motion == 'views':
            return (course.frames,) * len(self.rates_hz)
        end = self.steps_until(course.frames)
        return tuple(self._frames_before(end, rate_hz) for rate_hz in self.rates_hz)

    def _frames_before(self, end: int, rate_hz: float) -> int:
        count = int(end * self.timestep_s * rate_hz)
        while count > 0 and _steps(count - 1, rate_hz, self.timestep_s) >= end:
            count -= 1
        while _steps(count, rate_hz, self.timestep_s) < end:
            count += 1
        return count


def _steps(index: int, rate_hz: float, timestep_s: float) -> int:
    return round(index / rate_hz / timestep_s)

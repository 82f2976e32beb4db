"""What the IMUs of cameras feel while an episode runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from synth_ros.config.cameras import ImuConfig
from synth_ros.pipeline.episode import Episode
from synth_ros.pipeline.timing import Timing
from synth_ros.randomize.scene import SampledCamera
from synth_ros.randomize.streams import Streams
from synth_ros.scene.compiled import CameraPart
from synth_ros.sensors.imu import ImuNoise, ImuTrack, Motion, draw_bias, draw_noise
from synth_ros.sim.eyes import changed_mount
from synth_ros.types import FloatArray, ImuSample

Felt = Mapping[str, tuple[ImuSample, ...]]
"""Samples by camera."""

CamerasAt = Callable[[int], Sequence[SampledCamera]]
"""What is changed of cameras after so many time steps."""


class _Unit(NamedTuple):
    """The IMU of one camera."""

    part: CameraPart
    track: ImuTrack
    noise: ImuNoise
    bias: tuple[FloatArray, FloatArray]


class Inertia:
    """The IMUs of all cameras of an episode that have one.

    Sample n of a camera is a pure function of (config, seed, episode, n), whoever asks for it; its
    stamp is the middle of its interval. What is not wanted is not worked out.

    Args:
        episode: The episode.
        timing: Time steps and rates.
        offset_steps: Time steps that passed before the episode.
    """

    def __init__(self, episode: Episode, timing: Timing, *, offset_steps: int) -> None:
        self._world = episode.world
        self._wanted = episode.stage.wanted
        self._streams: Streams = episode.stage.streams(episode.sampled.episode)
        self._timestep_s = timing.timestep_s
        self._offset_steps = offset_steps
        cameras = zip(episode.stage.config.cameras, self._world.scene.cameras, strict=True)
        self._units = tuple(
            self._unit(part, camera.imu, timing)
            for camera, part in cameras
            if camera.imu is not None
        )
        self._attended: tuple[_Unit, ...] = ()
        self._cameras_at: CamerasAt = _unchanged
        self._felt: dict[str, list[ImuSample]] = {}

    def _unit(self, part: CameraPart, config: ImuConfig, timing: Timing) -> _Unit:
        noise = ImuNoise(
            config.gyro_noise_rad_s_sqrt_hz,
            config.accel_noise_m_s2_sqrt_hz,
            config.gyro_bias_rad_s,
            config.accel_bias_m_s2,
        )
        return _Unit(
            part,
            ImuTrack(timing.imu_rate_hz(config), timing.timestep_s, self._world.gravity_m_s2),
            noise,
            draw_bias(noise, self._streams.generator(f'imu/bias/{part.model.name}')),
        )

    def attend(self, steps: int, cameras_at: CamerasAt) -> None:
        """Begin or go on to feel what is wanted; to be called before time passes.

        Args:
            steps: Time steps since the episode began.
            cameras_at: What is changed of cameras.
        """
        self._cameras_at = cameras_at
        self._attended = tuple(
            unit for unit in self._units if self._wanted.feels(unit.part.model.name)
        )
        self._feel(steps)

    def each(self, begun: int) -> Callable[[int], None] | None:
        """What is to be called after each step of a path that began then; ``None``: nothing."""
        return (lambda step: self._feel(begun + step)) if self._attended else None

    def take(self) -> Felt:
        """What was felt since the last time."""
        felt, self._felt = self._felt, {}
        return {camera: tuple(samples) for camera, samples in felt.items()}

    def _feel(self, steps: int) -> None:
        if not self._attended:
            return
        changes = {change.camera: change for change in self._cameras_at(steps)}
        poses = self._world.glimpse([unit.part for unit in self._attended])
        for unit, mounted in zip(self._attended, poses, strict=True):
            name = unit.part.model.name
            pose = changed_mount(mounted, changes.get(name))
            for motion in unit.track.feed(steps, pose):
                self._felt.setdefault(name, []).append(self._sample(unit, motion))

    def _sample(self, unit: _Unit, motion: Motion) -> ImuSample:
        half_steps = 2 * self._offset_steps + motion.half_steps
        rate_hz = unit.track.rate_hz
        angular, specific = motion.angular_rad_s, motion.specific_m_s2
        if unit.noise != ImuNoise():
            rng = self._streams.generator(f'imu/{motion.number}/{unit.part.model.name}')
            angular_noise, specific_noise = draw_noise(unit.noise, rate_hz, rng)
            angular = angular + unit.bias[0] + angular_noise
            specific = specific + unit.bias[1] + specific_noise
        angular_sigma, specific_sigma = unit.noise.sigmas(rate_hz)
        return ImuSample(
            stamp_ns=round(half_steps * self._timestep_s / 2 * 1e9),
            angular_rad_s=angular,
            specific_m_s2=specific,
            angular_sigma_rad_s=angular_sigma,
            specific_sigma_m_s2=specific_sigma,
        )


def _unchanged(_steps: int) -> tuple[SampledCamera, ...]:
    return ()

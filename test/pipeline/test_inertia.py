"""IMUs of a running simulation: what they feel is the way of the camera, and costs it nothing."""

import itertools

import numpy as np
import pytest

from synth_ros.errors import ConfigError
from synth_ros.geometry.transforms import (
    matrix_from_rotation_vector,
    rotation_vector_from_matrix,
)
from synth_ros.pipeline.demand import Wanted
from synth_ros.pipeline.live import LiveSession, ScenePlan
from synth_ros.pipeline.steering import Steering

G = np.array([0, 0, -9.81])
IMU = {
    'width: 96, height: 72}': 'width: 96, height: 72, imu: {rate_hz: 200.0}}',
    'render:': """sequence:
  phases:
    - {name: go, duration_s: 0.6,
       robot: {drive: {linear_m_s: -0.4, angular_rad_s: 0.8, ramp_s: 0.2}}}
    - {name: look, duration_s: 0.4, robot: {waypoints: [{pan: 0.5}]}}
    - {name: both, duration_s: 0.5,
       robot: {drive: {linear_m_s: -0.2, ramp_s: 0.1}, waypoints: [{pan: -0.5}]}}
render:""",
    'randomize_period_s: 0.7': 'randomize_period_s: 1.4',
}
NOISY = {
    **IMU,
    'width: 96, height: 72}': 'width: 96, height: 72, imu: {gyro_noise_rad_s_sqrt_hz: 0.01, '
    'accel_noise_m_s2_sqrt_hz: 0.1, gyro_bias_rad_s: 0.05, accel_bias_m_s2: 0.2}}',
}
FEELING = Wanted(feels=lambda camera: camera == 'head')


@pytest.fixture
def play(open_config):
    """Frames of a session."""

    def run(count, *, wanted=FEELING, ahead=False, changes=IMU, **plan):
        stage = open_config(**changes)
        stage.wanted = wanted
        session = LiveSession(stage, plan=ScenePlan(stage.seed, **plan))
        return [session.draw(ahead=ahead).label() for _ in range(count)]

    return run


def felt(frames):
    return [sample for frame in frames for sample in frame.felt.get('head', ())]


def test_integrated_again_it_is_the_way_of_the_camera(play):
    """Turned as TF says to 1e-3 rad, moved to 5 mm, after more than a second."""
    frames = play(14)
    samples = felt(frames)
    poses = [frame.world_from_cameras[0] for frame in frames]
    rotation, position, velocity = poses[0][:3, :3], poses[0][:3, 3].copy(), np.zeros(3)
    known = {round(frame.stamp_ns / 1e6): pose for frame, pose in zip(frames, poses, strict=True)}
    compared, turned, time_s = 0, 0.0, 0.0
    for sample in samples:
        # An interval lasts twice the way from its beginning to its middle.
        duration_s = 2 * (sample.stamp_ns * 1e-9 - time_s)
        half = matrix_from_rotation_vector(sample.angular_rad_s * duration_s / 2)
        world = rotation @ half @ sample.specific_m_s2 + G
        position += velocity * duration_s + world * duration_s**2 / 2
        velocity += world * duration_s
        rotation = rotation @ half @ half
        turned += np.linalg.norm(sample.angular_rad_s) * duration_s
        time_s += duration_s
        truth = known.get(round(time_s * 1e3, 6))
        if truth is not None:
            apart = rotation_vector_from_matrix(rotation.T @ truth[:3, :3])
            assert np.linalg.norm(apart) < 1e-6
            assert np.linalg.norm(position - truth[:3, 3]) < 5e-3
            compared += 1
    assert compared >= 11
    assert time_s > 1.2
    assert turned > 1
    assert np.linalg.norm(poses[-1][:3, 3] - poses[0][:3, 3]) > 0.2


def test_samples_come_in_time_and_in_order(play):
    frames = play(20)
    stamps = [sample.stamp_ns for sample in felt(frames)]
    assert stamps == sorted(set(stamps))
    # On steps of 2 ms; between two scenes there is a frame period without any.
    gaps = sorted(np.diff(stamps).tolist())
    assert set(gaps[:-1]) <= {4_000_000, 5_000_000, 6_000_000}
    assert gaps[-1] > 100_000_000
    for before, frame in itertools.pairwise(frames):
        if frame.index:
            inside = [before.stamp_ns - 9e6 < s.stamp_ns < frame.stamp_ns for s in felt([frame])]
            assert all(inside)
            assert len(inside) in {19, 20, 21}
    assert frames[-1].episode == 1


def test_who_feels_changes_nothing_else(play):
    for one, other in zip(play(6, wanted=Wanted()), play(6), strict=True):
        assert not one.felt
        for plain, sample in zip(one.samples, other.samples, strict=True):
            np.testing.assert_array_equal(plain.rgb, sample.rgb)
            np.testing.assert_array_equal(
                plain.frame.scene.world_from_geom, sample.frame.scene.world_from_geom
            )
            assert plain.frame.scene.contacts == sample.frame.scene.contacts
            assert plain.provenance_json == sample.provenance_json


def test_noise_is_that_of_the_sample(play):
    clean, noisy, ahead = play(4), play(4, changes=NOISY), play(4, changes=NOISY, ahead=True)
    assert [frame.stamp_ns for frame in clean] == [frame.stamp_ns for frame in noisy]
    for one, other in zip(felt(noisy), felt(ahead), strict=True):
        np.testing.assert_array_equal(one.angular_rad_s, other.angular_rad_s)
        np.testing.assert_array_equal(one.specific_m_s2, other.specific_m_s2)
    gyro, accel = (
        np.array(
            [
                getattr(n, name) - getattr(c, name)
                for n, c in zip(felt(noisy), felt(clean), strict=True)
            ]
        )
        for name in ('angular_rad_s', 'specific_m_s2')
    )
    sigma = felt(noisy)[0].angular_sigma_rad_s
    assert sigma == pytest.approx(0.01 * np.sqrt(200))
    assert gyro.std(0) == pytest.approx([sigma] * 3, rel=0.25)
    assert accel.std(0) == pytest.approx([0.1 * np.sqrt(200)] * 3, rel=0.25)
    assert np.abs(accel.mean(0)).max() > 0.1


def test_the_rate_can_be_told(play):
    frames = play(4, steering=Steering(imu_rate_hz=50.0))
    assert len(felt(frames)) in {14, 15}


def test_more_samples_than_time_steps_are_refused(open_config):
    changes = {**IMU, 'width: 96, height: 72}': 'width: 96, height: 72, imu: {rate_hz: 501.0}}'}
    with pytest.raises(ConfigError, match=r'imu\.rate_hz: 501 samples a second are more than'):
        open_config(**changes)

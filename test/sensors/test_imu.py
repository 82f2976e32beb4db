"""An IMU's samples are those of the motion: by calculus, and by integrating them again."""

import math

import numpy as np
import pytest

from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_rotation_vector,
    rotation_vector_from_matrix,
)
from synth_ros.sensors.imu import ImuNoise, ImuTrack, draw_bias, draw_noise

DOWN = np.array([0.0, 0.0, -9.81])
STEP_S = 0.002


def samples(pose, *, rate_hz=200.0, steps=600, first=0):
    track = ImuTrack(rate_hz, STEP_S, DOWN)
    return [
        motion
        for step in range(first, steps + 1)
        for motion in track.feed(step, pose(step * STEP_S))
    ]


def circle(radius_m, turning_rad_s):
    """A way at constant speed, x ahead, y towards the centre."""

    def pose(time_s):
        angle = turning_rad_s * time_s
        rotation = matrix_from_rotation_vector([0, 0, angle + math.pi / 2])
        return make_transform(
            rotation, (math.cos(angle) * radius_m, math.sin(angle) * radius_m, 1)
        )

    return pose


def tumble(time_s):
    """Turns and shakes in all ways, from rest."""
    s = time_s * time_s * (3 - 2 * time_s) if time_s < 1 else 1.0
    rotation = matrix_from_rotation_vector([1.5 * s, -0.4 * s, 0.2]) @ matrix_from_rotation_vector(
        [0, 0.3 * math.sin(4 * s), 0.8 * s]
    )
    return make_transform(rotation, (0.3 * s, -0.2 * math.sin(3 * s), 1 + 0.1 * s * s))


@pytest.mark.parametrize('rate_hz', [500.0, 200.0, 130.0])
def test_circle_at_constant_speed(rate_hz):
    """Turning speed about z, centripetal acceleration along y, gravity's reaction up."""
    made = samples(circle(0.5, 2.0), rate_hz=rate_hz)
    assert len(made) > 1.19 * rate_hz - 2
    for motion in made:
        np.testing.assert_allclose(motion.angular_rad_s, [0, 0, 2.0], atol=1e-9)
        # Where the way begins, there is no pose before to tell the velocity from.
        error = 2e-4 if motion.number else 5e-3
        np.testing.assert_allclose(motion.specific_m_s2, [0, 0.5 * 4, 9.81], atol=error)


def test_at_rest_it_feels_gravity_alone_and_exactly():
    still = make_transform(np.eye(3), (1.0, 2.0, 3.0))
    for motion in samples(lambda _: still):
        assert motion.angular_rad_s.tolist() == [0, 0, 0]
        assert motion.specific_m_s2.tolist() == [0, 0, 9.81]


def test_axes_are_those_of_the_imu():
    """An optical frame that looks along the world's x has up along its -y."""
    optical = make_transform(np.array([[0, 0, 1.0], [-1, 0, 0], [0, -1, 0]]), (0, 0, 0))
    for motion in samples(lambda _: optical, steps=20):
        np.testing.assert_allclose(motion.specific_m_s2, [0, -9.81, 0], atol=1e-15)


@pytest.mark.parametrize('rate_hz', [500.0, 200.0, 60.0])
def test_integrated_again_it_is_the_way(rate_hz):
    made = samples(tumble, rate_hz=rate_hz, steps=520)
    edges = [round(n / rate_hz / STEP_S) for n in range(len(made) + 1)]
    rotation, position = tumble(0)[:3, :3], tumble(0)[:3, 3].copy()
    velocity = np.zeros(3)
    for motion, begin, end in zip(made, edges[:-1], edges[1:], strict=True):
        assert motion.half_steps == begin + end
        duration_s = (end - begin) * STEP_S
        half = matrix_from_rotation_vector(motion.angular_rad_s * duration_s / 2)
        world = rotation @ half @ motion.specific_m_s2 + DOWN
        position += velocity * duration_s + world * duration_s**2 / 2
        velocity += world * duration_s
        rotation = rotation @ half @ half
    truth = tumble(edges[-1] * STEP_S)
    assert edges[-1] * STEP_S > 1
    apart = rotation.T @ truth[:3, :3]
    # The rotation telescopes; the way is that of the velocities, whose change is the sample.
    assert np.linalg.norm(rotation_vector_from_matrix(apart)) < 1e-9
    assert np.linalg.norm(position - truth[:3, 3]) < (2e-3 if rate_hz > 100 else 1e-2)


def test_samples_do_not_depend_on_when_it_began_to_listen():
    whole = {motion.number: motion for motion in samples(tumble)}
    late = samples(tumble, first=101)
    # The interval that holds step 101 is not known as a whole.
    assert late[0].number == 41
    assert [motion.number for motion in late] == list(range(41, max(whole) + 1))
    for motion in late:
        np.testing.assert_array_equal(motion.angular_rad_s, whole[motion.number].angular_rad_s)
        np.testing.assert_array_equal(motion.specific_m_s2, whole[motion.number].specific_m_s2)


def test_a_gap_leaves_out_what_lies_in_it():
    track, made = ImuTrack(250.0, STEP_S, DOWN), []
    for step in (*range(21), *range(40, 61), 60):
        made += track.feed(step, tumble(step * STEP_S))
    assert [motion.number for motion in made] == [*range(9), *range(21, 29)]


def test_noise_has_the_density_of_the_data_sheet():
    noise = ImuNoise(0.001, 0.02, gyro_bias_rad_s=0.1, accel_bias_m_s2=0.3)
    rng = np.random.default_rng(0)
    gyro, accel = np.array([draw_noise(noise, 400.0, rng) for _ in range(4000)]).transpose(1, 0, 2)
    assert gyro.std() == pytest.approx(0.02, rel=0.03)
    assert accel.std() == pytest.approx(0.4, rel=0.03)
    gyro, accel = np.array([draw_bias(noise, rng) for _ in range(4000)]).transpose(1, 0, 2)
    assert gyro.std() == pytest.approx(0.1, rel=0.03)
    assert accel.std() == pytest.approx(0.3, rel=0.03)

"""A stereo pair and an IMU from the node to the bag, and readers of bags that know neither."""

from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
from bag_files import counts, proof
from ros_processes import CONFIG, recorder, sim, write_config
from rosbags.highlevel import AnyReader
from sample_factory import tree
from tf_chain import matrix_of_extrinsics, world_from

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.demand import EVERYTHING, Wanted
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.live import LiveSession, ScenePlan
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.pipeline.steering import Steering
from synth_ros.readers.recording_bag import BagRecording
from synth_ros.scene.build import SceneBuilder
from synth_ros.validate.run import validate

BASELINE_M = 0.08
TEXT = CONFIG.replace(
    '{name: head, model_camera: head, width: 160, height: 120}',
    f"""name: head
    model_camera: head
    width: 160
    height: 120
    stereo: {{baseline_m: {BASELINE_M}}}
    imu: {{rate_hz: 250, gyro_noise_rad_s_sqrt_hz: 0.001, accel_bias_m_s2: 0.1}}""",
)
# Eight instants of the head, at every second of which the chest takes a frame; two scenes.
FRAMES = 8
PREFIX = 'head_camera'

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    """A recording on which the simulation waits for the recorder."""
    folder = tmp_path_factory.mktemp('devices')
    config = write_config(folder, TEXT)
    bag, dataset = folder / 'bag', folder / 'dataset'
    params = {
        'frame_limit': FRAMES,
        'wait_for_subscribers_s': 60,
        'linger_s': 0.5,
        'lockstep_topic': '/recorder_node/recorded',
        'lockstep_window': 2,
        'cameras.chest.rate_hz': 10,
    }
    with (
        recorder(folder, config, bag=bag, dataset=dataset, stop_with_publishers=True) as second,
        sim(folder, config, **params) as first,
    ):
        codes = (first.wait(), second.wait())
    assert codes == (0, 0), first.text + second.text
    messages = {}
    with AnyReader([bag]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            messages.setdefault(connection.topic, []).append(message)
    return SimpleNamespace(
        bag=bag, dataset=dataset, config=config, messages=messages, sim=first.text
    )


@pytest.fixture(scope='module')
def frames(recorded):
    """The same frames without ROS."""
    loaded = load_config(recorded.config)
    stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
    stage.wanted = Wanted(lambda _: EVERYTHING | {'infra1', 'infra2'}, lambda _: True)
    plan = ScenePlan(stage.seed, Steering(camera_rates_hz={'chest': 10.0}))
    try:
        session = LiveSession(stage, plan=plan)
        return [session.advance() for _ in range(FRAMES)]
    finally:
        stage.renderer.close()


def stamp_ns(header):
    return header.stamp.sec * 10**9 + header.stamp.nanosec


def test_nothing_is_lost_and_the_recorder_answers_every_instant(recorded):
    assert f'{FRAMES} of {FRAMES} frames answered, 0 given up' in recorded.sim
    for topic, report in proof(recorded.bag).items():
        assert report['provable'], topic
        assert (report['lost'], report['before']) == (0, 0), topic
    found = counts(recorded.bag)
    assert found['/head/infra2/image_rect_raw'] == found['/head/infra1/camera_info'] == FRAMES
    assert found['/chest/color/image_raw'] == FRAMES / 2
    assert not any('/chest/infra' in topic or topic == '/chest/imu' for topic in found)
    assert not any(topic.endswith('/sample') for topic in found)


def test_images_of_the_pair_are_those_made_without_ros(recorded, frames):
    for eye in ('infra1', 'infra2'):
        heard = recorded.messages[f'/head/{eye}/image_rect_raw']
        for message, frame in zip(heard, frames, strict=True):
            assert (message.encoding, message.step) == ('mono8', 160)
            assert stamp_ns(message.header) == frame.stamp_ns
            assert message.header.frame_id == f'{PREFIX}_{eye}_optical_frame'
            pixels = message.data.reshape(message.height, message.width)
            np.testing.assert_array_equal(pixels, getattr(frame.samples[0], eye))


def test_calibration_extrinsics_and_tf_of_the_right_eye_agree(recorded):
    """Points of the left eye's frame come to the pixels that P says."""
    left, right = (
        recorded.messages[f'/head/{eye}/camera_info'][0] for eye in ('infra1', 'infra2')
    )
    [static] = recorded.messages['/tf_static']
    transforms = [*static.transforms, *recorded.messages['/tf'][0].transforms]
    one, other, depth, imu = (
        world_from(f'{PREFIX}_{eye}_optical_frame', transforms)
        for eye in ('infra1', 'infra2', 'depth', 'imu')
    )
    np.testing.assert_allclose(one, depth, atol=1e-12)
    np.testing.assert_allclose(imu, depth, atol=1e-12)
    moved = np.linalg.inv(other) @ one
    [told] = recorded.messages['/head/extrinsics/depth_to_infra2']
    np.testing.assert_allclose(matrix_of_extrinsics(told), moved, atol=1e-12)
    k = right.k.reshape(3, 3)
    for point in ([0.2, -0.1, 0.8, 1], [-0.4, 0.3, 2.5, 1]):
        u, v, w = right.p.reshape(3, 4) @ point
        x, y, z = k @ (moved @ point)[:3]
        assert (u / w, v / w) == pytest.approx((x / z, y / z))
        a, b, c = left.p.reshape(3, 4) @ point
        assert (a / c - u / w, b / c) == pytest.approx((k[0, 0] * BASELINE_M / point[2], v / w))


def test_samples_of_the_imu_are_those_of_the_simulation(recorded, frames):
    heard = recorded.messages['/head/imu']
    made = [sample for frame in frames for sample in frame.felt.get('head', ())]
    # 250 a second on steps of 2 ms; 50 ms an instant, and none between two scenes.
    assert len(heard) > 60
    stamps = [stamp_ns(message.header) for message in heard]
    assert stamps == sorted(set(stamps))
    for message, sample in zip(heard, made, strict=True):
        assert stamp_ns(message.header) == sample.stamp_ns
        assert message.header.frame_id == f'{PREFIX}_imu_optical_frame'
        turning, felt = message.angular_velocity, message.linear_acceleration
        assert [turning.x, turning.y, turning.z] == sample.angular_rad_s.tolist()
        assert [felt.x, felt.y, felt.z] == sample.specific_m_s2.tolist()
        # About 9.8, most of it up: the head looks down by 30 degrees.
        assert 8 < np.hypot(felt.y, felt.z) < 12
        assert felt.y < -6
        assert message.angular_velocity_covariance[0] == pytest.approx(1e-6 * 250)


def test_readers_of_bags_pass_over_them(recorded, tmp_path):
    request = ConvertRequest(source=recorded.bag, out=tmp_path / 'dataset', to=None)
    convert(request, lambda _done, _total: None)
    assert tree(tmp_path / 'dataset') == tree(recorded.dataset)
    found = validate(recorded.bag)
    assert (found.errors, found.warnings) == (0, 0)
    loaded = load_config(recorded.config)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer), closing(BagRecording(recorded.bag)) as recording:
        oracle = ConfigOracle(loaded, builder, stage=stage)
        result = audit(recording, AuditRequest(4), oracle=oracle)
    assert result.fine
    # The rate that was told is in the provenance, so that the frames can be made again.
    again = next(row for row in result.rows if row.name == 'again.rgb')
    assert again.frames == 4

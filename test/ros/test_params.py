"""Parameters: what is given comes out typed, and mistakes are named."""

import pytest
import rclpy
from rcl_interfaces.msg import ParameterType
from rclpy.parameter import Parameter

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.ros.control_params import LiveParams
from synth_ros.ros.declare import warn_of_unknown
from synth_ros.ros.detector_params import declare_detector_params, declare_thresholds
from synth_ros.ros.evaluator_params import declare_evaluator_params
from synth_ros.ros.recorder_params import declare_recorder_params
from synth_ros.ros.sim_params import declare_sim_params


@pytest.fixture(scope='module')
def context():
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    rclpy.shutdown(context=context)


@pytest.fixture
def make_node(context):
    nodes = []

    def make(**given):
        overrides = [Parameter(name, value=value) for name, value in given.items()]
        node = rclpy.create_node('params', context=context, parameter_overrides=overrides)
        nodes.append(node)
        return node

    yield make
    for node in nodes:
        node.destroy_node()


def test_defaults(make_node):
    params = declare_sim_params(make_node(config='a.yaml'))
    assert params.config == 'a.yaml'
    assert (params.live.seed, params.first_episode, params.frame_limit) == (-1, 0, 0)
    assert (params.depth_encoding, params.class_id_format) == (None, None)
    assert (params.color_qos, params.depth_qos, params.labels_qos) == ('DEFAULT',) * 3
    assert (params.start_paused, params.report_frames) == (False, False)
    assert (params.live.real_time_factor, params.live.randomize) == (-1.0, True)
    assert params.lockstep == ('', '', 0.0, 1, 'warn')


def test_given_values(make_node):
    node = make_node(
        config='a.yaml',
        seed=3,
        real_time_factor=2.5,
        depth_encoding='32FC1',
        class_id_format='name',
        labels_qos='SENSOR_DATA',
    )
    params = declare_sim_params(node)
    assert params.live.seed == 3
    assert params.live.real_time_factor == 2.5
    assert (params.depth_encoding, params.class_id_format) == ('32FC1', 'name')
    assert params.labels_qos == 'SENSOR_DATA'


def test_a_whole_number_will_do_for_a_float(make_node):
    params = declare_sim_params(make_node(config='a.yaml', real_time_factor=1))
    assert params.live.real_time_factor == 1.0


@pytest.mark.parametrize(
    ('given', 'kind', 'message'),
    [
        ({}, UsageError, r'config is empty\. Give the path.*config:='),
        ({'seed': 'abc'}, UsageError, r"seed must be a whole number, got 'abc'"),
        ({'seed': True}, UsageError, r'seed must be a whole number, got True'),
        ({'seed': -2}, UsageError, r'seed is -2, .* at least -1'),
        ({'jpeg_quality': 101}, UsageError, r'jpeg_quality is 101, .* from 1 to 100'),
        ({'real_time_factor': 1e9}, UsageError, r'real_time_factor .* from -1 to 1000'),
        ({'start_paused': 'yes'}, UsageError, r"start_paused must be true or false, got 'yes'"),
        ({'depth_encoding': '8UC1'}, NotFoundError, r"'8UC1' in parameter depth_encoding.*16UC1"),
        ({'class_id_format': 'nam'}, NotFoundError, r"class_id_format\. Did you mean 'name'"),
        ({'depth_qos': 'FAST'}, NotFoundError, r"'FAST' in parameter depth_qos.*SENSOR_DATA"),
        ({'depth_qos': ''}, NotFoundError, r"'' in parameter depth_qos"),
    ],
)
def test_mistakes_of_the_simulation(make_node, given, kind, message):
    config = {'config': 'a.yaml'} if given else {}
    with pytest.raises(kind, match=message) as caught:
        declare_sim_params(make_node(**config, **given))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ('given', 'kind', 'message'),
    [
        ({'bag': 'b'}, UsageError, r'config is empty.*bag:=.*give parameter topics'),
        ({'bag': 'b', 'exclude': '/a'}, UsageError, r'config is empty'),
        ({'dataset': 'd', 'all': True}, UsageError, r'dataset needs parameter config'),
        ({'topics': '/rgb'}, UsageError, r'Nothing to record to'),
        ({'config': 'a'}, UsageError, r'Nothing to record to.*bag, dataset, or both'),
        ({'config': 'a', 'bag': 'b', 'dataset': './b'}, UsageError, r'the same folder: b'),
        (
            {'config': 'a', 'dataset': 'd', 'snapshot_s': 5.0},
            UsageError,
            r'snapshots have no place',
        ),
        ({'config': 'a', 'bag': 'b', 'split_size_mb': -1}, UsageError, r'split_size_mb is -1'),
        ({'config': 'a', 'bag': 'b', 'compression': 'lz4'}, NotFoundError, r'none, zstd'),
    ],
)
def test_mistakes_of_the_recorder(make_node, given, kind, message):
    with pytest.raises(kind, match=message) as caught:
        declare_recorder_params(make_node(**given))
    assert caught.value.exit_code == 2


def test_recorder_values(make_node):
    params = declare_recorder_params(make_node(config='a', bag='b'))
    assert (params.bag, params.dataset, params.compression) == ('b', '', 'zstd')
    assert (params.seed, params.stop_with_publishers) == (-1, False)
    assert (params.split, params.snapshot.duration_ns) == ((0, 0), 0)
    given = {'split_size_mb': 2, 'split_duration_s': 0.5, 'snapshot_s': 1.5, 'snapshot_mb': 3}
    params = declare_recorder_params(make_node(config='a', bag='x/b', **given))
    assert params.split == (2_000_000, 500_000_000)
    assert params.snapshot == ('x/b_snapshot', 1_500_000_000, 3_000_000)
    for topics in ('/a, b/*  /c', ['/a', 'b/*', '/c']):
        params = declare_recorder_params(make_node(bag='b', topics=topics, exclude='/d'))
        assert params.choice == (('/a', 'b/*', '/c'), False, ('/d',))
    params = declare_recorder_params(make_node(config='a', snapshot_s=1.0, snapshot_bag='y'))
    assert (params.bag, params.snapshot.bag) == ('', 'y')


def test_every_parameter_describes_itself(make_node):
    sim, recorder = make_node(config='a'), make_node(config='a', bag='b')
    declare_sim_params(sim)
    declare_recorder_params(recorder)
    for node, live in ((sim, set(LiveParams._fields)), (recorder, set())):
        names = [n for n in node._parameters if n != 'use_sim_time' and 'start_type' not in n]
        assert len(names) >= 6
        for descriptor in node.describe_parameters(names):
            assert len(descriptor.description) > 10, descriptor.name
            assert descriptor.read_only == (descriptor.name not in live)
    [encoding] = sim.describe_parameters(['depth_encoding'])
    assert encoding.additional_constraints == 'One of: 16UC1, 32FC1, or empty'


def declare_detector(node):
    declare_detector_params(node)
    declare_thresholds(node)


@pytest.mark.parametrize(
    ('declare', 'given'),
    [
        (declare_sim_params, {'config': 'a'}),
        (declare_recorder_params, {'config': 'a', 'bag': 'b'}),
        (declare_evaluator_params, {'camera': 'head', 'detections_2d': 'boxes'}),
        (declare_detector, {'model': 'm.onnx'}),
    ],
)
def test_every_parameter_of_every_node_has_words_and_every_number_a_range(
    make_node, declare, given
):
    node = make_node(**given)
    before = set(node._parameters)
    declare(node)
    own = node.describe_parameters(sorted(set(node._parameters) - before))
    assert len(own) >= 6
    numbers = {ParameterType.PARAMETER_INTEGER, ParameterType.PARAMETER_DOUBLE}
    for descriptor in own:
        assert len(descriptor.description) > 10, descriptor.name
        ranges = [*descriptor.integer_range, *descriptor.floating_point_range]
        assert bool(ranges) == (descriptor.type in numbers), descriptor.name


def test_a_misspelt_parameter_is_told(make_node, capfd):
    node = make_node(config='a', fram_limit=3)
    declare_sim_params(node)
    warn_of_unknown(node)
    told = capfd.readouterr().err
    assert "no parameter 'fram_limit'; it is ignored. Did you mean 'frame_limit'?" in told

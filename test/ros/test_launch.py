"""Launch files offer every parameter of our nodes, with its default and a description."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import launch_stand_in
import pytest
from ament_index_python import packages

from synth_ros.ros.isaac import TARGETS, remaps

LAUNCH = Path(__file__).parents[2] / 'launch'
WAITING = {'lockstep_topic': 'recorder_node/recorded', 'lockstep_window': '4'}
FILES = (
    'detect.launch.py',
    'evaluate.launch.py',
    'isaac_ros.launch.py',
    'simulate.launch.py',
    'simulate_and_record.launch.py',
)


@pytest.fixture
def load(monkeypatch):
    """The names of a launch file, read with ``launch`` itself where it is installed."""
    if not launch_stand_in.have_launch():
        launch_stand_in.install(monkeypatch)
    monkeypatch.setattr(packages, 'get_package_share_directory', '/share/{}'.format)
    return lambda name: SimpleNamespace(**runpy.run_path(str(LAUNCH / name)))


def declared(launch_file):
    """Arguments by name, from the description that the file makes."""
    entities = launch_file.generate_launch_description().entities
    found = [e for e in entities if type(e).__name__ == 'DeclareLaunchArgument']
    return {e.name: (''.join(part.text for part in e.default_value), e.description) for e in found}


def test_the_folder_holds_the_files_tested_here():
    assert sorted(path.name for path in LAUNCH.glob('*.py')) == sorted(FILES)


@pytest.mark.parametrize('name', FILES)
def test_it_makes_a_description(load, name):
    assert declared(load(name))


def test_every_parameter_of_the_simulation_is_an_argument(load, defaults):
    launch_file = load('simulate.launch.py')
    arguments = declared(launch_file)
    assert set(arguments) == {*defaults.sim, 'namespace'}
    assert arguments['config'][0] == '/share/synth_ros/config/tabletop.yaml'
    for name, default, kind, _ in launch_file.ARGUMENTS:
        if name != 'config':
            check_default(default, kind, defaults.sim[name])


def test_every_parameter_of_the_recorder_is_an_argument(load, defaults):
    launch_file = load('simulate_and_record.launch.py')
    shared = {name for name, _ in launch_file.SHARED}
    assert {*declared(launch_file), *shared} == {*defaults.recorder, 'back_pressure'}
    assert shared <= set(declared(load('simulate.launch.py')))
    # Started together, there are outputs, and the end of one is the end of both.
    chosen = {'bag': 'bag', 'dataset': 'dataset', 'stop_with_publishers': 'true'}
    for name, default, kind, _ in launch_file.ARGUMENTS:
        if name in chosen:
            assert default == chosen[name]
        else:
            check_default(default, kind, defaults.recorder[name])
    for name, kind in launch_file.SHARED:
        assert type(defaults.recorder[name]) is kind


def given_to(include):
    """What an included launch file is given."""
    stand_in = hasattr(include, 'kwargs')
    return dict(include.kwargs['launch_arguments'] if stand_in else include.launch_arguments)


def test_back_pressure_lets_the_simulation_wait_for_the_recorder(load, defaults):
    launch_file = load('simulate_and_record.launch.py')
    free, held = (given_to(launch_file.simulate(more, None)) for more in ({}, WAITING))
    assert launch_file.WAITING == WAITING
    assert held.items() - free.items() == WAITING.items()
    assert set(held) <= set(defaults.sim)


def test_every_parameter_of_the_evaluator_is_an_argument(load, defaults):
    launch_file = load('evaluate.launch.py')
    assert set(declared(launch_file)) == {*defaults.evaluator, 'namespace'}
    # A launch evaluates the demo's camera, saves, and ends with the simulation.
    chosen = {'camera': 'head', 'out': 'evaluation', 'stop_with_publishers': 'true'}
    for name, default, kind, _ in launch_file.ARGUMENTS:
        if name in chosen:
            assert default == chosen[name]
        elif name != 'detections_2d':
            check_default(default, kind, defaults.evaluator[name])


def test_every_parameter_of_the_detector_is_an_argument(load, defaults):
    launch_file = load('detect.launch.py')
    topics = {name for name, *_ in launch_file.TOPICS}
    assert set(declared(launch_file)) == {*defaults.detector, *topics, 'namespace'}
    for name, default, kind, _ in launch_file.ARGUMENTS:
        if name != 'model':
            check_default(default, kind, defaults.detector[name])


@pytest.mark.skipif(launch_stand_in.have_launch(), reason='contexts of launch are not so plain')
@pytest.mark.parametrize('target', TARGETS)
def test_every_target_of_isaac_ros_is_simulated_under_its_names(load, target):
    launch_file = load('isaac_ros.launch.py')
    assert target in declared(launch_file)['target'][1]
    (group,) = launch_file.start({'target': target, 'camera': 'wrist'})
    *renamed, simulate = group.args[0]
    assert [(r.kwargs['src'], r.kwargs['dst']) for r in renamed] == remaps(target, 'wrist')
    assert dict(simulate.kwargs['launch_arguments']) == {
        'depth_encoding': TARGETS[target].depth_encoding
    }
    assert 'depth_encoding' in declared(load('simulate.launch.py'))


def check_default(text, kind, value):
    assert type(value) is kind
    assert (text == 'true' if kind is bool else kind(text)) == value


def test_the_tabletop_config_exists():
    assert (LAUNCH.parent / 'config' / 'tabletop.yaml').is_file()


@pytest.mark.parametrize('name', FILES)
def test_every_argument_says_what_it_is(load, name):
    for argument, (_, description) in declared(load(name)).items():
        assert len(description) > 10, argument


def test_a_failed_node_ends_the_launch(load):
    decide = load('simulate_and_record.launch.py').shutdown_after_failure
    assert decide(SimpleNamespace(returncode=0), None) == []
    assert len(decide(SimpleNamespace(returncode=2), None)) == 1

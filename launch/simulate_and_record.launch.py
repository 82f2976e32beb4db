"""Simulate and record: ros2 launch synth_ros simulate_and_record.launch.py bag:=my_bag."""

from pathlib import Path

from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    RegisterEventHandler,
    Shutdown,
)
from launch.conditions import IfCondition, UnlessCondition
from launch.event_handlers import OnProcessExit
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription

HERE = Path(__file__).resolve().parent

# The recorder's own parameters: name, default, type, description.
ARGUMENTS = (
    ('bag', 'bag', str, 'Folder of the rosbag (MCAP); must not exist; empty: none'),
    ('dataset', 'dataset', str, 'Folder of the COCO dataset; must be new; empty: none'),
    ('topics', '', str, 'Topics of others to record, too, such as "/detections /camera/*"'),
    ('all', 'false', bool, 'Record every topic there is, whoever publishes it'),
    ('exclude', '', str, 'Names or patterns of topics that topics and all leave out'),
    ('compression', 'zstd', str, 'Compression of the bag: zstd or none'),
    ('split_size_mb', '0', int, 'Begin a new file of the bag after so many MB; 0: never'),
    ('split_duration_s', '0.0', float, 'Begin a new file after so many real seconds; 0: never'),
    ('snapshot_s', '0.0', float, 'Keep so many real seconds in memory for ~/snapshot; 0: none'),
    ('snapshot_mb', '1000', int, 'Keep at most so many MB for ~/snapshot'),
    ('snapshot_bag', '', str, 'Snapshots go to FOLDER_0, FOLDER_1, ...; empty: beside the bag'),
    ('queue_limit_mb', '500', int, 'With back_pressure: so many MB may wait to be written'),
    ('start_recording', 'true', bool, 'Record from the first message on; false: wait for ~/start'),
    ('stop_with_publishers', 'true', bool, 'End once the simulation has gone'),
)
BACK_PRESSURE = (
    'back_pressure',
    'false',
    'true: the simulation slows down rather than run ahead of what is recorded',
)
# What it gives to the simulation. The name is relative, so that it is found in the namespace of
# both; four frames under way keep both nodes busy.
WAITING = {'lockstep_topic': 'recorder_node/recorded', 'lockstep_window': '4'}
# Both nodes must be given the same.
SHARED = (('config', str), ('seed', int))


def shutdown_after_failure(event, _context):  # noqa: ANN001, ANN201 (launch's own types)
    """End everything when a node fails; the recorder closes its outputs either way."""
    return [Shutdown(reason='a node failed')] if event.returncode else []


def simulate(arguments, condition):  # noqa: ANN001, ANN201 (launch's own types)
    """Include simulate.launch.py with further arguments, on a condition."""
    return IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(HERE / 'simulate.launch.py')),
        # Not one frame is lost before the recorder listens.
        launch_arguments={'wait_for_subscribers_s': '60.0', **arguments}.items(),
        condition=condition,
    )


def generate_launch_description() -> LaunchDescription:
    """Declare every argument, include simulate.launch.py, start the recorder node."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, default, _, text in ARGUMENTS
    ]
    name, default, text = BACK_PRESSURE
    declared.append(DeclareLaunchArgument(name, default_value=default, description=text))
    kinds = [(name, kind) for name, _, kind, _ in ARGUMENTS]
    parameters = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, kind in (*kinds, *SHARED)
    }
    pressure = LaunchConfiguration(name)
    simulations = [
        simulate({}, UnlessCondition(pressure)),
        simulate(WAITING, IfCondition(pressure)),
    ]
    recorder = Node(
        package='synth_ros',
        executable='recorder_node',
        name='recorder_node',
        namespace=LaunchConfiguration('namespace'),
        output='screen',
        # Whatever waits to be written is written before it ends.
        sigterm_timeout='120',
        sigkill_timeout='120',
        parameters=[parameters],
        on_exit=Shutdown(reason='recording ended'),
    )
    failure = RegisterEventHandler(OnProcessExit(on_exit=shutdown_after_failure))
    return LaunchDescription([*declared, failure, *simulations, recorder])

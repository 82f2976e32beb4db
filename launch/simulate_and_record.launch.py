"""Simulate and record: ros2 launch synth_ros simulate_and_record.launch.py bag:=my_bag."""

from pathlib import Path

from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription

HERE = Path(__file__).resolve().parent

# name, default, type, description
ARGUMENTS = (
    ('bag', 'bag', str, 'Folder of the rosbag (MCAP); must not exist; empty: none'),
    ('dataset', 'dataset', str, 'Folder of the COCO dataset; must be new; empty: none'),
    ('compression', 'zstd', str, 'Compression of the bag: zstd or none'),
)


def generate_launch_description():
    """Declare every argument, include simulate.launch.py, start the recorder node."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, default, _, text in ARGUMENTS
    ]
    parameters = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, _, kind, _ in ARGUMENTS
    }
    simulate = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(HERE / 'simulate.launch.py')),
        # Not one frame is lost before the recorder listens.
        launch_arguments={'wait_for_subscribers_s': '60.0'}.items(),
    )
    # It ends by itself once the simulation has gone, and takes the launch with it.
    recorder = Node(
        package='synth_ros',
        executable='recorder_node',
        name='recorder_node',
        namespace=LaunchConfiguration('namespace'),
        output='screen',
        parameters=[
            {
                **parameters,
                'config': ParameterValue(LaunchConfiguration('config'), value_type=str),
                'stop_with_publishers': True,
            }
        ],
        on_exit=Shutdown(reason='recording ended'),
    )
    return LaunchDescription([*declared, simulate, recorder])

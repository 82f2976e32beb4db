"""Simulate for a graph of Isaac ROS: ros2 launch synth_ros isaac_ros.launch.py target:=yolov8."""

from pathlib import Path

from launch.actions import (
    DeclareLaunchArgument,
    GroupAction,
    IncludeLaunchDescription,
    OpaqueFunction,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import SetRemap

from launch import LaunchDescription
from synth_ros.ros.isaac import TARGETS, remaps, wiring

HERE = Path(__file__).resolve().parent

# The arguments of its own: name, default, description. simulate.launch.py has the others.
ARGUMENTS = (
    ('target', 'yolov8', f'Which graph shall subscribe unchanged: {", ".join(TARGETS)}'),
    ('camera', 'head', 'Name in the config of the camera that it sees through'),
)


def start(context):  # noqa: ANN001, ANN201 (launch's own types)
    """Include simulate.launch.py under the names and with the encodings of the target."""
    target, camera = (LaunchConfiguration(name).perform(context) for name, *_ in ARGUMENTS)
    renamed = [SetRemap(src=ours, dst=theirs) for ours, theirs in remaps(target, camera)]
    simulate = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(HERE / 'simulate.launch.py')),
        launch_arguments={'depth_encoding': wiring(target).depth_encoding}.items(),
    )
    return [GroupAction([*renamed, simulate])]


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the simulation node under the target's names."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, default, text in ARGUMENTS
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=start)])

"""Simulate a robot's cameras: ros2 launch synth_ros simulate.launch.py config:=FILE."""

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription

TABLETOP = f'{get_package_share_directory("synth_ros")}/config/tabletop.yaml'

# Every parameter of the node: name, default, type, description.
ARGUMENTS = (
    ('config', TABLETOP, str, 'Config file (YAML) of robot, cameras, objects and randomization'),
    ('seed', '-1', int, "Seed of the scenes; -1 takes the config's"),
    ('first_episode', '0', int, 'Number of the scene to start with'),
    ('frame_limit', '0', int, 'Frames of every camera after which the node ends; 0: never'),
    (
        'real_time_factor',
        '-1.0',
        float,
        "Simulated seconds per real second; 0: as fast as possible; below 0: the config's",
    ),
    ('autostart', 'true', bool, 'Configure and activate the node; false: wait to be told'),
    ('randomize', 'true', bool, 'Draw another scene when the time of one is over'),
    ('next_episode', '-1', int, 'Scene that ~/randomize draws; -1: the following one'),
    ('scenario', '', str, 'Scenario of the scenes; empty: by weights'),
    ('difficulty', '-1.0', float, 'How far schedules are, 0 to 1; -1: as the number of the scene'),
    ('randomize_period_s', '0.0', float, "How long a scene lasts; 0: the config's"),
    ('view_period_s', '0.0', float, "From one posture to the next; 0: the config's"),
    ('rate_hz', '0.0', float, "Frames per second of simulated time; 0: the config's"),
    ('imu_rate_hz', '0.0', float, "Samples of IMUs per second of simulated time; 0: the config's"),
    ('start_paused', 'false', bool, 'Wait for ~/step or ~/pause before the first frame'),
    (
        'wait_for_subscribers_s',
        '0.0',
        float,
        'Hold the first frame this long until every stream has a subscriber',
    ),
    (
        'wait_for_subscribers_count',
        '1',
        int,
        'How many subscribers every stream must have, for wait_for_subscribers_s',
    ),
    ('report_frames', 'false', bool, 'Print a line "frame N" for each frame'),
    ('linger_s', '1.0', float, 'After the last frame, stay this long until it has arrived'),
    ('snapshot_dataset', '', str, 'Dataset folder to which ~/snapshot adds; empty: none'),
    ('depth_encoding', '', str, "16UC1 (mm, 0 invalid) or 32FC1 (m, NaN); empty: the config's"),
    ('class_id_format', '', str, "What class_id holds: id or name; empty: the config's"),
    ('color_qos', 'DEFAULT', str, 'QoS of colour: DEFAULT, SYSTEM_DEFAULT, SENSOR_DATA, LATCHED'),
    ('depth_qos', 'DEFAULT', str, 'QoS of depth: DEFAULT, SYSTEM_DEFAULT, SENSOR_DATA, LATCHED'),
    ('infra_qos', 'DEFAULT', str, 'QoS of stereo: DEFAULT, SYSTEM_DEFAULT, SENSOR_DATA, LATCHED'),
    ('imu_qos', 'DEFAULT', str, 'QoS of IMUs: DEFAULT, SYSTEM_DEFAULT, SENSOR_DATA, LATCHED'),
    ('labels_qos', 'DEFAULT', str, 'QoS of labels: DEFAULT, SYSTEM_DEFAULT, SENSOR_DATA, LATCHED'),
    ('jpeg_quality', '95', int, 'Quality of compressed colour images, 1 to 100'),
    ('lockstep_topic', '', str, 'Topic whose messages answer frames by stamp; empty: none'),
    ('lockstep_camera', '', str, 'Only frames of this camera need an answer; empty: all'),
    ('lockstep_timeout_s', '0.0', float, 'How long an answer may take, real seconds; 0: for ever'),
    ('lockstep_window', '1', int, 'Frames that may be on their way without an answer'),
    ('lockstep_on_timeout', 'warn', str, 'After a time-out: warn and go on, or stop'),
    ('command_mode', 'none', str, 'follow: the robot goes where commands send it; or none'),
    ('command_timeout_s', '0.5', float, 'How long a command is obeyed, simulated s; 0: for ever'),
    ('command_joints', '', str, 'Joints of position_commands, by commas; empty: all'),
    ('cmd_vel_stamped', 'false', bool, 'cmd_vel is TwistStamped; false: Twist'),
    ('max_joint_velocity_rad_s', '3.0', float, 'The fastest that commands turn a joint'),
    ('max_slide_velocity_m_s', '0.5', float, 'The fastest that commands shift a joint'),
    ('max_linear_velocity_m_s', '1.0', float, 'The fastest that commands drive the base'),
    ('max_angular_velocity_rad_s', '2.0', float, 'The fastest that commands turn the base'),
)


def generate_launch_description() -> LaunchDescription:
    """Declare every argument and start the simulation node."""
    namespace = DeclareLaunchArgument(
        'namespace', default_value='', description='Namespace of all camera topics'
    )
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, default, _, text in ARGUMENTS
    ]
    parameters = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, _, kind, _ in ARGUMENTS
    }
    # The node makes /clock, so it must not follow it.
    node = Node(
        package='synth_ros',
        executable='sim_node',
        name='sim_node',
        namespace=LaunchConfiguration('namespace'),
        output='screen',
        # A scene that is being compiled is finished before the node ends.
        sigterm_timeout='30',
        sigkill_timeout='30',
        parameters=[{**parameters, 'use_sim_time': False}],
    )
    return LaunchDescription([namespace, *declared, node])

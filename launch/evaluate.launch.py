"""Evaluate a stack: ros2 launch synth_ros evaluate.launch.py detections_2d:=/detections."""

from launch.actions import DeclareLaunchArgument, Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription

# The evaluator's parameters: name, default, type, description.
ARGUMENTS = (
    ('camera', 'head', str, 'Camera whose images the stack sees'),
    ('detections_2d', '', str, 'Topic with vision_msgs/Detection2DArray; empty: none'),
    ('detections_3d', '', str, 'Topic with vision_msgs/Detection3DArray; empty: none'),
    ('poses', '', str, 'Topic with poses; empty: none'),
    ('poses_type', 'PoseStamped', str, 'Type of the topic with poses: PoseStamped or PoseArray'),
    ('mask', '', str, 'Topic with mask images; empty: none'),
    ('mask_kind', 'semantic', str, 'What pixels are: semantic (classes) or instance (objects)'),
    ('pose_class', '', str, 'Class of poses that name none; empty: any'),
    ('pose_reference', 'object', str, 'What a pose is of: object (its own frame) or box (3D box)'),
    ('network_width', '0', int, 'Width of the network input; 0: that of the image'),
    ('network_height', '0', int, 'Height of the network input; 0: that of the image'),
    ('letterbox', 'none', str, 'How images are put into it: none, letterbox, corner or stretch'),
    ('class_map', '', str, 'What the stack calls our classes: YAML or its file; empty: as we do'),
    ('stamp_tolerance_ns', '0', int, 'How far stamps may be apart, ns'),
    ('timeout_s', '5.0', float, 'After which a frame without an answer is missed, seconds'),
    ('count_missed', 'false', bool, 'Missed frames count as answered with nothing'),
    ('min_visibility', '0.0', float, 'Objects less visible are neither right nor wrong'),
    ('min_pixels', '0', int, 'Objects with fewer visible pixels are neither right nor wrong'),
    ('min_score', '-1.0', float, 'Score from which slices count; -1: that of the largest F1'),
    ('models', '', str, 'Dataset or bag with meshes for pose errors; empty: 3D boxes'),
    ('out', 'evaluation', str, 'Folder for evaluation.json and evaluation.html; empty: none'),
    ('window_frames', '20000', int, 'Frames that are kept; older ones are let go'),
    ('publish_period_s', '1.0', float, 'Time between two messages with metrics, seconds'),
    ('save_period_s', '30.0', float, 'Time between two savings, seconds; 0: at the end alone'),
    ('stop_with_publishers', 'true', bool, 'End once the ground truth has gone'),
)


def generate_launch_description() -> LaunchDescription:
    """Declare every argument and start the evaluator node."""
    namespace = DeclareLaunchArgument(
        'namespace', default_value='', description='Namespace of the camera topics'
    )
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, default, _, text in ARGUMENTS
    ]
    parameters = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, _, kind, _ in ARGUMENTS
    }
    node = Node(
        package='synth_ros',
        executable='evaluator_node',
        name='evaluator_node',
        namespace=LaunchConfiguration('namespace'),
        output='screen',
        # The last report is written before it ends.
        sigterm_timeout='60',
        sigkill_timeout='60',
        parameters=[parameters],
        on_exit=Shutdown(reason='the evaluation ended'),
    )
    return LaunchDescription([namespace, *declared, node])

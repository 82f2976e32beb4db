"""Find objects in a camera's images: ros2 launch synth_ros detect.launch.py model:=FILE."""

from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchDescription

# Every parameter of the node: name, default, type, description.
ARGUMENTS = (
    ('model', '', str, 'Path of the detector (ONNX); must be given'),
    ('kind', '', str, 'What the model is; empty: told by its inputs and outputs'),
    ('labels', '', str, 'File with names of classes, one a line; empty: those in the model'),
    ('score_threshold', '0.25', float, 'Lowest score of a detection'),
    ('iou_threshold', '0.45', float, 'Overlap above which the worse of two boxes is dropped'),
    ('max_detections', '300', int, 'Detections of an image at most, the best first'),
    (
        'coordinates',
        'image',
        str,
        'Boxes in pixels of the image, or of the network: image, network',
    ),
    ('class_id_format', 'id', str, 'What class_id holds: id or name'),
    ('every_nth', '1', int, 'Of so many images the first is looked at'),
    ('image_qos', 'DEFAULT', str, 'QoS of the images: DEFAULT or, for best effort, SENSOR_DATA'),
    ('detections_qos', 'DEFAULT', str, 'QoS of the detections'),
    ('fit', '', str, 'letterbox, corner or stretch; empty: as the kind of model is trained'),
    ('scaling', 'unit', str, 'Bytes as 0 to 1, by ImageNet, or as they are: unit, imagenet, none'),
    ('provider', 'auto', str, 'What runs the model: auto, tensorrt, cuda or cpu'),
    ('network_width', '0', int, "Width of the network's input, pixels; 0: the model's"),
    ('network_height', '0', int, "Height of the network's input, pixels; 0: the model's"),
    ('fp16', 'false', bool, 'TensorRT may compute in half precision'),
    ('engine_cache', '', str, 'Folder where TensorRT keeps its engines; empty: none'),
    ('threads', '0', int, 'Threads on the CPU; 0: all cores'),
)
# Names of topics: argument, default, description.
TOPICS = (
    ('image', 'head/color/image_raw', 'Topic of the images'),
    ('detections', 'detections', 'Topic of the detections'),
)


def generate_launch_description() -> LaunchDescription:
    """Declare every argument and start the detector node."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, default, text in (
            ('namespace', '', 'Namespace of all topics'),
            *((name, default, text) for name, default, _, text in ARGUMENTS),
            *TOPICS,
        )
    ]
    parameters = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, _, kind, _ in ARGUMENTS
    }
    node = Node(
        package='synth_ros',
        executable='detector_node',
        name='detector_node',
        namespace=LaunchConfiguration('namespace'),
        output='screen',
        # An image that is being looked at is finished before the node ends.
        sigterm_timeout='30',
        sigkill_timeout='30',
        parameters=[parameters],
        remappings=[(name, LaunchConfiguration(name)) for name, _, _ in TOPICS],
    )
    return LaunchDescription([*declared, node])

"""What a recording of the small scene holds, and how to look it up in the files."""

import json

import yaml
from ros_processes import CAMERAS

STREAMS = (
    'color/image_raw',
    'color/camera_info',
    'depth/image_rect_raw',
    'depth/camera_info',
    'labels/instance',
    'labels/semantic',
    'labels/detections_2d',
    'labels/detections_3d',
    'labels/annotations',
)
LATCHED = ('/tf_static', *(f'/{camera}/labels/label_info' for camera in CAMERAS))
FLOWING = ('/clock', '/tf', '/joint_states', *(f'/{c}/{s}' for c in CAMERAS for s in STREAMS))


def metadata(bag):
    return yaml.safe_load((bag / 'metadata.yaml').read_text())['rosbag2_bagfile_information']


def counts(bag):
    entries = metadata(bag)['topics_with_message_count']
    return {entry['topic_metadata']['name']: entry['message_count'] for entry in entries}


def proof(bag):
    return json.loads(metadata(bag)['custom_data']['synth_ros_loss'])


def image_count(dataset):
    return len(json.loads((dataset / 'annotations.json').read_text())['images'])

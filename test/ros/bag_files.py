"""What a recording of the small scene holds, and how to look it up in the files."""

import json

import yaml
from ros_processes import CAMERAS

from synth_ros.config.labels import LabelsConfig
from synth_ros.report.recording.records import RecordingReport
from synth_ros.ros import streams
from synth_ros.ros.messages import KINDS
from synth_ros.ros.names import camera_topics


def topics(labels):
    """Topics of all cameras that a bag holds: those with a message an instant, and latched."""
    flowing, latched = ['/clock', '/tf', '/joint_states'], ['/tf_static']
    for camera in CAMERAS:
        for stream in sorted(streams.recorded(labels)):
            group = latched if KINDS[stream].group == 'latched' else flowing
            group.append(f'/{camera_topics(camera)._asdict()[stream]}')
    return tuple(flowing), tuple(latched)


FLOWING, LATCHED = topics(LabelsConfig())


def metadata(bag):
    return yaml.safe_load((bag / 'metadata.yaml').read_text())['rosbag2_bagfile_information']


def counts(bag):
    entries = metadata(bag)['topics_with_message_count']
    return {entry['topic_metadata']['name']: entry['message_count'] for entry in entries}


def proof(bag):
    return json.loads(metadata(bag)['custom_data']['synth_ros_loss'])


def report_of(bag):
    """The report of a recording, which stands beside its files."""
    assert (bag / 'recording_report.html').read_text().lstrip().startswith('<!doctype html>')
    return RecordingReport.model_validate_json((bag / 'recording_report.json').read_text())


def image_count(dataset):
    return len(json.loads((dataset / 'annotations.json').read_text())['images'])

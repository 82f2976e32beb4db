"""The serialised messages of samples, as a recorder receives them."""

import json
from dataclasses import replace

from rclpy.serialization import serialize_message
from sample_factory import CATEGORIES, INFO, make_sample
from std_msgs.msg import String

from synth_ros.ros import annotations, convert
from synth_ros.types import SampleKey


def sample_at(episode, view, camera, *, stamp_ns):
    """A sample with a stamp and a provenance that names the config of ``INFO``."""
    sample = make_sample(SampleKey(episode, view, camera))
    origin = {'config_hash': INFO.config_hash, 'seed': INFO.seed, 'scene': {}, 'view': {}}
    return replace(
        sample,
        frame=replace(sample.frame, stamp_ns=stamp_ns),
        provenance_json=json.dumps(origin),
    )


def parts_of(sample, *, run, session='1', depth_encoding='16UC1'):
    """CDR bytes by stream."""
    head = convert.header(sample.frame.stamp_ns, 'optical')
    text = annotations.to_json(sample, session=session, run=run)
    messages = {
        'color_info': convert.camera_info(sample.frame.camera, head),
        'color': convert.image_message(sample.rgb, 'rgb8', head),
        'depth': convert.depth_image(sample.depth_m, depth_encoding, head),
        'instance': convert.instance_mask(sample.labels, head),
        'semantic': convert.semantic_mask(sample.labels, CATEGORIES, head),
        'annotations': String(data=text),
    }
    return {name: bytes(serialize_message(message)) for name, message in messages.items()}

"""The serialised messages of samples, as a recorder receives them."""

import json
from dataclasses import replace

from rclpy.serialization import serialize_message
from sample_factory import CATEGORIES, INFO, make_sample

from synth_ros.config.labels import LabelsConfig
from synth_ros.ros import streams
from synth_ros.ros.messages import KINDS, Instant, StreamOptions
from synth_ros.ros.names import camera_frames
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


LABELS = LabelsConfig()
PARTS = streams.sample_parts(LABELS)


def instant_of(sample, *, run=0, session='1', depth_encoding='16UC1', labels=LABELS):
    """What the publishers make messages of."""
    baselines_m = {sample.key.camera: 0.05}
    options = StreamOptions(depth_encoding, 'id', labels, session=session, baselines_m=baselines_m)
    return Instant(sample, run, camera_frames(sample.key.camera), CATEGORIES, options)


def parts_of(sample, *, run, labels=LABELS, **options):
    """CDR bytes by stream."""
    now = instant_of(sample, run=run, labels=labels, **options)
    return {
        name: serialized(KINDS[name].make(now))
        for name in KINDS
        if name in streams.sample_parts(labels)
    }


def serialized(made):
    """CDR bytes of what a stream makes: a message, or its bytes already."""
    return made if isinstance(made, bytes) else bytes(serialize_message(made))

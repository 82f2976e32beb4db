"""Topics and serialised messages without ROS."""

import numpy as np
from rosbags.typesys import Stores, get_typestore

from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_metadata import LATCHED, BagTopic, QosProfile

STORE = get_typestore(Stores.ROS2_JAZZY)
DEFAULT_QOS = QosProfile()
IMAGE_QOS = QosProfile(depth=5, reliability='best_effort')


def topic(name, type_name, qos=DEFAULT_QOS):
    definition, _ = STORE.generate_msgdef(type_name, ros_version=2)
    return BagTopic(name, type_name, definition, STORE.hash_rihs01(type_name), (qos,))


STRINGS = topic('/label_info', 'std_msgs/msg/String', LATCHED)
IMAGES = topic('/camera/color/image_raw', 'sensor_msgs/msg/Image', IMAGE_QOS)
MORE_STRINGS = topic('/chatter', 'std_msgs/msg/String')


def string_cdr(text):
    message = STORE.types['std_msgs/msg/String'](data=text)
    return bytes(STORE.serialize_cdr(message, 'std_msgs/msg/String'))


def image_cdr(number, size=(32, 24)):
    width, height = size
    types = STORE.types
    time = types['builtin_interfaces/msg/Time'](sec=number, nanosec=5)
    pixels = np.random.default_rng(number).integers(0, 255, width * height * 3, np.uint8)
    message = types['sensor_msgs/msg/Image'](
        header=types['std_msgs/msg/Header'](stamp=time, frame_id='head_color_optical_frame'),
        height=height,
        width=width,
        encoding='rgb8',
        is_bigendian=0,
        step=3 * width,
        data=pixels,
    )
    return bytes(STORE.serialize_cdr(message, 'sensor_msgs/msg/Image'))


def record(writer, count, *, flush=False):
    """One latched message, then pairs of an image and a text."""
    latched, images, chatter = (writer.add_topic(t) for t in (STRINGS, IMAGES, MORE_STRINGS))
    writer.write(latched, string_cdr('{"1": "mug"}'), log_ns=1, publish_ns=1)
    for number in range(count):
        now = 1_000_000_000 + number * 100_000_000
        writer.write(images, image_cdr(number), log_ns=now, publish_ns=now - 7)
        writer.write(chatter, string_cdr(f'frame {number}'), log_ns=now + 1, publish_ns=now)
        if flush:
            writer.flush()


def make_bag(path, count, **options):
    with BagWriter(path, **options) as writer:
        record(writer, count)

"""Bags of other cameras become COCO: what belongs together, and what is said of the rest."""

import json

import cv2
import numpy as np
import pytest
from builtin_interfaces.msg import Time
from foreign_cameras import boxes
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray, LabelInfo, VisionClass

from synth_ros.errors import UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.ros.definitions import definition_text
from synth_ros.ros.images import image_message
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_metadata import BagTopic

RED = np.zeros((8, 10, 4), np.uint8) + np.uint8([255, 0, 0, 7])


def head(number):
    return Header(stamp=Time(sec=number), frame_id='eye')


def picture(encoding, pixels, number):
    """Of four channels, which we publish ourselves nowhere."""
    height, width = pixels.shape[:2]
    message = Image(header=head(number), width=width, height=height, encoding=encoding)
    message.step = 4 * width
    message.data.frombytes(np.ascontiguousarray(pixels).tobytes())
    return message


def found(number, **changes):
    message = boxes(head(number), number)
    [item] = message.detections
    item.results[0].hypothesis.class_id = changes.pop('class_id', '3')
    for name, value in changes.items():
        part = item.bbox if name.startswith('size') else item.bbox.center
        setattr(part, name, value)
    return message


def write(bag, messages):
    """A bag of (topic, message), a second apart by their numbers."""
    with BagWriter(bag) as writer:
        channels = {}
        for number, (topic, message) in enumerate(messages):
            kind = type(message)
            type_name = f'{kind.__module__.split(".")[0]}/msg/{kind.__name__}'
            if topic not in channels:
                described = BagTopic(topic, type_name, definition_text(type_name), '')
                channels[topic] = writer.add_topic(described)
            data = serialize_message(message)
            writer.write(channels[topic], data, log_ns=number, publish_ns=number)
    return bag


def to_dataset(bag, out, **options):
    made = convert(ConvertRequest(source=bag, out=out, to=None, **options), lambda *_: None)
    return made, json.loads((out / 'annotations.json').read_text())


def test_topics_belong_together_by_stamp_then_by_name(tmp_path):
    """Two robots with the same stamps, and a third camera that nobody labels."""
    messages = [('/names', LabelInfo(class_map=[VisionClass(class_id=3, class_name='mug')]))]
    for number in (1, 2, 3):
        for robot, shade in (('a', 60), ('b', 120)):
            rgb = np.full((8, 10, 3), shade, np.uint8)
            messages.append((f'/{robot}/rgb', image_message(rgb, 'rgb8', head(number))))
            metres = np.full((8, 10), shade, np.float32)
            messages.append((f'/{robot}/z', image_message(metres, '32FC1', head(number))))
            if number != 2:
                messages.append((f'/{robot}/found', found(number)))
        mask = np.zeros((8, 10), np.uint8)
        messages.append(('/a/mask', image_message(mask, 'mono8', head(number))))
        messages.append(('/top', image_message(rgb, 'rgb8', head(100 + number))))
    made, index = to_dataset(write(tmp_path / 'bag', messages), tmp_path / 'out')
    assert made.frames == 4
    assert [(k['camera'], k['stamp_ns'] // 10**9) for k in index['images']] == [
        ('a_rgb', 1),
        ('a_rgb', 3),
        ('b_rgb', 1),
        ('b_rgb', 3),
    ]
    assert index['categories'] == [{'id': 3, 'name': 'mug'}]
    for image, shade in zip(index['images'], (60, 60, 120, 120), strict=True):
        assert cv2.imread(str(tmp_path / 'out' / image['file_name']))[0, 0, 0] == shade
        depth = cv2.imread(str(tmp_path / 'out' / image['depth_file']), cv2.IMREAD_UNCHANGED)
        assert (depth == (60_000 if shade == 60 else 0)).all()
        assert 'intrinsics' not in image
    assert made.lost['images of /a/rgb without detections of their stamp'] == 1
    assert made.lost['depth images with more than 65.5 m, which is 0 here'] == 2


def test_what_is_no_box_is_counted(tmp_path):
    messages = []
    for number, changes in enumerate(
        (
            {'class_id': 'cat'},
            {'class_id': 'ant', 'theta': 0.5},
            {'size_x': float('nan')},
            {'size_y': -1.0},
        )
    ):
        messages.append(('/image', picture('rgba8', RED, number)))
        messages.append(('/found', found(number, **changes)))
    messages.append(('/image', picture('bgra8', RED[..., [2, 1, 0, 3]], 9)))
    messages.append(('/found', Detection2DArray(header=head(9))))
    made, index = to_dataset(write(tmp_path / 'bag', messages), tmp_path / 'out')
    assert (made.frames, len(index['annotations'])) == (5, 2)
    # Not all classes are numbers, so they are numbered by name.
    assert [k['name'] for k in index['categories']] == ['3', 'ant', 'cat']
    assert [k['id'] for k in index['categories']] == [1, 2, 3]
    assert made.lost['detections with numbers that are no box'] == 2
    assert made.lost['boxes that are turned; they stand here as if they were not'] == 1
    for image in index['images']:
        assert (cv2.imread(str(tmp_path / 'out' / image['file_name'])) == [0, 0, 255]).all()


def test_a_damaged_frame_stops_it_or_is_left_out(tmp_path):
    short = Image(header=head(2), width=10, height=8, step=30, encoding='rgb8')
    good = image_message(np.zeros((8, 10, 3), np.uint8), 'rgb8', head(1))
    messages = [('/i', good), ('/i', short), ('/f', found(1)), ('/f', found(2))]
    bag = write(tmp_path / 'bag', messages)
    with pytest.raises(UsageError, match=r'10 x 8 rgb8 has 0 bytes.*--skip-damaged'):
        to_dataset(bag, tmp_path / 'out')
    assert [path.name for path in tmp_path.iterdir()] == ['bag']
    made, _ = to_dataset(bag, tmp_path / 'out', skip_damaged=True)
    assert (made.frames, len(made.damaged)) == (1, 1)

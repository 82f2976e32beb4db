"""The detector node as a process: images in, detections of the same stamps out."""

import signal
import time

import numpy as np
import pytest
from blob_models import GREEN, NAMES, RED, SCORE, blob_model, constant_model, picture
from camera_stand_in import FRAME, Camera
from diagnostic_msgs.msg import DiagnosticStatus
from ears import Ears
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from ros_processes import NodeProcess, sim, write_config
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from synth_ros.ros.convert import stamp_ns
from synth_ros.ros.images import image_array

RED_BOX, GREEN_BOX = (16, 20, 48, 40), (64, 40, 100, 80)
STAMPS = [1_000_000_007 * k for k in range(1, 6)]


@pytest.fixture
def model(tmp_path):
    return blob_model(tmp_path / 'm.onnx', metadata={'names': str(dict(enumerate(NAMES)))})


def detector(folder, model, **params):
    return NodeProcess('detector_node', folder, model=model, **params)


def box_of(detection):
    """Corners of a detection."""
    centre, width, height = detection.bbox.center, detection.bbox.size_x, detection.bbox.size_y
    assert centre.theta == 0
    x, y = centre.position.x, centre.position.y
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def boxes_of(message):
    """Boxes by class id."""
    return {d.results[0].hypothesis.class_id: box_of(d) for d in message.detections}


def send_all(camera, rgb, stamps=STAMPS):
    """Send images one after the other, each when the one before is answered."""
    for count, stamp in enumerate(stamps, 1):
        camera.send(rgb, stamp)
        camera.wait_for(lambda count=count: len(camera.detections) >= count, f'answer {count}')


def test_every_image_is_answered_under_its_stamp(tmp_path, model):
    with Camera(annotated=True) as camera, detector(tmp_path, model) as node:
        camera.wait_for_detector()
        rgb = picture(red=RED_BOX, green=GREEN_BOX)
        send_all(camera, rgb)
        assert [stamp_ns(m.header.stamp) for m in camera.detections] == STAMPS
        for message in camera.detections:
            assert message.header.frame_id == FRAME
            assert all(d.header == message.header for d in message.detections)
            found = boxes_of(message)
            np.testing.assert_allclose(found[str(RED)], RED_BOX, atol=1e-4)
            np.testing.assert_allclose(found[str(GREEN)], GREEN_BOX, atol=1e-4)
            result = message.detections[0].results[0]
            assert result.hypothesis.score == pytest.approx(SCORE)
            assert result.pose.pose.orientation.w == 1
        classes = [(c.class_id, c.class_name) for c in camera.names[0].class_map]
        assert classes == list(enumerate(NAMES))
        camera.wait_for(lambda: camera.annotated, 'an annotated image')
        shown = image_array(camera.annotated[0])
        assert shown.shape == rgb.shape
        assert (shown != rgb).any()
        camera.wait_for(
            lambda: any(level == DiagnosticStatus.OK for level, _, _ in camera.statuses), 'OK'
        )
        _, _, values = next(s for s in camera.statuses if s[0] == DiagnosticStatus.OK)
        assert values['kind'] == 'yolo'
        assert values['provider'] == 'cpu'
        assert float(values['rate_hz']) > 0
        assert 0 < float(values['network_ms']) <= float(values['latency_max_ms'])
        assert node.end() == 0
        assert 'Answered 5 of 5 images: 0 skipped' in node.text
        assert '0 lost on the way' in node.text
        assert 'Traceback' not in node.text


@pytest.mark.parametrize(
    ('coordinates', 'fit', 'box'),
    [
        ('image', 'letterbox', RED_BOX),
        ('image', 'stretch', RED_BOX),
        ('network', 'letterbox', (8, 18, 24, 28)),
        ('network', 'corner', (8, 10, 24, 20)),
    ],
)
def test_boxes_come_in_either_coordinates(tmp_path, model, coordinates, fit, box):
    with (
        Camera() as camera,
        detector(
            tmp_path, model, coordinates=coordinates, fit=fit, class_id_format='name'
        ) as node,
    ):
        camera.wait_for_detector()
        send_all(camera, picture((128, 64), red=RED_BOX), STAMPS[:1])
        found = boxes_of(camera.detections[0])
        assert set(found) == {'red'}
        np.testing.assert_allclose(found['red'], box, atol=2)
        assert node.end() == 0


def test_other_encodings_and_best_effort_cameras(tmp_path, model):
    with (
        Camera(best_effort=True) as camera,
        detector(tmp_path, model, image_qos='SENSOR_DATA') as node,
    ):
        camera.wait_for_detector()
        rgb = picture(red=RED_BOX)
        camera.send(np.ascontiguousarray(rgb[..., ::-1]), 1, encoding='bgr8')
        camera.wait_for(lambda: len(camera.detections) == 1, 'the answer to bgr8')
        np.testing.assert_allclose(box_of(camera.detections[0].detections[0]), RED_BOX, atol=1e-4)
        camera.send(rgb[..., 0], 2, encoding='mono8')
        camera.wait_for(lambda: len(camera.detections) == 2, 'the answer to mono8')
        assert camera.detections[1].detections == []
        assert node.end() == 0


def test_a_best_effort_camera_is_not_silently_ignored(tmp_path, model):
    with Camera(best_effort=True), detector(tmp_path, model) as node:
        node.wait_for_text('image_qos:=SENSOR_DATA')
        assert node.end() == 0


def test_thresholds_change_while_it_runs_within_their_ranges(tmp_path, model):
    with Camera() as camera, detector(tmp_path, model) as node:
        camera.wait_for_detector()
        client = camera.node.create_client(SetParameters, '/detector_node/set_parameters')
        assert client.wait_for_service(20)

        def change(name, value):
            asked = Parameter(name, value=value).to_parameter_msg()
            future = client.call_async(SetParameters.Request(parameters=[asked]))
            camera.wait_for(future.done, f'{name} = {value}')
            return future.result().results[0].successful

        rgb = picture(red=RED_BOX, green=GREEN_BOX)
        send_all(camera, rgb, STAMPS[:1])
        assert len(camera.detections[0].detections) == 2
        assert change('max_detections', 1)
        send_all_from(camera, rgb, 2)
        assert len(camera.detections[1].detections) == 1
        assert change('score_threshold', 0.95)
        send_all_from(camera, rgb, 3)
        assert camera.detections[2].detections == []
        camera.wait_for(lambda: len(camera.names) > 1, 'the new threshold')
        for name, value in (
            ('score_threshold', 1.5),
            ('score_threshold', 'high'),
            ('max_detections', 0),
            ('iou_threshold', -0.1),
            ('model', 'other.onnx'),
        ):
            assert not change(name, value), name
        assert node.end() == 0


def send_all_from(camera, rgb, count):
    camera.send(rgb, count)
    camera.wait_for(lambda: len(camera.detections) >= count, f'answer {count}')


def test_a_slow_model_skips_old_images_and_says_so(tmp_path):
    output = np.zeros((1, 6, 10), np.float32)
    model = constant_model(tmp_path / 'slow.onnx', ('output0', output), repeat=20)
    with Camera() as camera, detector(tmp_path, model, threads=1) as node:
        camera.wait_for_detector()
        rgb = picture()
        stamp = 0
        while 'Too slow for the images: skipped' not in node.text:
            stamp += 1
            assert stamp < 2000, node.text
            camera.send(rgb, stamp)
            time.sleep(0.02)
        camera.wait_for(lambda: stamp_ns(camera.detections[-1].header.stamp) == stamp, 'the last')
        stamps = [stamp_ns(m.header.stamp) for m in camera.detections]
        assert stamps == sorted(set(stamps))
        assert len(stamps) < stamp
        levels = [level for level, _, _ in camera.statuses]
        assert DiagnosticStatus.WARN in levels
        assert node.end() == 0
        assert f'Answered {len(stamps)} of {stamp} images: {stamp - len(stamps)} sk' in node.text


@pytest.mark.slow
def test_the_loop_closes_every_frame_in_lockstep_is_answered(tmp_path):
    topic = '/head/color/image_raw'
    model = blob_model(tmp_path / 'm.onnx', network=(160, 120))
    heard = [(topic, Image, ''), ('/detections', Detection2DArray, '')]
    lockstep = {'lockstep_topic': '/detections', 'lockstep_camera': 'head'}
    with (
        Ears(heard) as ears,
        detector(tmp_path, model, arguments=('-r', f'image:={topic}')) as node,
    ):
        node.wait_for_text('Ready: yolo model')
        with sim(tmp_path, write_config(tmp_path), frame_limit=8, **lockstep) as simulator:
            assert simulator.wait() == 0, simulator.text
        assert node.end() == 0
        assert 'Answered 8 of 8 images: 0 skipped' in node.text
    frames, answers = (
        [(stamp_ns(m.header.stamp), m.header.frame_id) for m in ears.heard[name]]
        for name in (topic, '/detections')
    )
    assert len(frames) == 8
    assert answers == frames


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_it_ends_while_it_looks_at_an_image(tmp_path, number):
    output = np.zeros((1, 6, 10), np.float32)
    model = constant_model(tmp_path / 'slow.onnx', ('output0', output), repeat=60)
    with Camera() as camera, detector(tmp_path, model, threads=1) as node:
        camera.wait_for_detector()
        camera.send(picture(), 1)
        camera.send(picture(), 2)
        assert node.end(number) == 0
        assert 'Traceback' not in node.text
        assert 'Answered' in node.text


def test_every_nth_image_is_looked_at(tmp_path, model):
    with Camera() as camera, detector(tmp_path, model, every_nth=3) as node:
        camera.wait_for_detector()
        for stamp in range(1, 8):
            camera.send(picture(), stamp)
            if stamp % 3 == 1:
                camera.wait_for(lambda s=stamp: len(camera.detections) > s // 3, 'the answer')
        assert [stamp_ns(m.header.stamp) for m in camera.detections] == [1, 4, 7]
        assert node.end() == 0
        assert '4 passed over' in node.text


def test_what_cannot_be_read_is_counted_and_the_rest_answered(tmp_path):
    output = np.zeros((1, 6, 10), np.float32)
    output[0, :, 0] = [30, 20, 4, 4, 0.9, 0]
    output[0, :, 1] = np.nan
    model = constant_model(tmp_path / 'nan.onnx', ('output0', output))
    with Camera() as camera, detector(tmp_path, model) as node:
        camera.wait_for_detector()
        for stamp in (1, 2):
            camera.send(picture(), stamp, encoding='yuv422')
        node.wait_for_text("Image encoding 'yuv422' is no colour image of 8 bits")
        camera.send(np.zeros((0, 0), np.uint8), 3, encoding='mono8')
        node.wait_for_text('has no pixels')
        camera.send(picture(), 4)
        camera.wait_for(lambda: camera.detections, 'the answer to the good one')
        assert stamp_ns(camera.detections[0].header.stamp) == 4
        assert len(camera.detections[0].detections) == 1
        node.wait_for_text('values that are no numbers')
        camera.wait_for(
            lambda: any(level == DiagnosticStatus.ERROR for level, _, _ in camera.statuses),
            'an error status',
        )
        assert node.end() == 0
        assert node.text.count('yuv422') == 1
        assert '1 detections were no numbers' in node.text


@pytest.mark.parametrize(
    ('params', 'words'),
    [
        ({}, 'Parameter model is empty'),
        ({'model': 'none.onnx'}, 'none.onnx: there is no such file'),
        ({'model': 'text.onnx'}, 'onnxruntime cannot load it'),
        ({'model': 'm.onnx', 'kind': 'rtdetr'}, 'The model is no rtdetr: that has labels'),
        ({'model': 'm.onnx', 'kind': 'yollo'}, "Did you mean 'yolo'?"),
        ({'model': 'm.onnx', 'labels': 'none.txt'}, 'names of classes cannot be read'),
        ({'model': 'm.onnx', 'network_width': 320}, 'width of 64 pixels, but 320 were asked'),
        ({'model': 'm.onnx', 'score_threshold': 1.5}, 'Parameter score_threshold is 1.5'),
        ({'model': 'm.onnx', 'provider': 'cuda'}, 'onnxruntime has no cuda'),
    ],
)
def test_mistakes_end_it_with_one_line(tmp_path, model, monkeypatch, params, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'text.onnx').write_text('no model')
    with NodeProcess('detector_node', tmp_path, **params) as node:
        assert node.wait() == 2
    assert words in node.text
    assert 'Traceback' not in node.text

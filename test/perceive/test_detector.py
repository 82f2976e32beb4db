"""Real networks on real pixels: every kind finds the coloured boxes where they are."""

import numpy as np
import pytest
from blob_models import GREEN, RED, blob_model, constant_model, picture

from synth_ros.errors import AssetError, UsageError
from synth_ros.perceive.detector import Detector, DetectorOptions
from synth_ros.perceive.model import RunOptions, providers
from synth_ros.perceive.names import read_names
from synth_ros.perceive.types import Thresholds

KINDS = ('yolo', 'yolo-end2end', 'rtdetr', 'detr', 'rtdetr-ultralytics', 'rtdetr-end2end')
RED_BOX, GREEN_BOX = (16, 20, 48, 40), (64, 40, 100, 80)
# Shapes alone leave it open with two classes; exporters say it in words.
SAID = {
    'rtdetr-ultralytics': {
        'description': 'Ultralytics rtdetr-l model',
        'names': "{0: 'red', 1: 'green'}",
    },
    'rtdetr-end2end': {
        'description': 'Ultralytics best model',
        'head': 'RTDETRDecoder',
        'task': 'detect',
        'names': "{0: 'red', 1: 'green'}",
    },
}


def detector(folder, kind, *, network=(64, 48), **options):
    path = blob_model(folder / 'm.onnx', kind, network=network, metadata=SAID.get(kind))
    return Detector(path, DetectorOptions(**options))


@pytest.mark.parametrize('kind', KINDS)
def test_each_kind_is_recognised_and_finds_what_is_there(tmp_path, kind):
    found = detector(tmp_path, kind)
    assert found.kind == kind
    answer = found.detect(picture(red=RED_BOX, green=GREEN_BOX), Thresholds()).in_image()
    assert sorted(answer.classes.tolist()) == [RED, GREEN]
    boxes = dict(zip(answer.classes.tolist(), answer.boxes, strict=True))
    # The image is halved for the network, so a box is right to its pixels, two of the image's.
    np.testing.assert_allclose(boxes[RED], RED_BOX, atol=1e-4)
    np.testing.assert_allclose(boxes[GREEN], GREEN_BOX, atol=1e-4)
    assert answer.nonsense == 0


@pytest.mark.parametrize('kind', KINDS)
def test_nothing_is_found_where_nothing_is(tmp_path, kind):
    answer = detector(tmp_path, kind).detect(picture(red=None), Thresholds())
    assert len(answer.found.scores) == 0


@pytest.mark.parametrize(
    ('fit', 'in_network'),
    [
        # 128 x 64 into 64 x 48: half, with 8 rows above and below; or 3/4 down.
        ('letterbox', (8, 18, 24, 28)),
        ('corner', (8, 10, 24, 20)),
        ('stretch', (8, 15, 24, 30)),
    ],
)
def test_both_coordinates_for_every_fit(tmp_path, fit, in_network):
    rgb = picture((128, 64), red=RED_BOX)
    answer = detector(tmp_path, 'yolo', fit=fit).detect(rgb, Thresholds())
    np.testing.assert_allclose(answer.in_network().boxes, [in_network], atol=1)
    np.testing.assert_allclose(answer.in_image().boxes, [RED_BOX], atol=2)


def test_boxes_are_clipped_to_the_image_and_those_outside_left_out(tmp_path):
    rows = [[0, 24, 20, 10, 0.9, 0], [-50, -50, 10, 10, 0.9, 0], [30, 20, 4, 4, 0.8, 0]]
    output = np.zeros((1, 6, 10), np.float32)
    output[0, :, :3] = np.array(rows, np.float32).T
    path = constant_model(tmp_path / 'm.onnx', ('output0', output))
    answer = Detector(path).detect(picture(), Thresholds())
    np.testing.assert_allclose(answer.in_image().boxes, [[0, 38, 20, 58], [56, 36, 64, 44]])
    assert len(answer.in_network().scores) == 3


def test_a_size_that_is_left_open_is_asked_for(tmp_path):
    path = blob_model(tmp_path / 'm.onnx', network=(64, 48), dynamic=True)
    options = DetectorOptions(run=RunOptions(size=(64, 48)))
    found = Detector(path, options)
    assert found.model.network == (64, 48)
    answer = found.detect(picture(red=RED_BOX), Thresholds())
    np.testing.assert_allclose(answer.in_image().boxes, [RED_BOX], atol=1e-4)


def test_what_the_exporter_wrote_is_used(tmp_path):
    meta = {'names': "{0: 'cup', 1: 'bowl'}", 'imgsz': '[48, 64]'}
    path = blob_model(tmp_path / 'm.onnx', network=(64, 48), dynamic=True, metadata=meta)
    found = Detector(path)
    assert found.model.network == (64, 48)
    assert found.names == {0: 'cup', 1: 'bowl'}
    path = blob_model(tmp_path / 'n.onnx', metadata={'names': '__import__("os")', 'imgsz': '7('})
    assert Detector(path).names == {}


def test_the_same_image_gives_the_same_answer(tmp_path):
    found = detector(tmp_path, 'yolo')
    rgb = np.random.default_rng(3).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    first, second = (found.detect(rgb, Thresholds()).found for _ in range(2))
    np.testing.assert_array_equal(first.boxes, second.boxes)
    np.testing.assert_array_equal(first.scores, second.scores)


def test_mistakes_are_told(tmp_path):
    with pytest.raises(AssetError, match='no such file'):
        Detector(tmp_path / 'none.onnx')
    (tmp_path / 'text.onnx').write_text('no model')
    with pytest.raises(AssetError, match='onnxruntime cannot load it'):
        Detector(tmp_path / 'text.onnx')
    path = blob_model(tmp_path / 'm.onnx')
    with pytest.raises(AssetError, match=r'no rtdetr: that has labels .*output0 \(1, 6, 20\)'):
        Detector(path, DetectorOptions(kind='rtdetr'))
    with pytest.raises(UsageError, match='width of 64 pixels, but 640 were asked for'):
        Detector(path, DetectorOptions(run=RunOptions(size=(640, 480))))
    with pytest.raises(UsageError, match=r'has no tensorrt; it has: .*cpu'):
        Detector(path, DetectorOptions(run=RunOptions(provider='tensorrt')))


@pytest.mark.parametrize(
    'shape',
    [(1, 25200, 85), (1, 10), (1, 3, 8, 8), (2, 6, 20)],
    ids=['yolov5', 'classes', 'image', 'batch'],
)
def test_outputs_of_no_kind_are_told_with_what_is_known(tmp_path, shape):
    path = constant_model(tmp_path / 'm.onnx', ('out', np.zeros(shape, np.float32)))
    with pytest.raises(AssetError, match=r'of no kind that is known: it has the outputs out \('):
        Detector(path)


def test_a_network_that_takes_no_image_is_told(tmp_path):
    path = constant_model(tmp_path / 'm.onnx', ('out', np.zeros((1, 6, 9))), network=(0, 0))
    import onnx

    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1
    onnx.save(model, path)
    with pytest.raises(AssetError, match=r'takes one image \(1, 3, height, width\).*images \[1'):
        Detector(path)


@pytest.mark.parametrize('task', ['pose', 'obb', 'segment'])
def test_models_for_other_tasks_are_refused(tmp_path, task):
    path = blob_model(tmp_path / 'm.onnx', metadata={'task': task})
    with pytest.raises(AssetError, match=f"for the task '{task}'"):
        Detector(path)


def test_names_are_read_line_by_line(tmp_path):
    file = tmp_path / 'labels.txt'
    file.write_text('cup\n bowl \n\n')
    assert read_names(file) == {0: 'cup', 1: 'bowl'}
    file.write_text('cup\n\nbowl\n')
    with pytest.raises(AssetError, match='line 2 is empty'):
        read_names(file)
    file.write_text('\n')
    with pytest.raises(AssetError, match='no names of classes'):
        read_names(file)
    with pytest.raises(AssetError, match='cannot be read'):
        read_names(tmp_path / 'none.txt')


ALL = ['TensorrtExecutionProvider', 'CUDAExecutionProvider', 'CPUExecutionProvider']


@pytest.mark.parametrize(
    ('provider', 'available', 'chosen'),
    [
        ('auto', ALL, ALL),
        ('auto', ALL[1:], ALL[1:]),
        ('auto', ALL[2:], ALL[2:]),
        ('cuda', ALL, ALL[1:2]),
        # What TensorRT cannot do itself shall stay on the GPU.
        ('tensorrt', ALL, ALL[:2]),
        ('cpu', ALL, ALL[2:]),
    ],
)
def test_the_fastest_that_is_installed_runs_the_network(provider, available, chosen):
    options = RunOptions(provider=provider, fp16=True, engine_cache='/engines')
    found = providers(available, options)
    assert [item if isinstance(item, str) else item[0] for item in found] == chosen
    if 'TensorrtExecutionProvider' in chosen:
        assert found[0][1] == {
            'trt_fp16_enable': 'True',
            'trt_engine_cache_enable': 'True',
            'trt_engine_cache_path': '/engines',
        }

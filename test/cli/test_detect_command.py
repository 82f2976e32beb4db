"""``synth-ros detect``: results that COCO's own code takes, and clear refusals."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from typer.testing import CliRunner

from synth_ros.cli.detect import detect
from synth_ros.errors import AssetError, OutputError, UsageError
from synth_ros.writers.coco import CocoWriter

sys.path.insert(0, str(Path(__file__).parents[1] / 'perceive'))
sys.path.insert(0, str(Path(__file__).parents[1] / 'writers'))

from blob_models import NAMES, SCORE, blob_model, constant_model, picture
from sample_factory import INFO, PLAIN, make_episode

BOXES = [(16, 20, 48, 40), (60, 8, 100, 80), (2, 2, 30, 90)]


@pytest.fixture
def coco(tmp_path):
    """A folder in COCO format that is not ours: ids as somebody else gave them."""
    root = tmp_path / 'coco'
    (root / 'images').mkdir(parents=True)
    images, annotations = [], []
    for k, box in enumerate(BOXES):
        name = f'{k}.png'
        Image.fromarray(picture(red=box)).save(root / 'images' / name)
        images.append({'id': 70 + k, 'file_name': name, 'width': 128, 'height': 96})
        x0, y0, x1, y1 = box
        area = (x1 - x0) * (y1 - y0)
        annotations.append(
            {
                'id': k + 1,
                'image_id': 70 + k,
                'category_id': 5,
                'bbox': [x0, y0, x1 - x0, y1 - y0],
                'area': area,
                'iscrowd': 0,
            }
        )
    categories = [{'id': 5, 'name': 'red'}, {'id': 9, 'name': 'green'}]
    index = {'images': images, 'annotations': annotations, 'categories': categories}
    (root / 'annotations.json').write_text(json.dumps(index))
    return root


def invoke(*words):
    app = typer.Typer()
    app.command()(detect)
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return ' '.join(result.stderr.split())


def named_model(path, names=NAMES):
    return blob_model(path, metadata={'names': str(dict(enumerate(names)))})


def test_coco_scores_the_results_as_perfect(coco, tmp_path):
    out = tmp_path / 'results.json'
    said = invoke(named_model(tmp_path / 'm.onnx'), coco, '--out', out)
    assert '3 detections in 3 images: yolo model on cpu' in said
    entries = json.loads(out.read_text())
    assert [e['image_id'] for e in entries] == [70, 71, 72]
    assert {e['category_id'] for e in entries} == {5}
    assert entries[0]['score'] == pytest.approx(SCORE)
    truth = COCO(str(coco / 'annotations.json'))
    score = COCOeval(truth, truth.loadRes(str(out)), 'bbox')
    score.evaluate()
    score.accumulate()
    score.summarize()
    assert score.stats[0] == pytest.approx(1.0)


def test_the_same_input_gives_the_same_bytes(coco, tmp_path):
    model = named_model(tmp_path / 'm.onnx')
    for name in ('a', 'b'):
        invoke(model, coco, '--out', tmp_path / name)
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()


def test_our_dataset_is_taken_and_nothing_found_is_an_empty_list(tmp_path):
    root = tmp_path / 'ours'
    with CocoWriter(root, INFO, PLAIN) as writer:
        writer.write_episode(0, make_episode(0))
    index = json.loads((root / 'annotations.json').read_text())
    output = np.zeros((1, 6, 10), np.float32)
    output[0, :, 0] = [32, 24, 20, 20, 0.9, 0]
    model = constant_model(tmp_path / 'm.onnx', ('output0', output))
    said = invoke(model, root, '--out', tmp_path / 'r.json')
    assert 'names no classes' in said
    entries = json.loads((tmp_path / 'r.json').read_text())
    assert [e['image_id'] for e in entries] == [image['id'] for image in index['images']]
    assert {e['category_id'] for e in entries} == {min(c['id'] for c in index['categories'])}
    invoke(model, root, '--out', tmp_path / 'none.json', '--score', 0.95)
    assert json.loads((tmp_path / 'none.json').read_text()) == []


def test_classes_that_the_dataset_lacks_are_told(coco, tmp_path):
    model = named_model(tmp_path / 'm.onnx', ('scarlet', 'green'))
    said = invoke(model, coco, '--out', tmp_path / 'r.json')
    assert 'no such class: scarlet (3)' in said
    assert json.loads((tmp_path / 'r.json').read_text()) == []
    (tmp_path / 'labels.txt').write_text('red\ngreen\n')
    invoke(model, coco, '--out', tmp_path / 's.json', '--labels', tmp_path / 'labels.txt')
    assert len(json.loads((tmp_path / 's.json').read_text())) == 3


def test_mistakes_are_told_and_leave_nothing(coco, tmp_path):
    model, out = named_model(tmp_path / 'm.onnx'), tmp_path / 'r.json'
    with pytest.raises(AssetError, match='no such file'):
        invoke(tmp_path / 'none.onnx', coco, '--out', out)
    with pytest.raises(UsageError, match='There is no folder'):
        invoke(model, tmp_path / 'none', '--out', out)
    with pytest.raises(UsageError, match='--input 640: expected width'):
        invoke(model, coco, '--out', out, '--input', '640')
    yolo = tmp_path / 'yolo'
    (yolo / 'images').mkdir(parents=True)
    (yolo / 'labels').mkdir()
    Image.fromarray(picture()).save(yolo / 'images' / 'a.png')
    (yolo / 'labels' / 'a.txt').write_text('0 0.5 0.5 0.1 0.1\n')
    (yolo / 'data.yaml').write_text('path: .\ntrain: images\nval: images\nnames: [red]\n')
    with pytest.raises(UsageError, match='numbers neither images nor classes as COCO'):
        invoke(model, yolo, '--out', out)
    (coco / 'images' / '1.png').write_bytes(b'damaged')
    with pytest.raises(UsageError, match=r'1\.png'):
        invoke(model, coco, '--out', out)
    assert not out.exists()
    out.write_text('mine')
    with pytest.raises(OutputError, match='exists already'):
        invoke(model, coco, '--out', out)
    assert out.read_text() == 'mine'

"""``synth-ros evaluate`` as a user calls it, on a dataset on disk."""

import contextlib
import io
import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
import typer
from html_page import Page
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sample_factory import INFO, PLAIN, make_episode, tree
from typer.testing import CliRunner

from synth_ros.cli.evaluate import evaluate
from synth_ros.errors import NotFoundError, OutputError, UsageError
from synth_ros.evaluate.records import EvaluationRecord
from synth_ros.writers.coco import CocoWriter

EPISODES = 14


def invoke(*args):
    app = typer.Typer()
    app.command()(evaluate)
    return CliRunner().invoke(
        app, [str(arg) for arg in args], env={'COLUMNS': '160'}, catch_exceptions=False
    )


def lit(sample, episode):
    """As if a lamp had been drawn for the scene."""
    made = json.loads(sample.provenance_json)
    made['scene'] |= {'lamps': [{'intensity': 0.2 + episode / 10}], 'scenario': 'bin'}
    return replace(sample, provenance_json=json.dumps(made))


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    root = tmp_path_factory.mktemp('truth') / 'dataset'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(EPISODES):
            writer.write_episode(episode, [lit(s, episode) for s in make_episode(episode)])
    return root


@pytest.fixture(scope='module')
def index(dataset):
    return json.loads((dataset / 'annotations.json').read_text())


def echo(index, **more):
    return [
        {
            'image_id': entry['image_id'],
            'category_id': entry['category_id'],
            'bbox': entry['bbox'],
            'score': 0.9,
            **{key: entry[key] for key in more.get('keys', ())},
        }
        for entry in index['annotations']
    ]


def blind(index):
    """Finds what is visible, and half of it a little beside."""
    rng = np.random.default_rng(0)
    found = []
    for entry in index['annotations']:
        if entry['visibility'] > 0.6 or rng.random() < 0.1:
            shift = rng.normal(0, 0.6, 4)
            box = [max(value, 1.0) for value in np.add(entry['bbox'], shift).tolist()]
            found.append(
                {
                    'image_id': entry['image_id'],
                    'category_id': entry['category_id'],
                    'bbox': box,
                    'score': float(rng.uniform(0.3, 1)),
                }
            )
    return found


def judge(dataset, tmp_path, found, *args):
    path = tmp_path / 'results.json'
    path.write_text(json.dumps(found))
    result = invoke(dataset, '--detections', path, '--out', tmp_path / 'out', *args)
    record = EvaluationRecord.model_validate_json((tmp_path / 'out/evaluation.json').read_bytes())
    return result, record


def test_an_echo_is_perfect(dataset, index, tmp_path):
    result, record = judge(dataset, tmp_path, echo(index, keys=['segmentation']))
    assert result.exit_code == 0
    assert record.boxes.summary.ap == pytest.approx(1.0)
    assert record.masks.summary.ap == pytest.approx(1.0)
    assert record.boxes.objects == len(index['annotations'])
    assert record.frames == len(index['images'])
    assert (record.worst, record.findings, record.nonsense) == ((), (), {})
    assert re.search(r'mAP 0.50:0.95 +1\.0000', result.output)


def test_numbers_are_those_of_pycocotools(dataset, index, tmp_path):
    _, record = judge(dataset, tmp_path, blind(index))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(dataset / 'annotations.json'))
        judged = COCOeval(coco, coco.loadRes(str(tmp_path / 'results.json')), 'bbox')
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    theirs = [None if value == -1 else value for value in judged.stats]
    ours = list(record.boxes.summary.model_dump().values())
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_it_says_where_a_stack_fails(dataset, index, tmp_path):
    result, record = judge(dataset, tmp_path, blind(index))
    # What is hidden or cut off is also small; what was drawn for the scene does not matter.
    kin = {'visibility', 'occlusion', 'truncation', 'box_size_px', 'visible_pixels'}
    assert {item.factor for item in record.findings} <= kin
    [told] = [item for item in record.findings if item.factor == 'visibility']
    assert re.search(r'recall falls below \d+ % when visibility < 0\.[67] \(', told.text)
    assert told.text in ' '.join(result.output.split())
    factors = {item.factor for item in record.slices if item.measure == 'recall'}
    assert {'class', 'camera', 'distance_m', 'light of all lamps', 'lamps.0.intensity'} <= factors
    assert 0 < len(record.worst) <= 8
    assert record.worst[0].missed + record.worst[0].wrong >= record.worst[-1].missed


def test_the_page_is_whole_and_loads_nothing(dataset, index, tmp_path):
    found = blind(index)
    found[0]['image_id'] = '<script>alert(1)</script>'
    judge(dataset, tmp_path, found)
    text = (tmp_path / 'out' / 'evaluation.html').read_text()
    page = Page(text)
    assert all(link.startswith('data:image/jpeg;base64,') for link in page.links)
    assert len(page.links) > 0
    assert 'recall falls below' in page.text
    assert 'Worst frames' in page.text
    assert '<script' not in text


def test_the_same_input_gives_the_same_bytes_in_any_order(dataset, index, tmp_path):
    found = [entry | {'score': k / 1000} for k, entry in enumerate(blind(index))]
    for name, entries in (('one', found), ('other', found[::-1])):
        (tmp_path / name).mkdir()
        judge(dataset, tmp_path / name, entries)
    one, other = (
        {
            k: v.replace(str(tmp_path / name).encode(), b'')
            for k, v in tree(tmp_path / name).items()
        }
        for name in ('one', 'other')
    )
    assert one['out/evaluation.json'] == other['out/evaluation.json']
    assert one['out/evaluation.html'] == other['out/evaluation.html']


def test_nonsense_is_counted_and_the_rest_is_judged(dataset, index, tmp_path):
    mask = index['annotations'][0]['segmentation']
    base = {'image_id': index['images'][0]['id'], 'category_id': 1, 'score': 0.5}
    nonsense = [
        {**base, 'bbox': [math.nan, 0, 5, 5]},
        {**base, 'bbox': ['a', 0, 5, 5]},
        {**base, 'bbox': [0, 0, 10**400, 5]},
        {**base, 'bbox': [0, 0, 5]},
        {**base, 'bbox': [0, 0, -5, 5]},
        {**base, 'bbox': [0, 0, 5, 5], 'score': math.nan},
        {**base, 'bbox': [0, 0, 5, 5], 'score': None},
        {**base, 'bbox': [0, 0, 5, 5], 'category_id': 99},
        {**base, 'bbox': [0, 0, 5, 5], 'category_id': None},
        {**base, 'bbox': [0, 0, 5, 5], 'image_id': 10**6},
        {**base, 'bbox': [0, 0, 5, 5], 'image_id': [1]},
        {**base, 'bbox': [0, 0, 5, 5], 'segmentation': {'size': [9, 9], 'counts': 'zz'}},
        {**base, 'segmentation': {**mask, 'counts': mask['counts'][:-1]}},
        {**base, 'bbox': [0, 0, 5, 5], 'segmentation': {'size': [10**9, 10**9], 'counts': '0'}},
        'text',
        None,
    ]
    result, record = judge(dataset, tmp_path, [*echo(index, keys=['segmentation']), *nonsense])
    assert result.exit_code == 0
    assert record.boxes.summary.ap == pytest.approx(1.0)
    assert record.nonsense == {
        'box_not_finite': 4,
        'box_without_area': 1,
        'damaged_mask': 3,
        'score_not_finite': 2,
        'unknown_class': 2,
        'unknown_image': 4,
    }


def test_images_may_be_called_by_file(dataset, index, tmp_path):
    names = {image['id']: image['file_name'] for image in index['images']}
    stems = {number: name.split('/')[-1].split('.')[0] for number, name in names.items()}
    for table in (names, stems):
        found = [e | {'image_id': table[e['image_id']]} for e in echo(index)]
        _, record = judge(dataset, tmp_path, found, '--force')
        assert record.boxes.summary.ap == pytest.approx(1.0)


def test_network_coordinates_and_classes_of_the_stack(dataset, index, tmp_path):
    found = echo(index)
    for entry in found:
        x, y, width, height = entry['bbox']
        # 96 x 72 in 48 x 48: half the size, 6 pixels of border above.
        entry['bbox'] = [x / 2, y / 2 + 6, width / 2, height / 2]
        entry['category_id'] += 40
    classes = '{41: mug, 42: box, 43: drill}'
    _, record = judge(
        *(dataset, tmp_path, found),
        *('--letterbox', 'letterbox', '--network', 48, 48, '--class-map', classes),
    )
    assert record.boxes.summary.ap == pytest.approx(1.0)


def test_objects_that_are_hardly_visible_may_be_left_out(dataset, index, tmp_path):
    found = [
        e for e, a in zip(echo(index), index['annotations'], strict=True) if a['visibility'] >= 0.5
    ]
    assert len(found) < len(index['annotations'])
    _, record = judge(dataset, tmp_path, found, '--min-visibility', 0.5)
    assert record.boxes.summary.ap == pytest.approx(1.0)
    assert record.boxes.objects == len(found)


def test_exit_code_says_whether_it_is_good_enough(dataset, index, tmp_path):
    assert judge(dataset, tmp_path, echo(index), '--min-map', 0.9)[0].exit_code == 0
    few = echo(index)[: len(index['annotations']) // 2]
    assert judge(dataset, tmp_path, few, '--min-map', 0.9, '--force')[0].exit_code == 1
    assert judge(dataset, tmp_path, [], '--min-map', 0.1, '--force')[0].exit_code == 1


def test_nothing_is_overwritten(dataset, index, tmp_path):
    judge(dataset, tmp_path, echo(index))
    before = tree(tmp_path / 'out')
    with pytest.raises(OutputError, match=r'evaluation\.json exists already'):
        judge(dataset, tmp_path, [])
    assert tree(tmp_path / 'out') == before
    with pytest.raises(OutputError, match='is a file'):
        invoke(dataset, '-d', 'x.json', '-o', tmp_path / 'results.json')


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (None, 'Cannot read .*results.json'),
        ('{', 'is no JSON'),
        ('{"a": 1}', 'is no list of detections'),
        ('[{"image_id": "other", "bbox": [0, 0, 1, 1]}]', 'is of an image of'),
    ],
)
def test_what_is_no_results_file(dataset, tmp_path, text, words):
    path = tmp_path / 'results.json'
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=words):
        invoke(dataset, '-d', path)


def test_wrong_options(dataset, tmp_path):
    with pytest.raises(NotFoundError, match="Did you mean 'stretch'"):
        invoke(dataset, '-d', 'x.json', '--letterbox', 'strech')
    with pytest.raises(UsageError, match='needs --network'):
        invoke(dataset, '-d', 'x.json', '--letterbox', 'stretch')
    with pytest.raises(UsageError, match='name the topics of a bag'):
        invoke(dataset, '-d', tmp_path)
    with pytest.raises(UsageError, match='There is no folder'):
        invoke(tmp_path / 'nowhere', '-d', 'x.json')

"""Wrong class names, models and parts, planted one by one into what is said once for all."""

import json

import pytest
from planting import FRAME, OTHER, audited, caught, names, rows, told

from synth_ros.errors import UsageError

SPIN = {'axis': [0, 0, 1], 'offset': [0, 0, 0]}


@pytest.mark.parametrize(
    ('change', 'what'),
    [
        (lambda m: m.update(category_id=m['category_id'] % 3 + 1), 'class'),
        (lambda m: scale(m, 1.01), 'size of the first instance'),
        (lambda m: m['size_m'].reverse(), 'size'),
        (lambda m: m['object_from_box'][2].__setitem__(3, 0.01), 'pose of the box'),
        (lambda m: m['symmetries_discrete'].pop(), 'discrete symmetry'),
        (lambda m: m['symmetries_discrete'][0].__setitem__(3, 0.001), 'discrete symmetry'),
        (lambda m: m['symmetries_continuous'].append(SPIN), 'continuous symmetry'),
        (lambda m: m['keypoints'].reverse(), 'keypoint'),
        (lambda m: m['keypoints'][0].update(object_from_point_m=[0, 0, 0]), 'keypoint'),
    ],
)
def test_wrong_model(planted, change, what):
    key = planted.largest(FRAME, class_name='brick')
    model = planted.instance(FRAME, key)['model_name']
    edit_json(planted.root / 'models.json', lambda models: change(models[model]))
    result = caught(planted, ('files.models', FRAME, names(planted, key)))
    assert f"models.json has another {what} of '{model}'" in told(result)


def test_models_are_those_of_scaled_instances(planted):
    """Lengths may differ from those of the first instance, all by one factor."""
    key = planted.largest(FRAME, class_name='brick')
    for name in (FRAME, OTHER):
        scale(planted.instance(name, key), 1.25)
    planted.save()
    result = audited(planted.root, like=FRAME)
    assert 'files.models' not in rows(result), told(result)


def test_model_is_missing(planted):
    key = planted.largest(FRAME, class_name='brick')
    model = planted.instance(FRAME, key)['model_name']
    edit_json(planted.root / 'models.json', lambda models: models.pop(model))
    caught(planted, ('files.models', FRAME, names(planted, key)))


def test_models_are_missing(planted):
    (planted.root / 'models.json').unlink()
    assert audited(planted.root, like=FRAME).problems == ('models.json is missing.',)


def test_models_are_damaged(planted):
    edit_json(
        planted.root / 'models.json', lambda models: next(iter(models.values())).pop('size_m')
    )
    with pytest.raises(UsageError, match=r'models\.json cannot be read: .*size_m: Field required'):
        audited(planted.root)


@pytest.mark.parametrize(
    'change',
    [
        lambda parts: parts.pop(),
        lambda parts: parts[0].update(name='elbow'),
        lambda parts: parts[0].update(owner='mug'),
        lambda parts: parts[0].update(id=77),
        lambda parts: parts.append({'id': 77, 'owner': 'robot', 'name': 'elbow'}),
    ],
)
def test_wrong_parts_list(planted, change):
    edit_json(planted.root / 'parts.json', change)
    caught(planted, ('parts', FRAME, 'parts.json'))


def test_parts_list_is_missing(planted):
    (planted.root / 'parts.json').unlink()
    caught(planted, ('parts', FRAME, 'parts.json'))


def test_swapped_names_of_classes(planted):
    one, two = planted.index['categories'][:2]
    one['name'], two['name'] = two['name'], one['name']
    caught(planted, ('files.classes', FRAME, 'annotations.json'))


def test_stuff_without_a_class(planted):
    number = next(s['class_id'] for s in planted.record(FRAME)['segments'] if not s['is_thing'])

    def drop(index):
        index['categories'] = [c for c in index['categories'] if c['id'] != number]

    edit_json(planted.root / 'panoptic.json', drop)
    caught(planted, ('files.classes', FRAME, 'panoptic.json'))


def edit_json(path, change):
    content = json.loads(path.read_text())
    before = json.dumps(content)
    change(content)
    assert json.dumps(content) != before, 'nothing was planted'
    path.write_text(json.dumps(content))


def scale(model, factor):
    """Make a model or an instance of the record larger."""
    model['size_m'] = [factor * edge for edge in model['size_m']]
    for row in model['object_from_box'][:3]:
        row[3] *= factor
    for point in model['keypoints']:
        point['object_from_point_m'] = [factor * x for x in point['object_from_point_m']]

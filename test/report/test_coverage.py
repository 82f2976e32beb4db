"""What the report says of the draws, counted by hand from the provenance."""

import json
from collections import Counter

import numpy as np
import pytest
from sample_factory import INFO, PLAIN, make_sample

from synth_ros.readers.coco import CocoDataset
from synth_ros.report.coverage import coverage
from synth_ros.report.sphere import BANDS, SECTORS
from synth_ros.types import SampleKey
from synth_ros.writers.coco import CocoWriter


def provenance(episode, view):
    """A record such as the pipeline writes, with draws that are easy to count."""
    objects = [
        {'instance_id': k + 1, 'name': f'o{k}', 'class_name': name, 'variant': 'v', 'scale': 1 + k}
        for k, name in enumerate(['mug', 'mug', 'bowl'][: episode + 1])
    ]
    return {
        'redraws': [
            *([{'attempt': 0, 'verdict': 'UNSETTLED'}] * episode),
            {'attempt': episode, 'verdict': 'VALID'},
        ],
        'scene': {
            'episode': episode,
            'scenario': 'calm' if episode else 'wild',
            'objects': objects,
            'ambient': 0.5,
            'refusals': [{'place': 'bin', 'reason': 'too large', 'count': 1 + episode}],
            'lamps': [{'intensity': float(episode), 'kind': 'spot' if episode else 'point'}],
        },
        'view': {
            'view': view,
            'x_m': 0.1 * view,
            'refused': {'seen': view},
            'unmet': ['seen'] if view else [],
            'values': [{'randomizer': 'gain', 'item': 'a', 'value': 2.0 * view}],
            'planned': [
                {'instance_id': 1, 'direction': view, 'roll': 0, 'distance': episode % 2},
            ],
        },
    }


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    root = tmp_path_factory.mktemp('coverage') / 'd'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(3):
            samples = []
            for view in range(2):
                for camera in ('head', 'wrist'):
                    sample = make_sample(SampleKey(episode, view, camera), objects=2)
                    text = json.dumps(provenance(episode, view))
                    samples.append(type(sample)(**fields(sample) | {'provenance_json': text}))
            writer.write_episode(episode, samples)
    dataset = CocoDataset(root)
    return dataset, coverage(dataset)


def fields(sample):
    return {name: getattr(sample, name) for name in type(sample).__dataclass_fields__}


def test_scenes_and_views_count_once_whatever_the_cameras(drawn):
    _, found = drawn
    assert (found.episodes, found.views) == (3, 6)
    assert dict(found.scenarios) == {'calm': 2, 'wild': 1}
    assert dict(found.drawn_classes) == {'bowl': 1, 'mug': 5}


def test_refusals(drawn):
    _, found = drawn
    assert {(r.what, r.reason): r.drawings for r in found.refusals} == {
        ('place bin', 'too large'): 6,
        ('scene', 'unsettled'): 3,
        ('view', 'seen'): 3,
    }
    assert dict(found.unmet) == {'seen': 3}


def test_all_that_varies_and_nothing_else(drawn):
    _, found = drawn
    numbers = {row.path: row for row in found.numbers}
    assert set(numbers) == {
        'lamps[].intensity',
        'objects[].scale',
        'view.x_m',
        'vary.gain',
        'view.planned[].direction',
        'view.planned[].distance',
    }
    scale = numbers['objects[].scale']
    assert (scale.values, scale.low, scale.median, scale.high) == (6, 1, 1.5, 3)
    assert sum(scale.bars) == 6
    assert scale.bars[0] == 3
    assert scale.bars[-1] == 1
    assert {row.path: dict(row.counts) for row in found.names} == {
        'lamps[].kind': {'spot': 2, 'point': 1},
        'objects[].class_name': {'mug': 5, 'bowl': 1},
        'scenario': {'calm': 2, 'wild': 1},
    }


def test_planned_poses(drawn):
    _, found = drawn
    (cell,) = found.poses
    assert cell.name == 'mug/v'
    assert cell.counts == ((2, 2), (1, 1))


def test_directions_are_those_of_the_camera_in_the_objects_frame(drawn):
    dataset, found = drawn
    counted = Counter()
    for annotation in dataset.annotations:
        camera_from_object = np.array(annotation.camera_from_object)
        x, y, z = np.linalg.inv(camera_from_object)[:3, 3]
        length = np.sqrt(x * x + y * y + z * z)
        sector = (np.degrees(np.arctan2(y, x)) + 180) / 360 * SECTORS
        band = (z / length + 1) / 2 * BANDS
        counted[min(int(band), BANDS - 1), min(int(sector), SECTORS - 1)] += 1
    everything = found.spheres[0]
    cells = {
        (band, sector): count
        for band, row in enumerate(everything.counts)
        for sector, count in enumerate(row)
        if count
    }
    assert cells == counted
    assert everything.empty == 1 - len(counted) / (BANDS * SECTORS)
    assert sum(sum(map(sum, sphere.counts)) for sphere in found.spheres[1:]) == counted.total()


def test_brightness_is_that_of_the_pictures(drawn):
    dataset, found = drawn
    levels = [dataset.read_rgb(image).mean() for image in dataset.images]
    assert found.brightness.values == len(levels)
    assert found.brightness.low == pytest.approx(min(levels))
    assert found.brightness.high == pytest.approx(max(levels))

"""What cannot become one dataset is refused before anything is written, and why."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from full_factory import FULL
from merge_sources import with_instances, write, write_pair
from sample_factory import PLAIN

from synth_ros.errors import UsageError
from synth_ros.geometry.shapes import ModelMesh, primitive_mesh
from synth_ros.pipeline.merge import MergeRequest, merge


@pytest.fixture(scope='module', params=['folder', 'shards'])
def pair(request, tmp_path_factory):
    return write_pair(tmp_path_factory.mktemp('merge'), request.param)


def test_strict_refuses_new_ids(pair, tmp_path):
    with pytest.raises(UsageError, match=r'--strict: ids would change\.\n.*box 1 -> 2'):
        merge(MergeRequest(pair, tmp_path / 'm', strict=True))
    assert not (tmp_path / 'm').exists()


@pytest.mark.parametrize(
    ('info', 'options', 'words'),
    [
        (FULL._replace(min_pixels=99), PLAIN, r'min_visibility are \(16, 0.05\) in .* and \(99'),
        (
            FULL._replace(annotations=FULL.annotations[1:]),
            PLAIN,
            'differ in the labels oriented_boxes',
        ),
        (FULL, PLAIN.model_copy(update={'depth': False}), r'output\.dataset\.depth differs'),
        (
            FULL._replace(
                categories=tuple(
                    c._replace(supercategory='cutlery') if c.name == 'box' else c
                    for c in FULL.categories
                )
            ),
            PLAIN,
            'class box: supercategory is object in .* and cutlery in',
        ),
        (
            FULL._replace(
                meshes=lambda name: ModelMesh(
                    primitive_mesh('sphere', (0.5, 0, 0)), (1.0, 1.0, 1.0)
                )
            ),
            PLAIN,
            'model box/plain has another surface in',
        ),
    ],
)
def test_what_cannot_be_one_dataset_is_refused(tmp_path, info, options, words):
    write(tmp_path / 'a', [0])
    write(tmp_path / 'b', [1], info=info, options=options)
    with pytest.raises(UsageError, match=words):
        merge(MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm'))
    assert not (tmp_path / 'm').exists()


def test_another_model_of_the_same_name_is_refused(tmp_path):
    def flatter(sample):
        wide = np.array([0.2, 0.08, 0.12])
        return with_instances(sample, lambda item: replace(item, size_m=wide))

    write(tmp_path / 'a', [0])
    write(tmp_path / 'b', [1], change=flatter)
    with pytest.raises(UsageError, match=r'model box/plain is another one in .*proportions'):
        merge(MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm'))


def told(sample):
    """A sample whose provenance says which scene it is."""
    record = {
        'config_hash': 'abc',
        'seed': 7,
        'scene': {'episode': sample.key.episode, 'objects': []},
    }
    return replace(sample, provenance_json=json.dumps(record))


def test_one_scene_in_two_datasets_is_refused(tmp_path):
    write(tmp_path / 'a', [0, 1], change=told)
    write(tmp_path / 'b', [1, 2], change=told)
    request = MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm')
    with pytest.raises(
        UsageError, match=r'Episode 1 of .*a and episode 1 of .*b show the same scene'
    ):
        merge(request)
    assert merge(request._replace(same_scenes=True)).episodes == 4


def test_what_is_no_dataset_is_refused(pair, tmp_path):
    with pytest.raises(UsageError, match='Give two datasets or more'):
        merge(MergeRequest(pair[:1], tmp_path / 'm'))
    with pytest.raises(UsageError, match='is given twice'):
        merge(MergeRequest((pair[0], pair[0] / '.'), tmp_path / 'm'))
    with pytest.raises(UsageError, match='There is no folder'):
        merge(MergeRequest((pair[0], tmp_path / 'none'), tmp_path / 'm'))
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UsageError, match=r'is not a synth_ros dataset: it has no dataset\.json'):
        merge(MergeRequest((pair[0], tmp_path / 'empty'), tmp_path / 'm'))
    unfinished = shutil.copytree(pair[1], tmp_path / 'unfinished')
    (unfinished / 'annotations.json').unlink()
    with pytest.raises(UsageError, match='is unfinished'):
        merge(MergeRequest((pair[0], unfinished), tmp_path / 'm'))
    old = shutil.copytree(pair[1], tmp_path / 'old')
    head = json.loads((old / 'dataset.json').read_text()) | {'format': 'synth_ros coco 1'}
    (old / 'dataset.json').write_text(json.dumps(head))
    with pytest.raises(UsageError, match="has the format 'synth_ros coco 1', expected"):
        merge(MergeRequest((pair[0], old), tmp_path / 'm'))

"""Valid datasets of every format: recognised, counted, and nothing wrong with them."""

import pytest
from small_datasets import BUILDERS, kitti

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.validate.base import Options
from synth_ros.validate.detect import detect
from synth_ros.validate.registry import FORMATS
from synth_ros.validate.run import validate


def told(result):
    """All findings as text."""
    return [
        f'{rule.id} {found.where}: {found.message}'
        for rule in result.findings.broken()
        for found in result.findings.examples(rule.id)
    ]


COUNTS = {
    'ours': (8, None),
    'ours-shards': (8, None),
    'coco': (4, 4),
    'yolo': (4, 2),
    'yolo-pose': (4, 2),
    'yolo-segment': (4, 2),
    'kitti': (2, 1),
    'bop': (2, 2),
    'voc': (2, 2),
    'masks': (2, 0),
    'cityscapes': (2, 2),
    'dope': (2, 2),
    'webdataset': (6, 0),
    'hf-imagefolder': (4, 2),
    'hf-parquet': (4, 4),
    'lerobot': (6, 0),
    'bag': (0, 0),
}


@pytest.mark.parametrize('name', BUILDERS)
@pytest.mark.parametrize('fast', [False, True])
def test_a_valid_dataset_is_clean(tmp_path, name, fast):
    build, kind = BUILDERS[name]
    build(tmp_path / 'data')
    result = validate(tmp_path / 'data', options=Options(fast=fast, jobs=2))
    assert told(result) == []
    assert result.kind == kind
    assert result.counts.images == COUNTS[name][0]
    if COUNTS[name][1] is not None and not (fast and name == 'cityscapes'):
        assert result.counts.objects == COUNTS[name][1]


def test_every_format_has_a_dataset_here():
    assert {kind for _, kind in BUILDERS.values()} == set(FORMATS)


@pytest.mark.parametrize('jobs', [1, 3])
def test_classes_and_splits_are_counted(tmp_path, jobs):
    BUILDERS['coco'][0](tmp_path)
    counts = validate(tmp_path, options=Options(jobs=jobs)).counts
    assert dict(counts.classes) == {'crowd': 2, 'mug': 2}
    assert dict(counts.splits) == {'train': 2, 'val': 2}


def test_a_folder_of_no_known_format(tmp_path):
    (tmp_path / 'thesis.tex').write_text('five years of work')
    with pytest.raises(UsageError, match=r'(?s)no format that synth-ros knows.*label_2/'):
        detect(tmp_path)
    kitti(tmp_path / 'cars')
    with pytest.raises(UsageError, match=r'(?s)Datasets in it:.*cars  \(kitti\)'):
        detect(tmp_path)
    with pytest.raises(UsageError, match='There is no folder'):
        detect(tmp_path / 'nowhere')
    with pytest.raises(UsageError, match='give the folder that it is in'):
        detect(tmp_path / 'thesis.tex')
    with pytest.raises(NotFoundError, match="Did you mean 'coco'"):
        detect(tmp_path, 'cocoo')


def test_a_stated_format_overrides(tmp_path):
    kitti(tmp_path)
    result = validate(tmp_path, kind='masks')
    assert [rule.id for rule in result.findings.broken()] == ['masks.folders']


def test_other_candidates_are_named(tmp_path):
    kitti(tmp_path)
    BUILDERS['webdataset'][0](tmp_path / 'training')
    found = detect(tmp_path)
    assert found.kind == 'kitti'
    assert [other.kind for other in found.others] == ['webdataset']


def test_voc_may_split_segmentation_in_its_own_way(tmp_path):
    BUILDERS['voc'][0](tmp_path)
    (tmp_path / 'ImageSets/Segmentation/train.txt').rename(
        tmp_path / 'ImageSets/Segmentation/val.txt'
    )
    assert told(validate(tmp_path)) == []


def test_rule_ids_are_unique_and_said_in_full():
    for format_ in FORMATS.values():
        ids = [rule.id for rule in format_.all_rules]
        assert len(ids) == len(set(ids))
        for rule in format_.all_rules:
            assert rule.mend.endswith('.'), rule.id
            assert not rule.demands.endswith('.'), rule.id

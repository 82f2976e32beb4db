"""A dataset and what it is converted to say the same, read by what knows only the format."""

import pytest
from sample_factory import INFO, PLAIN, make_episode

from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.readers.plain.open import open_plain
from synth_ros.report.comparison.compare import Request, compare
from synth_ros.writers.coco import CocoWriter

# Statistics that a format cannot hold, or can hold in part alone.
LOST = {
    'coco': set(),
    'yolo-segment': set(),
    # Only yaw survives.
    'kitti': {'elevation', 'views'},
    # Whether it is truncated, not how far.
    'voc': {'truncation'},
    'cityscapes': set(),
}
SHARED = {'objects_per_image', 'box_size', 'box_aspect', 'box_centres', 'brightness', 'class_mix'}


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('agree') / 'ours'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(6):
            writer.write_episode(episode, make_episode(episode, views=1))
    return root


@pytest.mark.parametrize('name', sorted(LOST))
def test_a_converted_dataset_has_the_statistics_of_the_first(root, tmp_path, name):
    convert(ConvertRequest(root, tmp_path / 'out', name), lambda *_: None)
    record = compare(open_plain(root), open_plain(tmp_path / 'out'), Request())
    rows = {row.name: row for row in record.rows if row.name not in LOST[name]}
    assert rows.keys() >= SHARED
    assert record.a.images == record.b.images == 12
    assert record.a.objects == record.b.objects > 30
    # Decimals of a text file may move a value over the edge of a bin.
    far = {key: row.divergence for key, row in rows.items() if row.divergence > 0.05}
    assert far == {}
    if name == 'coco':
        assert {row.divergence for row in record.rows} == {0}

"""The report: one valid HTML page that tells the numbers of the dataset."""

import json
import re
import shutil

import pytest
from bag_factory import make_bag
from html_page import Page
from sample_factory import INFO, PLAIN, make_episode, make_sample

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.report.html import Options, spread, write_report
from synth_ros.report.overlay import Style
from synth_ros.report.page import human_bytes
from synth_ros.report.pictures.gallery import gallery
from synth_ros.report.pictures.shown import from_dataset
from synth_ros.schema.profile import Profile, Spent
from synth_ros.types import SampleKey
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.local_folder import LocalFolder
from synth_ros.writers.profile import write_profile


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('report') / 'discs'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(3):
            writer.write_episode(episode, make_episode(episode))
        writer.write_episode(3, [make_sample(SampleKey(3, 0, 'head'), objects=0)])
    return root


def annotated(root):
    """Pictures of annotations on the page: all that the first and the last frame have."""
    dataset = CocoDataset(root)
    frames = [from_dataset(dataset, image) for image in (dataset.images[0], dataset.images[-1])]
    pictures = sum(len(gallery(frame, Style(96))) for frame in frames)
    assert pictures >= 6
    return pictures


def page(root, tmp_path, **options):
    write_report(root, Options(**options), out=tmp_path / 'report.html')
    return Page((tmp_path / 'report.html').read_text())


def test_the_page_tells_the_counts(root, tmp_path):
    dataset = CocoDataset(root)
    text = page(root, tmp_path).text
    assert '13 images' in text
    assert f'{len(dataset.annotations)} labelled objects' in text
    assert '3 classes' in text
    assert '4 scenes' in text
    assert '1 images without objects' in text
    for category in dataset.categories:
        mine = [a for a in dataset.annotations if a.category_id == category.class_id]
        images = {a.image_id for a in mine}
        assert f'{category.name} {len(mine)} {len(images)}' in text
    assert 'head 96x72, wrist 96x72' in text
    assert 'seed 7 , config 0123abcd' in text


def test_the_page_stands_alone(root, tmp_path):
    shown = page(root, tmp_path, frames=5)
    assert shown.images == 5 * 4 + annotated(root)
    assert all(link.startswith('data:image/jpeg;base64,') for link in shown.links)
    source = (tmp_path / 'report.html').read_text()
    assert not re.search(r'https?://|@import|<script|url\(', source)
    assert 'prefers-color-scheme: dark' in source


def test_the_same_dataset_gives_the_same_page(root, tmp_path):
    write_report(root, out=tmp_path / 'a.html')
    write_report(root, out=tmp_path / 'b.html')
    assert (tmp_path / 'a.html').read_bytes() == (tmp_path / 'b.html').read_bytes()


def test_the_page_shows_where_the_time_went(root, tmp_path):
    copy = tmp_path / 'measured'
    shutil.copytree(root, copy)
    steps = {'pictures': Spent(13, 3.0, 0.25), 'encode': Spent(13, 1.5, 0.1)}
    waits = {'scene': Spent(4, 2.0, 0.5)}
    write_profile(LocalFolder(copy), Profile(5.0, 2, 13, steps, waits))
    text = page(copy, tmp_path).text
    assert '13 frames in 5.0 s by 2 processes.' in text
    assert 'Drawing waited 40 % of its time for the next scene' in text
    assert 'awaiting pictures 3.00 230.77 13 250.00' in text
    assert 'encoding 1.50 115.38 13 100.00' in text
    assert 'wait: the next scene 2.00' in text
    source = (tmp_path / 'report.html').read_text()
    widths = re.findall(r'width: ([\d.]+)%; background: var\((--\w+)\)', source)
    assert widths == [('100.0', '--bar'), ('50.0', '--bar'), ('66.7', '--line')]
    assert 'Where the time went' not in page(root, tmp_path).text


def test_a_damaged_profile_is_named(root, tmp_path):
    copy = tmp_path / 'measured'
    shutil.copytree(root, copy)
    (copy / 'profile.json').write_text('{')
    with pytest.raises(UsageError, match=r'profile\.json cannot be read .*remove it'):
        write_report(copy, out=tmp_path / 'report.html')


def proof(**lost):
    """The recorder's counts for the bag of the test; ``lost`` by the topic's last word."""
    counts = {'/label_info': 1, '/camera/color/image_raw': 1200, '/chatter': 1200}
    record = {
        topic: {
            'topic': topic,
            'received': count,
            'lost': lost.get(topic.split('/')[-1], 0),
            'before': 0,
            'restarts': 0,
            'provable': topic not in lost.get('unproven', ()),
        }
        for topic, count in counts.items()
    }
    return {'synth_ros_loss': json.dumps(record)}


@pytest.mark.parametrize(
    ('custom', 'told'),
    [
        (proof(), 'No message lost:'),
        (proof(chatter=3), '3 messages lost.'),
        (proof(unproven=['/chatter']), 'No message known to be lost. Without proof: /chatter.'),
        ({}, 'Nothing is known to be lost; no proof was recorded.'),
    ],
)
def test_the_page_describes_the_bag(root, tmp_path, custom, told):
    make_bag(tmp_path / 'run', 1200, custom_data={**custom, 'note': '<b>&'})
    text = page(root, tmp_path, bag=tmp_path / 'run').text
    assert '2,401 messages on 3 topics' in text
    assert '/camera/color/image_raw sensor_msgs/msg/Image 1,200' in text
    assert told in text
    assert 'note <b>&' in text
    assert 'synth_ros_loss' not in text
    assert 'ros2 bag play run' in text


def test_without_depth_and_masks_two_tiles_are_shown(tmp_path):
    options = DatasetConfig(depth=False, masks=False)
    with CocoWriter(tmp_path / 'd', INFO, options) as writer:
        writer.write_episode(0, make_episode(0))
    assert page(tmp_path / 'd', tmp_path).images == 4 * 2 + annotated(tmp_path / 'd')


def test_an_empty_dataset_has_a_page(tmp_path):
    with CocoWriter(tmp_path / 'd', INFO, PLAIN):
        pass
    text = page(tmp_path / 'd', tmp_path).text
    assert 'no images yet' in text
    assert '0 images' in text


def test_missing_files_are_told_before_anything_is_drawn(root, tmp_path):
    hidden = (root / 'depth/000001_000_head.png').rename(tmp_path / 'hidden.png')
    try:
        with pytest.raises(UsageError, match=r'lacks 1 files.*000001_000_head\.png.*--resume'):
            page(root, tmp_path)
    finally:
        hidden.rename(root / 'depth/000001_000_head.png')
    assert not (tmp_path / 'report.html').exists()


def test_the_page_lies_beside_the_dataset_by_default(root):
    assert write_report(root, Options(frames=1)) == root.parent / 'report.html'
    assert (root.parent / 'report.html').is_file()


def test_an_unwritable_report_is_told(root, tmp_path):
    with pytest.raises(OutputError, match=r'Cannot write .*nowhere'):
        write_report(root, out=tmp_path / 'nowhere' / 'report.html')


def test_frames_are_spread_from_first_to_last(root):
    images = CocoDataset(root).images
    assert spread(images, 99) == list(images)
    assert [image.id for image in spread(images, 3)] == [1, 7, 13]
    assert spread(images, 1) == [images[0]]


def test_sizes_for_people():
    sizes = [0, 999, 1540, 2_000_000, 7_250_000_000, 3e15]
    assert [human_bytes(size) for size in sizes] == [
        '0 B',
        '999 B',
        '1.54 kB',
        '2 MB',
        '7.25 GB',
        '3e+03 TB',
    ]

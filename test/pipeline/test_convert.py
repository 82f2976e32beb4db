"""Conversions: the same bytes whenever, however and by however many a format is made."""

import json
import shutil
import tarfile
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from synth_ros.config.output import DatasetConfig, FormatName
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.pipeline.packing import check_place, pack_formats
from synth_ros.pipeline.recorded import read_sample
from synth_ros.readers.open_recording import open_recording
from synth_ros.schema.convert import record_of
from synth_ros.writers.formats.registry import is_packed

FRAME_FORMATS = tuple(name for name in get_args(FormatName) if not is_packed(name))
PACKED = tuple(name for name in get_args(FormatName) if is_packed(name))
EVERYTHING = 'labels: {everything: true, min_pixels: 4}\n'


def quiet(*_):
    pass


def tree(root: Path) -> dict[str, bytes]:
    """Contents by path, without what is no part of a format."""
    return {
        name: path.read_bytes()
        for path in sorted(root.rglob('*'))
        if path.is_file()
        and not (name := path.relative_to(root).as_posix()).startswith(('.synth_ros/', '.lock'))
    }


@pytest.fixture(scope='module')
def datasets(tmp_path_factory, config_texts):
    """One run into a folder with every frame format, one into shards, of one config."""
    config, robot = config_texts
    folder = tmp_path_factory.mktemp('convert')
    (folder / 'bot.xml').write_text(robot)
    sequence = 'episodes: 3, views_per_episode: 2, motion: sequence'
    for name, more in (
        ('folder', f'formats: [{", ".join(FRAME_FORMATS)}]'),
        ('shards', 'container: shards'),
    ):
        text = config.replace('episodes: 3, views_per_episode: 2', f'{sequence}, {more}')
        (folder / f'{name}.yaml').write_text(EVERYTHING + text)
        generate(GenerateRequest(folder / f'{name}.yaml', folder / name), quiet)
    return folder


@pytest.mark.parametrize('name', FRAME_FORMATS)
def test_a_format_is_the_same_made_at_once_or_later(datasets, tmp_path, name):
    made = convert(ConvertRequest(datasets / 'folder', tmp_path / 'out', name), quiet)
    later = tree(tmp_path / 'out')
    assert later == tree(datasets / 'folder' / name)
    assert made.frames == 12
    assert sum(made.splits.values()) == 3


@pytest.mark.parametrize('name', PACKED)
def test_a_packed_format_is_the_same_made_at_once_or_later(datasets, tmp_path, name):
    shutil.copytree(datasets / 'folder', tmp_path / 'dataset')
    made = pack_formats(tmp_path / 'dataset', (name,), progress=lambda _: quiet)
    convert(ConvertRequest(datasets / 'folder', tmp_path / 'out', name), quiet)
    assert tree(tmp_path / 'out') == tree(tmp_path / 'dataset' / name)
    assert made[name].frames == 12
    # Again, as a resumed run does.
    pack_formats(tmp_path / 'dataset', (name,), progress=lambda _: quiet)
    assert tree(tmp_path / 'out') == tree(tmp_path / 'dataset' / name)


def test_packed_formats_need_the_dataset_here():
    check_place((), 's3://bucket/dataset')
    check_place(('webdataset',), 'dataset')
    with pytest.raises(UsageError, match=r'webdataset in output.dataset.formats is packed from'):
        check_place(('webdataset',), 's3://bucket/dataset')


@pytest.mark.parametrize('container', ['folder', 'shards'])
def test_a_dataset_of_a_dataset_is_the_same(datasets, tmp_path, container):
    request = ConvertRequest(
        datasets / 'shards', tmp_path / 'out', None, DatasetConfig(container=container)
    )
    convert(request, quiet)
    whole = tree(tmp_path / 'out')
    if container == 'shards':
        identity = whole.pop('dataset.json')
        there = tree(datasets / 'shards')
        # The number of frames of a camera stands for what the config calls motion.
        assert b'"container":"shards"' in identity
        names = set(there) - {'dataset.json', 'SHA256SUMS'}
        assert {name: whole[name] for name in names} == {name: there[name] for name in names}
        return
    other = tree(datasets / 'folder')
    names = [name for name in other if name.startswith(('images/', 'layers/', 'part_masks/'))]
    assert len(names) == 3 * 12
    assert {name: whole[name] for name in names} == {name: other[name] for name in names}


@pytest.mark.parametrize('container', ['folder', 'shards'])
def test_samples_come_back_whole(datasets, container):
    recording = open_recording(datasets / container)
    for key in recording.frames:
        frame, sample = recording.read(key), read_sample(recording, key)
        assert record_of(sample) == frame.record
        np.testing.assert_array_equal(sample.labels.instance_id, frame.instance_id)
        np.testing.assert_array_equal(sample.rgb, frame.rgb)
        np.testing.assert_array_equal(sample.frame.depth_m, frame.layers.depth_m)


def test_workers_make_the_same(datasets, tmp_path):
    request = ConvertRequest(datasets / 'shards', tmp_path / 'one', 'yolo-detect')
    done = []
    convert(request, lambda *now: done.append(now))
    assert done[-1] == (12, 12)
    convert(ConvertRequest(datasets / 'shards', tmp_path / 'two', 'yolo-detect', workers=2), quiet)
    assert tree(tmp_path / 'one') == tree(tmp_path / 'two')


def test_an_interrupted_conversion_goes_on(datasets, tmp_path):
    request = ConvertRequest(datasets / 'folder', tmp_path / 'out', 'bop')
    seen = []

    def stop(done, total):
        seen.append(done)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(request, stop)
    assert not (tmp_path / 'out/conversion.json').exists()
    with pytest.raises(OutputError, match=r'is not empty .*--resume'):
        convert(request, quiet)
    made = convert(
        ConvertRequest(datasets / 'folder', tmp_path / 'out', 'bop', resume=True), quiet
    )
    assert made.resumed == 2
    assert tree(tmp_path / 'out') == tree(datasets / 'folder' / 'bop')


def test_another_conversion_is_not_gone_on_with(datasets, tmp_path):
    convert(ConvertRequest(datasets / 'folder', tmp_path / 'out', 'kitti'), quiet)
    request = ConvertRequest(
        datasets / 'folder',
        tmp_path / 'out',
        'kitti',
        DatasetConfig(rgb_format='jpeg'),
        resume=True,
    )
    with pytest.raises(OutputError, match=r'another conversion: rgb_format is "png" there and'):
        convert(request, quiet)
    (tmp_path / 'other').mkdir()
    (tmp_path / 'other/notes.txt').write_text('mine')
    request = ConvertRequest(datasets / 'folder', tmp_path / 'other', 'kitti', resume=True)
    with pytest.raises(OutputError, match=r'no conversion to go on with'):
        convert(request, quiet)
    assert (tmp_path / 'other/notes.txt').read_text() == 'mine'


def test_damaged_frames_stop_or_are_listed(datasets, tmp_path):
    shutil.copytree(datasets / 'folder', tmp_path / 'dataset')
    (tmp_path / 'dataset/images/000001_001_head.png').write_bytes(b'no picture')
    request = ConvertRequest(tmp_path / 'dataset', tmp_path / 'out', 'yolo-detect')
    with pytest.raises(UsageError, match=r'000001_001_head.png is damaged.* --skip-damaged'):
        convert(request, quiet)
    assert (tmp_path / 'out/.synth_ros/episodes/000000.json').exists()
    packed = ConvertRequest(tmp_path / 'dataset', tmp_path / 'packed', 'webdataset')
    with pytest.raises(UsageError, match=r'000001_001_head.png is damaged'):
        convert(packed, quiet)
    assert not (tmp_path / 'packed').exists()
    for workers in (1, 2):
        made = convert(
            ConvertRequest(
                tmp_path / 'dataset',
                tmp_path / f'out{workers}',
                'yolo-detect',
                skip_damaged=True,
                workers=workers,
            ),
            quiet,
        )
        assert made.frames == 11
        assert len(made.damaged) == 1
        assert made.damaged[0].startswith('000001_001_head: ')


def test_jpeg_is_copied_and_never_encoded_twice(datasets, tmp_path):
    jpeg = DatasetConfig(rgb_format='jpeg', jpeg_quality=40)
    convert(ConvertRequest(datasets / 'folder', tmp_path / 'jpeg', None, jpeg), quiet)
    convert(ConvertRequest(tmp_path / 'jpeg', tmp_path / 'voc', 'voc'), quiet)
    for path in sorted((tmp_path / 'jpeg/images').iterdir()):
        assert (tmp_path / 'voc/JPEGImages' / path.name).read_bytes() == path.read_bytes()
    convert(ConvertRequest(tmp_path / 'jpeg', tmp_path / 'web', 'webdataset'), quiet)
    members = {}
    for shard in (tmp_path / 'web').glob('*.tar'):
        with tarfile.open(shard) as tar:
            members |= {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
    for path in (tmp_path / 'jpeg/images').iterdir():
        assert members[f'{path.stem}.rgb.jpg'] == path.read_bytes()


def test_splits_can_be_dealt_anew(datasets, tmp_path):
    shares = {'train': 1.0, 'held_out': 2.0}
    made = convert(
        ConvertRequest(datasets / 'folder', tmp_path / 'out', 'kitti', shares=shares), quiet
    )
    assert made.splits == {'train': 1, 'held_out': 2}
    with pytest.raises(UsageError, match=r'b would get no episode'):
        convert(
            ConvertRequest(
                datasets / 'folder', tmp_path / 'no', 'kitti', shares={'a': 1.0, 'b': 0.001}
            ),
            quiet,
        )
    assert not (tmp_path / 'no').exists()


def test_splits_dealt_by_hand_outlive_a_resumed_run(datasets, tmp_path):
    shutil.copytree(datasets / 'folder', tmp_path / 'folder')
    path = tmp_path / 'folder/splits.json'
    listed = json.loads(path.read_text())
    assert sorted(n for numbers in listed['episodes'].values() for n in numbers) == [0, 1, 2]
    by_hand = {**listed, 'seed': 99, 'episodes': {'train': [1], 'val': [0, 2]}}
    path.write_text(json.dumps(by_hand))
    for name in ('bot.xml', 'folder.yaml'):
        shutil.copy(datasets / name, tmp_path / name)
    generate(GenerateRequest(tmp_path / 'folder.yaml', tmp_path / 'folder', resume=True), quiet)
    assert json.loads(path.read_text()) == by_hand
    made = convert(ConvertRequest(tmp_path / 'folder', tmp_path / 'out', 'kitti'), quiet)
    assert made.splits == {'train': 1, 'val': 2}

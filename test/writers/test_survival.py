"""What disks, clocks and second runs do to a dataset, and how a resumed run mends it."""

import json
import shutil
import sys
import time

import pytest
from full_factory import FULL, full_episode
from processes import can_mount, namespace, run, run_on_small_disk
from sample_factory import INFO, PLAIN, make_episode, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.object_store import ObjectStore
from synth_ros.writers.store_lock import VALID_S, StoreLock

SHARDS = DatasetConfig(container='shards')
EPISODES = (0, 1, 2)
DAY_S = 86400.0


def finish(root, options, *, info=FULL, make=full_episode):
    """Write what is missing; returns what was there."""
    with CocoWriter(root, info, options, resume=True) as writer:
        there = writer.committed_episodes()
        for episode in EPISODES:
            if episode not in there:
                writer.write_episode(episode, make(episode))
    return there


def to_kitti(source, out, *, resume=False):
    return convert(ConvertRequest(source, out, 'kitti', resume=resume), lambda *_: None)


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """The same dataset in a folder and in shards, and a conversion."""
    root = tmp_path_factory.mktemp('made')
    finish(root / 'folder', PLAIN)
    finish(root / 'shards', SHARDS)
    to_kitti(root / 'folder', root / 'kitti')
    return root


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def unlink(path):
    path.unlink()


@pytest.mark.parametrize(
    ('container', 'options', 'name'),
    [
        ('shards', SHARDS, 'shards/000001.tar'),
        ('shards', SHARDS, 'episodes/000001.json'),
        ('shards', SHARDS, 'provenance/000001.json'),
        ('folder', PLAIN, 'images/000001_000_head.png'),
        ('folder', PLAIN, 'layers/000001_001_wrist.npz'),
        ('folder', PLAIN, 'labels/000001.jsonl'),
        ('folder', PLAIN, 'episodes/000001.json'),
    ],
)
@pytest.mark.parametrize('damage', [cut, unlink])
def test_a_damaged_file_is_made_again(made, tmp_path, container, options, name, damage):
    root = shutil.copytree(made / container, tmp_path / 'dataset')
    damage(root / name)
    assert finish(root, options) == {0, 2}
    assert tree(root) == tree(made / container)


@pytest.mark.parametrize('name', ['annotations.json', 'SHA256SUMS', 'models.json'])
@pytest.mark.parametrize('damage', [cut, unlink])
def test_a_damaged_index_is_composed_again(made, tmp_path, name, damage):
    root = shutil.copytree(made / 'shards', tmp_path / 'dataset')
    damage(root / name)
    assert finish(root, SHARDS) == set(EPISODES)
    assert tree(root) == tree(made / 'shards')


def test_a_damaged_identity_is_no_dataset_to_go_on_with(made, tmp_path):
    root = shutil.copytree(made / 'folder', tmp_path / 'dataset')
    cut(root / 'dataset.json')
    before = tree(root)
    with pytest.raises(OutputError, match=r'dataset/dataset.json is damaged .*another folder'):
        finish(root, PLAIN)
    assert tree(root) == before


@pytest.mark.parametrize('damage', [cut, unlink])
def test_a_damaged_conversion_is_mended(made, tmp_path, damage):
    root = shutil.copytree(made / 'kitti', tmp_path / 'kitti')
    picture = next(path for path in sorted(root.rglob('000001_000_head.png')))
    damage(picture)
    damage(root / '.synth_ros/episodes/000002.json')
    assert to_kitti(made / 'folder', root, resume=True).resumed == 1
    assert tree(root) == tree(made / 'kitti')


def test_a_conversion_that_does_not_say_what_it_is(made, tmp_path):
    root = shutil.copytree(made / 'kitti', tmp_path / 'kitti')
    cut(root / '.synth_ros/source.json')
    with pytest.raises(OutputError, match=r'source.json cannot be read .*another folder'):
        to_kitti(made / 'folder', root, resume=True)


def test_a_shard_that_is_cut_is_told_of_and_left_out(made, tmp_path):
    root = shutil.copytree(made / 'shards', tmp_path / 'dataset')
    cut(root / 'shards/000001.tar')
    with pytest.raises(UsageError, match=r'000001.tar is damaged.*SHA256SUMS.*--skip-damaged'):
        to_kitti(root, tmp_path / 'kitti')
    told = convert(
        ConvertRequest(root, tmp_path / 'rest', 'kitti', skip_damaged=True), lambda *_: None
    )
    assert (told.frames, len(told.damaged)) == (8, 4)
    assert all(sentence.startswith('000001_') for sentence in told.damaged)


# Two at a time.


def test_nothing_is_written_beside_another_run(made, tmp_path):
    with CocoWriter(tmp_path / 'out', INFO, PLAIN) as writer:
        writer.write_episode(0, make_episode(0))
        for attempt in (
            lambda: CocoWriter(tmp_path / 'out', INFO, PLAIN, resume=True),
            lambda: to_kitti(made / 'folder', tmp_path / 'out'),
            lambda: to_kitti(made / 'folder', tmp_path / 'out', resume=True),
        ):
            with pytest.raises(OutputError, match=r'out is being written by another run'):
                attempt()
        with pytest.raises(UsageError, match=r'out is unfinished.*--resume'):
            to_kitti(tmp_path / 'out', tmp_path / 'kitti')
    assert to_kitti(tmp_path / 'out', tmp_path / 'kitti').frames == 4


# Clocks.


@pytest.fixture
def clock(monkeypatch):
    """Says how far the clock is off, seconds."""
    off = {'s': 0.0}
    true = time.time
    monkeypatch.setattr(time, 'time', lambda: true() + off['s'])
    return off


@pytest.mark.parametrize('shift_s', [-DAY_S, DAY_S])
def test_a_folder_does_not_mind_the_clock(tmp_path, clock, shift_s):
    with CocoWriter(tmp_path / 'out', INFO, PLAIN) as writer:
        writer.write_episode(0, make_episode(0))
        clock['s'] = shift_s
        with pytest.raises(OutputError, match=r'being written by another run'):
            CocoWriter(tmp_path / 'out', INFO, PLAIN, resume=True)
        writer.write_episode(1, make_episode(1))
    assert len(list((tmp_path / 'out/episodes').iterdir())) == 2


@pytest.fixture
def store(tmp_path):
    return ObjectStore(f'file://{tmp_path}/store')


def test_a_lock_in_a_store_outlives_a_clock_that_is_set_back(store, clock):
    lock = StoreLock(store)
    try:
        clock['s'] = -DAY_S
        with pytest.raises(OutputError, match=r'clock was changed.*Remove .*\.lock'):
            StoreLock(store)
        assert store.holder() == lock.token
    finally:
        lock.release()
    StoreLock(store).release()


def test_a_lock_that_seems_expired_is_taken_and_its_owner_stops(tmp_path, clock):
    """The clock of one machine is a day ahead: the run there goes on alone."""
    place = f'memory://clock-{tmp_path.name}/out'
    first = CocoWriter(place, INFO, PLAIN)
    first.write_episode(0, make_episode(0))
    clock['s'] = DAY_S
    with CocoWriter(place, INFO, PLAIN, resume=True) as second:
        assert second.committed_episodes() == {0}
        with pytest.raises(OutputError, match=r'not locked by this run .*Nothing more is written'):
            first.write_episode(1, make_episode(1))
        second.write_episode(1, make_episode(1))
    assert second.whole_episodes() == {0, 1}
    first.close()


def test_how_long_a_lock_holds(store, clock):
    lock = StoreLock(store)
    clock['s'] = VALID_S - 5
    with pytest.raises(OutputError, match=r'its lock expires in [1-5] s'):
        StoreLock(store)
    lock.release()


# Disks.

FULL_DISK = """
import json, sys
from pathlib import Path
from sample_factory import *
from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.writers.coco import CocoWriter
root, options = Path(sys.argv[1]) / 'dataset', DatasetConfig(container='shards')
def write(count, **resume):
    with CocoWriter(root, INFO, options, **resume) as writer:
        for episode in set(range(count)) - writer.committed_episodes():
            writer.write_episode(episode, make_episode(episode))
def to_yolo(**resume):
    request = ConvertRequest(root, root.parent / 'yolo', 'yolo-detect', **resume)
    return convert(request, lambda *_: None)
def failure(work):
    try:
        work()
    except OutputError as error:
        return str(error)
write(6)
told = [failure(lambda: write(1000, resume=True))]
markers = len(list((root / 'episodes').glob('*.json')))
left = (root / '.partial').exists()
for old in sorted((root / 'shards').glob('*.tar'))[6:]:
    old.unlink()
write(6, resume=True)
frames = len(json.loads((root / 'annotations.json').read_text())['images'])
filler = root.parent / 'filler'
with filler.open('ab', buffering=0) as file:
    try:
        while file.write(bytes(4096)) == 4096:
            pass
    except OSError:
        file.truncate(file.tell() - 100000)
told.append(failure(to_yolo))
filler.unlink()
made = to_yolo(resume=True)
print(json.dumps([told, markers, left, frames, made.frames]))
"""


def test_shards_and_conversions_on_a_full_disk(tmp_path):
    told, markers, left, frames, converted = json.loads(
        run_on_small_disk(FULL_DISK, tmp_path, size_kib=2500)
    )
    assert all('the disk is full' in text and '--resume' in text for text in told)
    assert markers > 6
    assert not left
    assert (frames, converted) == (24, 24)


READ_ONLY = """
import sys
from pathlib import Path
from sample_factory import *
from synth_ros.errors import OutputError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.writers.coco import CocoWriter
root, source = Path(sys.argv[1]), Path(sys.argv[2])
for attempt in (
    lambda: CocoWriter(root / 'out', INFO, PLAIN),
    lambda: convert(ConvertRequest(source, root / 'out', 'kitti'), lambda *_: None),
    lambda: convert(ConvertRequest(source, root / 'out', None), lambda *_: None),
):
    try:
        attempt()
    except OutputError as error:
        print(error)
"""


def test_a_disk_that_may_not_be_written(made, tmp_path):
    if not can_mount():
        pytest.skip('this system allows no mount namespaces, so there is no read-only disk')
    mount = 'mount -t tmpfs -o ro tmpfs "$1" && exec "$2" -c "$3" "$1" "$4"'
    words = ['sh', '-c', mount, 'sh', tmp_path, sys.executable]
    told = run([*namespace(), *words, READ_ONLY], made / 'folder').splitlines()
    assert len(told) == 3
    assert all('the file system is read-only. Choose another folder' in line for line in told)

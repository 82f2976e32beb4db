"""A dataset in a store has the bytes of one in a folder, and is whole whatever happens."""

import json
import threading
import time

import fsspec
import pytest
from full_factory import FULL, full_episode
from odd_store import OddStore
from sample_factory import INFO, PLAIN, make_episode, tree

from synth_ros.errors import OutputError, UsageError
from synth_ros.writers import object_store, store_lock
from synth_ros.writers.coco import CocoWriter, EpisodeWriter
from synth_ros.writers.local_folder import LocalFolder
from synth_ros.writers.storage import storage_at

URL = 'odd://bucket/data/set'


@pytest.fixture(autouse=True)
def store(monkeypatch):
    """An empty store; failures are tried again at once."""
    OddStore.reset()
    fsspec.register_implementation('odd', OddStore, clobber=True)
    monkeypatch.setattr(object_store, '_PAUSES_S', (0.0, 0.0))
    return OddStore


def stored() -> dict[str, bytes]:
    """All objects of the dataset by relative name."""
    prefix = 'bucket/data/set/'
    return {
        name.removeprefix(prefix): data
        for name, data in sorted(OddStore.objects.items())
        if name.startswith(prefix)
    }


def write(place, episodes, **options):
    with CocoWriter(place, FULL, PLAIN, **options) as writer:
        for episode in episodes:
            if episode not in writer.committed_episodes():
                writer.write_episode(episode, full_episode(episode))


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """The files of a dataset in a folder."""
    root = tmp_path_factory.mktemp('folder') / 'dataset'
    write(root, range(3))
    return tree(root)


def test_a_store_gets_the_bytes_of_a_folder(folder):
    write(URL, [2, 0, 1])
    assert stored() == folder


@pytest.mark.parametrize('scheme', ['local', 'file'])
def test_urls_of_local_folders_work(folder, tmp_path, scheme):
    write(f'{scheme}://{tmp_path}/dataset', range(3))
    assert tree(tmp_path / 'dataset') == folder


def test_a_marker_is_put_after_all_that_it_announces():
    write(URL, [0])
    log = [name.removeprefix('bucket/data/set/') for name in OddStore.log]
    marker = log.index('episodes/000000.json')
    files = json.loads(stored()['episodes/000000.json'])['files']
    assert {file['path'] for file in files} <= set(log[:marker])
    # Then come the files about all; the index makes the dataset finished.
    assert log[-1] == 'annotations.json'


def test_a_resumed_dataset_has_the_same_bytes(folder):
    writer = CocoWriter(URL, FULL, PLAIN)
    writer.write_episode(0, full_episode(0))
    writer.episodes.begin(1).add(full_episode(1)[0])
    writer.close()
    assert 'images/000001_000_head.png' in stored()
    assert 'annotations.json' not in stored()
    assert '.lock' not in stored()
    with pytest.raises(OutputError, match=r'odd://bucket/data/set is not empty.*--resume'):
        CocoWriter(URL, FULL, PLAIN)
    with CocoWriter(URL, FULL, PLAIN, resume=True) as writer:
        assert writer.committed_episodes() == {0}
        for episode in (1, 2):
            writer.write_episode(episode, full_episode(episode))
    assert stored() == folder


def test_what_fails_in_passing_is_tried_again(folder, store):
    with CocoWriter(URL, FULL, PLAIN) as writer:
        for episode in range(3):
            store.fail = 2
            writer.write_episode(episode, full_episode(episode))
    assert stored() == folder


def test_what_fails_for_good_is_told_and_commits_nothing(store):
    writer = CocoWriter(URL, INFO, PLAIN)
    writer.write_episode(0, make_episode(0))
    store.broken = RuntimeError('AccessDenied: no')
    with pytest.raises(OutputError, match=r'odd://bucket/data/set: RuntimeError: AccessDenied'):
        writer.write_episode(1, make_episode(1))
    store.broken = None
    writer.close()
    assert [name for name in stored() if name.startswith('episodes/')] == ['episodes/000000.json']


def test_a_full_place_is_not_tried_again(store):
    writer = CocoWriter(URL, INFO, PLAIN)
    store.broken = OSError(28, 'No space left on device')
    with pytest.raises(OutputError, match=r'the disk is full.*--resume'):
        writer.write_episode(0, make_episode(0))
    store.broken = None
    writer.close()


def test_two_attempts_at_an_episode_do_no_harm():
    with CocoWriter(URL, FULL, PLAIN) as writer:
        other = EpisodeWriter(URL, FULL, PLAIN)
        drafts = [writer.episodes.begin(0), other.begin(0)]
        for draft in drafts:
            for sample in full_episode(0):
                draft.add(sample)
        for draft in drafts:
            draft.commit()
            draft.discard()
        assert other.is_committed(0)
    once = stored()
    OddStore.reset()
    write(URL, [0])
    assert once == stored()


def test_a_damaged_marker_is_named():
    writer = CocoWriter(URL, INFO, PLAIN)
    writer.write_episode(0, make_episode(0))
    OddStore.objects['bucket/data/set/episodes/000000.json'] = b'{"episode":0,'
    with pytest.raises(OutputError, match=r'episodes/000000.json is damaged.*--resume'):
        writer.finish()
    writer.close()


def test_a_second_run_is_kept_out():
    with CocoWriter(URL, INFO, PLAIN):
        with pytest.raises(OutputError, match=r'another run \(.*process \d+\).*expires in \d+ s'):
            CocoWriter(URL, INFO, PLAIN, resume=True)
        assert '.lock' in stored()
    assert '.lock' not in stored()


def test_the_lock_of_a_killed_run_expires(monkeypatch):
    dead = {'owner': 'host, process 1, x', 'expires_s': time.time() - 1}
    OddStore.objects['bucket/data/set/.lock'] = json.dumps(dead).encode()
    with CocoWriter(URL, INFO, PLAIN) as writer:
        assert writer.storage.holder() == writer.episodes.run


def test_a_lock_is_renewed_while_it_is_held(monkeypatch):
    monkeypatch.setattr(store_lock, '_RENEW_S', 0.01)
    lock = storage_at(URL).lock()
    first = OddStore.objects['bucket/data/set/.lock']
    renewed = threading.Event()
    for _ in range(500):
        if OddStore.objects['bucket/data/set/.lock'] != first:
            renewed.set()
            break
        time.sleep(0.01)
    lock.release()
    assert renewed.is_set()


@pytest.mark.parametrize('place', [URL, None])
def test_a_run_that_lost_its_lock_commits_nothing(tmp_path, place):
    place = place or tmp_path / 'dataset'
    writer = CocoWriter(place, INFO, PLAIN)
    zombie = EpisodeWriter(place, INFO, PLAIN, writer.episodes.run)
    zombie.write_episode(0, make_episode(0))
    writer.close()
    with CocoWriter(place, INFO, PLAIN, resume=True) as second:
        with pytest.raises(OutputError, match='not locked by this run'):
            zombie.write_episode(1, make_episode(1))
        with pytest.raises(OutputError, match='not locked by this run'):
            writer.finish()
        assert second.whole_episodes() == {0}


@pytest.mark.parametrize(
    ('url', 'told'),
    [
        ('nothing://a/b', r'nothing://a/b is no place that fsspec knows.*nothing'),
        ('s3://', r's3:// is no place for a dataset'),
        ('simplecache::s3://bucket/x', r'is no place for a dataset'),
    ],
)
def test_a_url_that_cannot_be_is_refused(url, told):
    with pytest.raises(UsageError, match=told):
        CocoWriter(url, INFO, PLAIN)


def test_a_missing_library_is_named(monkeypatch):
    def missing(url):
        raise ImportError('Install s3fs to access S3')

    monkeypatch.setattr('fsspec.core.url_to_fs', missing)
    with pytest.raises(UsageError, match=r's3://b/x cannot be reached: .*pip install s3fs'):
        CocoWriter('s3://b/x', INFO, PLAIN)


def test_a_path_is_a_folder(tmp_path):
    for place in (tmp_path, str(tmp_path), f'file://{tmp_path}'):
        storage = storage_at(place)
        assert isinstance(storage, LocalFolder)
        assert storage.root == tmp_path

"""Everything of a unit is on the disk before it is announced."""

import os
from pathlib import Path

import pytest

from synth_ros.writers import flush, folder
from synth_ros.writers.flush import file_system, flush_files
from synth_ros.writers.folder import Unit


@pytest.fixture
def watched(monkeypatch):
    """What is flushed, and which names come to be, in order."""
    events = []
    replace = Path.replace

    def note_sync(handle):
        path = Path(f'/proc/self/fd/{handle}').readlink()
        events.append(('sync', 'folder' if path.is_dir() else path.name))

    def note_replace(self, target):
        events.append(('name', target.name))
        return replace(self, target)

    monkeypatch.setattr(os, 'fsync', note_sync)
    monkeypatch.setattr(Path, 'replace', note_replace)
    return events


def test_file_systems_that_flush_as_a_whole_are_flushed_once(tmp_path, watched, monkeypatch):
    monkeypatch.setattr(flush, '_is_whole', lambda _: True)
    monkeypatch.setattr(
        flush, '_sync_file_system', lambda place: watched.append(('all', place.name))
    )
    unit = Unit(tmp_path, 'one')
    unit.add({'a': b'one', 'b': b'two'})
    unit.add({'c': b'three'})

    unit.commit('marker', b'')

    names = [name for kind, name in watched if kind == 'name']
    assert watched[0] == ('all', 'one')
    assert ('all', 'one') not in watched[1:]
    assert names == ['a', 'b', 'c', 'marker']
    # The names of the files are on the disk before that of the marker.
    assert watched.index(('sync', 'folder')) < watched.index(('name', 'marker'))
    assert watched[-1] == ('sync', 'folder')


def test_names_in_many_folders_are_flushed_once(tmp_path, watched, monkeypatch):
    monkeypatch.setattr(flush, '_is_whole', lambda _: True)
    monkeypatch.setattr(
        flush, '_sync_file_system', lambda place: watched.append(('all', place.name))
    )
    for name in ('left', 'right', 'episodes'):
        (tmp_path / name).mkdir()
    unit = Unit(tmp_path, 'one')
    unit.add({'left/a': b'one', 'right/b': b'two'})

    unit.commit('episodes/marker', b'')

    assert watched == [
        ('all', 'one'),
        ('name', 'a'),
        ('name', 'b'),
        ('all', tmp_path.name),
        ('name', 'marker'),
        ('sync', 'folder'),
    ]


def test_elsewhere_each_folder_is_flushed(tmp_path, watched, monkeypatch):
    monkeypatch.setattr(flush, '_is_whole', lambda _: False)
    folders = [tmp_path / 'left', tmp_path / 'right']
    for folder_path in folders:
        folder_path.mkdir()
    flush.flush_names(tmp_path, folders)
    assert watched == [('sync', 'folder'), ('sync', 'folder')]


def test_other_file_systems_are_flushed_file_by_file(tmp_path, watched, monkeypatch):
    monkeypatch.setattr(flush, '_is_whole', lambda _: False)
    unit = Unit(tmp_path, 'one')
    unit.add({'a': b'one', 'b': b'two'})
    assert watched == []

    unit.commit('marker', b'')

    # Staged files are numbered: two and the marker.
    assert watched[:3] == [('sync', '0'), ('sync', '1'), ('sync', '2')]
    assert watched[3] == ('name', 'a')


@pytest.mark.parametrize('whole', [True, False])
def test_a_disk_that_fails_announces_nothing(tmp_path, monkeypatch, whole):
    def fail(_):
        raise OSError(5, 'Input/output error')

    monkeypatch.setattr(flush, '_is_whole', lambda _: whole)
    monkeypatch.setattr(flush, '_sync_file_system', fail)
    monkeypatch.setattr(os, 'fsync', fail)
    unit = Unit(tmp_path, 'one')
    unit.add({'a': b'one'})

    with pytest.raises(OSError, match='Input/output error'):
        unit.commit('marker', b'')

    assert list(tmp_path.rglob('*')) == [tmp_path / folder.STAGING]


def test_a_whole_flush_reports_what_the_system_says(monkeypatch, tmp_path):
    class Refuses:
        def syncfs(self, _handle):
            flush.ctypes.set_errno(28)
            return -1

    monkeypatch.setattr(flush, '_LIBC', Refuses())
    monkeypatch.setattr(flush, '_WHOLE', {file_system(tmp_path)})

    with pytest.raises(OSError, match='No space left on device'):
        flush_files(tmp_path, [])


def test_the_file_system_is_known():
    assert file_system(Path('/proc')) == 'proc'
    assert file_system(Path('/dev/shm')) == 'tmpfs'


def test_old_kernels_do_not_tell_when_a_whole_flush_fails(tmp_path, watched, monkeypatch):
    class Named:
        release = '5.4.0-generic'

    monkeypatch.setattr(os, 'uname', Named)
    monkeypatch.setattr(flush, '_WHOLE', {file_system(tmp_path)})
    (tmp_path / 'a').write_bytes(b'one')

    flush_files(tmp_path, [tmp_path / 'a'])

    assert watched == [('sync', 'a')]

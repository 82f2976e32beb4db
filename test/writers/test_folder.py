"""A unit is in a folder whole or not at all."""

import pytest

from synth_ros.writers import folder
from synth_ros.writers.folder import Unit
from synth_ros.writers.storage import entry


def names(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob('*') if path.is_file())


def test_nothing_has_its_name_before_the_commit(tmp_path):
    unit = Unit(tmp_path, 'one')
    unit.add({'b/2.txt': b'two', 'a/1.txt': b'one'})
    unit.add({'c.txt': b'three'})
    assert not [name for name in names(tmp_path) if not name.startswith('.partial/')]
    assert unit.entries == [
        entry('a/1.txt', b'one'),
        entry('b/2.txt', b'two'),
        entry('c.txt', b'three'),
    ]
    unit.commit('marker', b'done')
    assert names(tmp_path) == ['a/1.txt', 'b/2.txt', 'c.txt', 'marker']
    assert (tmp_path / 'b/2.txt').read_bytes() == b'two'


def test_files_with_the_same_bytes_are_described_alike(tmp_path):
    unit = Unit(tmp_path, 'one')
    same = b'an image that two formats hold'
    unit.add({'coco/1.png': same, 'other': b'other', 'yolo/1.png': same})
    assert unit.entries == [
        entry('coco/1.png', same),
        entry('other', b'other'),
        entry('yolo/1.png', same),
    ]


def test_a_discarded_unit_leaves_nothing(tmp_path):
    unit = Unit(tmp_path, 'one')
    unit.add({'a': b'one'})
    unit.discard()
    assert names(tmp_path) == []
    assert unit.entries == []


def test_what_a_stopped_run_left_is_not_taken_over(tmp_path):
    Unit(tmp_path, 'one').add({'a': b'old', 'b': b'old'})
    unit = Unit(tmp_path, 'one')
    unit.add({'a': b'new'})
    unit.commit('marker', b'')
    assert names(tmp_path) == ['a', 'marker']
    assert (tmp_path / 'a').read_bytes() == b'new'


def test_a_failed_addition_adds_nothing(tmp_path, monkeypatch):
    unit = Unit(tmp_path, 'one')
    unit.add({'a': b'one'})
    write = folder.write_file

    def fail_on_three(path, data):
        if data == b'three':
            path.write_bytes(b'th')
            raise OSError(28, 'disk full')
        write(path, data)

    monkeypatch.setattr(folder, 'write_file', fail_on_three)
    with pytest.raises(OSError, match='disk full'):
        unit.add({'b': b'two', 'c': b'three'})
    unit.commit('marker', b'')
    assert names(tmp_path) == ['a', 'marker']


def test_a_failed_commit_announces_nothing(tmp_path):
    (tmp_path / 'a').write_text('a file where a folder must be')
    unit = Unit(tmp_path, 'one')
    unit.add({'a/1': b'one'})
    with pytest.raises(OSError, match='a'):
        unit.commit('marker', b'')
    assert names(tmp_path) == ['a']

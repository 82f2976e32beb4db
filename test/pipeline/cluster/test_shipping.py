"""A folder arrives as it was."""

import os

import pytest
from cluster_processes import files

from synth_ros.errors import UsageError
from synth_ros.pipeline.cluster import shipping
from synth_ros.pipeline.cluster.shipping import packed, unpacked


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / 'config'
    for name in ('config.yaml', 'meshes/a/b.obj', '.git/objects', 'meshes/.cache', 'out/big'):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(os.urandom(1000))
    return root


def test_a_folder_arrives_whole_but_for_output_and_hidden_files(folder, tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    shipped = packed(folder, but=folder / 'out')
    there = unpacked(shipped.data, shipped.sha256)
    expected = files(folder)
    assert files(there) == {name: expected[name] for name in ('config.yaml', 'meshes/a/b.obj')}
    assert unpacked(shipped.data, shipped.sha256) == there
    assert [path for path in there.parent.iterdir() if path != there] == []


def test_the_same_folder_gives_the_same_archive(folder):
    first = packed(folder, but=None)
    os.utime(folder / 'config.yaml', (1, 1))
    assert packed(folder, but=None) == first


def test_a_large_folder_is_refused(folder, monkeypatch):
    monkeypatch.setattr(shipping, 'MOST_BYTES', 1500)
    with pytest.raises(UsageError, match=r'config holds more than 0 MB.*leave out --ship'):
        packed(folder, but=None)

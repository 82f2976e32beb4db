"""A full or read-only disk ends a run with a clear error and loses nothing that was promised."""

import json

import pytest
from processes import run_on_small_disk, run_script
from sample_factory import INFO, PLAIN

from synth_ros.errors import OutputError
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.coco import CocoWriter

DATASET = """
import json, sys
from pathlib import Path
from sample_factory import *
from synth_ros.errors import OutputError
from synth_ros.writers.coco import CocoWriter
root = Path(sys.argv[1]) / 'dataset'
error = None
try:
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(1000):
            writer.write_episode(episode, make_episode(episode))
except OutputError as caught:
    error = str(caught)
markers = sorted(p.stem for p in (root / 'episodes').glob('*.json'))
index = (root / 'annotations.json').exists()
staging = (root / '.partial').exists()
for old in sorted((root / 'images').glob('00000[0-3]_*')):
    old.unlink()
with CocoWriter(root, INFO, PLAIN, resume=True) as writer:
    committed = sorted(writer.committed_episodes())
count = len(json.loads((root / 'annotations.json').read_text())['images'])
print(json.dumps([error, markers, index, staging, committed, count]))
"""


def test_a_dataset_on_a_full_disk(tmp_path):
    told = run_on_small_disk(DATASET, tmp_path, size_kib=1500)
    error, markers, index, staging, committed, count = json.loads(told)
    assert 'the disk is full' in error
    assert '--resume' in error
    assert len(markers) > 5
    assert not index
    assert not staging
    # The test freed space by taking images of four episodes, which count as damaged.
    assert [f'{episode:06d}' for episode in committed] == markers[4:]
    assert count == 4 * len(committed)


BAG = """
import json, sys
from pathlib import Path
from bag_factory import *
from synth_ros.errors import OutputError
from synth_ros.writers.bag_recovery import recover_bag
from mcap.reader import make_reader
bag = Path(sys.argv[1]) / 'bag'
error = None
try:
    with BagWriter(bag, chunk_bytes=30000, compression='none') as writer:
        record(writer, 100000)
except OutputError as caught:
    error = str(caught)
complete = recover_bag(bag).was_complete
with (bag / 'bag_0.mcap').open('rb') as file:
    found = sum(1 for _ in make_reader(file, validate_crcs=True).iter_messages())
print(json.dumps([error, complete, found, sum(writer.counts.values()), writer.dropped]))
"""


def test_a_bag_on_a_full_disk_is_closed_and_valid(tmp_path):
    told = run_on_small_disk(BAG, tmp_path, size_kib=3000)
    error, complete, found, counted, dropped = json.loads(told)
    assert 'the disk is full' in error
    assert f'closed with {counted} messages' in error
    assert f'{dropped} messages that waited in memory are lost' in error
    assert complete
    assert found == counted > 500
    assert 0 < dropped < 50


TINY = """
import sys
from pathlib import Path
from bag_factory import *
from synth_ros.errors import OutputError
bag = Path(sys.argv[1]) / 'bag'
try:
    BagWriter(bag)
except OutputError as error:
    print(error, bag.exists())
"""


def test_a_bag_that_cannot_begin_leaves_no_folder(tmp_path):
    told = run_on_small_disk(TINY, tmp_path, size_kib=600)
    assert 'the disk is full' in told
    assert told.endswith('Nothing was recorded. False\n')


LIMITED = """
import resource, sys
from pathlib import Path
from sample_factory import *
from synth_ros.errors import OutputError
from synth_ros.writers.coco import CocoWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))
try:
    with CocoWriter(Path(sys.argv[1]), INFO, PLAIN) as writer:
        writer.write_episode(0, make_episode(0, views=1, size=(48, 36)))
        writer.write_episode(1, make_episode(1, size=(160, 120)))
except OutputError as error:
    print(error)
"""


def test_a_file_size_limit_keeps_earlier_episodes(tmp_path):
    told = run_script(LIMITED, tmp_path)
    assert 'exceed the allowed file size' in told
    assert not list((tmp_path / 'images').glob('000001*'))
    with CocoWriter(tmp_path, INFO, PLAIN, resume=True) as writer:
        assert writer.committed_episodes() == {0}


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OutputError, match=r'Cannot write .*file.*Nothing was written'):
        CocoWriter(tmp_path / 'file' / 'dataset', INFO, PLAIN)
    with pytest.raises(OutputError, match=r'Cannot write .*Nothing was recorded'):
        BagWriter(tmp_path / 'file' / 'bag')


READ_ONLY = """
import sys
from pathlib import Path
from sample_factory import *
from synth_ros.errors import OutputError
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.coco import CocoWriter
for make in (lambda p: CocoWriter(p / 'd', INFO, PLAIN), lambda p: BagWriter(p / 'b')):
    try:
        make(Path('/proc/sys'))
    except OutputError as error:
        print(error)
"""


def test_a_folder_that_takes_no_files_is_named():
    told = run_script(READ_ONLY)
    lines = told.splitlines()
    assert len(lines) == 2
    assert all(line.startswith('Cannot write /proc/sys') for line in lines)

"""One real recording with every annotation, saved once, that all tests here read."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / 'audit'))
sys.path.insert(0, str(Path(__file__).parents[1] / 'writers'))

from audit_subjects import CONFIG, make
from rrd_contents import Contents, save

from synth_ros.readers.open_recording import open_recording
from synth_ros.view.selection import Selection, instants_of


@pytest.fixture(scope='session')
def dataset(tmp_path_factory):
    """Two episodes in motion, two cameras, every annotation."""
    folder = tmp_path_factory.mktemp('viewed')
    return make(folder, f'{CONFIG}labels: {{everything: true}}\n').dataset


@pytest.fixture(scope='session')
def recording(dataset):
    return open_recording(dataset)


@pytest.fixture(scope='session')
def instants(recording):
    return instants_of(recording, Selection())


@pytest.fixture(scope='session')
def rrd(recording, instants, tmp_path_factory):
    """The file that ``synth-ros view --save`` writes."""
    return save(recording, tmp_path_factory.mktemp('saved') / 'dataset.rrd')


@pytest.fixture(scope='session')
def saved(rrd):
    """What is in that file."""
    return Contents(rrd)


@pytest.fixture(scope='session')
def frames(recording, instants):
    """Every frame with the number of its instant."""
    return [(instant.number, recording.read(key)) for instant in instants for key in instant.keys]

"""Honest recordings, made once, that tests copy and plant wrong labels into."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from audit_subjects import CONFIG, knowing, make
from planting import Planted


@pytest.fixture(scope='session')
def honest(tmp_path_factory):
    """A dataset with every annotation."""
    return make(tmp_path_factory.mktemp('honest'), f'{CONFIG}labels: {{everything: true}}\n')


@pytest.fixture(scope='session')
def plain(tmp_path_factory):
    """A dataset with the default labels."""
    return make(tmp_path_factory.mktemp('plain'), CONFIG)


@pytest.fixture(scope='session')
def oracle(honest):
    """What the config of the honest dataset knows."""
    with knowing(honest.config) as found:
        yield found


@pytest.fixture(scope='session')
def plain_oracle(plain):
    """What the config of the dataset with default labels knows."""
    with knowing(plain.config) as found:
        yield found


@pytest.fixture
def copy(tmp_path):
    """Copies a dataset to plant something in it."""

    def copied(dataset):
        return Path(shutil.copytree(dataset, tmp_path / 'planted'))

    return copied


@pytest.fixture
def planted(honest, copy):
    """A copy of the honest dataset to plant something in."""
    return Planted(copy(honest.dataset))

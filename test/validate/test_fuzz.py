"""Whatever the bytes: findings or a message, never another exception."""

import shutil
import warnings

import numpy as np
import pytest
from mutations import mutate
from small_datasets import BUILDERS

from synth_ros.errors import UsageError
from synth_ros.readers.plain.open import KINDS, open_plain
from synth_ros.validate.base import Options
from synth_ros.validate.detect import detect
from synth_ros.validate.run import validate

ROUNDS = 12
FOREIGN = sorted(
    name for name, (_, kind) in BUILDERS.items() if kind in KINDS and kind not in {'ours', 'bag'}
)


@pytest.fixture(scope='module')
def valid(tmp_path_factory):
    """A valid dataset of each kind, made once."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name) / 'data'
            BUILDERS[name][0](made[name])
        return made[name]

    return get


def mutants(source, folder, rounds):
    """Copies of a dataset, each changed in one to three places."""
    for seed in range(rounds):
        root = folder / f'{seed}'
        shutil.copytree(source, root)
        rng = np.random.default_rng(seed)
        what = [mutate(root, rng) for _ in range(1 + seed % 3)]
        yield root, what, seed
        shutil.rmtree(root)


def look(root, kind, *, fast):
    """Check a mutant as the command does."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            detect(root)
        except UsageError as error:
            if 'Looked for' not in str(error):
                raise
        return validate(root, kind=kind, options=Options(fast=fast))


@pytest.mark.parametrize('name', BUILDERS)
def test_damage_is_told_and_never_a_traceback(valid, tmp_path, name):
    kind = BUILDERS[name][1]
    found = 0
    for root, what, seed in mutants(valid(name), tmp_path, ROUNDS):
        try:
            result = look(root, kind, fast=seed % 4 == 0)
        except UsageError:
            continue
        except Exception as error:
            raise AssertionError(what) from error
        found += result.errors > 0
    # A flipped pixel of a JPEG or a photo for a photo are beyond anyone.
    assert found >= ROUNDS // 3


@pytest.mark.slow
@pytest.mark.parametrize('name', BUILDERS)
def test_much_damage_is_told(valid, tmp_path, name):
    for root, what, seed in mutants(valid(name), tmp_path, 20 * ROUNDS):
        try:
            look(root, BUILDERS[name][1], fast=seed % 4 == 0)
        except UsageError:
            continue
        except Exception as error:
            raise AssertionError(what) from error


@pytest.mark.parametrize('name', FOREIGN)
def test_readers_give_images_or_a_message(valid, tmp_path, name):
    for root, what, _ in mutants(valid(name), tmp_path, ROUNDS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                dataset = open_plain(root)
                for image in dataset:
                    dataset.read_rgb(image)
                    dataset.masks(image)
        except UsageError as error:
            if str(root) not in str(error):
                raise
        except Exception as error:
            raise AssertionError(what) from error

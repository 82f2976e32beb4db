"""The commands merge, split and subset: what they say, and how they end."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synth_ros.pipeline.where import NUMBERS, TEXTS

sys.path.insert(0, str(Path(__file__).parents[1] / 'writers'))

from full_factory import FULL, full_episode
from sample_factory import PLAIN

from synth_ros.writers.coco import CocoWriter

TEXT = (Path(__file__).parents[2] / 'docs/curate.md').read_text()


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('curate')
    for name, seed in (('kitchen', 1), ('shelf', 2)):
        with CocoWriter(folder / name, FULL._replace(seed=seed), PLAIN) as writer:
            for episode in range(2):
                writer.write_episode(episode, full_episode(episode, views=1))
    return folder


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', *arguments],
        cwd=folder,
        env={**os.environ, 'COLUMNS': '200', 'NO_COLOR': '1'},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_one_after_the_other(folder):
    made = run(folder, 'merge', 'kitchen', 'shelf', '--out', 'both')
    assert made.returncode == 0, made.stderr
    assert '8 frames in 4 episodes: both' in made.stderr
    made = run(folder, 'split', 'both', '--shares', 'train=0.5,val=0.5', '--seed', '3')
    assert made.returncode == 0, made.stderr
    assert re.search(r'mug: episodes\W+2 \(50%\)\W+2 \(50%\)', made.stdout)
    assert 'Written: both/splits.json' in made.stdout
    again = run(folder, 'split', 'both', '--shares', 'train=1', '--shares', 'val=1')
    assert again.returncode == 1
    assert 'Give --replace' in again.stderr
    condition = 'split == train and class in {mug}'
    made = run(
        folder, 'subset', 'both', '--where', condition, '--out', 'some', '--keep', 'objects'
    )
    assert made.returncode == 0, made.stderr
    assert re.search(
        r'\d of 8 frames, in 2 episodes, with \d+ labelled objects: some', made.stderr
    )
    assert 'objects are seen in these frames and have no label any more' in made.stderr


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['merge', 'kitchen', '--out', 'x'], 'Give two datasets or more to merge'),
        (['merge', 'kitchen', 'shelf', '--out', 'x', '--container', 'zip'], "No container 'zip'"),
        (['split', 'kitchen', '--shares', 'train=-1'], '--shares train=-1: expected a name and'),
        (['split', 'kitchen', '--shares', 'a=1,a=2'], '--shares: a is given twice'),
        (['split', 'nowhere', '--shares', 'a=1'], 'There is no folder nowhere'),
        (['subset', 'kitchen', '--out', 'x', '--keep', 'all'], "No --keep 'all'"),
        (
            ['subset', 'kitchen', '--out', 'x', '--where', 'class in {mgu, box}'],
            'Available: box, drill, mug.\n  class in {mgu, box}\n            ^',
        ),
    ],
)
def test_mistakes_end_with_a_message_and_nothing_is_written(folder, arguments, words):
    made = run(folder, *arguments)
    assert made.returncode == 2
    assert words in made.stderr
    assert 'Traceback' not in made.stderr
    assert not (folder / 'x').exists()


def test_every_field_is_described():
    table = TEXT.split('\n### Conditions\n')[1].split('\n\nNumbers')[0]
    names = [
        name
        for cell in re.findall(r'^\| (`.*?`) \|', table, re.MULTILINE)
        for name in re.findall(r'`(\w+)`', cell)
    ]
    assert sorted(names) == sorted([*TEXTS, *NUMBERS])


def test_commands_in_the_documentation_have_these_options():
    for line in re.findall(r'^synth-ros (\w+ .*)$', TEXT, re.MULTILINE):
        verb, *words = line.split()
        shown = run(Path.cwd(), verb, '--help').stdout
        assert all(word in shown for word in words if word.startswith('--')), line

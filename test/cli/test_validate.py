"""The command ``validate``: what it says, its exit codes, its JSON."""

import json
import os
import subprocess
import sys

import pytest
from edits import cut, edit, put
from small_datasets import BUILDERS, coco, kitti, yolo

from synth_ros.cli.validate import _FORMATS
from synth_ros.validate.registry import FORMATS


def run(*arguments, cwd):
    """Run the command as a user does; returns code, standard output and error output."""
    done = subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', 'validate', *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, 'COLUMNS': '200'},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 'Traceback' not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_help_names_all_formats():
    assert _FORMATS.split(', ') == list(FORMATS)


def test_a_valid_dataset(tmp_path):
    kitti(tmp_path / 'data')
    code, out, err = run('data', cwd=tmp_path)
    assert code == 0, err
    assert out.splitlines() == [
        'KITTI: data',
        'taken for kitti: training/label_2/ is there',
        '2 images, 1 object, 1 DontCare region',
        'splits: train 2',
        '1 class: Car 1',
        '',
        'Valid: no errors, no warnings.',
    ]


def test_broken_rules_are_shown_counted_and_explained(tmp_path):
    yolo(tmp_path / 'data')
    rows = '\n'.join(f'1 0.5 0.5 0.1 1.{number}' for number in range(7))
    (tmp_path / 'data/labels/train/a.txt').write_text(rows)
    code, out, _ = run('data', '--first', 2, cwd=tmp_path)
    assert code == 1
    assert 'error yolo.range, 6 times: coordinates are shares of the image' in out
    assert 'labels/train/a.txt, line 2: 1.1 is no share of the image' in out
    assert 'line 4' not in out
    assert 'and 4 more' in out
    assert 'To mend: Divide x by the width' in out
    assert out.rstrip().endswith('6 errors, no warnings.')


def test_warnings_alone_are_no_failure(tmp_path):
    coco(tmp_path / 'data')
    edit(tmp_path / 'data/annotations/instances_val.json', put('annotations', 0, 'id', value=0))
    code, out, _ = run('data', cwd=tmp_path)
    assert code == 0
    assert 'warning coco.id-zero, once' in out
    assert 'Valid: no errors, 1 warning.' in out


def test_fast_looks_at_no_pixels_and_says_so(tmp_path):
    coco(tmp_path / 'data')
    cut(tmp_path / 'data/images/val/a.png')
    code, out, _ = run('data', '--fast', cwd=tmp_path)
    assert code == 0
    assert 'no pixels decoded' in out
    code, out, _ = run('data', cwd=tmp_path)
    assert code == 1
    assert 'images/val/a.png: it cannot be decoded' in out


def test_json(tmp_path):
    coco(tmp_path / 'data')
    cut(tmp_path / 'data/images/val/a.png')
    code, _, _ = run('data', '--json', 'found.json', '--jobs', 2, cwd=tmp_path)
    assert code == 1
    found = json.loads((tmp_path / 'found.json').read_text())
    assert found['format'] == 'synth_ros validation 1'
    assert (found['kind'], found['errors'], found['images']) == ('coco', 1, 4)
    assert found['classes'] == {'crowd': 2, 'mug': 2}
    (rule,) = found['rules']
    assert (rule['rule'], rule['count']) == ('image.damaged', 1)
    assert rule['examples'][0]['file'] == 'images/val/a.png'
    code, _, err = run('data', '--json', 'no/such/found.json', cwd=tmp_path)
    assert code == 1
    assert 'error: Cannot write no/such/found.json' in err


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['nowhere'], 'There is no folder nowhere.'),
        (['empty'], 'empty is of no format that synth-ros knows. Looked for:'),
        (['empty', '--format', 'cocoa'], "No format 'cocoa'. Did you mean 'coco'?"),
    ],
)
def test_what_cannot_be_checked(tmp_path, arguments, words):
    (tmp_path / 'empty').mkdir()
    code, _, err = run(*arguments, cwd=tmp_path)
    assert code == 2
    assert words in err


def test_the_same_findings_whatever_the_number_of_threads(tmp_path):
    BUILDERS['coco'][0](tmp_path / 'data')
    for name in ('train/a.png', 'train/b.png', 'val/a.png', 'val/b.png'):
        cut(tmp_path / 'data/images' / name)
    told = [run('data', '--jobs', jobs, cwd=tmp_path)[1] for jobs in (1, 4)]
    assert told[0] == told[1]
    assert 'image.damaged, 4 times' in told[0]

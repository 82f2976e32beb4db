"""``synth-ros view``: what it writes, what it refuses, and what it does without a screen."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import typer
from PIL import Image
from rerun.chunk import RrdReader
from typer.testing import CliRunner

from synth_ros.cli.view import view
from synth_ros.errors import NotFoundError, OutputError, UsageError
from synth_ros.writers.coco import CocoWriter

sys.path.insert(0, str(Path(__file__).parents[1] / 'writers'))

from sample_factory import INFO, PLAIN, make_episode


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """Two episodes on a machine without a screen."""
    monkeypatch.delenv('DISPLAY', raising=False)
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    root = tmp_path / 'discs'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in (0, 1):
            writer.write_episode(episode, make_episode(episode))
    return root


def invoke(*words):
    app = typer.Typer()
    app.command()(view)
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return ' '.join(result.stderr.split())


def frames_in(path):
    """Numbers of the instants of which a file has colour images."""
    return sorted(
        {
            frame
            for chunk in RrdReader(path).stream()
            if chunk.entity_path.endswith('/rgb')
            for frame in chunk.to_record_batch().column('frame').to_pylist()
        }
    )


def test_save_writes_what_is_chosen_and_says_how_to_look_at_it(dataset, tmp_path):
    path = tmp_path / 'discs.rrd'
    said = invoke(dataset, '--save', path, '--camera', 'wrist', '--frames', '1:')
    assert frames_in(path) == [1, 3]
    cameras = {c.entity_path.split('/')[3] for c in RrdReader(path).stream() if 'rgb' in str(c)}
    assert cameras == {'wrist'}
    assert f'rerun {path}' in said
    assert '2/2' in said
    invoke(dataset, '-s', path, '-f', '-e', 1, '--every', 2)
    assert frames_in(path) == [2]
    invoke(dataset, '-s', path, '-f', '--max-frames', 3)
    assert frames_in(path) == [0, 1, 2]
    assert sorted(p.name for p in tmp_path.iterdir()) == ['discs', 'discs.rrd']


def test_nothing_is_replaced_unasked(dataset, tmp_path):
    path = tmp_path / 'discs.rrd'
    path.write_bytes(b'precious')
    with pytest.raises(OutputError, match=r'discs\.rrd is there already.*--force'):
        invoke(dataset, '--save', path)
    assert path.read_bytes() == b'precious'
    sheet = tmp_path / 'discs_view.png'
    sheet.write_bytes(b'precious')
    with pytest.raises(OutputError, match=r'discs_view\.png is there already.*--force'):
        invoke(dataset)
    assert sheet.read_bytes() == b'precious'


def test_without_a_screen_a_contact_sheet_is_drawn(dataset):
    said = invoke(dataset, '--camera', 'head')
    path = dataset.with_name('discs_view.png')
    assert 'No display here (DISPLAY and WAYLAND_DISPLAY are not set)' in said
    assert 'Contact sheet of 4 of 4 frames' in said
    assert '--save FILE.rrd' in said
    assert '--serve' in said
    with Image.open(path) as image:
        assert image.format == 'PNG'
        assert image.width > 4 * 480
    assert sorted(p.name for p in path.parent.iterdir()) == ['discs', 'discs_view.png']


def test_a_sheet_can_be_asked_for(dataset, tmp_path, monkeypatch):
    monkeypatch.setenv('DISPLAY', ':0')
    path = tmp_path / 'mine.png'
    assert 'No display' not in invoke(dataset, '--sheet', path)
    with Image.open(path) as image:
        rows = image.height
    invoke(dataset, '--sheet', path, '--force', '--episode', 0, '--max-frames', 1)
    with Image.open(path) as image:
        assert image.height < rows / 2


def test_without_the_library_the_error_says_how_to_get_it(dataset, tmp_path, monkeypatch):
    find_spec = importlib.util.find_spec

    def without(name, *rest):
        return None if name.startswith('rerun') else find_spec(name, *rest)

    monkeypatch.setattr(importlib.util, 'find_spec', without)
    with pytest.raises(UsageError, match=r"pip install 'synth_ros\[view\]'.*--sheet FILE\.png"):
        invoke(dataset, '--save', tmp_path / 'a.rrd')
    with pytest.raises(UsageError, match='The Rerun viewer is not installed'):
        invoke(dataset, '--serve')
    invoke(dataset)


def test_a_sheet_needs_no_rerun_and_errors_no_traceback(dataset):
    """In a process of its own, in which the library cannot be imported."""
    script = (
        'import sys\n'
        "sys.modules['rerun'] = sys.modules['rerun_bindings'] = None\n"
        f"sys.argv = ['synth-ros', 'view', {str(dataset)!r}, *sys.argv[1:]]\n"
        'from synth_ros.cli.main import main\n'
        'main()\n'
    )

    def run(*words):
        return subprocess.run(
            [sys.executable, '-c', script, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    assert run().returncode == 0
    assert dataset.with_name('discs_view.png').is_file()
    wrong = run('--camera', 'hed', '--sheet', str(dataset.with_name('b.png')))
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: No camera 'hed'")
    assert 'Traceback' not in wrong.stderr


@pytest.mark.parametrize(
    ('words', 'error', 'match'),
    [
        (['--camera', 'heat'], NotFoundError, r"No camera 'heat'.*Did you mean 'head'\?"),
        (['--episode', '5'], UsageError, r'No episode 5 .* 2 episodes, 0 to 1'),
        (['--frames', '5:2'], UsageError, r'is no span'),
        (['--frames', '2:'], UsageError, r'Nothing of .* at most 2 instants'),
        (['--save', 'a.rrd', '--serve'], UsageError, r'--save and --serve exclude each other'),
        (['--save', 'a.rdd'], UsageError, r'does not end in \.rrd\. Call it a\.rrd'),
        (['--sheet', 'a.jpg'], UsageError, r'does not end in \.png\. Call it a\.png'),
        (['--save', 'nowhere/a.rrd'], OutputError, r'nowhere is not a folder'),
        (['--save', '{folder}'], OutputError, r'is a folder\. Name a file'),
    ],
)
def test_wrong_options_are_told_and_nothing_is_written(
    dataset, tmp_path, monkeypatch, words, error, match
):
    (tmp_path / 'folder.rrd').mkdir()
    monkeypatch.chdir(tmp_path)
    words = [word.format(folder='folder.rrd') for word in words]
    with pytest.raises(error, match=match):
        invoke(dataset, *words)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['discs', 'folder.rrd']


def test_a_switched_off_library_is_told(dataset, tmp_path):
    done = subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', 'view', dataset, '-s', tmp_path / 'a.rrd'],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, 'RERUN': 'off'},
    )
    assert done.returncode == 2
    assert 'The environment variable RERUN=off switches the viewer off' in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ['discs']


def two_ports():
    """A free port before another free one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(('', 0))
            port = first.getsockname()[1]
            try:
                second.bind(('', port + 1))
            except OSError:
                continue
            return port


def test_serve_offers_a_page_until_it_is_interrupted(dataset):
    port = two_ports()
    # Whoever runs the tests in the background has switched interrupts off.
    script = (
        'import signal\n'
        'signal.signal(signal.SIGINT, signal.default_int_handler)\n'
        'from synth_ros.cli.main import main\n'
        'main()\n'
    )
    words = [sys.executable, '-c', script, 'view', dataset, '--serve']
    with subprocess.Popen([*words, '--port', str(port)], stderr=subprocess.PIPE, text=True) as it:
        said = ''
        for line in it.stderr:
            said += line
            if 'Everything is sent' in line:
                break
        assert f'Page: http://localhost:{port}/?url=rerun' in said
        assert f'ssh -L {port}:localhost:{port}' in said
        with urllib.request.urlopen(f'http://localhost:{port}/', timeout=20) as page:
            assert b'Rerun' in page.read()
        taken = subprocess.run(
            [*words, '--port', str(port)], capture_output=True, text=True, check=False, timeout=120
        )
        assert taken.returncode == 2
        assert f'error: Port {port} cannot be used (Address already in use)' in taken.stderr
        it.send_signal(signal.SIGINT)
        assert it.wait(timeout=30) == 0

"""The commands about finished data."""

import pytest
import typer
from bag_factory import make_bag, record
from sample_factory import INFO, PLAIN, make_episode
from typer.testing import CliRunner

from synth_ros.cli.recover import recover
from synth_ros.cli.report import report
from synth_ros.errors import OutputError, UsageError
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.coco import CocoWriter


def invoke(command, *args):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)


def test_report(tmp_path):
    with CocoWriter(tmp_path / 'dataset', INFO, PLAIN) as writer:
        writer.write_episode(0, make_episode(0))
    make_bag(tmp_path / 'bag', 3)
    result = invoke(report, tmp_path / 'dataset', '--bag', tmp_path / 'bag', '--frames', 2)
    assert result.exit_code == 0
    assert 'report.html' in result.stderr
    page = (tmp_path / 'report.html').read_text()
    assert page.count('<img') >= 2 * 4 + 2 * 3
    assert 'Every annotation' in page
    assert '/camera/color/image_raw' in page


def test_report_of_nothing_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match='There is no dataset folder'):
        invoke(report, tmp_path / 'dataset')


def test_recover(tmp_path):
    writer = BagWriter(tmp_path / 'bag')
    record(writer, 3, flush=True)
    writer.abort()
    result = invoke(recover, tmp_path / 'bag')
    assert result.exit_code == 0
    assert 'is valid now: 7 messages' in ' '.join(result.stderr.split())
    assert 'is valid already' in ' '.join(invoke(recover, tmp_path / 'bag').stderr.split())
    with pytest.raises(OutputError, match='is not a bag of synth_ros'):
        invoke(recover, tmp_path)

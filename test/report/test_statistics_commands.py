"""``synth-ros stats`` and ``synth-ros compare`` as a user calls them."""

import json

import numpy as np
import pytest
import typer
from sample_factory import INFO, PLAIN, make_episode
from typer.testing import CliRunner

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.cli.compare import compare
from synth_ros.cli.report import report
from synth_ros.cli.stats import stats
from synth_ros.errors import NotFoundError, OutputError, UsageError
from synth_ros.readers.open_recording import open_recording
from synth_ros.report.audit_html import write_audit
from synth_ros.report.comparison.records import ComparisonRecord
from synth_ros.report.statistics.records import StatsRecord
from synth_ros.writers.coco import CocoWriter


def invoke(command, *args, columns=120):
    app = typer.Typer()
    app.command()(command)
    environment = {'COLUMNS': str(columns)}
    return CliRunner().invoke(
        app, [str(arg) for arg in args], env=environment, catch_exceptions=False
    )


@pytest.fixture(scope='module')
def roots(tmp_path_factory):
    """Two datasets of the same scenes, the second half as bright."""
    folder = tmp_path_factory.mktemp('stats')
    for name, dim in (('day', 1.0), ('night', 0.4)):
        with CocoWriter(folder / name, INFO, PLAIN) as writer:
            for episode in range(12):
                samples = make_episode(episode, views=1)
                writer.write_episode(episode, [dimmed(sample, dim) for sample in samples])
    return folder / 'day', folder / 'night'


def dimmed(sample, share):
    fields = {name: getattr(sample, name) for name in type(sample).__dataclass_fields__}
    return type(sample)(**fields | {'rgb': (sample.rgb * np.float32(share)).astype(np.uint8)})


@pytest.mark.parametrize('columns', [80, 160])
def test_stats_tell_the_numbers(roots, tmp_path, columns):
    result = invoke(stats, roots[0], '--json', tmp_path / 's.json', columns=columns)
    assert result.exit_code == 0
    record = StatsRecord.model_validate_json((tmp_path / 's.json').read_bytes())
    told = ' '.join(result.stdout.split())
    assert f'day (dataset): {record.images} images of 12 scenes, 96x72' in told
    for row in record.classes:
        assert f'{row.name} {row.objects} {row.images}' in told
    for row in record.numbers:
        assert row.title.split()[0] in told
    assert 'rare' in told or 'Nothing that a training run' in told
    assert 's.json' in result.stderr


def test_stats_repeat_to_the_byte_whatever_the_threads(roots, tmp_path):
    for name, jobs in (('a', 1), ('b', 3)):
        invoke(stats, roots[0], '--json', tmp_path / name, '--jobs', jobs)
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()


def test_stats_without_pixels(roots, tmp_path):
    invoke(stats, roots[0], '--pixels', 0, '--json', tmp_path / 's.json')
    record = json.loads((tmp_path / 's.json').read_text())
    assert record['pixels_read'] == 0
    assert record['duplicates'] is None


def test_files_are_not_replaced_unless_asked_to_be(roots, tmp_path):
    there = tmp_path / 's.json'
    there.write_text('mine')
    with pytest.raises(OutputError, match=r's\.json exists already.*--force'):
        invoke(stats, roots[0], '--json', there)
    with pytest.raises(OutputError, match=r's\.json exists already.*--force'):
        invoke(compare, *roots, '--out', there)
    assert there.read_text() == 'mine'
    invoke(stats, roots[0], '--json', there, '--force', '--pixels', 0)
    assert json.loads(there.read_text())['name'] == 'day'


@pytest.mark.parametrize('place', ['nowhere/s.json', '.'])
def test_files_that_cannot_be_written_are_told_first(roots, tmp_path, place):
    with pytest.raises(OutputError, match='Cannot write'):
        invoke(stats, roots[0], '--json', tmp_path / place)


def test_no_dataset_is_told(tmp_path):
    for command, args in ((stats, ['x']), (report, ['x']), (compare, ['x', 'y'])):
        with pytest.raises(UsageError, match=r'There is no .*x'):
            invoke(command, *(tmp_path / arg for arg in args))


def test_compare_ranks_writes_and_judges(roots, tmp_path):
    page, numbers = tmp_path / 'c.html', tmp_path / 'c.json'
    result = invoke(compare, *roots, '--out', page, '--json', numbers, '--max-distance', 0.2)
    assert result.exit_code == 1
    assert 'Above --max-distance 0.2: ' in result.stderr
    assert 'brightness' in result.stderr.partition('Above')[2]
    record = ComparisonRecord.model_validate_json(numbers.read_bytes())
    assert record.rows[0].family == 'pixels'
    assert {row.divergence for row in record.rows if row.family == 'boxes'} == {0}
    assert 'Brightness' in result.stdout
    assert 'within chance' in result.stdout
    assert 'day against night' in page.read_text()


def test_compare_ends_well_without_a_limit_or_below_it(roots):
    assert invoke(compare, *roots).exit_code == 0
    assert invoke(compare, roots[0], roots[0], '--max-distance', 0).exit_code == 0


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['mug'], 'write NAME_IN_A=NAME_IN_B'),
        (['=mug'], 'write NAME_IN_A=NAME_IN_B'),
        (['mug=box', 'mug=drill'], 'names mug of A twice: as box and as drill'),
    ],
)
def test_maps_that_are_no_maps(roots, words, message):
    with pytest.raises(UsageError, match=message):
        invoke(compare, *roots, *(part for word in words for part in ('--map', word)))


def test_maps_of_classes_that_are_not_there(roots):
    with pytest.raises(NotFoundError, match=r"No class 'mgu' in .*Did you mean 'mug'\?"):
        invoke(compare, *roots, '--map', 'mgu=mug')


def test_the_report_of_a_dataset_shows_the_audit_beside_it(roots, tmp_path):
    recording = open_recording(roots[0])
    beside = roots[0].parent / 'day_audit'
    write_audit(audit(recording, AuditRequest(4)), recording, beside)
    invoke(report, roots[0], '--out', tmp_path / 'r.html', '--frames', 1, '--pixels', 0)
    page = (tmp_path / 'r.html').read_text()
    assert 'Worst audited frames' in page
    assert 'From an audit of 4 of 24 frames' in page
    invoke(report, roots[1], '--out', tmp_path / 'r.html', '--frames', 1, '--pixels', 0)
    assert 'Worst audited frames' not in (tmp_path / 'r.html').read_text()
    old = json.loads((beside / 'audit.json').read_text())
    (beside / 'audit.json').write_text(json.dumps(old | {'frames_total': 99}))
    invoke(report, roots[0], '--out', tmp_path / 'r.html', '--frames', 1, '--pixels', 0)
    assert 'It is of another state of the data' in (tmp_path / 'r.html').read_text()
    (beside / 'audit.json').write_text('{')
    with pytest.raises(UsageError, match=r'audit\.json is no result of an audit'):
        invoke(report, roots[0], '--out', tmp_path / 'r.html', '--pixels', 0)
    (beside / 'audit.json').unlink()


def test_the_report_audits_if_asked_to(roots, tmp_path):
    invoke(report, roots[0], '--out', tmp_path / 'r.html', '--frames', 1, '--audit')
    assert 'From an audit of 24 of 24 frames' in (tmp_path / 'r.html').read_text()

"""The files of an audit."""

import json
from pathlib import Path

import numpy as np
import pytest

from synth_ros.audit.measure import Finder
from synth_ros.audit.results import AuditRecord
from synth_ros.audit.run import AuditResult
from synth_ros.audit.tally import Tally
from synth_ros.errors import OutputError, UsageError
from synth_ros.readers.recording import FrameId, RecordedFrame
from synth_ros.report.audit_html import write_audit
from synth_ros.report.worst import mark


class OneFrame:
    """A recording of one grey frame with one square."""

    path = Path('recordings/one')
    kind = 'dataset'
    frames = (FrameId(0, 0, 'head', 0), FrameId(0, 1, 'head', 0))

    def read(self, key):
        if key.view == 1:
            raise UsageError('It is damaged.')
        ids = np.zeros((60, 80), np.int32)
        ids[20:40, 30:50] = 3
        return RecordedFrame(key, None, np.full((60, 80, 3), 90, np.uint8), None, ids, None)


def result(*measures, problems=()):
    tally = Tally()
    tally.add(measures)
    rows = tally.results(with_config=False)
    stems = ('000000_000_head', '000000_001_head')
    return AuditResult(
        path=OneFrame.path,
        kind='dataset',
        frames_total=2,
        frames=stems,
        seed=5,
        with_config=False,
        rows=rows,
        problems=problems,
        notes=('A note.',),
    )


BROKEN = Finder('000000_000_head').wrong(
    'mask.pixels', 7, subject='mug <3>', detail='seven & more', place=(30, 20, 50, 40)
)
NO_NUMBER = Finder('000000_001_head').errors('camera.tf', np.inf, detail='no chain')
FINE = Finder('000000_000_head').errors('pose.roads', [0.001, 0.002], subject='mug')


def test_json_says_what_was_found(tmp_path):
    written = write_audit(result(BROKEN, NO_NUMBER, FINE), OneFrame(), tmp_path / 'out')
    record = AuditRecord.model_validate_json(written.json.read_text())
    rows = {row.name: row for row in record.rows}
    assert not record.fine
    assert rows['mask.pixels'].status == 'broken'
    assert rows['mask.pixels'].findings[0].frame == '000000_000_head'
    assert rows['mask.pixels'].findings[0].place == (30, 20, 50, 40)
    assert rows['camera.tf'].worst.error is None
    assert rows['pose.roads'].status == 'fine'
    assert rows['pose.roads'].count == 2
    assert rows['rays.ids'].status == 'needs --config'
    assert 'Infinity' not in written.json.read_text()


def test_page_names_what_is_broken_and_shows_it(tmp_path):
    page = write_audit(result(BROKEN, NO_NUMBER, FINE), OneFrame(), tmp_path).html.read_text()
    assert '2 of 3 checks found a broken bound' in page
    assert 'mug &lt;3&gt;' in page
    assert 'seven &amp; more' in page
    assert 'A note.' in page
    assert page.count('data:image/jpeg') == 1  # the other frame cannot be read


def test_same_result_same_bytes(tmp_path):
    one = write_audit(result(BROKEN, FINE), OneFrame(), tmp_path / 'one')
    two = write_audit(result(BROKEN, FINE), OneFrame(), tmp_path / 'two')
    assert one.html.read_bytes() == two.html.read_bytes()
    assert one.json.read_bytes() == two.json.read_bytes()


def test_problems_of_the_whole_are_told(tmp_path):
    found = result(FINE, problems=('Two images share an id.',))
    written = write_audit(found, OneFrame(), tmp_path)
    assert not json.loads(written.json.read_text())['fine']
    assert 'Two images share an id.' in written.html.read_text()


def test_place_is_marked():
    picture = mark(OneFrame().read(OneFrame.frames[0]), (30, 20, 50, 40))
    plain = mark(OneFrame().read(OneFrame.frames[0]), None)
    v, u = np.nonzero((picture != plain).any(axis=2))
    scale = 560 / 80
    assert abs(u.min() - 30 * scale) < 6
    assert abs(u.max() - 50 * scale) < 6
    assert abs(v.min() - 20 * scale) < 6
    assert abs(v.max() - 40 * scale) < 6


def test_place_beside_the_image():
    frame = OneFrame().read(OneFrame.frames[0])
    assert (mark(frame, (-40, -30, -10, -5)) == mark(frame, None)).all()


def test_a_file_in_the_way(tmp_path):
    (tmp_path / 'out').write_text('')
    with pytest.raises(OutputError, match='Cannot write into'):
        write_audit(result(FINE), OneFrame(), tmp_path / 'out')

"""An audit as a whole: draws, order, determinism, damaged recordings."""

import pytest
from planting import Planted

from synth_ros.audit.run import AuditRequest, audit, draw
from synth_ros.errors import UsageError
from synth_ros.readers.recording import FrameId
from synth_ros.readers.recording_dataset import DatasetRecording

FRAMES = [FrameId(k // 4, k % 4, 'head', k // 4) for k in range(40)]


def test_draws_one_frame_of_each_stretch():
    for seed in range(5):
        drawn = draw(FRAMES, AuditRequest(frames=8, seed=seed))
        assert [FRAMES.index(key) // 5 for key in drawn] == list(range(8))
    assert draw(FRAMES, AuditRequest(frames=8)) == draw(FRAMES, AuditRequest(frames=8))


@pytest.mark.parametrize('frames', [None, 40, 100])
def test_takes_all_frames_if_there_are_no_more(frames):
    assert draw(FRAMES, AuditRequest(frames=frames)) == FRAMES


def test_same_request_same_result(plain):
    results = [audit(DatasetRecording(plain.dataset), AuditRequest(4, seed=2)) for _ in range(2)]
    one, two = (
        [(row.name, row.status, row.worst and row.worst.worst, row.median) for row in r.rows]
        for r in results
    )
    assert one == two
    assert len(results[0].frames) == 4


def test_reports_progress(plain):
    seen = []
    recording = DatasetRecording(plain.dataset)
    audit(recording, AuditRequest(3), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_index_that_contradicts_itself(plain, copy):
    planted = Planted(copy(plain.dataset))
    planted.index['annotations'][1]['id'] = planted.index['annotations'][0]['id']
    planted.index['annotations'][2]['category_id'] = 77
    planted.save()
    result = audit(DatasetRecording(planted.root), AuditRequest(1))
    assert not result.fine
    assert 'annotations.json: two annotations share the id 1.' in result.problems
    assert any('is of no class (77)' in problem for problem in result.problems)


def test_needs_a_frame(plain, copy):
    planted = Planted(copy(plain.dataset))
    planted.index['images'] = []
    planted.index['annotations'] = []
    planted.save()
    with pytest.raises(UsageError, match=r'no frame in .*: nothing to audit'):
        audit(DatasetRecording(planted.root), AuditRequest())

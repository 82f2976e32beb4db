"""Numbers of messages prove what was lost, and say when they prove nothing."""

import pytest

from synth_ros.ros.loss import Ends, SequenceCounter, summary


def count(numbers, *, senders=((b'a',),)):
    counter = SequenceCounter('topic')
    for ids in senders:
        counter.see_publishers(ids)
    for number in numbers:
        counter.count(number)
    return counter.report()


@pytest.mark.parametrize(
    ('numbers', 'senders', 'lost', 'before', 'restarts'),
    [
        ([], 1, 0, 0, 0),
        ([1, 2, 3], 1, 0, 0, 0),
        ([1, 2, 5, 6], 1, 2, 0, 0),
        ([1, 3, 5], 1, 2, 0, 0),
        ([7, 8, 9], 1, 0, 6, 0),
        ([7, 9], 1, 1, 6, 0),
        ([1, 2, 3, 1, 2], 2, 0, 0, 1),
        ([1, 2, 3, 3, 4], 2, 2, 0, 1),
        ([1, 1, 1], 3, 0, 0, 2),
        ([4, 5, 1, 4], 2, 2, 3, 1),
    ],
)
def test_gaps_restarts_and_late_join(numbers, senders, lost, before, restarts):
    report = count(numbers, senders=[(bytes([k]),) for k in range(senders)])
    assert report.provable
    assert report.received == len(numbers)
    assert (report.lost, report.before, report.restarts) == (lost, before, restarts)
    assert report.complete == (lost == 0)


@pytest.mark.parametrize(
    'senders',
    [
        pytest.param([(b'a', b'b')], id='two at once'),
        pytest.param([(b'a',), (b'b',)], id='a second one that looks like a gap'),
    ],
)
def test_several_publishers_prove_nothing(senders):
    report = count([1, 2, 3, 9], senders=senders)
    assert not report.provable
    assert (report.received, report.lost, report.before, report.restarts) == (4, 0, 0, 0)


def test_no_numbers_prove_nothing():
    report = count([1, None, 5])
    assert not report.provable
    assert (report.received, report.lost) == (3, 0)


def test_doubt():
    counter = SequenceCounter('topic')
    counter.count(1)
    assert counter.report().provable
    counter.doubt()
    assert not counter.report().provable


def test_summary_of_a_clean_recording():
    text = summary([count([1, 2]), count([1])])
    assert text == '3 messages received on 2 topics; none lost on the way.'


def test_summary_names_losses_doubts_and_late_starts():
    text = summary([count([1, 4]), count([1, None]), count([6, 7])])
    assert 'LOST: topic (2)' in text
    assert 'not provable (several publishers or no numbers): topic' in text
    assert '5 were sent before recording began' in text


def test_what_came_while_stopped_was_not_asked_for():
    """A gap counts as lost unless both its neighbours were skipped."""
    counter = SequenceCounter('topic')
    for number, kept in ((1, True), (3, False), (6, False), (8, True), (9, True)):
        counter.count(number, kept=kept)
    report = counter.report()
    assert (report.received, report.skipped, report.lost, report.before) == (3, 2, 2, 0)
    counter.fetch(1)
    report = counter.report()
    assert (report.received, report.skipped) == (4, 1)
    assert '1 came while recording was stopped' in summary([report])


def heard(*messages):
    """Ends of two cameras after messages of a topic each at a stamp."""
    ends = Ends([{'color', 'depth', 'info'}, {'other'}])
    for topic, stamps in messages:
        for stamp in stamps:
            ends.see(topic, stamp)
    return ends


def test_what_is_missing_at_the_end_is_noticed():
    """No number comes after it, so it leaves no gap."""
    ends = heard(('info', range(40)), ('depth', range(39)), ('color', range(4)))
    assert [ends.silent(topic) for topic in ('info', 'depth', 'color')] == [0, 0, 35]
    # Never heard, of another camera, or of none.
    assert heard(('info', range(40))).silent('color') == 39
    assert (ends.silent('other'), ends.silent('/clock')) == (0, 0)


def test_late_and_rare_messages_are_not_missing():
    again = heard(('info', range(40)), ('color', [*range(30), *range(39, 29, -1)]))
    assert again.silent('color') == 0
    rare = heard(('info', range(40)), ('depth', range(0, 40, 7)))
    assert rare.silent('depth') == 0
    anew = heard(('info', [*range(20), *range(5)]), ('color', [*range(20), *range(5)]))
    assert anew.silent('color') == 0


def test_silence_is_said_and_no_proof():
    report = count([1, 2, 3])._replace(silent=7)
    assert not report.complete
    assert 'SILENT at the end (lost on the way, or switched off): topic (7 instants)' in summary(
        [report]
    )
    assert 'none lost' not in summary([report])
    assert 'none lost' in summary([count([1, 2, 3])])


def test_a_recorder_out_of_reach_misses_instants_though_a_camera_rests():
    """It counts as a subscriber as long as its lease lasts; then the camera numbers nothing."""
    out_of_reach, lease_over = range(30, 70), 40
    clock, camera = SequenceCounter('/clock'), SequenceCounter('/head/color/image_raw')
    sent = 0
    for instant in range(1, 101):
        if instant not in out_of_reach or instant < lease_over:
            sent += 1
        if instant not in out_of_reach:
            clock.count(instant)
            camera.count(sent)
    reports = [counter.report() for counter in (clock, camera)]
    assert [report.lost for report in reports] == [40, 10]
    assert not any(report.complete for report in reports)
    assert 'LOST: /clock (40), /head/color/image_raw (10)' in summary(reports)

"""The page of a recording says what somebody who trusts the bag has to know."""

import pytest
from html_page import Page

from synth_ros.errors import OutputError
from synth_ros.report.recording.html import PAGE, RECORD, notes, page, time_line, write
from synth_ros.report.recording.records import (
    BackPressure,
    DiskFigures,
    FileFigures,
    RecordingReport,
    StampFigures,
    TopicFigures,
)

STAMPS = StampFigures(
    period_s=0.05,
    regular=True,
    gaps=2,
    missing=3,
    longest_s=0.15,
    longest_at_s=3.1,
    backwards=0,
)


def topic(name, **changes):
    values = {
        'name': name,
        'type_name': 'sensor_msgs/msg/Image',
        'messages': 40,
        'size_bytes': 4_000_000,
        'lost': 0,
        'before': 0,
        'skipped': 0,
        'restarts': 0,
        'provable': True,
        'first_s': 0.0,
        'last_s': 2.0,
        'rate_hz': 19.5,
        'rate_low_hz': 19.0,
        'rate_high_hz': 20.0,
        'stamps': None,
        'line': (2,) * 20,
        'lost_at_s': (),
    }
    return TopicFigures(**{**values, **changes})


RECORD_OF_ALL = RecordingReport(
    bag='run <1>',
    duration_s=2.0,
    messages=160,
    lost=4,
    window_s=1.0,
    bin_s=0.1,
    topics=(
        topic('/fine'),
        topic('/lossy', lost=4, lost_at_s=(1.5,), before=2, silent=36),
        topic('/jumpy', stamps=STAMPS),
        topic('/crowded', provable=False, rate_low_hz=None),
    ),
    unrecorded={'/odom': 'Message type nav_msgs/msg/Odometry is not installed.'},
    never_published=('/never',),
    files=(FileFigures(name='run_0.mcap', size_bytes=1_500_000, messages=160),),
    back_pressure=BackPressure(
        held=3, held_s=0.5, longest_s=0.25, most_waiting_bytes=5_000_000, limit_bytes=1_000_000
    ),
    disk=DiskFigures(file_bytes=1_500_000, message_bytes=16_000_000, writing_s=0.4, not_written=7),
)


def test_the_page_says_all_of_it_and_loads_nothing():
    read = Page(page(RECORD_OF_ALL))
    assert read.links == []
    for words in (
        'run <1>',
        '160',
        '/lossy: 4 messages lost on the way.',
        '/lossy fell silent 36 instants before the end: lost on the way, or switched off.',
        '7 messages in memory could not be written',
        '/odom is not recorded: Message type nav_msgs/msg/Odometry is not installed.',
        'Never published: /never.',
        '/jumpy: 2 gaps between stamps, of 3 missing periods of 50 ms; the longest is 0.15 s',
        'it is not proven (several publishers, or no numbers): /crowded.',
        '40 MB/s',
        '3 instants were acknowledged late, because more than 1 MB waited',
        '2 sent before',
        'run_0.mcap',
    ):
        assert words in read.text, words


def test_a_clean_recording_has_nothing_to_note():
    clean = RECORD_OF_ALL.model_copy(
        update={
            'topics': (topic('/fine'),),
            'unrecorded': {},
            'never_published': (),
            'disk': RECORD_OF_ALL.disk.model_copy(update={'not_written': 0}),
        }
    )
    assert list(notes(clean)) == []
    assert 'What to know' not in page(clean)


def test_an_empty_recording_has_a_page():
    nothing = topic(
        '/none', messages=0, first_s=None, last_s=None, rate_hz=None, line=(), provable=False
    )
    empty = RECORD_OF_ALL.model_copy(update={'topics': (nothing,), 'duration_s': 0.0})
    assert '/none' in Page(page(empty)).text


def test_a_loss_is_marked_where_it_was_noticed():
    line = time_line(RECORD_OF_ALL.topics[1], RECORD_OF_ALL)
    assert 'viewBox="0 0 20 24"' in line
    assert '<rect class="lost" x="15.00"' in line
    long = topic('/long', line=(1,) * 500)
    assert 'viewBox="0 0 167 24"' in time_line(long, RECORD_OF_ALL)


def test_both_files_are_written_and_come_back(tmp_path):
    assert write(RECORD_OF_ALL, tmp_path) == tmp_path / PAGE
    text = (tmp_path / RECORD).read_text()
    assert RecordingReport.model_validate_json(text) == RECORD_OF_ALL
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((PAGE, RECORD))
    with pytest.raises(OutputError, match=r'Cannot write .*nowhere.*recording_report.json'):
        write(RECORD_OF_ALL, tmp_path / 'nowhere')

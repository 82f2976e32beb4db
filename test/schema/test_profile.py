"""The times of a run: the file holds what was measured, and the words name what is slow."""

import re
from pathlib import Path

import pytest

from synth_ros.schema.profile import (
    STEPS,
    TITLES,
    WAITED_FOR,
    WAITS,
    Profile,
    Spent,
    from_json,
    to_json,
)

STEADY = {'load': 0.5, 'submit': 2.0, 'pictures': 5.0, 'label': 20.0}


def profile(waits, steps=STEADY):
    return Profile(
        wall_s=10.0,
        workers=2,
        frames=100,
        steps={name: Spent(100, seconds, seconds / 100) for name, seconds in steps.items()},
        waits={name: Spent(10, seconds, seconds / 10) for name, seconds in waits.items()},
    )


def test_a_profile_comes_back_from_its_file():
    made = profile({'scene': 0.25, 'finish': 1 / 3})
    assert from_json(to_json(made)) == made


def test_every_step_and_wait_has_its_words():
    assert tuple(TITLES) == STEPS
    assert tuple(WAITED_FOR) == WAITS


@pytest.mark.parametrize('text', ['', '[]', '{"format": "other"}', '{"format": 1}'])
def test_another_file_is_refused(text):
    with pytest.raises(ValueError, match=r'not a synth_ros profile|Expecting value'):
        from_json(text)


def test_a_profile_with_a_part_missing_is_refused():
    text = to_json(profile({})).replace('"frames"', '"pictures"')
    with pytest.raises(ValueError, match=r"not a synth_ros profile 1: KeyError\('frames'\)"):
        from_json(text)


def test_the_docs_tell_what_each_step_is():
    page = (Path(__file__).parents[2] / 'docs' / 'pipeline.md').read_text(encoding='utf-8')
    assert re.findall(r'^\| (.*?) \|', page.partition('| step |')[2], re.MULTILINE)[:12] == list(
        TITLES.values()
    )


def test_shares_add_up_to_all_work():
    made = profile({'scene': 2.5})
    assert sum(made.share(step) for step in made.steps) == pytest.approx(1)
    assert made.per_frame_s('label') == pytest.approx(0.2)
    # Labels are made beside the drawing, which took 7.5 s.
    assert made.waited('scene') == pytest.approx(0.25)


@pytest.mark.parametrize(
    ('waits', 'words'),
    [
        ({'scene': 7.5, 'finish': 0.1}, ['50 %', 'next scene', '--views']),
        ({'scene': 0.1, 'finish': 7.5}, ['room', 'labels', 'encoding']),
        ({'task': 30.0}, ['80 %', 'more workers than work']),
        ({'scene': 0.5, 'finish': 0.5}, ['Drawing held', 'awaiting pictures', '--workers']),
        ({}, ['Drawing held', 'awaiting pictures']),
    ],
)
def test_the_bottleneck_is_named(waits, words):
    told = profile(waits).bottleneck
    for word in words:
        assert word in told


def test_a_run_that_made_nothing_has_a_profile():
    made = profile({}, steps={})._replace(frames=0, wall_s=0.0)
    assert made.bottleneck == 'Nothing was drawn.'
    assert profile({})._replace(frames=0).per_frame_s('label') == 0

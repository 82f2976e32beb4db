"""A running session is told what comes next, and its frames tell it on."""

import json

import pytest

from synth_ros.pipeline.live import LiveSession, ScenePlan
from synth_ros.pipeline.replay import Player, read_provenance
from synth_ros.pipeline.steering import BY_CONFIG, Steering, steering_of
from synth_ros.readers.recording import FrameId, RecordedFrame
from synth_ros.schema.convert import record_of

SCENARIOS = {
    'output:\n': """
scenarios:
  - name: balls
    change: {objects: {count: [1, 2]}}
  - name: crowd
    change: {objects: {count: [6, 6]}}
output:
"""
}


def provenance(frame):
    return json.loads(frame.samples[0].provenance_json)


def test_what_is_left_to_the_config_leaves_no_trace(open_config):
    assert BY_CONFIG.record() == {}
    assert steering_of(None) == BY_CONFIG
    assert 'steering' not in provenance(LiveSession(open_config()).advance())


def test_steering_survives_its_record():
    told = Steering(scenario='a', progress=0.25, rate_hz=5.0)
    assert steering_of(json.loads(json.dumps(told.record()))) == told


@pytest.mark.parametrize(('name', 'counts'), [('balls', {1, 2}), ('crowd', {6})])
def test_a_told_scenario(open_config, name, counts):
    stage = open_config(**SCENARIOS)
    session = LiveSession(stage, plan=ScenePlan(11, Steering(scenario=name)))
    for _ in range(3):
        assert session.current.sampled.scenario == name
        assert len(session.current.sampled.objects) in counts
        session.next_episode()
    assert provenance(session.advance())['steering'] == {'scenario': name}


def test_a_reset_keeps_the_plan_of_its_scene(open_config):
    session = LiveSession(open_config(**SCENARIOS), plan=ScenePlan(11, Steering('crowd')))
    session.plan = ScenePlan(12, Steering('balls'))
    session.restart()
    assert (session.current.sampled.scenario, session.current.stage.seed) == ('crowd', 11)
    session.next_episode()
    assert (session.current.sampled.scenario, session.current.stage.seed) == ('balls', 12)


def test_rates_and_periods_hold_from_the_next_scene_on(open_config):
    session = LiveSession(open_config())
    session.plan = ScenePlan(11, Steering(rate_hz=20.0), period_s=0.2)
    frames = [session.advance() for _ in range(7 + 4 + 2)]
    assert [frame.episode for frame in frames] == [0] * 7 + [1] * 4 + [2] * 2
    stamps = [round(frame.stamp_ns * 1e-6) for frame in frames]
    assert stamps == [*range(0, 700, 100), 700, 750, 800, 850, 900, 950]


@pytest.mark.parametrize('labels', ['', 'labels: {flow: true}\n'])
def test_it_may_stay_in_a_scene_and_leave_it_later(open_config, labels):
    stage = open_config(**{'render:': f'{labels}render:'})
    session = LiveSession(stage, stays=True)
    frames = [session.advance() for _ in range(12)]
    assert [frame.episode for frame in frames] == [0] * 12
    assert [frame.index for frame in frames] == list(range(12))
    session.stays = False
    after = [session.advance() for _ in range(6)]
    # One was ahead, where flow needs the frame after.
    left = 1 if labels else 0
    assert [frame.episode for frame in after] == [0] * left + [1] * (6 - left)
    stamps = [frame.stamp_ns for frame in (*frames, *after)]
    assert stamps == [k * 100_000_000 for k in range(18)]


def test_staying_changes_nothing_of_the_frames_before(open_config):
    lasting, whole = (LiveSession(open_config(), stays=stays) for stays in (True, False))
    for _ in range(7):
        for one, other in zip(lasting.advance().samples, whole.advance().samples, strict=True):
            assert one.rgb.tobytes() == other.rgb.tobytes()


def test_progress_as_told_is_that_of_an_episode(open_config):
    told = LiveSession(open_config(), plan=ScenePlan(11, Steering(progress=0.5)), first_episode=1)
    # Episode 1 of 3 is halfway.
    by_number = LiveSession(open_config(), first_episode=1)
    assert told.current.draws.progress == by_number.current.draws.progress == 0.5
    for one, other in zip(told.advance().samples, by_number.advance().samples, strict=True):
        assert one.rgb.tobytes() == other.rgb.tobytes()
    far = LiveSession(open_config(), plan=ScenePlan(11, Steering(progress=1.0)), first_episode=1)
    assert far.current.draws.progress == 1.0


def test_a_steered_frame_can_be_made_again(open_config):
    """From what its provenance says, by the program that audits recordings."""
    plan = ScenePlan(11, Steering('crowd', view_period_s=0.2, rate_hz=20.0))
    session = LiveSession(open_config(**SCENARIOS), first_episode=2, plan=plan, stays=True)
    samples = [session.advance().samples[0] for _ in range(5)]
    player = Player(open_config(**SCENARIOS))
    for sample in samples:
        made = read_provenance(recorded(sample))
        assert made.steering == plan.steering
        again = player.play(recorded(sample).key, made, camera='head')
        assert again is not None
        assert again.rgb.tobytes() == sample.rgb.tobytes()
    # What is played after it without steering is not affected.
    plain = LiveSession(open_config(**SCENARIOS), first_episode=2).advance().samples[0]
    again = player.play(recorded(plain).key, read_provenance(recorded(plain)), camera='head')
    assert again is not None
    assert again.rgb.tobytes() == plain.rgb.tobytes() != samples[0].rgb.tobytes()


def recorded(sample):
    """A frame as a recording has it, as far as provenance goes."""
    episode, view, camera = sample.key
    return RecordedFrame(
        FrameId(episode, view, camera, episode),
        record_of(sample),
        rgb=sample.rgb,
        depth_m=sample.depth_m,
        instance_id=None,
        class_id=None,
        provenance_json=sample.provenance_json,
    )

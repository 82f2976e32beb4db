"""Named targets in episodes: pure functions of the numbers, unrelated to each other, recorded."""

import colorsys
import json
from contextlib import closing

import numpy as np
import pytest

from synth_ros.config.load import load_config
from synth_ros.errors import ConfigError, PlacementError
from synth_ros.pipeline.generate import GenerateRequest, generate, open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder

from .test_episode import assert_same

COLOURS = """
    hue: {target: object.hue_deg, set: [0, 360], per: view}
    strong: {target: object.saturation, set: 0.8}
    light: {target: object.value, set: [0.3, 0.9], select: {classes: [ball]}}
    lamp: {target: light.intensity, scale: {log_uniform: [0.4, 1.5]}, per: view}
"""
PHYSICS = """
    heavy: {target: object.mass, scale: [0.5, 3.0]}
    slip: {target: object.friction, scale: [0.5, 1.0], per: view}
"""
MOUNTS = """
    shake: {target: camera.x_m, add: [-0.02, 0.02], per: view, select: {names: [top]}}
"""


def varied(*randomizers, **replace):
    """Replacements that add randomizers to the config."""
    block = 'randomization:\n  vary:' + ''.join(text.rstrip() for text in randomizers)
    return {'randomization:': block, **replace}


def values_of(sample):
    """What was drawn for the scene and for the view of a sample: (randomizer, item) to value."""
    record = json.loads(sample.provenance_json)
    return tuple(
        {(v['randomizer'], v['item']): v['value'] for v in part['values']}
        for part in (record['scene'], record['view'])
    )


def test_views_are_pure_functions_of_their_numbers(open_config):
    stage = open_config(**varied(COLOURS, PHYSICS, MOUNTS))
    episode = stage.open(2)
    forward = [episode.samples(view) for view in (0, 1, 2)]
    backward = [episode.samples(view) for view in (2, 1, 0)][::-1]
    stage.open(0).samples(0)
    fresh = open_config(**varied(COLOURS, PHYSICS, MOUNTS)).open(2).samples(1)
    for view in range(3):
        for one, other in zip(forward[view], backward[view], strict=True):
            assert_same(one, other)
    for one, other in zip(forward[1], fresh, strict=True):
        assert_same(one, other)
    assert (forward[0][0].frame.rgb != forward[1][0].frame.rgb).any()
    drawn = [values_of(samples[0])[1] for samples in forward]
    assert len({tuple(values.values()) for values in drawn}) == 3


def test_the_provenance_tells_what_was_drawn(open_config):
    sample = open_config(**varied(COLOURS, PHYSICS)).open(1).samples(1)[0]
    record = json.loads(sample.provenance_json)
    of_scene, of_view = values_of(sample)
    names = [item['name'] for item in record['scene']['objects']]
    balls = [name for name in names if name.startswith('ball')]
    expected = {('light', ball) for ball in balls}
    expected |= {(name, n) for n in names for name in ('heavy', 'strong')}
    assert set(of_scene) == expected
    lamps = {f'lamp_{k}' for k in range(len(record['scene']['lamps']))}
    expected = {('hue', n) for n in names} | {('slip', n) for n in names}
    assert set(of_view) == expected | {('lamp', lamp) for lamp in lamps}
    assert record['scene']['objects'][0]['tags'] == ['target']


def test_an_unrelated_randomizer_changes_nothing(open_config):
    """One that moves another camera leaves this one's frames as they are, to the last bit."""
    few = open_config(**varied(COLOURS, PHYSICS)).open(1)
    many = open_config(**varied(MOUNTS, COLOURS, PHYSICS)).open(1)
    moved = []
    for view in range(2):
        (head, top), (same, shaken) = few.samples(view), many.samples(view)
        np.testing.assert_array_equal(head.rgb, same.rgb)
        np.testing.assert_array_equal(head.depth_m, same.depth_m)
        np.testing.assert_array_equal(head.frame.instance_id, same.frame.instance_id)
        one, other = values_of(head), values_of(same)
        assert one[0] == other[0]
        assert one[1].items() <= other[1].items()
        poses = [sample.frame.world_from_camera for sample in (top, shaken)]
        shift = np.linalg.inv(poses[0]) @ poses[1]
        np.testing.assert_allclose(shift[:3, 3], [other[1]['shake', 'top'], 0, 0], atol=1e-9)
        moved.append(shift[0, 3])
    assert moved[0] != moved[1]


def test_what_is_drawn_for_the_episode_stays(open_config):
    """Objects have their mass while they fall, and in every view."""
    episode = open_config(**varied(PHYSICS)).open(0)
    model = episode.world.model
    bodies = [part.body_id for part in episode.world.scene.objects]
    masses = [model.body_mass[bodies].copy()]
    for view in (1, 0):
        episode.samples(view)
        masses.append(model.body_mass[bodies].copy())
    assert (masses[0] == masses[1]).all()
    assert (masses[0] == masses[2]).all()
    factors = {v.item: v.value for v in episode.sampled.values}
    plain = open_config().open(0).world
    base = plain.model.body_mass[[part.body_id for part in plain.scene.objects]]
    drawn = [factors[part.name] for part in plain.scene.objects]
    np.testing.assert_allclose(masses[0], base * drawn, rtol=1e-9)


def test_a_view_without_a_posture_leaves_the_scene_as_it_was(open_config):
    stage = open_config(**varied(COLOURS))
    episode = stage.open(0)
    episode.find_view(0)
    model = episode.world.scene.model
    before = model.geom_rgba.copy(), model.light_intensity.copy()
    finder = episode.finder.find

    def fails(*args, **kwargs):
        assert (model.geom_rgba != before[0]).any()
        raise PlacementError('no posture')

    episode.finder.find = fails
    with pytest.raises(PlacementError, match='no posture'):
        episode.find_view(1)
    np.testing.assert_array_equal(model.geom_rgba, before[0])
    np.testing.assert_array_equal(model.light_intensity, before[1])
    episode.finder.find = finder
    assert episode.find_view(1).values


def test_running_scenes_show_the_values_of_the_view_they_move_to(open_config):
    stage = open_config(**varied(COLOURS))
    session = LiveSession(stage, first_episode=1)
    seen = {}
    for _ in range(7):
        frame = session.advance()
        sample = frame.samples[1]
        record = json.loads(sample.provenance_json)
        model = session.world.scene.model
        hues = {
            v['item']: v['value'] for v in record['view']['values'] if v['randomizer'] == 'hue'
        }
        seen[record['view']['view']] = hues
        for part in session.world.scene.objects:
            red, green, blue, _ = model.geom_rgba[part.geom_ids[0]]
            hue = colorsys.rgb_to_hsv(red, green, blue)[0] * 360
            assert abs((hues[part.name] - hue + 180) % 360 - 180) < 0.01
    assert len(seen) > 2


@pytest.mark.parametrize('motion', ['views', 'sequence'])
def test_datasets_are_the_same_from_any_process(write_config, contents, tmp_path, motion):
    sizes = {
        'views_per_episode: 2': f'views_per_episode: 3, motion: {motion}',
        'episodes: 3': 'episodes: 2',
    }
    path = write_config(**varied(COLOURS, PHYSICS, MOUNTS, **sizes))
    made = []
    for name, workers in (('one', 1), ('two', 2)):
        generate(GenerateRequest(path, tmp_path / name, workers=workers), lambda progress: None)
        made.append(contents(tmp_path / name))
    assert made[0].keys() == made[1].keys()
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


def test_recorded_frames_are_made_again_for_the_audit(write_config, tmp_path):
    path = write_config(**varied(COLOURS, PHYSICS, MOUNTS, **{'episodes: 3': 'episodes: 1'}))
    generate(GenerateRequest(path, tmp_path / 'dataset'), lambda progress: None)
    loaded = load_config(path)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    recording = DatasetRecording(tmp_path / 'dataset')
    with closing(stage.renderer):
        oracle = ConfigOracle(loaded, builder, stage=stage)
        for key in [recording.frames[-1], *recording.frames]:
            frame = recording.read(key)
            scene = oracle.scene(frame)
            assert (scene.again().rgb == frame.rgb).all()
            rows, columns = np.mgrid[4:60:8, 4:76:8]
            met = scene.rays(columns.ravel(), rows.ravel())
            seen = frame.instance_id[rows.ravel(), columns.ravel()]
            assert (met.instance_id == seen).mean() > 0.97


def test_clutter_varies_too_and_stays_without_a_label(open_config):
    randomizer = """
    hue: {target: object.hue_deg, set: 120, select: {tags: [distractor]}, per: view}
    strong: {target: object.saturation, set: 0.9, select: {tags: [distractor]}}
    rough: {target: object.roughness, set: [0.2, 0.8], select: {tags: [distractor]}}
    slow: {target: object.damping, set: 0.1, select: {tags: [distractor]}}
"""
    clutter = """distractors:
  contextual:
    count: [3, 3]
    classes: [{name: pebble, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}]
randomization:"""
    changes = varied(randomizer)
    changes['randomization:'] = changes['randomization:'].replace('randomization:', clutter)
    episode = open_config(**changes).open(0)
    sample = episode.samples(0)[1]
    scene, model = episode.world.scene, episode.world.scene.model
    for part in scene.distractors:
        red, green, blue, _ = model.geom_rgba[part.geom_ids[0]]
        assert green > 5 * max(red, blue)
    colours = [tuple(model.geom_rgba[part.geom_ids[0]]) for part in scene.objects]
    assert all(np.ptp(colour[:3]) < 0.01 for colour in colours)
    materials = {int(model.geom_matid[part.geom_ids[0]]) for part in scene.dropped}
    assert len(materials) >= len(scene.distractors) + 1
    assert {label.instance.name for label in sample.labels.instances} <= {
        part.name for part in scene.objects
    }


def test_a_choice_that_nothing_meets_is_told_with_its_line(write_config):
    path = write_config(
        **varied('\n    r: {target: joint.damping, scale: 2, select: {names: [pan]}}')
    )
    with pytest.raises(
        ConfigError,
        match=r"yaml:\d+: randomization\.vary\.r\.select\.names\[0\]: the robot's joint pan",
    ):
        SceneBuilder(load_config(path))

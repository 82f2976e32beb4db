"""What is never labelled, in pictures: accounted for, hiding as asked, and audited."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import scipy.stats
from typer.testing import CliRunner

from synth_ros.cli.main import app
from synth_ros.labels.flow import flow
from synth_ros.pipeline.capture import Exposure
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.sim.places import Place
from synth_ros.types import FlowState

CLUTTER = """
distractors:
  contextual:
    count: 3
    classes:
      - {name: block, primitives: [{shape: box, size_m: [0.09, 0.06, 0.07]}]}
  flying: {count: 6, size_m: [0.05, 0.15]}
"""
OCCLUDERS = """
distractors:
  occluders: {count: 6, targets: 0.6, coverage: [0.2, 0.7], tolerance: 0.08}
"""
BACKGROUND = """
distractors:
  background: {count: 240, fill: [0.2, 0.5]}
"""


def with_clutter(text):
    """How to replace a line of the config so that it has more."""
    return {'randomization:': f'{text.strip()}\nrandomization:'}


def look(episode):
    """Clean frames of all cameras, of the state as it is."""
    world = episode.world
    return Exposure(world, episode.stage.renderer, world.scene.cameras).frames()


def unlabelled_surfaces(episode):
    """Ids of surfaces of what is never labelled."""
    scene = episode.world.scene
    bodies = [part.body_id for part in (*scene.distractors, *scene.shapes)]
    return np.flatnonzero(np.isin(scene.model.geom_bodyid, bodies))


def test_every_pixel_of_clutter_is_without_a_label(open_config):
    extra = with_clutter(CLUTTER)
    labels = 'labels: {panoptic: true, parts: true, occluders: true, keypoints: true}\nrender:'
    stage = open_config(**extra, **{'render:': labels})
    seen = 0
    for number in range(2):
        episode = stage.open(number)
        surfaces = unlabelled_surfaces(episode)
        names = {part.name for part in episode.world.scene.distractors}
        names |= {shape.name for shape in episode.world.scene.shapes}
        for sample in episode.samples(0):
            frame, labels = sample.frame, sample.labels
            own = np.isin(frame.geom_id, surfaces)
            seen += int(own.sum())
            assert (frame.depth_m[own] > 0).all()
            assert not frame.instance_id[own].any()
            assert not labels.dense.part_id[own].any()
            assert not labels.dense.panoptic.segment_id[own].any()
            known = {label.instance.instance_id for label in labels.instances}
            assert known <= {item.instance_id for item in episode.sampled.objects}
            assert not names & {item.name for item in frame.instances}
            hidden = sum(
                o.pixels
                for label in labels.instances
                for o in label.occluders
                if o.thing.name in names
            )
            assert hidden >= 0
            # All pixels are someone's: objects, things of the surroundings, clutter or nothing.
            kinds = [(frame.instance_id > 0), own, (frame.geom_id < 0)]
            assert not (kinds[0] & kinds[1]).any()
            assert not (kinds[1] & kinds[2]).any()
    assert seen > 500


def test_clutter_hides_objects_and_shows_in_depth(open_config):
    """Taking the shapes out gives back pixels of objects, and never takes any."""
    stage = open_config(**with_clutter(OCCLUDERS))
    episode = stage.open(0)
    world = episode.world
    drawn = episode.find_view(0)
    assert any(entry.occluder for entry in drawn.clutter.occlusions)
    with_shapes = look(episode)
    for shape in world.scene.shapes:
        world.put_shape(shape, None)
    without = look(episode)
    lost = 0
    for one, other in zip(with_shapes, without, strict=True):
        differ = one.instance_id != other.instance_id
        assert not one.instance_id[differ].any()
        assert (one.depth_m[differ] < other.depth_m[differ]).all()
        lost += int(differ.sum())
    assert lost > 15


def hidden_shares(stage, episodes):
    """Asked and rendered share of all pairs that were hidden."""
    pairs, missed = [], []
    for number in episodes:
        episode = stage.open(number)
        cameras = [part.model.name for part in episode.world.scene.cameras]
        drawn = episode.find_view(0)
        after = look(episode)
        for shape in episode.world.scene.shapes:
            episode.world.put_shape(shape, None)
        before = look(episode)
        for entry in drawn.clutter.occlusions:
            if entry.missed:
                missed.append(entry.missed)
                continue
            camera = cameras.index(entry.camera)
            full, left = (
                int((frames[camera].instance_id == entry.instance_id).sum())
                for frames in (before, after)
            )
            if full >= 80:
                pairs.append((entry.asked, 1 - left / full))
    return np.array(pairs), missed


@pytest.mark.slow
def test_occluders_hide_what_was_asked_for(open_config):
    """In rendered pixels, within the tolerance and what a coarse grid of rays may err."""
    stage = open_config(
        **with_clutter(OCCLUDERS),
        **{'width: 96, height: 72': 'width: 192, height: 144'},
    )
    pairs, missed = hidden_shares(stage, range(10))
    asked, reached = pairs.T
    assert len(pairs) >= 15
    assert len(missed) < len(pairs)
    assert set(missed) <= {'too_small', 'no_free_place', 'no_shape_left'}
    assert np.abs(reached - asked).max() < 0.08 + 0.06
    assert abs((reached - asked).mean()) < 0.03
    assert asked.min() < 0.35
    assert asked.max() > 0.55


@pytest.mark.slow
def test_background_fills_what_was_asked_for_and_hides_no_object(open_config):
    stage = open_config(**with_clutter(BACKGROUND))
    shares = []
    for number in range(4):
        episode = stage.open(number)
        scene = episode.world.scene
        drawn = episode.find_view(0)
        after = look(episode)
        for shape in scene.shapes:
            episode.world.put_shape(shape, None)
        before = look(episode)
        kinds = np.array([scene.geometry.things[k].kind for k in scene.geom_thing])
        for one, other, entry in zip(after, before, drawn.clutter.backgrounds, strict=True):
            np.testing.assert_array_equal(one.instance_id, other.instance_id)
            behind = np.append(kinds == 'environment', True)[other.geom_id]
            covered = np.isin(one.geom_id, [shape.geom_id for shape in scene.shapes])
            share = float(covered[behind].mean())
            assert share == pytest.approx(entry.reached, abs=0.06)
            shares.append((entry.asked, share))
    asked, reached = np.array(shares).T
    assert (reached > asked - 0.08).mean() >= 0.75
    assert reached.max() < 0.75


def test_views_are_functions_of_their_numbers(open_config):
    stage = open_config(**with_clutter(OCCLUDERS))
    episode = stage.open(1)
    forth = [episode.samples(view) for view in (0, 1, 2)]
    back = [episode.samples(view) for view in (2, 1, 0)][::-1]
    fresh = open_config(**with_clutter(OCCLUDERS)).open(1).samples(1)
    for one, other in [*zip(forth, back, strict=True), (forth[1], fresh)]:
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a.rgb, b.rgb)
            assert a.provenance_json == b.provenance_json
    drawn = [json.loads(samples[0].provenance_json)['view']['clutter'] for samples in forth]
    assert drawn[0] != drawn[1]


def test_occluders_move_neither_robot_nor_objects(open_config):
    plain, hidden = open_config().open(1), open_config(**with_clutter(OCCLUDERS)).open(1)
    for one, other in zip(plain.samples(0), hidden.samples(0), strict=True):
        np.testing.assert_array_equal(one.frame.world_from_camera, other.frame.world_from_camera)
        for a, b in zip(one.frame.instances, other.frame.instances, strict=True):
            np.testing.assert_array_equal(a.world_from_object, b.world_from_object)


def test_lenses_are_left_free(open_config):
    stage = open_config(**with_clutter(OCCLUDERS.replace('count: 6', 'count: 6, near_m: 0.3')))
    episode = stage.open(0)
    world = episode.world
    used = 0
    for view in range(4):
        episode.find_view(view)
        for shape in world.scene.shapes:
            if not world.is_used(shape):
                continue
            used += 1
            geom = shape.geom_id
            for camera in world.scene.cameras:
                lens = world.world_from_camera(camera)[:3, 3]
                way = np.linalg.norm(world.data.geom_xpos[geom] - lens)
                assert way - world.model.geom_rbound[geom] >= 0.3 - 1e-9
    assert used


def test_what_is_gone_has_no_flow(open_config):
    stage = open_config(**with_clutter(OCCLUDERS))
    episode = stage.open(0)
    pair = []
    for view in (0, 1):
        episode.find_view(view)
        pair.append(look(episode)[1])
    now, then = pair
    gone = set(then.scene.absent) - set(now.scene.absent)
    assert gone
    result = flow(now, then, scene_flow=True)
    there = np.isin(now.geom_id, list(gone))
    assert (result.state[there] == FlowState.INVALID).all()
    assert not result.scene_flow_m[there].any()
    assert np.isfinite(result.flow_px).all()
    assert np.isfinite(result.scene_flow_m).all()


def test_distractors_fall_with_the_objects(open_config):
    """All rest on something, none where it was let go."""
    stage = open_config(**with_clutter(CLUTTER))
    episode = stage.open(0)
    world = episode.world
    assert len(world.scene.distractors) == 3
    for part, drawn in zip(world.scene.distractors, episode.sampled.distractors, strict=True):
        height = world.data.xpos[part.body_id][2]
        assert height < drawn.position_m[2] - 0.005
        assert np.abs(world.data.cvel[part.body_id]).max() < 0.1
    touched = {
        name
        for contact in world.state().contacts
        for name in (contact.first.name, contact.second.name)
    }
    assert {part.name for part in world.scene.distractors} <= touched


def test_shapes_fly_where_they_were_drawn_to(open_config):
    """Distances and heights of what is in the air fill the ranges of the config, and no more."""
    flying = (
        'distractors: {flying: {count: 30, distance_m: [0.5, 0.9], elevation_deg: [30, 60], '
        'near_m: 0.05}}'
    )
    stage = open_config(**with_clutter(flying))
    middle = np.array(stage.builder.inventory.surface.center_m)
    ways, angles = [], []
    for number in range(3):
        episode = stage.open(number)
        episode.find_view(0)
        for shape in episode.world.scene.shapes:
            if episode.world.is_used(shape):
                off = episode.world.data.xpos[shape.body_id] - middle
                ways.append(np.linalg.norm(off))
                angles.append(np.degrees(np.arcsin(off[2] / ways[-1])))
    assert len(ways) > 60
    assert scipy.stats.kstest(ways, scipy.stats.uniform(0.5, 0.4).cdf).pvalue > 0.01
    assert scipy.stats.kstest(angles, scipy.stats.uniform(30, 30).cdf).pvalue > 0.01


def test_a_shape_makes_way_for_a_lens(open_config):
    stage = open_config(**with_clutter('distractors: {flying: {count: 2, near_m: 0.2}}'))
    episode = stage.open(0)
    world, clutter = episode.world, episode.clutter
    episode.find_view(0)
    shape = next(shape for shape in world.scene.shapes if world.is_used(shape))
    lens = world.world_from_camera(world.scene.cameras[0])
    ahead = lens[:3, 3] + lens[:3, 2] * (shape.radius_m + 0.19)
    world.put_shape(shape, Place(tuple(ahead.tolist()), (1.0, 0.0, 0.0, 0.0)))
    assert clutter.make_way() == (shape.name,)
    assert not world.is_used(shape)
    assert clutter.make_way() == ()
    assert shape.geom_id in world.state().absent
    # The next view has it back.
    assert shape.name not in episode.find_view(1).clutter.removed
    assert world.is_used(shape)


@pytest.mark.slow
def test_cluttered_datasets_are_the_same_bytes_from_any_number_of_workers(
    write_config, contents, tmp_path
):
    text = (
        'distractors: {flying: {count: 4}, occluders: {count: 3, targets: 0.5}, '
        'background: {count: 20, fill: 0.4}}'
    )
    path = write_config(**with_clutter(text))
    for workers in (1, 2):
        request = GenerateRequest(path, tmp_path / f'made_{workers}', workers=workers)
        generate(request, lambda progress: None)
    one, two = contents(tmp_path / 'made_1'), contents(tmp_path / 'made_2')
    assert one.keys() == two.keys()
    different = [name for name in one if one[name] != two[name]]
    assert not different


@pytest.mark.slow
@pytest.mark.parametrize('motion', ['views', 'sequence'])
def test_audits_pass_on_cluttered_datasets(write_config, tmp_path, motion):
    everything = (
        'distractors:\n'
        '  contextual:\n'
        '    count: 3\n'
        '    classes:\n'
        '      - {name: block, primitives: [{shape: box, size_m: [0.09, 0.06, 0.07]}]}\n'
        '  flying: {count: 5}\n'
        '  occluders: {count: 4, targets: 0.5}\n'
        '  background: {count: 12, fill: 0.3}\n'
        'labels: {everything: true}\nrandomization:'
    )
    path: Path = write_config(
        **{
            'randomization:': everything,
            'episodes: 3, views_per_episode: 2': (
                f'episodes: 2, views_per_episode: 4, motion: {motion}'
            ),
        }
    )
    generate(GenerateRequest(path, tmp_path / 'dataset'), lambda progress: None)
    arguments = ['audit', str(tmp_path / 'dataset'), '--config', str(path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_an_audit_catches_a_distractor_with_a_label(write_config, open_config, tmp_path):
    """Paints one object's id over pixels of clutter, in mask and counts nowhere else."""
    changes = {**with_clutter(CLUTTER), 'episodes: 3, views_per_episode: 2': 'episodes: 1'}
    path = write_config(**changes)
    generate(GenerateRequest(path, tmp_path / 'dataset'), lambda progress: None)
    stage = open_config(**changes)
    episode = stage.open(0)
    frame = episode.samples(0)[1].frame
    own = np.isin(frame.geom_id, unlabelled_surfaces(episode))
    assert own.sum() > 30
    mask = tmp_path / 'dataset/instance_masks/000000_000_top.png'
    ids = cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(ids, frame.instance_id)
    ids[own] = frame.instances[0].instance_id
    cv2.imwrite(str(mask), ids)
    arguments = ['audit', str(tmp_path / 'dataset'), '--config', str(path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    broken = re.findall(r'([a-z0-9]+\.[a-z0-9_]+)\s+broken', result.output)
    assert {'rays.unlabelled', 'again.masks'} <= set(broken)

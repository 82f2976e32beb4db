"""Flow: consistency of both directions, and the states at the edges of what can be seen."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest
from random_scenes import plain_scene, random_scene, shake
from surface_truth import angles_deg, caster, make_renderer, pair

from synth_ros.errors import InternalError
from synth_ros.labels.flow import flow, no_flow
from synth_ros.labels.normals import surface_normals
from synth_ros.types import CameraModel, FlowState

EYE = CameraModel('eye', 41, 31, 40.0, 40.0, 20.0, 15.0)
# Looks along +x from the origin, z up.
AHEAD = np.array([[0.0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]])


@pytest.fixture(scope='module', params=['classic', 'filament', 'onepass'])
def renderer(request):
    with make_renderer(request.param) as made:
        yield made


def _cast(scene):
    """The frame that rays make of a scene."""
    cast = caster(scene).image()
    return scene.frame(cast.geom_id, cast.depth_m)


def _facing(body='<geom type="box" size=".1 .2 .2" pos="1 0 0"/>'):
    return plain_scene(body, camera=EYE, world_from_camera=AHEAD)


def _turned(pose, degrees):
    """A camera turned to the left about the world's z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    out = pose.copy()
    out[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ pose[:3, :3]
    return out


@pytest.mark.parametrize('seed', range(700, 706))
def test_forward_and_backward_meet(renderer, seed):
    """From a pixel to the other frame, and from there back by what the pixels around it say.

    Only where all four lie on one smooth surface of the same geom, so that reading the flow
    between them makes sense.
    """
    found = pair(seed, renderer)
    before, after = found.before.frame, found.after.frame
    forward = flow(before, after, scene_flow=False)
    back = flow(after, before, scene_flow=False)
    v, u = np.nonzero(forward.state == FlowState.VISIBLE)
    target = forward.flow_px[v, u] + np.stack([u, v], axis=1)
    corner = np.floor(target).astype(int)
    inside = ((corner >= 0) & (corner < (96, 72))).all(axis=1)
    v, u, target, corner = v[inside], u[inside], target[inside], corner[inside]
    share = target - corner
    normals = surface_normals(after)
    smooth = np.ones(len(u), bool)
    returned = np.zeros((len(u), 2))
    for step_u, step_v in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = corner[:, 0] + step_u, corner[:, 1] + step_v
        smooth &= after.geom_id[y, x] == before.geom_id[v, u]
        smooth &= angles_deg(normals[y, x], normals[corner[:, 1], corner[:, 0]]) < 3
        weight = np.abs(1 - step_u - share[:, 0]) * np.abs(1 - step_v - share[:, 1])
        returned += weight[:, None] * back.flow_px[y, x]

    gap = np.linalg.norm(target + returned - np.stack([u, v], axis=1), axis=1)[smooth]

    assert smooth.sum() > 1000
    assert np.median(gap) < 0.02
    assert np.percentile(gap, 99) < 0.1


def test_what_does_not_move_flows_nowhere(renderer):
    frame = pair(3, renderer).before.frame

    still = flow(frame, frame, scene_flow=True)

    there = frame.depth_m > 0
    assert np.abs(still.flow_px).max() < 1e-4
    assert np.abs(still.scene_flow_m).max() < 1e-6
    assert (still.state[there] == FlowState.VISIBLE).all()
    assert (still.state[~there] == FlowState.INVALID).all()


def test_what_is_fixed_to_the_camera_stays_in_its_pixel():
    before = random_scene(8, jointed=True)
    after = shake(before, 8)
    visor = before.model.geom('visor').id

    moved = flow(_cast(before), _cast(after), scene_flow=True)

    pixels = caster(before).image().geom_id == visor
    assert pixels.sum() > 20
    assert np.abs(moved.flow_px[pixels]).max() < 1e-4
    assert np.abs(moved.scene_flow_m[pixels]).max() < 1e-6
    assert np.abs(moved.flow_px[~pixels]).max() > 1


def test_a_shifted_box_moves_by_focal_length_over_depth():
    scene = _facing('<body><joint type="slide" axis="0 1 0"/>'
                    '<geom type="box" size=".1 .2 .2" pos="1 0 0"/></body>')  # fmt: skip
    later = shake(scene, 0)._replace(world_from_camera=AHEAD)
    step_m = later.data.qpos[0] - scene.data.qpos[0]

    moved = flow(_cast(scene), _cast(later), scene_flow=True)

    shown = moved.state != FlowState.INVALID
    assert abs(step_m) > 0.01
    # The front lies at 0.9 m; the world's y is the image's left.
    assert moved.flow_px[shown, 0] == pytest.approx(-40 * step_m / 0.9, abs=1e-4)
    assert moved.flow_px[shown, 1] == pytest.approx(0, abs=1e-5)
    assert moved.scene_flow_m[shown] == pytest.approx(
        np.tile([-step_m, 0, 0], (shown.sum(), 1)), abs=1e-6
    )
    assert not moved.flow_px[~shown].any()
    assert not moved.scene_flow_m[~shown].any()


def test_a_point_behind_the_camera_has_no_pixel_but_moves():
    scene = _facing()
    away = scene._replace(world_from_camera=_turned(AHEAD, 180))

    moved = flow(_cast(scene), _cast(away), scene_flow=True)

    assert (moved.state == FlowState.INVALID).all()
    assert not moved.flow_px.any()
    shown = _cast(scene).depth_m > 0
    assert moved.scene_flow_m[shown, 2] == pytest.approx(-1.8, abs=1e-5)


def test_a_point_beside_the_image_is_outside():
    scene = _facing()
    aside = scene._replace(world_from_camera=_turned(AHEAD, 60))

    moved = flow(_cast(scene), _cast(aside), scene_flow=False)

    shown = _cast(scene).depth_m > 0
    assert (moved.state[shown] == FlowState.OUTSIDE).all()
    assert (moved.flow_px[shown, 0] > 20).all()
    assert moved.scene_flow_m is None


@pytest.mark.parametrize(
    ('shift_px', 'state'), [(20.4, FlowState.VISIBLE), (20.6, FlowState.OUTSIDE)]
)
def test_the_image_ends_at_the_outer_edge_of_its_pixels(shift_px, state):
    """The middle column goes to 40.4, inside the last pixel, or to 40.6, beyond it."""
    scene = _facing('<geom type="box" size=".1 9 9" pos="1 0 0"/>')
    pose = AHEAD.copy()
    pose[1, 3] = 0.9 * shift_px / 40

    moved = flow(_cast(scene), _cast(scene._replace(world_from_camera=pose)), scene_flow=False)

    assert moved.flow_px[15, 20] == pytest.approx([shift_px, 0], abs=1e-4)
    assert moved.state[15, 20] == state


def test_a_face_that_has_turned_away_is_hidden_by_its_own_body():
    scene = _facing()
    pose = _turned(AHEAD, 180)
    pose[0, 3] = 2.0
    from_behind = scene._replace(world_from_camera=pose)

    moved = flow(_cast(scene), _cast(from_behind), scene_flow=False)

    shown = _cast(scene).depth_m > 0
    assert (moved.state[shown] == FlowState.OCCLUDED).all()
    # Right for hidden points, too: the front, 0.9 m ahead, is now the back, 1.1 m ahead, mirrored.
    u = np.arange(41)
    assert moved.flow_px[15, shown[15], 0] == pytest.approx(
        ((20 - u) * 0.9 / 1.1 + 20 - u)[shown[15]], abs=1e-4
    )


def test_what_something_else_hides_is_occluded():
    scene = _facing('<geom type="box" size=".1 .9 .9" pos="2 0 0"/>'
                    '<body><joint type="slide" axis="0 1 0"/>'
                    '<geom type="box" size=".01 .1 .1" pos="1 3 0"/></body>')  # fmt: skip
    hidden = shake(scene, 0)._replace(world_from_camera=AHEAD)
    hidden.data.qpos[:] = -3
    hidden = _refreshed(hidden)

    moved = flow(_cast(scene), _cast(hidden), scene_flow=False)

    covered = caster(hidden).image().geom_id == 1
    assert covered.sum() > 40
    assert np.array_equal(moved.state == FlowState.OCCLUDED, covered)
    assert np.abs(moved.flow_px).max() < 1e-5


def _refreshed(scene):

    mujoco.mj_forward(scene.model, scene.data)
    return scene


def test_frames_of_two_scenes_are_refused():
    with pytest.raises(InternalError, match='between frames of two scenes'):
        flow(_cast(_facing()), _cast(_facing()), scene_flow=False)


def test_frames_without_their_scene_are_refused():
    frame = _cast(_facing())

    with pytest.raises(InternalError, match='without its scene'):
        flow(frame, replace(frame, scene=None), scene_flow=False)


@pytest.mark.parametrize('scene_flow', [False, True])
def test_a_frame_without_neighbour_has_no_flow(scene_flow):
    frame = _cast(_facing())

    none = no_flow(frame, scene_flow=scene_flow)

    assert (none.state == FlowState.INVALID).all()
    assert none.flow_px.shape == (31, 41, 2)
    assert not none.flow_px.any()
    assert (none.scene_flow_m is not None) == scene_flow
    for array in none:
        assert array is None or not array.flags.writeable


def test_a_frame_that_shows_nothing_has_no_flow():
    scene = _facing()._replace(world_from_camera=_turned(AHEAD, 180))
    frame = _cast(scene)

    nothing = flow(frame, frame, scene_flow=True)

    assert (nothing.state == FlowState.INVALID).all()
    assert not nothing.flow_px.any()
    assert not nothing.scene_flow_m.any()
    assert not nothing.flow_px.flags.writeable

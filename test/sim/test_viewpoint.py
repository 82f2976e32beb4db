"""Views in which cameras see their targets as drawn, checked by hand and by other means."""

import math

import mujoco
import numpy as np
import pytest
from scipy import stats

from synth_ros.errors import PlacementError
from synth_ros.randomize.streams import Streams
from synth_ros.sim.posture import PostureFinder
from synth_ros.sim.settle import settle
from synth_ros.sim.viewpoint import Refusal

ROBOT = 'builtin://mobile_manipulator'
SMALL = {'name: eye': 'name: wrist', 'model: bot.xml': f"model: '{ROBOT}'"}
HOME = {', joints: {swing: 1.5}': '', 'position_m: [0.0, 0.1, 0.0], yaw_deg: 30.0': ''}

WRIST = """
randomization:
  viewpoints:
    - {camera: wrist, distance_m: [0.25, 0.4], elevation_deg: [35, 75], roll_deg: [-20, 20],
       center_offset_px: [-60, 60]}
"""
DOME = """
randomization:
  viewpoints:
    - {camera: dome, distance_m: [0.4, 1.2], elevation_deg: [20, 80], azimuth_deg: [-180, 180],
       aim_error_deg: [0, 8], targets: {classes: [ball]}, clearance_m: 0.02}
"""
ON_WORLD = {
    '[{name: eye}]': '[{name: dome, width: 160, height: 120, mount: {link: world}, '
    'intrinsics: {fx: 150.0, fy: 155.0, cx: 75.0, cy: 62.0}}]'
}


@pytest.fixture
def wrist(make):
    """The built-in robot at its table, objects at rest, and what finds its views."""

    def build(extra=WRIST, **replace):
        made = make(extra, **{**SMALL, 'robot: {': 'robot: {', **HOME, **replace})
        return rested(made)

    return build


@pytest.fixture
def dome(make):
    """The small robot aside, a camera that is put where it is wanted."""
    return lambda extra=DOME, **replace: rested(make(extra, **ON_WORLD, **replace))


def rested(made):
    config = made.loaded.config
    (result,) = settle(
        made.world,
        [made.sampled.objects],
        config=config.physics.settle,
        places=made.builder.inventory.places,
    )
    made.world.set_objects(result.qpos)
    return made, made.finder()


def by_hand(made, camera=0):
    """Where the target is in the image, how far away, and the camera as seen from it."""
    world = made.world
    part = world.scene.cameras[camera]
    pose = world.world_from_camera(part)

    def measure(viewpoint):
        target = np.array(viewpoint.target_m)
        x, y, z = pose[:3, :3].T @ (target - pose[:3, 3])
        out = pose[:3, 3] - target
        k = part.model
        return {
            'z': z,
            'pixel': (k.fx * x / z + k.cx, k.fy * y / z + k.cy),
            'distance': math.sqrt(x * x + y * y + z * z),
            'elevation': math.asin(out[2] / np.linalg.norm(out)),
            'azimuth': math.atan2(out[1], out[0]),
        }

    return measure


def touching(world):
    """Geoms of the robot that reach into anything but itself, by their distances alone."""
    model, data = world.model, world.placed
    robot = world.scene.robot.geom_ids
    solid = np.flatnonzero((model.geom_contype != 0) | (model.geom_conaffinity != 0))
    found = []
    for one in set(solid.tolist()) & robot:
        for other in set(solid.tolist()) - robot:
            apart = np.linalg.norm(data.geom_xpos[one] - data.geom_xpos[other])
            reach = model.geom_rbound[one] + model.geom_rbound[other]
            if model.geom_rbound[other] and apart > reach:
                continue
            distance = mujoco.mj_geomDistance(model, data, one, other, 0.01, None)
            if distance < -1e-5:
                found.append((model.geom(one).name, model.geom(other).name, distance))
    return found


def test_the_wrist_camera_sees_targets_where_how_far_and_from_where_drawn(wrist):
    made, finder = wrist()
    refused, exact = 0, 0
    for view in range(12):
        found = finder.find(Streams(0, 0), view)
        refused += sum(found.refused.values())
        (drawn,) = found.viewpoints
        seen = by_hand(made)(drawn)
        size = made.world.scene.cameras[0].model
        middle = ((size.width - 1) / 2, (size.height - 1) / 2)
        assert seen['z'] > 0
        # Half a degree is 4 pixels.
        off = np.subtract(np.subtract(seen['pixel'], middle), drawn.offset_px)
        assert max(abs(off)) < 4
        assert seen['distance'] == pytest.approx(drawn.distance_m, abs=0.005)
        assert seen['elevation'] == pytest.approx(drawn.elevation_rad, abs=math.radians(0.5))
        exact += max(abs(off)) < 0.01 and abs(seen['distance'] - drawn.distance_m) < 1e-5
        assert 0.25 <= drawn.distance_m <= 0.4
        assert 0.1 <= drawn.visibility <= 1
        assert touching(made.world) == []
        for joint in made.world.scene.robot.joints:
            if joint.limits is not None:
                position = made.world.data.qpos[joint.qpos_address]
                assert joint.limits[0] - 1e-6 <= position <= joint.limits[1] + 1e-6
    assert refused > 0
    assert exact >= 10


def test_the_target_is_the_middle_of_its_box(wrist):
    made, finder = wrist()
    (drawn,) = finder.find(Streams(0, 0), 3).viewpoints
    part = next(p for p in made.world.scene.objects if p.name == drawn.target)
    centre = made.world.world_from_body(part.body_id) @ part.object_from_box
    assert drawn.target_m == pytest.approx(centre[:3, 3])


def test_a_view_is_a_function_of_its_number(wrist):
    _, finder = wrist()
    _, again = wrist()
    streams = Streams(0, 0)
    views = [finder.find(streams, view) for view in range(4)]
    assert [again.find(streams, view) for view in (3, 1, 0, 2)] == [views[k] for k in (3, 1, 0, 2)]


def test_a_stored_view_poses_the_robot_without_a_search(wrist):
    made, finder = wrist()
    found = finder.find(Streams(0, 0), 2)
    made.world.set_posture(made.world.postures.home)
    stored = type(found).model_validate_json(found.model_dump_json())
    made.world.set_posture(made.world.postures.of(stored))
    assert by_hand(made)(found.viewpoints[0])['distance'] == pytest.approx(
        found.viewpoints[0].distance_m, abs=1e-4
    )


def test_another_viewpoint_moves_no_draw_of_the_first(dome):
    _, finder = dome(DOME.replace('randomization:', 'randomization:\n  robot: {x_m: [0, 0.1]}'))
    _, other = dome(
        DOME.replace('randomization:', 'randomization:\n  robot: {x_m: [0, 0.1]}')
        + '    - {camera: side, targets: {point_m: [0.7, 0.1, 0.75]}, distance_m: 0.8, '
        'elevation_deg: 50, azimuth_deg: [0, 360], visibility: [0, 1]}\n',
        **{'mount: {link: world}, ': 'mount: {link: world}, '},
        **{
            'cy: 62.0}}]': 'cy: 62.0}}, {name: side, width: 64, height: 64, '
            'mount: {link: world}, intrinsics: {fovy_deg: 60}}]'
        },
    )
    first = finder.find(Streams(0, 0), 1)
    second = other.find(Streams(0, 0), 1)
    assert len(second.viewpoints) == 2
    if first.attempt == second.attempt:
        assert first.viewpoints[0] == second.viewpoints[0]
    assert first.x_m == second.x_m or first.attempt != second.attempt


def test_a_camera_on_world_is_put_on_a_dome(dome):
    made, finder = dome()
    balls = {part.name for part in made.world.scene.objects if part.class_name == 'ball'}
    azimuths = []
    for view in range(25):
        found = finder.find(Streams(0, 0), view)
        (drawn,) = found.viewpoints
        assert drawn.target in balls
        seen = by_hand(made)(drawn)
        assert seen['distance'] == pytest.approx(drawn.distance_m, abs=1e-6)
        assert seen['elevation'] == pytest.approx(drawn.elevation_rad, abs=1e-6)
        azimuths.append(seen['azimuth'])
        k = made.world.scene.cameras[0].model
        ray = np.array([(79.5 - k.cx) / k.fx, (59.5 - k.cy) / k.fy, 1.0])
        u, v = seen['pixel']
        other = np.array([(u - k.cx) / k.fx, (v - k.cy) / k.fy, 1.0])
        cosine = ray @ other / np.linalg.norm(ray) / np.linalg.norm(other)
        assert math.acos(min(cosine, 1)) == pytest.approx(drawn.aim_error_rad, abs=1e-6)
        assert drawn.aim_error_rad <= math.radians(8)
    assert stats.kstest(azimuths, 'uniform', args=(-math.pi, math.tau)).pvalue > 1e-3


def test_the_distances_follow_their_distribution(dome):
    # High up, so that nothing is refused and all that is drawn is seen.
    made, finder = dome(
        """
randomization:
  viewpoints:
    - {camera: dome, distance_m: {beta: {a: 2, b: 5, within: [0.5, 1.5]}},
       elevation_deg: [60, 80], azimuth_deg: [-180, 180], visibility: [0, 1]}
"""
    )
    distances, refused = [], 0
    for view in range(120):
        found = finder.find(Streams(0, 0), view)
        refused += sum(found.refused.values())
        distances.append(by_hand(made)(found.viewpoints[0])['distance'])
    assert refused == 0
    result = stats.kstest(distances, lambda d: stats.beta(2, 5, loc=0.5, scale=1).cdf(d))
    assert result.pvalue > 1e-3
    assert np.ptp(distances) > 0.3


@pytest.mark.parametrize(
    ('reason', 'viewpoint'),
    [
        (Refusal.OUT_OF_REACH, '{distance_m: 0.3, targets: {point_m: [4.0, 0.0, 1.0]}}'),
        (
            Refusal.LIMITS,
            '{joints: [torso_lift_joint], distance_m: 0.2, targets: {point_m: [0.6, -0.3, -2.0]}}',
        ),
        (Refusal.OUTSIDE_IMAGE, '{center_offset_px: 400, visibility: [0.1, 1]}'),
        (Refusal.HIDDEN, '{targets: {point_m: [0.7, 0.0, 0.6]}}'),
        (Refusal.EXPOSED, '{targets: {point_m: [0.6, -0.1, 1.05]}, visibility: [0, 0.5]}'),
    ],
)
def test_why_a_view_is_refused_is_told(wrist, reason, viewpoint):
    text = viewpoint.replace('{', '{camera: wrist, max_attempts: 6, ', 1)
    _, finder = wrist(f'\nrandomization: {{viewpoints: [{text}]}}\n')
    with pytest.raises(PlacementError, match=rf'no viewpoint was found in 6.*{reason.value}'):
        finder.find(Streams(0, 0), 0)


def test_a_camera_inside_something_has_no_room(dome):
    _, finder = dome(
        """
randomization:
  viewpoints:
    - {camera: dome, targets: {point_m: [0.75, 0.0, 0.9]}, distance_m: 0.2, elevation_deg: -90,
       azimuth_deg: 0, max_attempts: 2}
"""
    )
    with pytest.raises(PlacementError, match='something was where the camera should be 2 times'):
        finder.find(Streams(0, 0), 0)


def test_a_camera_on_world_needs_room_where_the_robot_is_at_last(dome):
    # The arm swings about the base at 0.9 m; the camera is to be in the middle of its reach.
    made, finder = dome(
        """
randomization:
  robot: {joints: {swing: [-2, 2]}}
  viewpoints:
    - {camera: dome, targets: {point_m: [0.6, 0.1, 0.9]}, distance_m: 0.2, elevation_deg: 0,
       azimuth_deg: 180, visibility: [0, 1], clearance_m: 0.1}
"""
    )
    refused = 0
    for view in range(10):
        found = finder.find(Streams(0, 0), view)
        refused += found.refused.get('no_room', 0)
        (camera,) = found.cameras
        eye = np.array(camera.world_from_camera.position_m)
        data, model = made.world.placed, made.world.model
        arm = model.geom('robot/arm').id
        along = data.geom_xmat[arm].reshape(3, 3)[:, 2]
        way = eye - data.geom_xpos[arm]
        reach = np.clip(way @ along, -model.geom_size[arm, 1], model.geom_size[arm, 1])
        assert np.linalg.norm(way - reach * along) > 0.03
    assert refused > 0


def test_a_scene_without_the_target_is_told_at_once(dome):
    made, _ = dome()
    bricks = [item for item in made.sampled.objects if item.class_name != 'ball']
    finder = PostureFinder(
        made.world, made.loaded.config, inventory=made.builder.inventory, objects=bricks
    )
    with pytest.raises(PlacementError, match='no object of the classes'):
        finder.find(Streams(0, 0), 0)


def test_the_robot_before_its_own_camera_counts_as_hidden(wrist):
    # Along the hand, between the fingers: the gripper hides part of what is low in the image.
    made, finder = wrist(
        """
randomization:
  viewpoints:
    - {camera: wrist, distance_m: 0.3, elevation_deg: 60, center_offset_px: 0,
       visibility: [0, 1]}
"""
    )
    found = finder.find(Streams(0, 0), 0)
    (drawn,) = found.viewpoints
    part = next(p for p in made.world.scene.objects if p.name == drawn.target)
    hand = dict(made.world.links())['gripper_link']
    qpos = made.world.data.qpos.copy()
    between_fingers = hand @ [0.11, 0.0, 0.0, 1.0]
    at = part.qpos_address
    qpos[at : at + 3] = between_fingers[:3]
    made.world.set_objects(qpos)
    from synth_ros.sim.sight import Sight, View

    camera = made.world.scene.cameras[0]
    view = View(made.world.camera_model(camera), made.world.world_from_camera(camera))
    assert 0 <= Sight(made.world).visible_share(view, part) < 0.9


def test_the_base_moves_within_its_ranges(wrist):
    made, finder = wrist(
        """
randomization:
  robot: {x_m: [-0.1, 0.05], y_m: [-0.2, 0.2], yaw_deg: [-15, 15]}
  viewpoints:
    - {camera: wrist, base: true, distance_m: [0.25, 0.4], elevation_deg: [40, 70],
       azimuth_deg: [150, 220]}
"""
    )
    found = [finder.find(Streams(0, 0), view) for view in range(6)]
    for view in found:
        assert -0.1 - 1e-9 <= view.x_m <= 0.05 + 1e-9
        assert abs(view.y_m) <= 0.2 + 1e-9
        assert abs(view.yaw_rad) <= math.radians(15) + 1e-9
    assert len({(view.x_m, view.y_m, view.yaw_rad) for view in found}) == 6
    last = by_hand(made)(found[-1].viewpoints[0])
    assert last['azimuth'] % math.tau == pytest.approx(
        found[-1].viewpoints[0].azimuth_rad % math.tau, abs=1e-4
    )


def test_mount_and_lens_of_the_view_are_what_sees_the_target(wrist):
    made, finder = wrist(
        WRIST
        + """
  cameras:
    position_m: 0.01
    rotation_deg: 2.0
    per: view
    intrinsics: {focal_scale: [0.9, 1.1], principal_px: [-20, 20], per: view}
"""
    )
    focal = set()
    for view in range(3):
        found = finder.find(Streams(0, 0), view)
        part = made.world.scene.cameras[0]
        lens = made.world.camera_model(part)
        focal.add(lens.fx)
        pose = made.world.world_from_camera(part)
        (drawn,) = found.viewpoints
        x, y, z = pose[:3, :3].T @ (np.array(drawn.target_m) - pose[:3, 3])
        pixel = np.array([lens.fx * x / z + lens.cx, lens.fy * y / z + lens.cy])
        assert pixel - [319.5, 239.5] == pytest.approx(drawn.offset_px, abs=0.05)
        data = made.world.data
        bare = data.cam_xpos[part.camera_id]
        assert 0.001 < np.linalg.norm(pose[:3, 3] - bare) < 0.05
    assert len(focal) == 3

"""What is read off a state: cameras by hand, objects as they were drawn."""

import math

import numpy as np
from small_bot import rotation_z, view


def test_the_optical_frame_by_hand(make):
    world = make().world
    world.set_posture(world.postures.of(view(lift=0.2)))
    heading = math.radians(30) + 0.5 + 1.5
    position = [0.1, -0.1, 0] + rotation_z(heading) @ [0.1, 0, 1.2]
    # In the arm's frame: image right is -y; image down is -(.5, 0, .866); forward is their
    # cross product.
    up = np.array([0.5, 0, 0.866]) / math.hypot(0.5, 0.866)
    right = np.array([0, -1.0, 0])
    axes = np.stack([right, -up, np.cross(right, -up)], axis=1)
    pose = world.world_from_camera(world.scene.cameras[0])
    np.testing.assert_allclose(pose[:3, 3], position, atol=1e-9)
    np.testing.assert_allclose(pose[:3, :3], rotation_z(heading) @ axes, atol=1e-9)
    assert pose[3].tolist() == [0, 0, 0, 1]


def test_instances_carry_box_and_pose(make):
    made = make()
    for item, drawn in zip(made.world.instances(), made.sampled.objects, strict=True):
        assert item.instance_id == drawn.instance_id
        assert item.name == drawn.name
        full = {'ball': [0.06] * 3, 'brick': [0.1, 0.06, 0.04]}[item.class_name]
        np.testing.assert_allclose(item.size_m, np.multiply(full, drawn.scale), atol=1e-9)

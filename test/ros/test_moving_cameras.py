"""Cameras that views put in their place, and lenses that vary: TF and calibration as they are."""

import numpy as np
import pytest
from listener import Listener
from ros_processes import CONFIG, sim, write_config
from tf_chain import world_from

from synth_ros.ros import annotations

DOME = """
  - {name: dome, mount: {link: world}, intrinsics: {fovy_deg: 58}, width: 120, height: 90}
environment:"""
VARIES = """randomization:
  viewpoints:
    - {camera: dome, distance_m: [0.6, 0.9], elevation_deg: [40, 80], azimuth_deg: [-180, 180]}
  cameras: {intrinsics: {focal_scale: [0.9, 1.1], principal_px: [-5, 5]}}
"""


@pytest.fixture(scope='module')
def heard(tmp_path_factory):
    """What one episode publishes, and the first frame of the next."""
    folder = tmp_path_factory.mktemp('dome')
    text = CONFIG.replace('\nenvironment:', DOME).replace('randomization:\n', VARIES)
    listener = Listener(('head', 'chest', 'dome'))
    try:
        with sim(folder, write_config(folder, text), start_paused=True, real_time_factor=0):
            for count in range(1, 8):
                listener.call('step')
                listener.wait_for_frames(count)
        yield listener.heard
    finally:
        listener.close()


def test_transforms_and_calibration_are_those_of_the_frame(heard):
    [static] = heard['/tf_static']
    poses, lenses = set(), []
    records = [annotations.from_json(m.data).frame for m in heard['/dome/labels/annotations']]
    for index, record in enumerate(records):
        moving = heard['/tf'][index]
        transforms = [*moving.transforms, *static.transforms]
        pose = world_from('dome_color_optical_frame', transforms)
        np.testing.assert_allclose(pose, record.world_from_camera, atol=1e-9)
        poses.add(record.world_from_camera)
        k = record.intrinsics
        for stream in ('color', 'depth', 'aligned_depth_to_color'):
            info = heard[f'/dome/{stream}/camera_info'][index]
            assert list(info.k) == [k.fx, 0, k.cx, 0, k.fy, k.cy, 0, 0, 1]
        lenses.append(k.fx)
    assert len(poses) >= 5
    # Six frames are an episode, which keeps its lens.
    assert len(set(lenses[:6])) == 1
    assert lenses[6] != lenses[0]

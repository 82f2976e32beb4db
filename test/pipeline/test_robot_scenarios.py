"""The scenarios of the built-in humanoid and floor robot, as they run: one scene of each."""

from contextlib import closing

import numpy as np
import pytest

from synth_ros.config.constraints import ConstraintsConfig
from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.config.shipped import builtin_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.scene.build import SceneBuilder

SIZE = {'width': 160, 'height': 120}
SCENARIOS = {'humanoid_room': (38, 39), 'floor_robot': (2, 6)}
"""By config: how many joints and links the robot has."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module', params=SCENARIOS)
def name(request):
    return request.param


@pytest.fixture(scope='module')
def views(name):
    """The samples of two views, small, with parts."""
    loaded = load_config(builtin_config(name))
    config = loaded.config
    update = {
        'cameras': tuple(camera.model_copy(update=SIZE) for camera in config.cameras),
        'labels': config.labels.model_copy(update={'parts': True, 'min_pixels': 8}),
        'render': config.render.model_copy(update={'backend': 'onepass', 'samples': 0}),
        # Their pixels are those of large images.
        'constraints': ConstraintsConfig(),
    }
    config = config.model_copy(update=update)
    loaded = LoadedConfig(config, loaded.path, loaded.base_dir, loaded.root)
    stage = open_stage(loaded, SceneBuilder(loaded), seed=0)
    with closing(stage.renderer):
        episode = stage.open(0)
        return [episode.samples(view) for view in range(2)]


def test_all_links_and_joints_are_labelled(name, views):
    joints, links = SCENARIOS[name]
    for sample in (sample for view in views for sample in view):
        robot = sample.labels.scene.robot
        assert len(robot.joints) == len(robot.skeleton) == joints
        assert len(robot.links) == links
        parts = [part.name for part in sample.labels.dense.parts if part.owner == 'robot']
        assert set(parts) <= {link.name for link in robot.links}
        assert len(parts) > links / 2


def test_cameras_see_objects_and_little_of_the_robot(name, views):
    seen = set()
    for view in views:
        for sample in view:
            own = [part.part_id for part in sample.labels.dense.parts if part.owner == 'robot']
            share = np.isin(sample.labels.dense.part_id, own).mean()
            assert share < (0.3 if name == 'humanoid_room' else 1e-9)
            seen |= {item.instance.instance_id for item in sample.labels.instances}
    assert len(seen) >= 5


def test_views_differ(views):
    for one, other in zip(*views, strict=True):
        assert not np.array_equal(one.frame.rgb, other.frame.rgb)


def test_robot_touches_nothing(views):
    contacts = [contact for view in views for contact in view[0].labels.scene.contacts]
    assert contacts
    for contact in contacts:
        assert 'robot' not in {contact.first.kind, contact.second.kind}

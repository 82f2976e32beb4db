"""A captured frame: surfaces, ids and state of one instant that agree with each other."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.labels.boxes import row_runs
from synth_ros.labels.runs import instance_runs, surface_runs
from synth_ros.pipeline.capture import capture, instance_image


def test_a_frame_knows_its_surfaces_and_its_state(open_config):
    stage = open_config()
    episode = stage.open(0)
    episode.find_view(0)
    world = episode.world
    for camera in world.scene.cameras:
        frame = capture(world, stage.renderer, camera)
        assert frame.geom_id is not None
        assert frame.scene is not None
        geometry = frame.scene.geometry
        assert geometry is world.scene.geometry
        np.testing.assert_array_equal(frame.geom_id >= 0, frame.depth_m > 0)
        # Ids and surfaces tell of the same things.
        ids = {
            geom: geometry.things[geometry.surfaces[geom].thing].instance_id
            for geom in np.unique(frame.geom_id)
            if geom >= 0
        }
        for geom, instance in ids.items():
            assert geometry.surfaces[geom].drawn
            assert set(np.unique(frame.instance_id[frame.geom_id == geom])) == {instance}
        assert set(ids.values()) == set(np.unique(frame.instance_id))
        # Every labelled object rests on something.
        resting = {contact.first.instance_id for contact in frame.scene.contacts}
        assert resting >= {item.instance_id for item in frame.instances}
        with pytest.raises(ValueError, match='read-only'):
            frame.geom_id[0, 0] = 1


def test_the_same_view_has_the_same_state_whatever_came_before(open_config):
    stage = open_config()
    (alone,) = stage.open(1).views([2])
    several = list(stage.open(1).views([0, 1, 2]))
    states = [instant.taken[0].frame.scene for instant in (alone, several[-1])]
    first, second = states
    assert first.contacts == second.contacts
    assert first.contacts
    np.testing.assert_array_equal(first.world_from_geom, second.world_from_geom)


def test_background_is_no_instance():
    geom_id = np.array([[-1, 0], [1, 2]], np.int32)
    image = instance_image(geom_id, np.array([0, 5, 700], np.int32))
    assert image.tolist() == [[0, 0], [5, 700]]
    assert image.dtype == np.int32


def test_a_frame_knows_its_runs_and_the_normals_of_the_renderer(open_config):
    stage = open_config()
    episode = stage.open(0)
    camera = episode.world.scene.cameras[0]
    size = (camera.model.height, camera.model.width)
    given = np.tile(np.float32([0, 0, -1]), (*size, 1))
    renderer = WithNormals(stage.renderer, given)

    frame = capture(episode.world, renderer, camera)

    assert frame.normals is given
    for known, image in (
        (instance_runs(frame), frame.instance_id),
        (surface_runs(frame), frame.geom_id),
    ):
        for found, expected in zip(known, row_runs(image), strict=True):
            np.testing.assert_array_equal(found, expected)


class WithNormals:
    """A renderer that gives these normals with every picture."""

    def __init__(self, renderer, normals):
        self.renderer, self.normals = renderer, normals

    def submit(self, data, shots):
        self.pictures = self.renderer.submit(data, shots).collect()
        return self

    def collect(self):
        return [
            picture._replace(layers=picture.layers._replace(normals=self.normals))
            for picture in self.pictures
        ]

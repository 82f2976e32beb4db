"""Meshes of models are the surfaces that are drawn."""

import numpy as np
import pytest

from synth_ros.config.load import load_config_text
from synth_ros.pipeline.generate import open_stage
from synth_ros.scene.build import SceneBuilder

TEXT = """
seed: 3
cameras:
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 2.0], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fovy_deg: 60.0}
    width: 64
    height: 48
environment: {model: 'builtin://table'}
objects:
  count: 12
  scale: [0.8, 1.2]
  classes:
    - {name: mug}
    - {name: teapot}
    - {name: hammer}
    - {name: lamp, primitives: [
        {shape: cylinder, size_m: [0.08, 0.08, 0.02]},
        {shape: sphere, size_m: [0.06, 0.06, 0.06]}]}
render: {backend: classic, shadow_size: 256, samples: 0}
"""


@pytest.fixture(scope='module')
def frame(tmp_path_factory):
    loaded = load_config_text(TEXT, base_dir=tmp_path_factory.mktemp('mesh'))
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=3)
    sample = stage.open(0).samples(0, views=1)[0]
    stage.renderer.close()
    return builder, sample.frame


def test_meshes_fill_their_boxes(frame):
    builder, made = frame
    names = {item.model_name for item in made.instances}
    assert len(names) >= 4
    for name in names:
        mesh, size_m = builder.meshes(name)
        instance = next(item for item in made.instances if item.model_name == name)
        ratio = instance.size_m / size_m
        assert np.ptp(ratio) < 1e-6 * ratio[0]
        centre = instance.object_from_box[:3, 3] / ratio[0]
        np.testing.assert_allclose(
            mesh.vertices_m.max(0) - centre, np.divide(size_m, 2), atol=1e-4
        )
        np.testing.assert_allclose(
            mesh.vertices_m.min(0) - centre, np.divide(size_m, -2), atol=1e-4
        )


def test_vertices_lie_where_the_scene_has_them(frame):
    """Against the compiled scene's own triangles, every vertex of each mesh geom."""
    builder, made = frame
    scene = made.scene
    checked = 0
    for instance in made.instances:
        mesh, size_m = builder.meshes(instance.model_name)
        factor = instance.size_m[0] / size_m[0]
        world = instance.world_from_object
        ours = (mesh.vertices_m * factor) @ world[:3, :3].T + world[:3, 3]
        theirs = [
            surface_vertices(scene, number)
            for number, surface in enumerate(scene.geometry.surfaces)
            if surface.drawn
            and surface.shape == 'mesh'
            and scene.geometry.things[surface.thing].instance_id == instance.instance_id
        ]
        for vertices in theirs:
            gaps = np.linalg.norm(vertices[:, None] - ours[None], axis=2).min(1)
            assert gaps.max() < 2e-6
            checked += len(vertices)
    assert checked > 1000


def surface_vertices(scene, number):
    pose = scene.world_from_geom[number]
    mesh = scene.geometry.meshes[scene.geometry.surfaces[number].mesh]
    return mesh.vertices_m @ pose[:3, :3].T + pose[:3, 3]


def test_an_unknown_model_has_none(frame):
    assert frame[0].meshes('mug/of_another_config') is None

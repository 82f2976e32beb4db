"""Shapes in the air, distractors, and that no label knows of them."""

import mujoco
import numpy as np
import pytest

from synth_ros.errors import ConfigError
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.hanging import PARKED_M, blob, leaf
from synth_ros.scene.texture_images import ImageFiles
from synth_ros.scene.texture_pixels import flat_texture

from .conftest import CONFIG

CLUTTERED = f"""{CONFIG}
distractors:
  contextual:
    count: 3
    classes:
      - {{name: block, primitives: [{{shape: box, size_m: [0.05, 0.05, 0.05]}}]}}
    texture: {{share: 1.0}}
  flying: {{count: 12}}
  occluders: {{count: 8}}
  background: {{count: 10}}
labels: {{panoptic: true, parts: true}}
"""
HALF = (0.05, 0.03, 0.02)


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('make', [blob, leaf])
def test_blobs_and_leaves_are_closed_and_as_large_as_asked(make, seed):
    mesh = make(seed, HALF)
    np.testing.assert_allclose(mesh.vertices_m.max(axis=0), HALF, atol=1e-9)
    np.testing.assert_allclose(mesh.vertices_m.min(axis=0), -np.array(HALF), atol=1e-9)
    _, place = np.unique(np.round(mesh.vertices_m, 9), axis=0, return_inverse=True)
    faces = place.ravel()[mesh.faces]
    edges = faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    forth = {tuple(edge) for edge in edges.tolist()}
    assert len(forth) == len(edges)
    assert forth == {(b, a) for a, b in forth}
    a, b, c = np.moveaxis(mesh.vertices_m[mesh.faces], 1, 0)
    assert np.einsum('ij,ij->', a, np.cross(b, c)) > 0


def test_forms_differ_with_their_seeds():
    assert np.abs(blob(1, HALF).vertices_m - blob(2, HALF).vertices_m).max() > 0.002
    assert np.abs(leaf(1, HALF).vertices_m - leaf(2, HALF).vertices_m).max() > 0.002


def test_no_label_knows_what_is_unlabelled(load):
    loaded = load(CLUTTERED)
    builder = SceneBuilder(loaded)
    sampled = sample_scene(loaded.config, builder.inventory, streams=Streams(0, 1))
    scene = builder.build(sampled)
    assert len(sampled.distractors) == 3
    assert len(sampled.shapes) == 30
    assert {c.name for c in builder.categories} & {'block'} == set()
    things = scene.geometry.things
    for part in (*scene.distractors, *scene.shapes):
        geoms = np.flatnonzero(scene.model.geom_bodyid == part.body_id)
        assert len(geoms)
        assert not scene.geom_instance_id[geoms].any()
        for geom in geoms:
            surface = scene.geometry.surfaces[geom]
            thing = things[surface.thing]
            assert (thing.kind, thing.name, thing.instance_id) == ('environment', part.name, 0)
            assert (surface.part_id, surface.stuff_id) == (0, 0)
    assert len({(thing.kind, thing.name) for thing in things}) == len(things)
    objects = [surface.thing for surface in scene.geometry.surfaces]
    for part in scene.objects:
        for geom in part.geom_ids:
            assert things[objects[geom]].instance_id == part.instance_id


def test_shapes_wait_below_the_floor_and_touch_nothing(load):
    loaded = load(CLUTTERED)
    builder = SceneBuilder(loaded)
    scene = builder.build(sample_scene(loaded.config, builder.inventory, streams=Streams(0, 1)))
    data = mujoco.MjData(scene.model)
    mujoco.mj_forward(scene.model, data)
    shapes = [shape.geom_id for shape in scene.shapes]
    assert not np.isin(data.contact.geom, shapes).any()
    for shape in scene.shapes:
        np.testing.assert_allclose(data.xpos[shape.body_id], PARKED_M)
        reach = np.linalg.norm(data.geom_xpos[shape.geom_id] - data.xpos[shape.body_id])
        assert reach + scene.model.geom_rbound[shape.geom_id] <= shape.radius_m + 1e-9


def test_clutter_moves_no_object(load):
    plain, cluttered = load(CONFIG), load(CLUTTERED)
    for episode in range(4):
        one, other = (
            sample_scene(entry.config, SceneBuilder(entry).inventory, streams=Streams(5, episode))
            for entry in (plain, cluttered)
        )
        assert one.objects == other.objects
        assert one.lamps == other.lamps
        assert one.materials == other.materials


def test_one_more_shape_shifts_no_other(load):
    few, many = (
        load(CLUTTERED.replace('flying: {count: 12}', f'flying: {{count: {count}}}'))
        for count in (12, 13)
    )
    one, other = (
        sample_scene(entry.config, SceneBuilder(entry).inventory, streams=Streams(5, 2))
        for entry in (few, many)
    )
    by_name = {shape.name: shape for shape in other.shapes}
    assert all(by_name[shape.name] == shape for shape in one.shapes)
    assert one.distractors == other.distractors
    assert len(other.shapes) == len(one.shapes) + 1


@pytest.mark.parametrize(
    ('old', 'new', 'message'),
    [
        ('name: block', 'name: cube', r'contextual\.classes\[0\]\.name: "cube" is taken'),
        ('name: block,', 'name: block, id: 3,', r'classes\[0\]\.id: distractors are never'),
        ('count: 3\n', 'count: [1, 3.5]\n', r'distractors\.contextual\.count'),
        ('share: 1.0', 'share: 1.5', r'contextual\.texture\.share: expects'),
        ('share: 1.0', 'folder: none', r'texture\.folder: .*there is no such folder of textures'),
    ],
)
def test_mistakes_are_named(load, old, new, message):
    assert old in CLUTTERED
    with pytest.raises(ConfigError, match=message):
        SceneBuilder(load(CLUTTERED.replace(old, new)))


def test_clutter_without_classes_is_refused(load):
    with pytest.raises(ConfigError, match='asks for up to 2 distractors, but no class is listed'):
        load(f'{CONFIG}\ndistractors: {{contextual: {{count: 2}}}}\n')


def test_walls_and_furniture_wear_what_was_drawn(load):
    """Every role that drew a texture has exactly its pixels, and the others keep their own."""
    text = CONFIG.replace("'builtin://table'", "'builtin://tabletop_room', textures: {share: 0.5}")
    loaded = load(text)
    builder = SceneBuilder(loaded)
    sampled = sample_scene(loaded.config, builder.inventory, streams=Streams(0, 1))
    model = builder.build(sampled).model
    drawn = [look for look in sampled.materials if look.texture is not None]
    assert 2 < len(drawn) < len(sampled.materials) - 2
    role = int(mujoco.mjtTextureRole.mjTEXROLE_RGB)
    for look in sampled.materials:
        material = model.mat(f'env/{look.variant}').id
        texture = int(model.mat_texid[material, role])
        if look.texture is None:
            assert texture < 0 or not model.tex(texture).name.startswith('role/')
            continue
        assert model.tex(texture).name == f'role/{look.role}'
        size = int(model.tex_height[texture]) * int(model.tex_width[texture]) * 3
        start = int(model.tex_adr[texture])
        wanted = flat_texture(look.texture, ImageFiles(), pixels=int(model.tex_width[texture]))
        np.testing.assert_array_equal(model.tex_data[start : start + size], wanted.pixels.ravel())

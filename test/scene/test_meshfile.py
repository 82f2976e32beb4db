from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose
from PIL import Image
from trimesh.visual import TextureVisuals
from trimesh.visual.material import PBRMaterial

from synth_ros.errors import AssetError
from synth_ros.scene.meshfile import load_mesh_file

DAE = """<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit meter="0.01" name="cm"/><up_axis>Y_UP</up_axis></asset>
<library_effects>
 <effect id="e0"><profile_COMMON><technique sid="common"><lambert><diffuse>
  <color>1 0 0 1</color></diffuse></lambert></technique></profile_COMMON></effect>
 <effect id="e1"><profile_COMMON><technique sid="common"><lambert><diffuse>
  <color>0 0 1 1</color></diffuse></lambert></technique></profile_COMMON></effect>
</library_effects>
<library_materials>
 <material id="m0"><instance_effect url="#e0"/></material>
 <material id="m1"><instance_effect url="#e1"/></material>
</library_materials>
<library_geometries><geometry id="g"><mesh>
 <source id="p"><float_array id="pa" count="12">0 0 0 10 0 0 0 20 0 0 0 30</float_array>
  <technique_common><accessor source="#pa" count="4" stride="3"><param name="X" type="float"/>
  <param name="Y" type="float"/><param name="Z" type="float"/></accessor></technique_common>
 </source>
 <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
 <triangles material="s0" count="2"><input semantic="VERTEX" source="#v" offset="0"/>
  <p>0 2 1 0 1 3</p></triangles>
 <triangles material="s1" count="2"><input semantic="VERTEX" source="#v" offset="0"/>
  <p>0 3 2 1 2 3</p></triangles>
</mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node><instance_geometry url="#g"><bind_material>
 <technique_common><instance_material symbol="s0" target="#m0"/>
 <instance_material symbol="s1" target="#m1"/></technique_common></bind_material>
</instance_geometry></node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>
"""


def test_dae_has_its_unit_and_a_piece_for_each_colour(tmp_path: Path) -> None:
    path = tmp_path / 'part.dae'
    path.write_text(DAE)
    pieces = load_mesh_file(path).pieces
    assert sorted(piece.look.rgba for piece in pieces) == [(0, 0, 1, 1), (1, 0, 0, 1)]
    points = np.concatenate([piece.mesh.vertices_m for piece in pieces])
    # RViz's convention: the unit counts, the up axis does not.
    assert_allclose(points.max(axis=0), (0.1, 0.2, 0.3))


def test_vertex_colours_become_a_texture(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(2, radius=0.05)
    colors = np.full((len(ball.vertices), 4), 255, np.uint8)
    colors[:, :3] = np.abs(ball.vertices) / 0.05 * 255
    ball.visual.vertex_colors = colors
    ball.export(tmp_path / 'ball.ply')
    (piece,) = load_mesh_file(tmp_path / 'ball.ply').pieces
    assert piece.texture is not None
    assert piece.look.tint == 'value'
    pixels, mesh = piece.texture.pixels, piece.mesh
    assert mesh.texcoords is not None
    height, width, _ = pixels.shape
    # v counts downwards here, so it is a row of the texture.
    column = (mesh.texcoords[:, 0] * width).astype(int)
    row = (mesh.texcoords[:, 1] * height).astype(int)
    want = np.abs(mesh.vertices_m) / 0.05 * 255
    assert_allclose(pixels[row, column], want, atol=1.6)


def test_one_colour_needs_no_texture(tmp_path: Path) -> None:
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    box.visual.vertex_colors = [255, 0, 51, 255]
    box.export(tmp_path / 'box.ply')
    (piece,) = load_mesh_file(tmp_path / 'box.ply').pieces
    assert piece.texture is None
    assert_allclose(piece.look.rgba, (1, 0, 0.2, 1))
    assert not piece.is_plain


def test_glb_keeps_texture_and_placement_and_is_turned_upright(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (8, 16, 3), np.uint8)
    box = trimesh.creation.box((0.1, 0.2, 0.3))
    uv = np.random.default_rng(1).random((8, 2))
    material = PBRMaterial(
        baseColorTexture=Image.fromarray(pixels), baseColorFactor=[255, 128, 255, 255]
    )
    box.visual = TextureVisuals(uv=uv, material=material)
    scene = trimesh.Scene()
    scene.add_geometry(box, transform=trimesh.transformations.translation_matrix([1, 2, 3]))
    scene.add_geometry(trimesh.creation.box((0.2, 0.2, 0.2)))
    scene.export(tmp_path / 'two.glb')
    pieces = load_mesh_file(tmp_path / 'two.glb').pieces
    (textured,) = [piece for piece in pieces if piece.texture is not None]
    assert len(pieces) == 2
    assert np.array_equal(textured.texture.pixels, pixels)
    assert_allclose(textured.look.rgba, (1, 128 / 255, 1, 1))
    # Turned from y up, glTF's standard, to z up: (x, y, z) -> (x, -z, y).
    assert_allclose(textured.mesh.vertices_m.min(axis=0), (0.95, -3.15, 1.9), atol=1e-6)
    # v counts upwards in trimesh, downwards here.
    stored = np.unique(textured.mesh.texcoords, axis=0)
    assert_allclose(stored, np.unique(uv * [1, -1] + [0, 1], axis=0), atol=1e-6)


def test_missing_empty_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match='no such mesh file'):
        load_mesh_file(tmp_path / 'none.obj')
    (tmp_path / 'empty.obj').write_text('v 0 0 0\nv 1 0 0\nv 0 1 0\n')
    with pytest.raises(AssetError, match=r'no triangles|cannot be read as a mesh'):
        load_mesh_file(tmp_path / 'empty.obj')
    (tmp_path / 'broken.glb').write_bytes(b'glTF but not really')
    with pytest.raises(AssetError, match='cannot be read as a mesh'):
        load_mesh_file(tmp_path / 'broken.glb')
    (tmp_path / 'thing.blend').write_bytes(b'BLENDER')
    with pytest.raises(AssetError, match=r'readable formats: .*stl'):
        load_mesh_file(tmp_path / 'thing.blend')
    (tmp_path / 'nan.obj').write_text('v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n')
    with pytest.raises(AssetError, match='not numbers'):
        load_mesh_file(tmp_path / 'nan.obj')

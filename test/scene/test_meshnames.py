"""Parts that mesh files name: glTF nodes, OBJ objects and groups."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
import trimesh

from synth_ros.scene.mesh_object import load_mesh_object
from synth_ros.scene.meshfile import load_mesh_file
from synth_ros.scene.meshnames import MAX_NAMES
from synth_ros.scene.parts import part_names

# Two tetrahedra.
VERTICES = ''.join(
    f'v {x} {y} {z + lift}\n'
    for lift in (0, 3)
    for x, y, z in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
)
LOWER = ('f 1 3 2\n', 'f 1 2 4\nf 1 4 3\nf 2 3 4\n')
UPPER = 'f 5 7 6\nf 5 6 8\nf 5 8 7\nf 6 7 8\n'


def named_pieces(path: Path) -> list[tuple[str, int]]:
    return sorted((piece.part, len(piece.mesh.faces)) for piece in load_mesh_file(path).pieces)


@pytest.mark.parametrize('kind', ['o', 'g'])
def test_objects_and_groups_of_obj_files_are_parts(tmp_path: Path, kind: str) -> None:
    path = tmp_path / 'pot.obj'
    path.write_text(f'{VERTICES}{kind} pot\n{"".join(LOWER)}{kind} the lid\n{UPPER}')
    assert named_pieces(path) == [('pot', 4), ('the lid', 4)]
    solid = load_mesh_object(path, density_kg_m3=400.0, collision='hull').solid
    assert sorted(part_names(solid)) == ['pot', 'the lid']
    assert all(geom.part == '' for geom in solid.geoms if not geom.visible)


def test_a_part_may_have_several_materials(tmp_path: Path) -> None:
    (tmp_path / 'm.mtl').write_text('newmtl red\nKd 1 0 0\nnewmtl blue\nKd 0 0 1\n')
    path = tmp_path / 'pot.obj'
    path.write_text(
        f'mtllib m.mtl\n{VERTICES}o pot\nusemtl red\n{LOWER[0]}usemtl blue\n{LOWER[1]}'
        f'o pot_lid\nusemtl red\n{UPPER}'
    )
    assert named_pieces(path) == [('pot', 1), ('pot', 3), ('pot_lid', 4)]


def test_materials_one_name_and_too_many_names_are_no_parts(tmp_path: Path) -> None:
    (tmp_path / 'm.mtl').write_text('newmtl red\nKd 1 0 0\nnewmtl blue\nKd 0 0 1\n')
    path = tmp_path / 'pot.obj'
    both = f'usemtl red\n{"".join(LOWER)}usemtl blue\n{UPPER}'
    path.write_text(f'mtllib m.mtl\n{VERTICES}o pot\n{both}')
    assert named_pieces(path) == [('', 4), ('', 4)]
    many = ''.join(f'o face{k}\nf 1 3 2\n' for k in range(MAX_NAMES + 1))
    path.write_text(VERTICES + many)
    assert {part for part, _ in named_pieces(path)} == {''}


def test_nodes_of_gltf_files_are_parts(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    box, ball = trimesh.creation.box(), trimesh.creation.icosphere(1)
    scene.add_geometry(box, node_name='handle', geom_name='wood')
    scene.add_geometry(ball, node_name='head', geom_name='steel')
    path = tmp_path / 'hammer.glb'
    scene.export(path)
    assert named_pieces(path) == [('handle', 12), ('head', 80)]
    rename_nodes(path, {'handle': None})
    assert named_pieces(path) == [('', 12), ('head', 80)]
    # Two nodes of one name are told apart by a number.
    rename_nodes(path, {None: 'head', 'head': 'head'})
    assert {part for part, _ in named_pieces(path)} == {'head', 'head_1'}


def test_a_node_of_several_materials_is_one_part(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    for number, name in enumerate(('handle', 'head', 'nail')):
        ball = trimesh.creation.icosphere(1, 0.1 * (number + 1))
        scene.add_geometry(ball, node_name=name, geom_name=name)
    path = tmp_path / 'hammer.glb'
    scene.export(path)
    document, rest = read_glb(path)
    meshes = {mesh['name']: mesh for mesh in document['meshes']}
    meshes['handle']['primitives'] += meshes['nail']['primitives']
    write_glb(path, document, rest)
    assert named_pieces(path) == [('handle', 80), ('handle', 80), ('head', 80), ('nail', 80)]


@pytest.mark.parametrize('suffix', ['glb', 'obj', 'stl', 'ply'])
def test_a_single_mesh_has_no_part(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f'cube.{suffix}'
    trimesh.creation.box().export(path)
    assert named_pieces(path) == [('', 12)]


def rename_nodes(path: Path, names: dict) -> None:
    document, rest = read_glb(path)
    for node in document['nodes']:
        if 'mesh' in node and node.get('name') in names:
            name = names[node.pop('name', None)]
            if name is not None:
                node['name'] = name
    write_glb(path, document, rest)


def read_glb(path: Path) -> tuple[dict, bytes]:
    """The document of a binary glTF file and the chunks after it."""
    data = path.read_bytes()
    (length,) = struct.unpack_from('<I', data, 12)
    return json.loads(data[20 : 20 + length]), data[20 + length :]


def write_glb(path: Path, document: dict, rest: bytes) -> None:
    text = json.dumps(document).encode()
    text += b' ' * (-len(text) % 4)
    head = b'glTF' + struct.pack('<II', 2, 20 + len(text) + len(rest))
    path.write_bytes(head + struct.pack('<I', len(text)) + b'JSON' + text + rest)

"""A settled scene for programs that know nothing of ours: OBJ files, poses and views as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scenes import TABLE_TOP_M, TRAY_HALF_M
from settled import Settled, open_settled, views

from synth_ros.geometry.transforms import quat_wxyz_from_matrix

_FLOOR_M = 3.0
# Corners of a face, then its texture's.
_QUAD = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def export(folder: Path) -> Path:
    """Write ``peers.json`` into a settled scene's folder.

    Raises:
        ValueError: The scene is not one of meshes.
    """
    settled = open_settled(folder)
    half = TRAY_HALF_M
    _write_box(folder / 'table.obj', (half, half, 0.02), texture='wood.png')
    _write_box(folder / 'ground.obj', (_FLOOR_M, _FLOOR_M, 0.05), texture='floor.png')
    _write_box(folder / 'wall_x.obj', (0.01, half, 0.04), texture=None)
    _write_box(folder / 'wall_y.obj', (half, 0.01, 0.04), texture=None)
    top = TABLE_TOP_M
    fixed = [
        _part('table.obj', (0, 0, top - 0.02)),
        _part('ground.obj', (0, 0, -0.05)),
        *(_part('wall_x.obj', (x, 0, top + 0.04)) for x in (half, -half)),
        *(_part('wall_y.obj', (0, y, top + 0.04)) for y in (half, -half)),
    ]
    camera = settled.world.scene.cameras[0]
    scene = {
        'parts': [*fixed, *_objects(settled)],
        'size': [camera.model.width, camera.model.height],
        'fovy_deg': float(settled.world.model.cam_fovy[camera.camera_id]),
        'views': [
            {
                'position': world.data.cam_xpos[camera.camera_id].tolist(),
                'rotation': world.data.cam_xmat[camera.camera_id].reshape(3, 3).tolist(),
                'quat_wxyz': quat_wxyz_from_matrix(
                    world.data.cam_xmat[camera.camera_id].reshape(3, 3)
                ).tolist(),
            }
            for world in views(settled)
        ],
    }
    path = folder / 'peers.json'
    path.write_text(json.dumps(scene), encoding='utf-8')
    return path


def _objects(settled: Settled) -> list[dict[str, object]]:
    world = settled.world
    sampled = {item.name: item for item in settled.sampled.objects}
    parts = []
    for number, part in enumerate(world.scene.objects, start=1):
        folder = part.class_name.replace('thing', 'mesh')
        if folder == part.class_name:
            raise ValueError('Other programs draw scenes of meshes only.')
        parts.append(
            {
                'mesh': f'{folder}/mesh.obj',
                'texture': f'{folder}/skin.png',
                'scale': sampled[part.name].scale,
                'position': world.data.xpos[part.body_id].tolist(),
                'quat_wxyz': world.data.xquat[part.body_id].tolist(),
                'id': number,
            }
        )
    return parts


def _part(mesh: str, position: tuple[float, float, float]) -> dict[str, object]:
    texture = {'table.obj': 'wood.png', 'ground.obj': 'floor.png'}.get(mesh)
    return {
        'mesh': mesh,
        'texture': texture,
        'scale': 1.0,
        'position': list(position),
        'quat_wxyz': [1.0, 0.0, 0.0, 0.0],
        'id': 0,
    }


def _write_box(path: Path, half: tuple[float, float, float], *, texture: str | None) -> None:
    """A box of six textured faces; one repeat of the texture is a metre wide."""
    vertices, corners, faces = [], [], []
    for axis in range(3):
        for side in (-1, 1):
            a, b = (axis + 1) % 3, (axis + 2) % 3
            first = len(vertices) + 1
            for u, v in _QUAD:
                point = np.zeros(3)
                point[axis], point[a], point[b] = side * half[axis], u * half[a], v * half[b]
                vertices.append(point)
                corners.append((u * half[a], v * half[b]))
            order = (0, 1, 2, 3) if side > 0 else (3, 2, 1, 0)
            ring = [first + k for k in order]
            faces += [(ring[0], ring[1], ring[2]), (ring[0], ring[2], ring[3])]
    name = path.stem
    lines = [f'mtllib {name}.mtl', 'usemtl skin']
    lines += [f'v {x:.6f} {y:.6f} {z:.6f}' for x, y, z in vertices]
    lines += [f'vt {u:.5f} {v:.5f}' for u, v in corners]
    lines += ['f ' + ' '.join(f'{i}/{i}' for i in face) for face in faces]
    path.write_text('\n'.join(lines) + '\n', encoding='ascii')
    colour = 'Kd 1 1 1' if texture else 'Kd 0.5 0.4 0.3'
    skin = f'map_Kd {texture}\n' if texture else ''
    path.with_suffix('.mtl').write_text(f'newmtl skin\n{colour}\n{skin}', encoding='ascii')

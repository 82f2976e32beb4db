from pathlib import Path

import numpy as np
import pytest
import trimesh

from synth_ros.errors import AssetError
from synth_ros.scene import collision
from synth_ros.scene.collision import collision_shape, hull_mesh

FILE = Path('thing.obj')
RING = trimesh.creation.annulus(0.03, 0.05, 0.04, segments=24)
BOX = trimesh.creation.box((0.1, 0.2, 0.3))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    return tmp_path / 'synth_ros' / 'convex_parts'


def parts(mesh: trimesh.Trimesh, mode: str) -> list[np.ndarray]:
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces)
    shape = collision_shape(vertices, faces, mode=mode, path=FILE)  # type: ignore[arg-type]
    return [part.vertices_m for part in shape.parts]


def covers(shapes: list[np.ndarray], point: tuple[float, float, float]) -> bool:
    return any(_inside(points, np.array(point)) for points in shapes)


def _inside(points: np.ndarray, point: np.ndarray) -> bool:
    hull = hull_mesh(points, FILE)
    a, b, c = np.moveaxis(hull.vertices_m[hull.faces], 1, 0)
    normals = np.cross(b - a, c - a)
    return bool(np.all(np.einsum('ij,ij->i', normals, point - a) <= 1e-12))


def test_a_convex_mesh_is_its_hull() -> None:
    (box,) = parts(BOX, 'auto')
    assert len(box) == 8
    assert len(parts(RING, 'hull')) == 1


def test_a_ring_keeps_its_hole(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = parts(RING, 'auto')
    assert covers(found, (0.04, 0.0, 0.0))
    assert covers(found, (0.0, -0.04, 0.0))
    assert not covers(found, (0.0, 0.0, 0.0))
    assert len(list(cache.glob('*.npz'))) == 1

    # The second time it comes from the cache, the same to the last bit.
    monkeypatch.setattr(collision, '_run_coacd', None)
    again = parts(RING, 'auto')
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))


def test_a_damaged_or_unwritable_cache_is_no_obstacle(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collision, '_run_coacd', lambda v, f: [v])
    parts(RING, 'decompose')
    (file,) = cache.glob('*.npz')
    file.write_bytes(file.read_bytes()[:100])
    assert len(parts(RING, 'decompose')) == 1
    monkeypatch.setenv('XDG_CACHE_HOME', '/dev/null')
    assert len(parts(RING, 'decompose')) == 1


def test_without_coacd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collision, '_has_coacd', lambda: False)
    shape = collision_shape(
        np.asarray(RING.vertices), np.asarray(RING.faces), mode='auto', path=FILE
    )
    assert len(shape.parts) == 1
    assert 'pip install coacd' in shape.notes[0]
    with pytest.raises(AssetError, match='pip install coacd'):
        parts(RING, 'decompose')


def test_a_flat_mesh_is_refused() -> None:
    with pytest.raises(AssetError, match='the mesh is flat'):
        hull_mesh(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]), FILE)

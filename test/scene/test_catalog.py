from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose

from synth_ros.config.load import LoadedConfig
from synth_ros.config.objects import ObjectClass, Primitive
from synth_ros.errors import AssetError, ConfigError
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.catalog import Variant, load_sources, load_variants

from .conftest import CONFIG


def variants(tmp_path: Path, *sources: str, **values: object) -> list[Variant]:
    entry = ObjectClass.model_validate({'name': 'thing', 'sources': sources, **values})
    found: list[Variant] = []
    for source in sources:
        taken = [variant.name for variant in found]
        found += load_sources(entry, source, base_dir=tmp_path, taken=taken)
    return found


def test_millimetres_become_metres_and_density_stays(tmp_path: Path) -> None:
    trimesh.creation.box((80, 60, 100)).export(tmp_path / 'box.stl')
    (box,) = variants(tmp_path, 'box.stl', scale=0.001, density_kg_m3=500.0)
    assert_allclose(box.info.half_size_m, (0.04, 0.03, 0.05))
    assert_allclose(box.solid.mass.mass_kg, 0.08 * 0.06 * 0.1 * 500)
    (heavy,) = variants(tmp_path, 'box.stl', scale=0.001, mass_kg=2.0)
    assert_allclose(heavy.solid.mass.mass_kg, 2)
    moments = np.diag(heavy.solid.mass.inertia_kg_m2)
    squares = np.array([0.06**2 + 0.1**2, 0.08**2 + 0.1**2, 0.08**2 + 0.06**2])
    assert_allclose(moments, 2 / 12 * squares)


def test_a_mesh_keeps_its_own_frame(tmp_path: Path) -> None:
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    box.apply_translation([1, 2, 3])
    box.export(tmp_path / 'box.obj')
    (found,) = variants(tmp_path, 'box.obj')
    assert_allclose(found.info.center_m, (1, 2, 3))
    model = found.spec.compile()
    drawn = int(np.flatnonzero(model.geom_group == 2)[0])
    assert_allclose(model.geom_pos[drawn], (1, 2, 3), atol=1e-6)


def test_equal_file_names_get_their_folder(tmp_path: Path) -> None:
    for folder in ('a', 'b'):
        (tmp_path / folder).mkdir()
        trimesh.creation.box((0.1, 0.1, 0.1)).export(tmp_path / folder / 'mesh.stl')
    names = [v.name for v in variants(tmp_path, 'a/mesh.stl', 'b/mesh.stl', 'b/mesh.stl')]
    assert names == ['mesh.stl', 'b/mesh.stl', 'b/mesh.stl#2']


@pytest.mark.parametrize(
    ('shape', 'half'),
    [
        ('box', (0.02, 0.03, 0.05)),
        ('ellipsoid', (0.02, 0.03, 0.05)),
        ('sphere', (0.02, 0.02, 0.02)),
        ('cylinder', (0.02, 0.02, 0.05)),
        ('capsule', (0.02, 0.02, 0.05)),
    ],
)
def test_primitives_have_the_size_of_the_config(shape: str, half: tuple[float]) -> None:
    primitive = Primitive.model_validate({'shape': shape, 'size_m': (0.04, 0.06, 0.1)})
    (found,) = load_variants(ObjectClass(name='thing', primitives=(primitive,)))
    assert found.name == f'{shape}_0'
    assert_allclose(found.info.half_size_m, half)


def test_warnings_name_the_file(tmp_path: Path) -> None:
    (tmp_path / 'o.xml').write_text(
        '<mujoco><worldbody><body><inertial pos="0 0 0" mass=".1" diaginertia="1 1 1"/>'
        '<geom size=".03"/></body></worldbody></mujoco>'
    )
    (found,) = variants(tmp_path, 'o.xml')
    assert found.warnings[0].startswith(str(tmp_path / 'o.xml'))


def test_an_unusable_mesh_says_why(tmp_path: Path) -> None:
    (tmp_path / 'm.ply').write_bytes(b'ply\nnonsense')
    with pytest.raises(AssetError, match=r'm\.ply: it cannot be read as a mesh'):
        variants(tmp_path, 'm.ply')


def test_every_broken_source_is_reported(
    load: Callable[[str], LoadedConfig], tmp_path: Path
) -> None:
    for name in ('a.ply', 'b.glb'):
        (tmp_path / name).write_bytes(b'nonsense')
    text = CONFIG + '    - {name: thing, sources: [a.ply, b.glb]}\n'
    with pytest.raises(ConfigError, match='cannot be read') as caught:
        SceneBuilder(load(text))
    places = ['objects.classes[2].sources[0]', 'objects.classes[2].sources[1]']
    assert [p.split(': ')[1] for p in caught.value.problems] == places

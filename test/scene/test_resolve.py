from pathlib import Path

import pytest

from synth_ros.errors import AssetError, NotFoundError
from synth_ros.scene.resolve import (
    builtin_variants,
    resolve_environment,
    resolve_file,
    resolve_mesh,
    resolve_robot,
)


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.fixture(autouse=True)
def no_ros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('AMENT_PREFIX_PATH', raising=False)
    monkeypatch.delenv('ROS_PACKAGE_PATH', raising=False)


def test_paths_start_at_the_config(tmp_path: Path) -> None:
    file = touch(tmp_path / 'robots' / 'r.xml')
    assert resolve_file('robots/r.xml', tmp_path) == file
    assert resolve_file(str(file), Path('/nowhere')) == file


def test_a_missing_file_shows_what_is_there(tmp_path: Path) -> None:
    touch(tmp_path / 'robot.xml')
    with pytest.raises(AssetError, match=r"no 'robots'; it holds: robot\.xml"):
        resolve_file('robots/robot.xml', tmp_path)


def test_builtin_names(tmp_path: Path) -> None:
    assert resolve_environment('builtin://table', tmp_path).name == 'scene.xml'
    with pytest.raises(NotFoundError, match=r"built-in environment 'tabel'.*mean 'table'"):
        resolve_environment('builtin://tabel', tmp_path)
    with pytest.raises(NotFoundError, match='built-in object class'):
        builtin_variants('../environments')
    with pytest.raises(NotFoundError, match='built-in robot'):
        resolve_robot('builtin://', tmp_path)


def test_installed_python_package_with_a_dash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = touch(tmp_path / 'my_robot_data' / 'models' / 'r.urdf')
    touch(tmp_path / 'my_robot_data' / '__init__.py')
    monkeypatch.syspath_prepend(str(tmp_path))
    assert resolve_file('package://my-robot-data/models/r.urdf', Path()) == file
    with pytest.raises(AssetError, match=r"no 'rr\.urdf'; it holds: r\.urdf"):
        resolve_file('package://my-robot-data/models/rr.urdf', Path())


def test_the_ament_index_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ros = touch(tmp_path / 'opt' / 'share' / 'arm_description' / 'arm.urdf')
    touch(tmp_path / 'py' / 'arm_description' / 'arm.urdf')
    touch(tmp_path / 'py' / 'arm_description' / '__init__.py')
    touch(tmp_path / 'opt/share/ament_index/resource_index/packages/arm_description')
    monkeypatch.syspath_prepend(str(tmp_path / 'py'))
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path / 'opt'))
    assert resolve_file('package://arm_description/arm.urdf', Path()) == ros
    with pytest.raises(NotFoundError, match="mean 'arm_description'"):
        resolve_file('package://arm_descriptoin/arm.urdf', Path())


def test_ros_package_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = touch(tmp_path / 'ws' / 'arm' / 'arm.urdf')
    monkeypatch.setenv('ROS_PACKAGE_PATH', f'{tmp_path / "ws"}')
    assert resolve_file('package://arm/arm.urdf', Path()) == file
    monkeypatch.setenv('ROS_PACKAGE_PATH', f'{tmp_path / "ws" / "arm"}')
    assert resolve_file('package://arm/arm.urdf', Path()) == file


def test_a_package_without_a_path(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match='package://PACKAGE/path'):
        resolve_file('package://arm', tmp_path)


def test_meshes_are_found_in_a_checkout(tmp_path: Path) -> None:
    urdf = touch(tmp_path / 'repo' / 'arm' / 'urdf' / 'arm.urdf')
    mesh = touch(tmp_path / 'repo' / 'arm' / 'meshes' / 'base.stl')
    assert resolve_mesh('package://data-pkg/robots/arm/meshes/base.stl', urdf) == mesh
    assert resolve_mesh('package://arm/meshes/base.stl', urdf) == mesh
    assert resolve_mesh(f'file://{mesh}', urdf) == mesh
    with pytest.raises(NotFoundError, match="package 'data-pkg'"):
        resolve_mesh('package://data-pkg/robots/arm/meshes/other.stl', urdf)

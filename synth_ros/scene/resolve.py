"""Finds asset files: ``builtin://``, ``package://`` and paths relative to the config."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from synth_ros.errors import AssetError, NotFoundError

BUILTIN = 'builtin://'
PACKAGE = 'package://'
ASSETS = Path(__file__).resolve().parent.parent / 'assets'

_ROBOT_FILES = ('robot.xml', 'robot.urdf')
_SCENE_FILES = ('scene.xml',)


def resolve_robot(uri: str, base_dir: Path) -> Path:
    """The file of a robot: ``builtin://NAME``, ``package://PACKAGE/path`` or a path.

    Raises:
        NotFoundError: If no built-in robot or package has this name.
        AssetError: If the file does not exist.
    """
    if uri.startswith(BUILTIN):
        return _builtin_file('robots', uri, files=_ROBOT_FILES)
    return resolve_file(uri, base_dir)


def resolve_environment(uri: str, base_dir: Path) -> Path:
    """The file of an environment, named in the same three ways.

    Raises:
        NotFoundError: If no built-in environment or package has this name.
        AssetError: If the file does not exist.
    """
    if uri.startswith(BUILTIN):
        return _builtin_file('environments', uri, files=_SCENE_FILES)
    return resolve_file(uri, base_dir)


def builtin_variants(class_name: str) -> dict[str, Path]:
    """The files of a built-in object class, by variant name in alphabetical order.

    Raises:
        NotFoundError: If there is no such class.
    """
    folder = ASSETS / 'objects' / class_name
    found = (
        {path.parent.name: path for path in sorted(folder.glob('*/object.xml'))}
        if _is_plain_name(class_name)
        else {}
    )
    if not found:
        raise NotFoundError(
            'built-in object class', class_name, available=_folders(ASSETS / 'objects')
        )
    return found


def resolve_file(uri: str, base_dir: Path) -> Path:
    """The file of ``package://PACKAGE/path``, or of a path relative to ``base_dir``.

    Raises:
        NotFoundError: If no package has this name.
        AssetError: If the file does not exist.
    """
    if uri.startswith(PACKAGE):
        return _package_file(uri, hint_dirs=())
    path = Path(uri).expanduser()
    path = path if path.is_absolute() else base_dir / path
    if not path.is_file():
        raise AssetError(path, f'there is no such file. {_what_is_near(path)}')
    return path


def resolve_mesh(uri: str, robot_file: Path) -> Path:
    """The mesh file that a URDF names.

    ``package://`` is looked up as everywhere; where the package is not installed, the path is
    also tried below the folders that hold the URDF, as in a checkout of its repository.

    Raises:
        NotFoundError: If no package has this name and no such file lies around the URDF.
        AssetError: If the file does not exist.
    """
    if uri.startswith(PACKAGE):
        return _package_file(uri, hint_dirs=tuple(robot_file.resolve().parents)[:6])
    return resolve_file(uri.removeprefix('file://'), robot_file.parent)


def package_share_dirs(package: str) -> list[Path]:
    """Folders that ``package://PACKAGE/`` may mean, best first.

    The ament index first (what ``AMENT_PREFIX_PATH`` names, as ``ament_index_python`` reads
    it), then ``ROS_PACKAGE_PATH``, then an installed Python package (a dash in the name stands
    for an underscore, as in distribution names).
    """
    found = [prefix / 'share' / package for prefix in _path_list('AMENT_PREFIX_PATH')]
    for folder in _path_list('ROS_PACKAGE_PATH'):
        found += [folder / package, *([folder] if folder.name == package else [])]
    found += _python_dirs(package)
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def _path_list(variable: str) -> list[Path]:
    """Folders in an environment variable such as PATH."""
    entries = os.environ.get(variable, '').split(os.pathsep)
    return [Path(entry) for entry in entries if entry]


def _python_dirs(package: str) -> list[Path]:
    module = package.replace('-', '_')
    if not module.isidentifier():
        return []
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return []
    if spec is None or not spec.submodule_search_locations:
        return []
    return [Path(place) for place in spec.submodule_search_locations]


def _package_file(uri: str, *, hint_dirs: Sequence[Path]) -> Path:
    package, _, inner = uri.removeprefix(PACKAGE).partition('/')
    if not package or not inner:
        raise AssetError(uri, 'write it as package://PACKAGE/path/in/the/package.')
    tried = [share / inner for share in package_share_dirs(package)]
    tried += [place for hint in hint_dirs for place in _around(hint, package, inner)]
    for path in tried:
        if path.is_file():
            return path
    if not package_share_dirs(package):
        raise NotFoundError(
            'package',
            package,
            available=_known_packages(package),
            where='the ament index, ROS_PACKAGE_PATH and the installed Python packages '
            f'(asked for by {uri})',
        )
    places = ', '.join(str(path) for path in tried)
    raise AssetError(
        uri, f'the package has no such file. Tried: {places}. {_what_is_near(tried[0])}'
    )


def _around(folder: Path, package: str, inner: str) -> list[Path]:
    """Places for ``package/inner`` in a checkout that has ``folder`` on its way down.

    A repository may not be named like its package, and may hold only its lower folders, so
    leading parts of the path are dropped one by one.
    """
    parts = Path(inner).parts
    shortened = [folder.joinpath(*parts[k:]) for k in range(max(1, len(parts) - 1))]
    return [folder / package / inner, *shortened]


def _builtin_file(kind: str, uri: str, *, files: Sequence[str]) -> Path:
    name = uri.removeprefix(BUILTIN)
    if _is_plain_name(name):
        for file in files:
            path = ASSETS / kind / name / file
            if path.is_file():
                return path
    raise NotFoundError(
        f'built-in {kind.removesuffix("s")}', name, available=_folders(ASSETS / kind)
    )


def _is_plain_name(name: str) -> bool:
    return name not in ('', '.', '..') and '/' not in name and '\\' not in name


def _folders(parent: Path) -> list[str]:
    if not parent.is_dir():
        return []
    return sorted(
        child.name for child in parent.iterdir() if child.is_dir() and any(child.iterdir())
    )


def _known_packages(package: str) -> list[str]:
    """Names to suggest: ROS packages, and Python distributions that resemble the name."""
    names: set[str] = set()
    for prefix in _path_list('AMENT_PREFIX_PATH'):
        index = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
        if index.is_dir():
            names.update(entry.name for entry in index.iterdir())
    start = package.replace('_', '-').lower()[:3]
    for dist in metadata.distributions():
        name = dist.metadata['Name'] or ''
        if name.lower().startswith(start):
            names.add(name)
    return sorted(names)


def _what_is_near(path: Path) -> str:
    """A sentence about the closest folder that exists above a missing file."""
    folder = path.parent
    missing = path.name
    while not folder.is_dir() and folder != folder.parent:
        missing, folder = folder.name, folder.parent
    entries = sorted(entry.name for entry in folder.iterdir())[:12]
    listing = ', '.join(entries) if entries else 'nothing'
    return f'{folder} has no {missing!r}; it holds: {listing}.'

"""Names of the robots, environments and object classes that come with the package."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple


class Builtins(NamedTuple):
    """What ``builtin://NAME`` can mean, by kind of asset.

    Attributes:
        robots: Robots, sorted.
        environments: Environments, sorted.
        objects: Object classes, sorted.
    """

    robots: tuple[str, ...]
    environments: tuple[str, ...]
    objects: tuple[str, ...]


def packaged_builtins() -> Builtins:
    """List the folders of the installed package's assets."""
    assets = resources.files('synth_ros') / 'assets'
    return Builtins(
        robots=_folders(assets / 'robots', ('robot.xml', 'robot.urdf')),
        environments=_folders(assets / 'environments', ('scene.xml',)),
        objects=tuple(
            name
            for name in _folders(assets / 'objects')
            if _folders(assets / 'objects' / name, ('object.xml',))
        ),
    )


def _folders(parent: Traversable, any_of: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Folders below another, sorted; only those that hold one of the files, if any is named."""
    if not parent.is_dir():
        return ()
    return tuple(
        sorted(
            child.name
            for child in parent.iterdir()
            if child.is_dir() and (not any_of or any((child / file).is_file() for file in any_of))
        )
    )

"""Checks that what a config names exists, as far as that shows without opening it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_ros.config.base import Fault, KeyPath
from synth_ros.config.objects import ObjectClass
from synth_ros.config.packaged import Builtins
from synth_ros.config.problems import nearest, printable
from synth_ros.config.root import Config
from synth_ros.config.words import cut

_MJCF = ('.xml', '.mjcf')
_MESHES = ('.obj', '.stl', '.ply', '.glb')
_PACKAGE = re.compile(r'[A-Za-z][A-Za-z0-9_-]*/[^/].*')


@dataclass(frozen=True, slots=True)
class _Sort:
    """A sort of asset.

    Attributes:
        noun: What one is called.
        builtins: Names of those that come with the package.
        suffixes: Endings of files that can be one, in lower case.
    """

    noun: str
    builtins: tuple[str, ...]
    suffixes: tuple[str, ...]


def asset_faults(config: Config, base_dir: Path, builtins: Builtins) -> Iterator[Fault]:
    """Check the assets of a config.

    Args:
        config: The config.
        base_dir: Folder that relative paths start from.
        builtins: What comes with the package.

    Yields:
        A fault for each name that means nothing and each file that is not there. Files of
        other packages are looked up later, when they are read.
    """
    robot = _Sort('robot', builtins.robots, (*_MJCF, '.urdf'))
    room = _Sort('environment', builtins.environments, _MJCF)
    thing = _Sort('object class', builtins.objects, (*_MJCF, *_MESHES))
    named = [
        (('robot', 'model'), config.robot.model, robot),
        (('environment', 'model'), config.environment.model, room),
    ]
    for path, text, sort in named:
        message = _reference_fault(text, sort, base_dir)
        if message:
            yield Fault(path, message)
    labelled: KeyPath = ('objects', 'classes')
    yield from _class_faults(labelled, config.objects.classes, sort=thing, base_dir=base_dir)
    distractors = config.distractors.contextual.classes
    key: KeyPath = ('distractors', 'contextual', 'classes')
    yield from _class_faults(key, distractors, sort=thing, base_dir=base_dir)


def _class_faults(
    key: KeyPath, entries: Sequence[ObjectClass], *, sort: _Sort, base_dir: Path
) -> Iterator[Fault]:
    for i, entry in enumerate(entries):
        for j, text in enumerate(entry.sources or ()):
            message = _reference_fault(text, sort, base_dir)
            if message:
                yield Fault((*key, i, 'sources', j), message)
        if not (entry.sources or entry.primitives or entry.name in sort.builtins):
            message = f'{_no_builtin(entry.name, sort)}. Others need sources or primitives'
            yield Fault((*key, i, 'name'), message)


def _reference_fault(text: str, sort: _Sort, base_dir: Path) -> str | None:
    scheme, mark, rest = text.partition('://')
    if not mark:
        return _suffix_fault(text, sort) or _file_fault(text, base_dir)
    if scheme == 'builtin':
        return None if rest in sort.builtins else _no_builtin(rest, sort)
    if scheme == 'package':
        if not _PACKAGE.fullmatch(rest):
            return f'expects package://PACKAGE/path/in/it, got "{cut(text)}"'
        return _suffix_fault(text, sort)
    return (
        f'unknown scheme "{cut(scheme)}://"; write builtin://NAME, package://PACKAGE/path, or '
        'the path of a file'
    )


def _no_builtin(name: str, sort: _Sort) -> str:
    near = nearest(name, sort.builtins)
    guess = f' Did you mean "{near}"?' if near else ''
    listed = ', '.join(sort.builtins) or 'none'
    return f'no {sort.noun} "{cut(name)}" is built in.{guess} Built in: {listed}'


def _suffix_fault(text: str, sort: _Sort) -> str | None:
    if text.lower().endswith(sort.suffixes):
        return None
    if text.lower().endswith('.xacro'):
        return f'"{cut(text)}" is xacro; run xacro on it and name the URDF file that it makes'
    return f'expects a file ending in {", ".join(sort.suffixes)}, got "{cut(text)}"'


def _file_fault(text: str, base_dir: Path) -> str | None:
    try:
        path = base_dir / Path(text).expanduser()
    except RuntimeError:  # a home folder of nobody
        path = base_dir / text
    # os.path answers no where pathlib raises, for names that no file can have.
    if os.path.isdir(path):  # noqa: PTH112
        return f'expects a file, got the folder {path}'
    if not os.path.isfile(path):  # noqa: PTH113
        looked = printable(str(path))
        return f'there is no file "{cut(text)}"; looked for {looked}{_neighbour(path)}'
    if not os.access(path, os.R_OK):
        return f'may not read the file {path}; check its permissions'
    return None


def _neighbour(path: Path) -> str:
    """A guess at the file that was meant, from those in the same folder."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return ''
    near = nearest(path.name, sorted(names))
    return f'. Did you mean "{near}"?' if near else ''

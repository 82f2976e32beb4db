"""Surfaces of object models as files in a bag's folder; players do not mind them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from synth_ros.geometry.shapes import MeshSource
from synth_ros.schema.bag_note import MESHES, MeshList, MeshNote
from synth_ros.writers.folder import make_folder, os_errors, replace_file
from synth_ros.writers.meshes import MeshBook


def write_bag_meshes(bag: Path, source: MeshSource | None, models: Iterable[str]) -> int:
    """Write the surfaces of some models, and then the list of them.

    Args:
        bag: The bag's folder.
        source: Knows surfaces; ``None`` knows none.
        models: Names of models.

    Returns:
        How many there are.

    Raises:
        OutputError: The disk is full or the folder is not writable.
    """
    book = MeshBook(source)
    listed: dict[str, MeshNote] = {}
    with os_errors(bag, valid='The messages of the bag are whole; surfaces of models are not.'):
        for name in sorted(set(models)):
            mesh = book.file(name)
            if mesh is None:
                continue
            _write(bag, mesh.path, mesh.data)
            listed[name] = MeshNote(file=mesh.path, size_m=mesh.size_m)
        if listed:
            text = MeshList(models=listed).model_dump_json(indent=1)
            _write(bag, MESHES, f'{text}\n'.encode())
    return len(listed)


def _write(bag: Path, name: str, data: bytes) -> None:
    make_folder(bag, (bag / name).parent)
    replace_file(bag / name, data)

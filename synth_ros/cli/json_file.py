"""Records as JSON files."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from synth_ros.errors import OutputError


def refuse_to_replace(*files: Path | None, force: bool) -> None:
    """Refuse files that are there before any work is done.

    Args:
        files: To be written; ``None`` for none.
        force: Whether they may be replaced.

    Raises:
        OutputError: One is there, or its folder is not.
    """
    for file in files:
        if file is None:
            continue
        if not file.absolute().parent.is_dir():
            raise OutputError(f'Cannot write {file}: there is no folder {file.absolute().parent}.')
        if file.is_dir():
            raise OutputError(f'Cannot write {file}: it is a folder. Name a file.')
        if file.exists() and not force:
            raise OutputError(f'{file} exists already. Name another file, or add --force.')


def write_record(path: Path, record: BaseModel) -> None:
    """Write a record; the same record gives the same bytes.

    Raises:
        OutputError: It cannot be written.
    """
    from synth_ros.report.page import write_text

    write_text(path, record.model_dump_json(indent=1) + '\n')

"""Files that are never replaced by accident."""

from __future__ import annotations

from pathlib import Path

from synth_ros.errors import OutputError, UsageError


def check_target(path: Path, *, suffix: str, force: bool) -> None:
    """See that a file may be written.

    Args:
        path: The file.
        suffix: How its name has to end.
        force: It may be there already.

    Raises:
        UsageError: Its name ends otherwise.
        OutputError: It is there already, or its folder is not.
    """
    if path.suffix != suffix:
        raise UsageError(f'{path} does not end in {suffix}. Call it {path.with_suffix(suffix)}.')
    if not path.parent.is_dir():
        raise OutputError(f'{path.parent} is not a folder. Create it first, or write elsewhere.')
    if path.is_dir():
        raise OutputError(f'{path} is a folder. Name a file.')
    if path.exists() and not force:
        raise OutputError(f'{path} is there already. Replace it with --force, or name another.')

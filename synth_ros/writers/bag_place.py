"""Where a bag lies until it is whole: in a hidden folder beside its place."""

from __future__ import annotations

import fcntl
import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_ros.errors import OutputError
from synth_ros.schema.bag_files import mcap_files
from synth_ros.writers.flush import sync_folder
from synth_ros.writers.folder import os_errors


class BagPlace:
    """A bag that has not appeared yet.

    Args:
        bag: Where it shall be.
        path: Where it is written, in a folder of the same name.

    Attributes:
        path: The same.
    """

    def __init__(self, bag: Path, path: Path) -> None:
        self.path = path
        self._bag = bag

    def appear(self) -> None:
        """Move the bag to its place.

        Raises:
            OutputError: It cannot be moved.
        """
        with os_errors(self._bag, valid='Nothing was written.'):
            self.path.rename(self._bag)
            sync_folder(self._bag.parent)


def check_free(bag: Path) -> None:
    """See that nothing is where a bag shall be.

    Raises:
        OutputError: Something is.
    """
    if bag.exists():
        raise OutputError(
            f'{bag} exists already, and a bag never overwrites. Choose another folder, or '
            'remove it.'
        )


@contextmanager
def bag_place(bag: Path) -> Iterator[BagPlace]:
    """A place beside that of a bag, until the bag appears; what has not appeared by then goes.

    What killed runs left there goes, too.

    Args:
        bag: Where the bag shall be.

    Raises:
        OutputError: The folder around it cannot be written.
    """
    with os_errors(bag, valid='Nothing was written.'):
        bag.parent.mkdir(parents=True, exist_ok=True)
        sweep(bag)
        folder = Path(tempfile.mkdtemp(prefix=f'.{bag.name}.', suffix='.partial', dir=bag.parent))
    try:
        yield BagPlace(bag, folder / bag.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(bag: Path) -> None:
    """Remove what killed runs left of a bag."""
    for left in bag.parent.glob(f'.{glob.escape(bag.name)}.*.partial'):
        if not any(map(_in_use, mcap_files(left / bag.name))):
            shutil.rmtree(left, ignore_errors=True)


def _in_use(file: Path) -> bool:
    """Whether a running process writes a bag's file."""
    try:
        with file.open('rb') as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False

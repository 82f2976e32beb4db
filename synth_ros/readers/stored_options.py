"""How the files of a dataset are stored, as its ``dataset.json`` says."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.errors import UsageError
from synth_ros.schema.faults import first_fault

IDENTITY = 'dataset.json'


class StoredOptions(BaseModel):
    """As in ``config.output.DatasetConfig``; older versions said less."""

    model_config = ConfigDict(frozen=True, extra='ignore')

    jpeg_quality: int = 95
    views_per_episode: int | None = None
    motion: Literal['views', 'sequence'] = 'views'
    container: Literal['folder', 'shards'] = 'folder'
    formats: tuple[str, ...] = ()


class _Identity(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')

    options: StoredOptions = StoredOptions()


def read_stored_options(folder: Path) -> StoredOptions:
    """How a dataset is stored; the defaults where it does not say.

    Args:
        folder: Of the dataset.

    Raises:
        UsageError: ``dataset.json`` is damaged.
    """
    path = folder / IDENTITY
    try:
        return _Identity.model_validate_json(path.read_bytes()).options
    except FileNotFoundError:
        return StoredOptions()
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except ValidationError as error:
        fault = first_fault(error, whole='the file')
        raise UsageError(
            f'{path} is damaged, at {fault}. It is a copy of what '
            'annotations.json says: remove it to read the dataset without it; only --resume '
            'needs it.'
        ) from None

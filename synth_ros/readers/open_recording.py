"""Opens whatever was recorded: a dataset folder or a bag."""

from __future__ import annotations

from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.readers.dataset_index import INDEX
from synth_ros.readers.recording import Recording
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.schema.bag_files import storage_files


def open_recording(path: Path) -> Recording:
    """A dataset or a bag.

    Args:
        path: Its folder.

    Raises:
        UsageError: It is neither, unfinished, or damaged.
    """
    path = Path(path)
    if not path.is_dir():
        raise UsageError(f'There is no folder {path}. Give the folder of a dataset or of a bag.')
    if (path / INDEX).is_file():
        return DatasetRecording(path)
    if (path / 'metadata.yaml').is_file() or storage_files(path):
        # Imported here: a bag needs libraries that a dataset does not.
        from synth_ros.readers.recording_bag import BagRecording

        return BagRecording(path)
    if (path / 'dataset.json').is_file():
        raise UsageError(
            f'{path} is unfinished: it has no {INDEX}. Go on with synth-ros generate ... --resume.'
        )
    raise UsageError(
        f'{path} is neither a dataset (it has no {INDEX}) nor a bag (it has no metadata.yaml).'
    )

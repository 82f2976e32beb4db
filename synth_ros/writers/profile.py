"""The times of a run, beside the dataset that it made."""

from __future__ import annotations

from pathlib import Path

from synth_ros.schema.profile import PROFILE, Profile, to_json
from synth_ros.writers.folder import os_errors, replace_file


def write_profile(dataset: Path, profile: Profile) -> None:
    """Leave a profile in the folder of a dataset; it replaces that of an earlier run.

    Raises:
        OutputError: It cannot be written; the dataset is whole without it.
    """
    path = dataset / PROFILE
    with os_errors(path, valid='All episodes are committed; only the times are lost.'):
        replace_file(path, to_json(profile).encode('ascii'))

"""The times of a run, beside the dataset that it made."""

from __future__ import annotations

from synth_ros.schema.profile import PROFILE, Profile, to_json
from synth_ros.writers.folder import os_errors
from synth_ros.writers.storage import Storage


def write_profile(storage: Storage, profile: Profile) -> None:
    """Leave a profile beside a dataset; it replaces that of an earlier run.

    Raises:
        OutputError: It cannot be written; the dataset is whole without it.
    """
    with os_errors(storage.name, valid='All episodes are committed; only the times are lost.'):
        storage.replace(PROFILE, to_json(profile).encode('ascii'))

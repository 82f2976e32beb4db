"""The times of a run, from beside the dataset that it made."""

from __future__ import annotations

from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.schema.profile import PROFILE, Profile, from_json


def read_profile(dataset: Path) -> Profile | None:
    """The profile of a dataset's last measured run; ``None`` if there is none.

    Raises:
        UsageError: The file is damaged.
    """
    path = dataset / PROFILE
    try:
        return from_json(path.read_text(encoding='ascii'))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(
            f'{path} cannot be read ({error}). It is no part of the dataset: remove it, or make '
            'it again with synth-ros generate ... --resume --profile.'
        ) from None

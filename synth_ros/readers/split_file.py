"""``splits.json``: which episodes of a dataset are in which split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synth_ros.errors import UsageError
from synth_ros.schema.faults import first_fault
from synth_ros.schema.splits import FORMAT, SPLITS


class SplitFile(BaseModel):
    """What ``splits.json`` says.

    Attributes:
        format: Version of the file.
        shares: That were asked for, by split.
        seed: That they were dealt by.
        episodes: Numbers of the episodes in each split, ascending.
    """

    model_config = ConfigDict(frozen=True, extra='forbid', strict=True, allow_inf_nan=False)

    format: str = FORMAT
    shares: dict[str, Annotated[float, Field(gt=0)]]
    seed: Annotated[int, Field(ge=0)]
    episodes: dict[str, tuple[Annotated[int, Field(ge=0)], ...]]

    def split_of(self) -> Mapping[int, str]:
        """Split of each episode."""
        return {number: name for name, numbers in self.episodes.items() for number in numbers}


def read_splits(root: Path, episodes: Iterable[int]) -> SplitFile | None:
    """The splits of a dataset; ``None`` if it has none.

    Args:
        root: Folder of the dataset.
        episodes: All that it has.

    Raises:
        UsageError: The file is damaged, has an episode twice, or was made for other episodes.
    """
    path = Path(root) / SPLITS
    try:
        found = SplitFile.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except ValidationError as error:
        fault = first_fault(error, whole='the file')
        raise UsageError(
            f'{path} is damaged, at {fault}. Make it again: synth-ros split {root} --replace'
        ) from None
    if found.format != FORMAT:
        raise UsageError(f'{path} has the format {found.format!r}, expected {FORMAT!r}.')
    listed = [number for numbers in found.episodes.values() for number in numbers]
    if len(set(listed)) < len(listed):
        twice = next(number for number in sorted(listed) if listed.count(number) > 1)
        raise UsageError(
            f'{path} has episode {twice} in two places: no scene may be in two splits. Make it '
            f'again: synth-ros split {root} --replace'
        )
    odd = sorted(set(listed) ^ set(episodes))
    if odd:
        raise UsageError(
            f'{path} was made for other episodes than the dataset has now ({len(odd)} differ, '
            f'the first is {odd[0]}). Deal them again: synth-ros split {root} --replace'
        )
    return found

"""WebDataset: the list of shards that our own conversions write beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.layouts.folders import is_file
from synth_ros.validate.common import problems
from synth_ros.validate.inspection import Inspection
from synth_ros.validate.sums import check_sum

_INDEX = 'index.json'
_FORMAT = 'synth_ros webdataset'


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')


class _Shard(_Record):
    file: str
    samples: int
    size: int
    sha256: Annotated[str, Field(pattern=r'^[0-9a-f]{64}$')]


class _Split(_Record):
    shards: list[_Shard]


class _Class(_Record):
    name: str


class _Index(_Record):
    classes: list[_Class]
    splits: dict[str, _Split]


_ADAPTER = TypeAdapter(_Index)


def check_index(run: Inspection, samples: Mapping[Path, int]) -> None:
    """Compare the list with the shards; nothing without one of ours.

    Args:
        run: Where to report.
        samples: How many each shard has.
    """
    index = _read(run)
    if index is None:
        return
    for item in index.classes:
        run.counts.classes[item.name] += 0
    listed = {}
    for split, part in index.splits.items():
        for number, shard in enumerate(part.shards):
            at = f'splits.{split}.shards[{number}]'
            found = run.located(run.root, shard.file, file=_INDEX, at=at)
            if found is not None and _same(run, found, (shard, samples.get(found), at)):
                listed[found] = shard.sha256
    tasks = [partial(check_sum, run=run, path=p, expected=s) for p, s in listed.items()]
    for _ in run.work(() if run.fast else tasks):
        pass
    for found in sorted(set(samples) - set(listed)):
        run.add('wds.index', _INDEX, f'{run.name(found)} is not in it as it is')


def _read(run: Inspection) -> _Index | None:
    path = run.root / _INDEX
    stored = run.json(path) if is_file(path) else None
    if not isinstance(stored, dict) or not str(stored.get('format')).startswith(_FORMAT):
        return None
    try:
        return _ADAPTER.validate_python(stored)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('wds.index', _INDEX, message, at=below.lstrip('.'))
        return None


def _same(run: Inspection, path: Path, listed: tuple[_Shard, int | None, str]) -> bool:
    """Whether a shard has the size and the number of samples that are stated."""
    shard, count, at = listed
    stated, true = (shard.size, shard.samples), (path.stat().st_size, count)
    if stated != true:
        message = f'{shard.file}: bytes and samples are {stated}, true {true}'
        run.add('wds.index', _INDEX, message, at=at)
    return stated == true

"""The dataset folder: commit markers of episodes and the files they list."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.layouts.folders import is_file
from synth_ros.validate.base import Rule
from synth_ros.validate.common import problems
from synth_ros.validate.inspection import Inspection
from synth_ros.validate.sums import CHECKSUMS, check_sum

RULES = (
    Rule(
        'ours.marker',
        'error',
        'every episode has a whole commit marker; markers and annotations.json know the same '
        'episodes',
        'Run generate --resume: it makes episodes again whose marker is gone.',
    ),
    Rule(
        'ours.file-size',
        'error',
        'files of an episode have the size that its marker states',
        'Run generate --resume: it makes episodes again whose files were cut.',
    ),
)
_MARKER = re.compile(r'^\d{6,}\.json$')


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')

    path: str
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r'^[0-9a-f]{64}$')]


class _Marker(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')

    episode: int
    files: list[_File]


_ADAPTER = TypeAdapter(_Marker)


def check_episodes(run: Inspection, indexed: set[int]) -> None:
    """Check all markers and the files they list.

    Args:
        run: Where to report.
        indexed: Episodes that annotations.json knows; empty if it could not be read.
    """
    folder = run.root / 'episodes'
    markers = sorted(p for p in folder.glob('*.json') if _MARKER.match(p.name))
    run.progress.begin('commit markers', len(markers))
    known = set()
    for path in markers:
        marker = _read(run, path)
        run.progress.step()
        if marker is not None:
            known.add(marker.episode)
            _files(run, path, marker)
    run.counts.other['episodes'] = len(markers)
    for episode in sorted(indexed - known):
        message = 'annotations.json has frames of it, but there is no whole marker'
        run.add('ours.marker', f'episodes/{episode:06d}.json', message)
    for episode in sorted(known - indexed) if indexed else ():
        # An episode without frames has none in the index either.
        message = 'it is committed, but annotations.json has no frame of it'
        run.add('ours.marker', f'episodes/{episode:06d}.json', message)


def _read(run: Inspection, path: Path) -> _Marker | None:
    stored = run.json(path)
    if stored is None:
        return None
    try:
        marker = _ADAPTER.validate_python(stored)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('ours.marker', run.name(path), message, at=below.lstrip('.'))
        return None
    if path.stem != f'{marker.episode:06d}':
        run.add('ours.marker', run.name(path), f'it is of episode {marker.episode}')
    return marker


def _files(run: Inspection, path: Path, marker: _Marker) -> None:
    tasks = []
    listed = is_file(run.root / CHECKSUMS)
    for number, entry in enumerate(marker.files):
        file = run.located(run.root, entry.path, file=run.name(path), at=f'files[{number}]')
        if file is None:
            continue
        size = file.stat().st_size
        if size != entry.size:
            message = f'it has {size} bytes, written were {entry.size}'
            run.add('ours.file-size', entry.path, message)
        elif not listed and not run.fast:
            # SHA256SUMS has the same sums, and is checked for every format.
            tasks.append(partial(check_sum, run=run, path=file, expected=entry.sha256))
    for _ in run.work(tasks):
        pass

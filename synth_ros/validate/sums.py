"""Checksums: ``SHA256SUMS`` of any dataset, and those that markers of ours hold."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from pathlib import Path

from synth_ros.validate.base import Sink
from synth_ros.validate.inspection import Inspection

CHECKSUMS = 'SHA256SUMS'
_LINE = re.compile(r'^([0-9a-fA-F]{64}) [ *](.+)$')
_BLOCK = 1 << 20


def check_sums(run: Inspection) -> None:
    """Check all files that ``SHA256SUMS`` lists; only whether they exist if it must be fast."""
    path = run.root / CHECKSUMS
    if not path.is_file():
        return
    lines = (run.text(path) or '').splitlines()
    tasks = []
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line)
        if match is None:
            message = f'it is no checksum and path: {line[:60]!r}'
            run.add('sums.damaged', CHECKSUMS, message, at=f'line {number}')
            continue
        file = run.located(run.root, match[2], file=CHECKSUMS, at=f'line {number}')
        if file is not None and not run.fast:
            tasks.append(partial(check_sum, run=run, path=file, expected=match[1].lower()))
    run.progress.begin('checksums', len(tasks))
    for _ in run.work(tasks):
        run.progress.step()


def check_sum(sink: Sink, *, run: Inspection, path: Path, expected: str) -> None:
    """Compare the checksum of a file with what it should be."""
    digest = hashlib.sha256()
    try:
        with path.open('rb') as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        sink.add('file.unreadable', run.name(path), f'it cannot be read: {error.strerror}')
        return
    if digest.hexdigest() != expected:
        sink.add('sums.differ', run.name(path), 'its bytes are not those that were written')

"""The result of an audit as files: ``audit.json`` and one HTML page with pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.audit.measure import Measure
from synth_ros.audit.results import AuditRecord, record_of
from synth_ros.audit.run import AuditResult
from synth_ros.audit.tally import RowResult
from synth_ros.errors import OutputError
from synth_ros.readers.recording import Recording
from synth_ros.report.page import templates
from synth_ros.report.worst import (
    SHOWN_PER_ROW,
    Worth,
    figure,
    heading,
    pictures,
    worth_a_picture,
)

JSON_NAME = 'audit.json'
HTML_NAME = 'audit.html'


class Written(NamedTuple):
    """The files of an audit."""

    json: Path
    html: Path


def write_audit(result: AuditResult, recording: Recording, out: Path) -> Written:
    """Write ``audit.json`` and ``audit.html``; the same result gives the same bytes.

    Args:
        result: Of the audit.
        recording: What was audited, for the pictures.
        out: Folder; made if it is not there.

    Raises:
        OutputError: A file cannot be written.
    """
    record = record_of(result)
    written = Written(out / JSON_NAME, out / HTML_NAME)
    try:
        out.mkdir(parents=True, exist_ok=True)
        written.json.write_text(record.model_dump_json(indent=1) + '\n', encoding='utf-8')
        written.html.write_text(render(result, record, recording), encoding='utf-8')
    except OSError as error:
        raise OutputError(f'Cannot write into {out}: {error.strerror}.') from error
    return written


def render(result: AuditResult, record: AuditRecord, recording: Recording) -> str:
    """The page's HTML text."""
    environment = templates()
    environment.filters['figure'] = figure
    return environment.get_template('audit.html').render(
        audit=record,
        name=result.path.name,
        broken=[row for row in record.rows if row.status == 'broken'],
        judged=[row for row in record.rows if row.status in {'fine', 'broken'}],
        absent=[row for row in record.rows if row.status not in {'fine', 'broken'}],
        pictures=list(pictures(_worth_showing(result), recording)),
    )


def _worth_showing(result: AuditResult) -> Iterator[Worth]:
    """As ``worst.worth_showing``, with details that the record leaves out where all is fine."""
    for row in result.rows:
        for finding in row.findings[:SHOWN_PER_ROW]:
            yield _worth(row, finding.measure, broken=True)
    for row in result.rows:
        worst = row.worst
        if row.status != 'fine' or worst is None or not worst.place:
            continue
        if worth_a_picture(worst.worst, row.row.worst):
            yield _worth(row, worst, broken=False)


def _worth(row: RowResult, measure: Measure, *, broken: bool) -> Worth:
    return Worth(
        measure.frame,
        heading(row.row.annotation, measure.subject),
        row.name,
        error=measure.worst if np.isfinite(measure.worst) else None,
        unit=row.row.unit,
        detail=measure.detail,
        place=measure.place,
        broken=broken,
    )

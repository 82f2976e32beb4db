"""Checks a dataset and says what was found."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from synth_ros.readers.layouts.recognise import Kind
from synth_ros.validate.base import Counts, Findings, Options, Progress, Silent
from synth_ros.validate.detect import Detected, detect
from synth_ros.validate.inspection import Inspection
from synth_ros.validate.registry import FORMATS
from synth_ros.validate.sums import check_sums


class Validation(NamedTuple):
    """The outcome of a check.

    Attributes:
        path: The dataset.
        detected: What it was taken for, and why.
        counts: What it holds.
        findings: What is wrong with it.
    """

    path: Path
    detected: Detected
    counts: Counts
    findings: Findings

    @property
    def kind(self) -> Kind:
        """Its format."""
        return self.detected.kind

    @property
    def errors(self) -> int:
        """Number of findings that are errors."""
        return self.findings.total('error')

    @property
    def warnings(self) -> int:
        """Number of findings that are warnings."""
        return self.findings.total('warning')


def validate(
    path: Path,
    *,
    kind: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Validation:
    """Check a dataset of any known format.

    Args:
        path: Its folder.
        kind: Its format; found out by default.
        options: How thoroughly.
        progress: Told how far the work is.

    Raises:
        UsageError: There is no such folder, it is of no known format, or a library is missing.
    """
    path = Path(path)
    options = options or Options()
    detected = detect(path, kind)
    found = FORMATS[detected.kind]
    findings = Findings(found.all_rules, first=options.first)
    run = Inspection(path, options, findings=findings, progress=progress or Silent())
    found.check(run)
    check_sums(run)
    return Validation(path, detected, run.counts, findings)

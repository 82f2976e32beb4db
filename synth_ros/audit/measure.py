"""What a check finds: errors of one annotation of one frame, and where the worst of them is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from synth_ros.audit.row_names import RowName
from synth_ros.types import FloatArray

_QUANTILES = 101

Place = tuple[float, float, float, float]
"""Part of an image to point at: half-open pixel edges (x0, y0, x1, y1)."""


class Measure(NamedTuple):
    """Errors of one annotation in one frame.

    Attributes:
        row: Which row of the table.
        frame: Stem of the frame.
        subject: What was measured: an instance by name, a link, a topic; empty for the frame.
        worst: The largest error, in the row's unit.
        sketch: Quantiles of the errors from least to worst, each standing for equally many.
        number: How many errors.
        detail: What is wrong where it is worst, in words with numbers.
        place: Where it is in the image; ``None`` for what has no place.
    """

    row: RowName
    frame: str
    subject: str
    worst: float
    sketch: FloatArray
    number: int
    detail: str
    place: Place | None = None

    @property
    def median(self) -> float:
        """The median error."""
        return float(self.sketch[len(self.sketch) // 2])


class Finder:
    """Makes the measures of one frame, with its name filled in.

    Args:
        frame: Stem of the frame.
    """

    def __init__(self, frame: str) -> None:
        self._frame = frame

    def errors(
        self,
        row: RowName,
        errors: ArrayLike,
        *,
        subject: str = '',
        detail: str = '',
        place: Place | None = None,
    ) -> Measure:
        """A measure of one or more errors, all finite or infinite, none NaN.

        A NaN is the largest error there is: it stands for a number that could not be had.
        """
        values = np.atleast_1d(np.asarray(errors, dtype=np.float64)).ravel()
        assert values.size, f'{row}: a measure needs an error'
        values = np.where(np.isnan(values), np.inf, values)
        ordered = np.sort(values)
        if ordered.size > _QUANTILES:
            at = np.linspace(0, ordered.size - 1, _QUANTILES).round().astype(int)
            sketch = ordered[at]
        else:
            sketch = ordered
        worst = float(ordered[-1])
        return Measure(row, self._frame, subject, worst, sketch, values.size, detail, place)

    def wrong(
        self,
        row: RowName,
        count: int,
        *,
        subject: str = '',
        detail: str = '',
        place: Place | None = None,
    ) -> Measure:
        """A measure that counts what is wrong: 0 is right."""
        return self.errors(row, [count], subject=subject, detail=detail, place=place)

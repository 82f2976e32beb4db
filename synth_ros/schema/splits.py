"""Name and version of the file that lists a dataset's splits: writers and readers agree here."""

from __future__ import annotations

from typing import Literal

SPLITS = 'splits.json'
FORMAT: Literal['synth_ros splits 1'] = 'synth_ros splits 1'

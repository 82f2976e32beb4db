"""Contacts as arrows: where two things touch, along the normal, the longer the more force."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import Rgb
from synth_ros.view import paths
from synth_ros.view.log import Log

_COLOUR: Rgb = (230, 60, 60)
_METRES_A_NEWTON = 0.02
_SHORTEST_M, _LONGEST_M = 0.01, 0.15
_SHAFT_M = 0.002


class Contacts:
    """All contacts of an instant.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log

    def begin(self) -> None:
        """Every instant is complete in itself."""

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the arrows; none where nothing touches."""
        contacts = frames[0].record.contacts
        if contacts is None:
            return
        count = len(contacts)
        lengths = [length_m(contact.force_n) for contact in contacts]
        normals = np.array([contact.normal for contact in contacts]).reshape(-1, 3)
        self._log.show(
            paths.CONTACTS,
            rr.Arrows3D(
                origins=np.array([contact.position_m for contact in contacts]).reshape(-1, 3),
                vectors=normals * np.array(lengths).reshape(-1, 1),
                colors=[_COLOUR] * count,
                radii=[_SHAFT_M] * count,
                labels=[f'{c.first.name} on {c.second.name} {c.force_n:.2f} N' for c in contacts],
                show_labels=False,
            ),
        )


def length_m(force_n: float) -> float:
    """How long the arrow of a force is: 2 cm a newton, within limits that stay readable."""
    return min(max(force_n * _METRES_A_NEWTON, _SHORTEST_M), _LONGEST_M)

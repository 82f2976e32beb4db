"""Numbers over time: how many objects are labelled, how visible they are, where joints stand."""

from __future__ import annotations

from collections.abc import Sequence

import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import Rgb, colour
from synth_ros.view import paths
from synth_ros.view.log import Log


class Plots:
    """Curves of scalars.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._named: set[str] = set()

    def begin(self) -> None:
        """Curves go on; names may belong to other objects now."""
        self._named = {entity for entity in self._named if entity.startswith(paths.JOINTS)}

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log a value of each curve."""
        for frame in frames:
            record = frame.record
            counts = paths.below(paths.LABELLED, record.camera)
            self._add(counts, float(len(record.labels)), name=record.camera)
            shares = {label.instance_id: label.visibility for label in record.labels}
            parent = paths.below(paths.VISIBILITY, record.camera)
            for item in record.instances:
                entity = paths.below(parent, item.name)
                share = shares.get(item.instance_id, 0.0)
                self._add(entity, share, name=item.name, paint=colour(item.instance_id))
        robot = frames[0].record.robot
        for joint in robot.joints if robot is not None else ():
            self._add(paths.below(paths.JOINTS, joint.name), joint.position, name=joint.name)

    def _add(self, entity: str, value: float, *, name: str, paint: Rgb | None = None) -> None:
        if entity not in self._named:
            self._named.add(entity)
            style = rr.SeriesLines(names=name, colors=None if paint is None else [paint])
            self._log.fix(entity, style)
        self._log.note(entity, rr.Scalars(value))

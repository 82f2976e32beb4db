"""What happened, as lines of text: scenes that begin, tracks, relations, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.types import RelationKind
from synth_ros.view import paths
from synth_ros.view.log import Log

# "touching" changes too often to be read.
_TOLD: frozenset[RelationKind] = frozenset({'supported_by', 'inside', 'held_by'})

_Relation = tuple[str, str, str]


class Events:
    """A text log.

    Args:
        log: Where to log.
        problems: What is wrong with the recording as a whole, a sentence each.
    """

    def __init__(self, log: Log, problems: Sequence[str]) -> None:
        self._log = log
        self._problems = tuple(problems)
        self._relations: frozenset[_Relation] | None = None
        self._new = True

    def begin(self) -> None:
        """The next instant is the first of a scene."""
        self._new = True
        self._relations = None

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log what is different from the instant before."""
        first = frames[0]
        for problem in self._problems:
            self._tell(problem, rr.TextLogLevel.WARN)
        self._problems = ()
        if self._new:
            self._new = False
            classes = sorted({item.class_name for item in first.record.instances})
            self._tell(
                f'episode {first.key.episode}: {len(first.record.instances)} objects'
                + (f' ({", ".join(classes)})' if classes else '')
            )
        for frame in frames:
            names = {item.instance_id: item.name for item in frame.record.instances}
            for track in frame.record.tracks or ():
                if track.event is not None:
                    name = names.get(track.instance_id, str(track.instance_id))
                    self._tell(f'{frame.record.camera}: {name} {track.event}')
        self._tell_relations(first)

    def _tell_relations(self, frame: RecordedFrame) -> None:
        if frame.record.relations is None:
            return
        found = frozenset(
            (relation.subject.name, relation.kind, relation.target.name)
            for relation in frame.record.relations
            if relation.kind in _TOLD
        )
        before, self._relations = self._relations, found
        if before is None:
            return
        for subject, kind, target in sorted(before - found):
            self._tell(f'{subject} no longer {kind.replace("_", " ")} {target}')
        for subject, kind, target in sorted(found - before):
            self._tell(f'{subject} {kind.replace("_", " ")} {target}')

    def _tell(self, text: str, level: rr.TextLogLevel = rr.TextLogLevel.INFO) -> None:
        self._log.note(paths.EVENTS, rr.TextLog(text, level=level))

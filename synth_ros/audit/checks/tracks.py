"""Tracks: states against labels and masks, events against the frame before."""

from __future__ import annotations

from collections.abc import Iterator

from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View
from synth_ros.schema.records import TrackRecord

_EVENTS = {
    ('outside', 'visible'): 'entered',
    ('outside', 'occluded'): 'entered',
    ('visible', 'outside'): 'left',
    ('occluded', 'outside'): 'left',
    ('visible', 'occluded'): 'occluded',
    ('occluded', 'visible'): 'revealed',
}


def tracks(view: View) -> Iterator[Measure]:
    """One track for each instance; visible means labelled; events tell the change."""
    found = view.frame.record.tracks
    if found is None:
        return
    ids = [track.instance_id for track in found]
    strange = len(set(ids) ^ set(view.instances)) + len(ids) - len(set(ids))
    yield view.find.wrong(
        'tracks', strange, detail='tracks are not one for each instance' if strange else ''
    )
    labelled = {label.instance_id for label in view.labels}
    for track in found:
        wrong = _wrong(view, track, labelled=track.instance_id in labelled)
        yield view.find.wrong(
            'tracks',
            int(wrong is not None),
            subject=view.name(track.instance_id),
            detail=wrong or '',
            place=view.place(track.instance_id),
        )


def _wrong(view: View, track: TrackRecord, *, labelled: bool) -> str | None:
    if (track.state == 'visible') != labelled:
        return f'state {track.state}, but it {"has a" if labelled else "has no"} label'
    before = _state_before(view, track.instance_id)
    if before is None:
        return None
    wanted = _EVENTS.get((before, track.state))
    if track.event != wanted:
        return f'event {track.event} from {before} to {track.state}, expected {wanted}'
    return None


def _state_before(view: View, key: int) -> str | None:
    """State in the frame before; ``None`` where that was not recorded."""
    if view.frame.key.view == 0:
        return 'outside'
    if view.before is None or view.before.record.tracks is None:
        return None
    return next((t.state for t in view.before.record.tracks if t.instance_id == key), 'outside')

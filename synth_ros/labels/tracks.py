"""Instances through a sequence: what entered, left, was hidden or came to sight."""

from __future__ import annotations

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.amodal import Amodal, amodal, unite
from synth_ros.labels.boxes import row_runs, visible_regions
from synth_ros.labels.thresholds import counts
from synth_ros.types import Frame, Track, TrackEvent, TrackState

_EVENTS: dict[tuple[TrackState, TrackState], TrackEvent] = {
    ('outside', 'visible'): 'entered',
    ('outside', 'occluded'): 'entered',
    ('visible', 'outside'): 'left',
    ('occluded', 'outside'): 'left',
    ('visible', 'occluded'): 'occluded',
    ('occluded', 'visible'): 'revealed',
}


def tracks(frame: Frame, before: Frame | None, config: LabelsConfig) -> tuple[Track, ...]:
    """State of every instance, and what changed since the frame before.

    Args:
        frame: The frame.
        before: The frame before of the same camera and episode; ``None`` for the first, before
            which everything was ``outside``.
        config: The thresholds of labels.

    Returns:
        One track for each of ``frame.instances``, by ascending id.

    Raises:
        InternalError: ``before`` is of another camera, or a frame contradicts itself.
    """
    if before is not None and before.camera.name != frame.camera.name:
        raise InternalError(
            f'A frame of camera {frame.camera.name!r} cannot follow one of {before.camera.name!r}.'
        )
    then = {} if before is None else _states(before, config)
    out = []
    for key, state in _states(frame, config).items():
        out.append(Track(key, state, _EVENTS.get((then.get(key, 'outside'), state))))
    return tuple(out)


def _states(frame: Frame, config: LabelsConfig) -> dict[int, TrackState]:
    """State of each instance of a frame."""
    regions = visible_regions(row_runs(frame.instance_id))
    size = (frame.camera.width, frame.camera.height)
    out: dict[int, TrackState] = {}
    for key in (item.instance_id for item in frame.instances):
        region = regions.get(key)
        full = frame.silhouettes.get(key)
        if region is not None:
            full = unite(full, frame.instance_id, key=key, region=region)
        extent = None if full is None else amodal(full, size)
        out[key] = _state(0 if region is None else region.pixels, extent, config)
    return out


def _state(visible: int, extent: Amodal | None, config: LabelsConfig) -> TrackState:
    """Labelled; else enough in the image to be labelled if nothing hid it; else outside."""
    if extent is None:
        return 'outside'
    if visible and counts(visible, extent.pixels_full, config):
        return 'visible'
    if counts(extent.pixels_in_image, extent.pixels_full, config):
        return 'occluded'
    return 'outside'

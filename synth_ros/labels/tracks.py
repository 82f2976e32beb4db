"""Instances through a sequence: what entered, left, was hidden or came to sight."""

from __future__ import annotations

from collections.abc import Mapping

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.extents import Extent, known_extents
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
            which everything was ``outside``. The camera may have moved.
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
    then = {} if before is None else _states(known_extents(before), config)
    now = _states(known_extents(frame), config)
    out = []
    for key in (item.instance_id for item in frame.instances):
        state = now.get(key, 'outside')
        out.append(Track(key, state, _EVENTS.get((then.get(key, 'outside'), state))))
    return tuple(out)


def _states(found: Mapping[int, Extent], config: LabelsConfig) -> dict[int, TrackState]:
    """State of each instance that covers a pixel of the canvas; the others are outside."""
    return {key: _state(extent, config) for key, extent in found.items()}


def _state(extent: Extent, config: LabelsConfig) -> TrackState:
    """Labelled; else enough in the image to be labelled if nothing hid it; else outside."""
    full = extent.amodal.pixels_full
    if extent.region is not None and counts(extent.region.pixels, full, config):
        return 'visible'
    return 'occluded' if counts(extent.amodal.pixels_in_image, full, config) else 'outside'

"""Things and stuff in one mask: every pixel belongs to exactly one segment."""

from __future__ import annotations

import numpy as np

from synth_ros.errors import InternalError
from synth_ros.labels.boxes import run_starts, visible_regions
from synth_ros.labels.lookup import known_scene
from synth_ros.types import STUFF_SEGMENT, Frame, IdImage, Panoptic, Segment


def panoptic(frame: Frame) -> Panoptic:
    """Segments of a frame: one for each visible instance, one for each kind of stuff.

    A pixel of an instance belongs to that thing, however small it is: no threshold applies.
    Another pixel belongs to the stuff of its surface; surfaces that are no stuff, and pixels
    that show nothing, are void. All surfaces of one kind of stuff are one segment, connected or
    not, as in COCO.

    Args:
        frame: With its scene.

    Returns:
        The mask, read-only, and its segments with tight boxes.

    Raises:
        InternalError: The frame has no scene, shows an instance that it does not list, or has
            instance ids above 65535, where those of stuff begin.
    """
    geom_id, state = known_scene(frame)
    stuff = [
        STUFF_SEGMENT + surface.stuff_id if surface.stuff_id else 0
        for surface in state.geometry.surfaces
    ]
    starts = run_starts(geom_id, frame.instance_id)
    things = starts.of(frame.instance_id)
    # Index -1 reads the last entry: nothing.
    table = np.array([*stuff, 0], np.int32)
    segments_of_runs = np.where(things.ids != 0, things.ids, table[starts.of(geom_id).ids])
    runs = things._replace(ids=segments_of_runs)
    segment_id: IdImage = np.repeat(runs.ids, runs.lengths).reshape(geom_id.shape)
    segment_id.flags.writeable = False
    class_of = {item.instance_id: item.class_id for item in frame.instances}
    if max(class_of, default=0) >= STUFF_SEGMENT:
        raise InternalError(
            f'Instance id {max(class_of)} does not fit below {STUFF_SEGMENT}, '
            'where the ids of stuff segments begin.'
        )
    segments = []
    for key, region in visible_regions(runs).items():
        is_thing = key < STUFF_SEGMENT
        if is_thing and key not in class_of:
            raise InternalError(f'The image shows instance {key}, which the frame does not list.')
        segments.append(
            Segment(
                segment_id=key,
                class_id=class_of[key] if is_thing else key - STUFF_SEGMENT,
                is_thing=is_thing,
                pixels=region.pixels,
                box=region.box,
            )
        )
    return Panoptic(segment_id, tuple(segments))

"""Who hides whom, by how many pixels."""

from __future__ import annotations

import numpy as np

from synth_ros.labels.lookup import known_scene
from synth_ros.types import NO_THING, Frame, Occluder, Silhouette, Thing

NOTHING = Thing('environment', 'nothing')
"""Stands for pixels of a silhouette where the image shows nothing at all.

Such a pixel lies on an outline to within rounding: the object drawn alone covers it, the image
shows the far background. No surface hides it, and the counts must add up.
"""


def occluders(frame: Frame, key: int, full: Silhouette) -> tuple[Occluder, ...]:
    """What hides the parts of an instance that lie inside the image and are not visible.

    A pixel of the full silhouette that does not show the instance shows something nearer: the
    thing whose surface is there hides it. Where several things are in front, the nearest counts.

    Args:
        frame: With its scene.
        key: The instance.
        full: Its silhouette united with its visible pixels (``labels.amodal.unite``).

    Returns:
        Most pixels first, equal ones in the order of the scene's things, ``NOTHING`` after them
        all. The pixels sum up to ``pixels_in_image - pixels_visible``.

    Raises:
        InternalError: The frame has no scene.
    """
    geom_id, state = known_scene(frame)
    height, width = frame.instance_id.shape
    x0, y0, mask = full
    rows = slice(max(0, y0), max(0, min(height, y0 + mask.shape[0])))
    columns = slice(max(0, x0), max(0, min(width, x0 + mask.shape[1])))
    inside = mask[max(0, -y0) : max(0, height - y0), max(0, -x0) : max(0, width - x0)]
    hidden = inside & (frame.instance_id[rows, columns] != key)
    pixels_of_geom = np.bincount(geom_id[rows, columns][hidden] + 1)
    things, surfaces = state.geometry.things, state.geometry.surfaces
    pixels: dict[int, int] = {}
    for index in np.flatnonzero(pixels_of_geom).tolist():
        thing = surfaces[index - 1].thing if index else NO_THING
        pixels[thing] = pixels.get(thing, 0) + int(pixels_of_geom[index])
    order = sorted(pixels, key=lambda thing: (-pixels[thing], thing % (len(things) + 1)))
    return tuple(
        Occluder(NOTHING if thing == NO_THING else things[thing], pixels[thing]) for thing in order
    )

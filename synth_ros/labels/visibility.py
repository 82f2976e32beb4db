"""How much of an instance the image shows, and why the rest is missing."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.errors import InternalError


class Visibility(NamedTuple):
    """Shares in [0, 1] of one instance's silhouette.

    The three always satisfy ``visibility = (1 - occlusion) * (1 - truncation)``.

    Attributes:
        visibility: Visible share of the full silhouette (``visib_fract`` of BOP).
        occlusion: Hidden share of the part inside the image.
        truncation: Share outside the image.
    """

    visibility: float
    occlusion: float
    truncation: float


def visibility(*, visible: int, in_image: int, full: int) -> Visibility:
    """The three shares from three pixel counts.

    ``visib_fract = px_count_visib / px_count_all`` as in the BOP challenge's
    ``scene_gt_info.json``, where ``px_count_all`` is counted on a canvas three times the
    image's size in each direction.

    Args:
        visible: Visible pixels, 1 or more.
        in_image: Silhouette pixels inside the image, at least ``visible``.
        full: Silhouette pixels on the extended canvas, at least ``in_image``.

    Raises:
        InternalError: The counts are not in that order.
    """
    if not 0 < visible <= in_image <= full:
        raise InternalError(
            f'Pixel counts must satisfy 0 < visible <= in image <= full, '
            f'but are {visible}, {in_image}, {full}.'
        )
    return Visibility(
        visibility=visible / full,
        occlusion=1 - visible / in_image,
        truncation=1 - in_image / full,
    )

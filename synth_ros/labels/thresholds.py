"""From which size on an instance counts: one rule for labels and for tracks."""

from __future__ import annotations

from synth_ros.config.labels import LabelsConfig


def counts(pixels: int, full: int, config: LabelsConfig) -> bool:
    """Whether so much of an instance is enough to speak of it.

    Args:
        pixels: Pixels of the instance that are seen, or could be.
        full: Pixels of its whole silhouette, 1 or more.
        config: ``min_pixels`` and ``min_visibility``; both bounds are inclusive.
    """
    return pixels >= config.min_pixels and pixels / full >= config.min_visibility

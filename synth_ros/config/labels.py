"""Labels: which are made and from which size an object counts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synth_ros.config.base import Section, UnitInterval


class LabelsConfig(Section):
    """Thresholds apply to boxes, poses and detections; masks keep every true pixel."""

    min_pixels: Annotated[int, Field(ge=1)] = 16
    """Fewest visible pixels of a labelled object."""
    min_visibility: UnitInterval = 0.05
    """Smallest visible share of a labelled object's full silhouette."""

"""Printed labels that wrap around containers."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.paint import Panel, Xy, mix


class Motif(Protocol):
    """A small drawing."""

    def __call__(self, panel: Panel, at: Xy, size: float, *, color: str) -> None:
        """Draws it centred at ``at``, about ``size`` mm large."""


class LabelDesign(NamedTuple):
    """Words and colours of a label.

    Attributes:
        title: Large words.
        subtitle: Small words.
        base: Ground colour.
        accent: Band colour.
        ink: Colour of the title.
        motif: Drawing in the middle, or ``None``.
        motif_color: Its colour.
    """

    title: str
    subtitle: str
    base: str
    accent: str
    ink: str
    motif: Motif | None = None
    motif_color: str = '#c03020'


def wrap_label(width_mm: float, height_mm: float, design: LabelDesign) -> Panel:
    """A label around a container: fronts at u = 1/4 and 3/4, small print between."""
    panel = Panel(width_mm, height_mm, design.base)
    band = height_mm * 0.07
    panel.rect((0, 0, width_mm, band), design.accent)
    panel.rect((0, height_mm - band, width_mm, height_mm), design.accent)
    panel.rect((0, band * 1.25, width_mm, band * 1.45), design.accent)
    panel.rect((0, height_mm - band * 1.45, width_mm, height_mm - band * 1.25), design.accent)
    wide = width_mm * 0.31
    for middle in (0.25, 0.75):
        front(
            panel, (width_mm * middle - wide / 2, band * 1.6, wide, height_mm - 3.2 * band), design
        )
    low, high = height_mm * 0.2, height_mm * 0.8
    facts = min(width_mm * 0.11, (high - low) * 0.8)
    motifs.nutrition(panel, (width_mm / 2 - facts / 2, low, width_mm / 2 + facts / 2, high))
    ink = mix(design.base, design.ink, 0.75)
    motifs.small_print(
        panel, (width_mm * 0.015, low, width_mm * 0.065, height_mm * 0.58), 10, color=ink
    )
    motifs.barcode(
        panel, (width_mm * 0.01, height_mm * 0.63, width_mm * 0.07, high), len(design.title)
    )
    return panel


def front(panel: Panel, box: tuple[float, float, float, float], design: LabelDesign) -> None:
    """The face of a label in the box (x, y, width, height)."""
    x, y, wide, high = box
    middle = x + wide / 2
    if high > 0.75 * wide:
        title_y, motif_y, sub_y = y + high * 0.17, y + high * 0.57, y + high * 0.91
        title_high = min(high * 0.2, wide * 0.3)
        motif_size = min(wide * 0.66, high * 0.46)
    else:
        title_y, motif_y, sub_y = y + high * 0.36, y + high * 0.5, y + high * 0.8
        title_high = high * (0.5 if '\n' not in design.title else 0.27)
        motif_size = high * 0.8
    words_x, words_wide = middle, wide * 0.96
    if high <= 0.75 * wide and design.motif is not None:
        words_x, words_wide = x + wide * 0.68, wide * 0.62
    if design.motif is not None:
        at = (middle if high > 0.75 * wide else x + wide * 0.17, motif_y)
        design.motif(panel, at, motif_size, color=design.motif_color)
    lines = design.title.split('\n')
    for k, line in enumerate(lines):
        at_y = title_y + (k - (len(lines) - 1) / 2) * title_high * 0.95
        panel.text((words_x, at_y), line, title_high, color=design.ink, fit=words_wide, bold=0.045)
    panel.text(
        (words_x, sub_y), design.subtitle, title_high * 0.42, color=design.ink, fit=words_wide
    )

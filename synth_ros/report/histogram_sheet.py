"""One picture of many histograms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from synth_ros.errors import OutputError
from synth_ros.report.names import font
from synth_ros.report.palette import Rgb, colour
from synth_ros.report.pictures.canvas import PAPER, QUIET, WHITE

_COLUMNS = 3
_WIDTH, _HEIGHT = 470, 176
_GAP, _PAD = 14, 12
_HEAD = 54
_BARS = 74
_GROUND: Rgb = (36, 39, 46)


class Panel(NamedTuple):
    """One histogram.

    Attributes:
        title: What was counted.
        note: How it is drawn.
        ends: What is written below the first and the last bar.
        counts: Of the bars, at least one.
        group: Panels of a group have one colour, from 1.
    """

    title: str
    note: str
    ends: tuple[str, str]
    counts: tuple[int, ...]
    group: int


def write_histograms(path: Path, heading: str, panels: Sequence[Panel]) -> None:
    """Write a PNG of histograms, left to right and top to bottom.

    Args:
        path: The file.
        heading: Stands above them.
        panels: The histograms.

    Raises:
        OutputError: If the file cannot be written.
    """
    rows = max(-(-len(panels) // _COLUMNS), 1)
    size = (_COLUMNS * (_WIDTH + _GAP) + _GAP, rows * (_HEIGHT + _GAP) + _GAP + _HEAD)
    sheet = Image.new('RGB', size, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP + 2, 16), _fitting(heading, 22, size[0] - 2 * _GAP), WHITE, font(22))
    for number, panel in enumerate(panels):
        row, column = divmod(number, _COLUMNS)
        corner = (_GAP + column * (_WIDTH + _GAP), _HEAD + _GAP + row * (_HEIGHT + _GAP))
        _draw_panel(draw, panel, corner)
    try:
        sheet.save(path, format='PNG')
    except OSError as error:
        raise OutputError(f'{path} cannot be written: {error.strerror or error}.') from None


def _draw_panel(draw: ImageDraw.ImageDraw, panel: Panel, corner: tuple[int, int]) -> None:
    x, y = corner
    draw.rounded_rectangle((x, y, x + _WIDTH, y + _HEIGHT), 6, fill=_GROUND)
    inner = _WIDTH - 2 * _PAD
    draw.text((x + _PAD, y + 9), _fitting(panel.title, 15, inner), WHITE, font(15))
    draw.text((x + _PAD, y + 31), _fitting(panel.note, 12, inner), QUIET, font(12))
    bottom = y + _HEIGHT - 28
    step, top = inner / len(panel.counts), max(panel.counts)
    for place, count in enumerate(panel.counts):
        left = x + _PAD + place * step
        # What is there at all shows, however rare it is.
        height = max(round(_BARS * count / top), 2) if count else 0
        if height:
            gap = 2 if step > 6 else 1
            box = (round(left), bottom - height, round(left + step) - gap, bottom - 1)
            draw.rectangle(box, fill=colour(panel.group))
    draw.line((x + _PAD, bottom, x + _WIDTH - _PAD, bottom), fill=QUIET)
    first, last = panel.ends
    draw.text((x + _PAD, bottom + 6), first, QUIET, font(12))
    wide = draw.textlength(last, font=font(12))
    draw.text((x + _WIDTH - _PAD - wide, bottom + 6), last, QUIET, font(12))


def _fitting(text: str, size: int, width: int) -> str:
    """A text, shortened to a width in pixels."""
    style = font(size)
    if style.getlength(text) <= width:
        return text
    while text and style.getlength(f'{text}...') > width:
        text = text[:-1]
    return f'{text}...'

"""Plots of an evaluation as text of inline SVG; colours and letters come from the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from synth_ros.evaluate.records import BinRecord, WorstRecord

_WIDE, _HIGH = 500, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 490, 14, 256


class Line(NamedTuple):
    """A line of a plot.

    Attributes:
        name: Told by a tooltip.
        x: From 0 to 1.
        y: Likewise.
        style: CSS class: ``line`` or ``thin``.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    style: str = 'line'


def curves(title: str, lines: Sequence[Line], *, axes: tuple[str, str]) -> str:
    """Lines over a square of shares.

    Args:
        title: Read to those who do not see it.
        lines: Any number; those without points are left out.
        axes: Names of x and y.
    """
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{_y(k / 4):.1f}" '
        f'y2="{_y(k / 4):.1f}"/>'
        f'<text class="tick" x="{_LEFT - 18}" y="{_y(k / 4) + 4:.1f}">{25 * k} %</text>'
        f'<text class="tick" x="{min(_x(k / 4), _RIGHT - 12):.1f}" y="{_BOTTOM + 16}">'
        f'{25 * k} %</text>'
        for k in range(5)
    ]
    parts.append(f'<text class="axis" x="{(_LEFT + _RIGHT) / 2}" y="{_HIGH - 6}">{axes[0]}</text>')
    parts.append(f'<text class="most" x="{_LEFT + 4}" y="{_TOP - 3}">{axes[1]}</text>')
    for line in lines:
        if len(line.x):
            places = ' '.join(
                f'{_x(x):.1f},{_y(y):.1f}' for x, y in zip(line.x, line.y, strict=True)
            )
            parts.append(
                f'<polyline class="{line.style}" points="{places}">'
                f'<title>{escape(line.name)}</title></polyline>'
            )
    return _svg(title, parts, (_WIDE, _HIGH))


def shares(title: str, bins: Sequence[BinRecord]) -> str:
    """A bar for each bin, with the interval in which its share lies and how many it rests on."""
    step, left, right = 20, 190, 420
    parts = []
    for row, item in enumerate(bins):
        y = 2 + step * row
        told = (
            f'{escape(item.label)}: {item.right} of {item.total}, {item.share:.1%} '
            f'({item.lower:.0%} to {item.upper:.0%})'
        )
        low, high = (left + (right - left) * value for value in (item.lower, item.upper))
        wide = max((right - left) * item.share, 0.5)
        parts.append(
            f'<text class="name" x="{left - 8}" y="{y + 12}">{_short(item.label)}</text>'
            f'<rect class="none" x="{left}" y="{y + 2}" width="{right - left}" height="13"/>'
            f'<rect class="bar" x="{left}" y="{y + 2}" width="{wide:.1f}" height="13">'
            f'<title>{told}</title></rect>'
            f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y + 8.5}" y2="{y + 8.5}"/>'
            f'<text class="share" x="{right + 8}" y="{y + 12}">{item.share:.0%} of '
            f'{item.total}</text>'
        )
    return _svg(title, parts, (_WIDE, 6 + step * len(bins)))


def sketch(frame: WorstRecord, picture: str) -> str:
    """Boxes of a frame, over its picture if there is one.

    Args:
        frame: Which.
        picture: Address of the image; empty for none.
    """
    width, height = frame.size
    parts = [
        f'<image href="{picture}" width="{width}" height="{height}"/>'
        if picture
        else f'<rect class="none" width="{width}" height="{height}"/>'
    ]
    for item in frame.boxes:
        x, y, wide, high = (round(value, 2) for value in item.box)
        score = '' if item.score is None else f', score {item.score:.2f}'
        parts.append(
            f'<rect class="{item.kind}" x="{x}" y="{y}" width="{wide}" height="{high}">'
            f'<title>{escape(item.name)}: {item.kind}{score}</title></rect>'
        )
    return _svg(frame.name, parts, (width, height), style='sketch')


def _x(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * share


def _y(share: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * share


def _short(text: str) -> str:
    return escape(text if len(text) <= 28 else f'{text[:27]}…')


def _svg(title: str, parts: Sequence[str], size: tuple[int, int], *, style: str = 'plot') -> str:
    return (
        f'<svg class="{style}" viewBox="0 0 {size[0]} {size[1]}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )

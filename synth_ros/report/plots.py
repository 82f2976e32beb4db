"""Plots as text of inline SVG: histograms, paired histograms, bars, heat maps, matrices.

Colours and letters come from the page's style sheet, so that plots follow it into the dark. Every
bar and cell carries its number as a tooltip. The same data give the same text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

_WIDE, _HIGH = 500, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 10, 490, 26, 160
_MOST_BARS = 40
_TICKS = 7
_LETTER = 6.2
_MOST_LETTERS = 22


class Bins(NamedTuple):
    """A histogram.

    Attributes:
        edges: Of the bins, one more than ``values``.
        values: Counts or shares.
        log: Whether the edges have equal ratios.
        whole: Whether values are whole numbers, each the centre of a bin.
        unit: Of the edges.
    """

    edges: tuple[float, ...]
    values: tuple[float, ...]
    log: bool = False
    whole: bool = False
    unit: str = ''


def histogram(title: str, bins: Bins) -> str:
    """Bars over an axis with round numbers.

    Args:
        title: Read to those who do not see it.
        bins: At least one.
    """
    shown = _rebin(bins)
    place = _placer(shown)
    top = max(*shown.values, 1e-12)
    parts = [_ground(), *_ticks(shown, place)]
    for low, high, value in zip(shown.edges, shown.edges[1:], shown.values, strict=False):
        if value:
            x0, x1 = place(low), place(high)
            gap = min(1.0, 0.1 * (x1 - x0))
            tall = max((_BOTTOM - _TOP) * value / top, 1.0)
            parts.append(
                f'<rect class="bar" x="{x0 + gap:.1f}" y="{_BOTTOM - tall:.1f}" '
                f'width="{x1 - x0 - 2 * gap:.1f}" height="{tall:.1f}">'
                f'<title>{_range(shown, low, high)}: {value:,.0f}</title></rect>'
            )
    parts.append(f'<text class="most" x="{_LEFT}" y="16">{top:,.0f} in the highest bar</text>')
    return _svg(title, parts, (_WIDE, _HIGH))


def paired_histogram(title: str, bins: Bins, others: Sequence[float]) -> str:
    """Two histograms over one axis: bars of the first, a line around the second.

    Args:
        title: Read to those who do not see it.
        bins: Shares of the first.
        others: Shares of the second in the same bins.
    """
    place = _placer(bins)
    top = max(*bins.values, *others, 1e-12)
    heights = [
        [_BOTTOM - (_BOTTOM - _TOP) * value / top for value in values]
        for values in (bins.values, others)
    ]
    parts = [_ground(), *_ticks(bins, place)]
    line = [f'M{place(bins.edges[0]):.1f} {_BOTTOM}']
    for k, (low, high) in enumerate(zip(bins.edges, bins.edges[1:], strict=False)):
        x0, x1 = place(low), place(high)
        told = f'{_range(bins, low, high)}: A {bins.values[k]:.1%}, B {others[k]:.1%}'
        parts.append(
            f'<rect class="bar" x="{x0 + 0.5:.1f}" y="{heights[0][k]:.1f}" '
            f'width="{max(x1 - x0 - 1, 0.5):.1f}" height="{_BOTTOM - heights[0][k]:.1f}">'
            f'<title>{told}</title></rect>'
        )
        line.append(f'V{heights[1][k]:.1f} H{x1:.1f}')
    parts.append(f'<path class="line" d="{" ".join(line)} V{_BOTTOM}"/>')
    return _svg(title, parts, (_WIDE, _HIGH))


def paired_bars(
    title: str, labels: Sequence[str], shares: tuple[Sequence[float], Sequence[float]]
) -> str:
    """Two bars for each name, one below the other."""
    step, left, right = 22, 170, 440
    top = max(*shares[0], *shares[1], 1e-12)
    parts = []
    for row, (label, *pair) in enumerate(zip(labels, *shares, strict=True)):
        y = 4 + step * row
        parts.append(f'<text class="name" x="{left - 8}" y="{y + 13}">{_short(label)}</text>')
        for k, (value, style) in enumerate(zip(pair, ('bar', 'other'), strict=True)):
            wide = (right - left) * value / top
            parts.append(
                f'<rect class="{style}" x="{left}" y="{y + 8 * k + 1}" width="{wide:.1f}" '
                f'height="7"><title>{escape(label)}: {value:.1%}</title></rect>'
            )
        parts.append(
            f'<text class="share" x="{right + 8}" y="{y + 13}">{pair[0]:.0%} {pair[1]:.0%}</text>'
        )
    return _svg(title, parts, (_WIDE, 8 + step * len(labels)))


def heat_map(
    title: str, rows: Sequence[Sequence[float]], *, what: str = '', ratio: float = 2.0
) -> str:
    """A grid whose cells are the stronger the more is in them; faint where there is nothing.

    Args:
        title: Read to those who do not see it.
        rows: From top to bottom; not all of them empty.
        what: Unit of the cells in tooltips.
        ratio: Width of the picture by its height.
    """
    top = max(*map(max, rows), 1e-12)
    wide, high = len(rows[0]), len(rows)
    parts = [f'<rect class="none" width="{wide}" height="{high}"/>']
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if value:
                parts.append(
                    f'<rect class="cell" x="{x}" y="{y}" width="1" height="1" '
                    f'fill-opacity="{0.12 + 0.88 * value / top:.2f}">'
                    f'<title>{value:,.4g} {escape(what)}</title></rect>'
                )
    return _svg(title, parts, (wide, high), style='heat', css=f'aspect-ratio: {ratio:.4g}')


def matrix(title: str, names: Sequence[str], rows: Sequence[Sequence[float]]) -> str:
    """A heat map of names against names, both written at the border."""
    cell = 16
    shown = [_short(name) for name in names]
    margin = round(10 + _LETTER * max((len(text) for text in shown), default=0))
    size = margin + cell * len(names) + 4
    top = max((max(row) for row in rows), default=0) or 1
    parts = []
    for k, text in enumerate(shown):
        middle = margin + cell * k + cell / 2
        parts.append(f'<text class="name" x="{margin - 6}" y="{middle + 4:.1f}">{text}</text>')
        parts.append(
            f'<text class="up" transform="translate({middle + 4:.1f} {margin - 6}) rotate(-90)">'
            f'{text}</text>'
        )
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            style = 'cell' if value else 'none'
            shade = f' fill-opacity="{0.12 + 0.88 * value / top:.2f}"' if value else ''
            parts.append(
                f'<rect class="{style}" x="{margin + cell * x + 1}" y="{margin + cell * y + 1}" '
                f'width="{cell - 2}" height="{cell - 2}"{shade}><title>{escape(names[y])}, '
                f'{escape(names[x])}: {value:,.0f}</title></rect>'
            )
    return _svg(
        title,
        parts,
        (size, size),
        style='matrix',
        css=f'max-width: {round(1.3 * size)}px; margin: 0 auto',
    )


def spark(title: str, values: Sequence[float]) -> str:
    """A histogram as small as a word."""
    top = max(*values, 1e-12)
    parts = [
        f'<rect class="bar" x="{k + 0.1}" width="0.8" y="{10 - 10 * value / top:.2f}" '
        f'height="{10 * value / top:.2f}"><title>{value:,.4g}</title></rect>'
        for k, value in enumerate(values)
        if value
    ]
    return _svg(title, parts, (len(values), 10), style='stretch')


def _svg(
    title: str,
    parts: Sequence[str],
    size: tuple[int, int],
    *,
    style: str = '',
    css: str = '',
) -> str:
    """The element; all text in it is escaped already."""
    stretch = ' preserveAspectRatio="none"' if style in {'heat', 'stretch'} else ''
    styled = f' style="{css}"' if css else ''
    head = (
        f'<svg class="{style or "plot"}" viewBox="0 0 {size[0]} {size[1]}"{stretch}{styled} '
        f'role="img" aria-label="{escape(title)}">'
    )
    return head + ''.join(parts) + '</svg>'


def _rebin(bins: Bins) -> Bins:
    """No more bars than can be told apart; their edges stay edges of the bins."""
    width = -(-len(bins.values) // _MOST_BARS)
    if width == 1:
        return bins
    missing = -len(bins.values) % width
    values = np.pad(np.asarray(bins.values), (0, missing)).reshape(-1, width).sum(axis=1)
    last = bins.edges[-1]
    if missing:
        step = last / bins.edges[-2] if bins.log else last - bins.edges[-2]
        last = last * step**missing if bins.log else last + missing * step
    edges = (*bins.edges[:-1:width], last)
    return bins._replace(edges=edges, values=tuple(float(value) for value in values))


def _placer(bins: Bins) -> Callable[[float], float]:
    """Where a value is on the axis, from left to right."""
    low, high = bins.edges[0], bins.edges[-1]

    def place(value: float) -> float:
        if bins.log:
            share = np.log(value / low) / np.log(high / low)
        else:
            share = (value - low) / (high - low)
        return float(_LEFT + (_RIGHT - _LEFT) * share)

    return place


def _ground() -> str:
    return ''.join(
        f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>'
        for y in (_TOP, (_TOP + _BOTTOM) // 2, _BOTTOM)
    )


def _ticks(bins: Bins, place: Callable[[float], float]) -> Iterator[str]:
    """Round numbers along the axis, and its unit."""
    for value in round_values(bins.edges[0], bins.edges[-1], log=bins.log, whole=bins.whole):
        x = place(value)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_BOTTOM}" y2="{_BOTTOM + 5}"/>'
        # Numbers at the ends must not leave the picture.
        inside = min(max(x, _LEFT + 8), _RIGHT - 8)
        yield f'<text class="tick" x="{inside:.1f}" y="{_BOTTOM + 18}">{value:,g}</text>'
    if bins.unit:
        middle = (_LEFT + _RIGHT) / 2
        yield f'<text class="axis" x="{middle}" y="{_HIGH - 4}">{escape(bins.unit)}</text>'


def round_values(low: float, high: float, *, log: bool, whole: bool) -> list[float]:
    """Some round numbers from low to high, for the ticks of an axis."""
    if log:
        powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            found = [float(f * 10.0**p) for p in powers for f in factors]
            found = [value for value in found if low <= value <= high]
            if len(found) <= _TICKS:
                break
        if len(found) > 1:
            return found
    rough = (high - low) / (_TICKS - 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(float(f * power) for f in (1, 2, 5, 10) if f * power >= rough * 0.999)
    if whole:
        step = max(1.0, round(step))
    first = np.ceil(low / step - 1e-9)
    values = [float(k * step) for k in np.arange(first, high / step + 1e-9)]
    return [float(f'{value:.9g}') + 0.0 for value in values]


def _range(bins: Bins, low: float, high: float) -> str:
    if bins.whole:
        first, last = round(low + 0.5), round(high - 0.5)
        return f'{first}' if first == last else f'{first} to {last}'
    return f'{low:,.4g} to {high:,.4g} {escape(bins.unit)}'.rstrip()


def _short(text: str) -> str:
    """A name that fits, escaped."""
    cut = text if len(text) <= _MOST_LETTERS else f'{text[: _MOST_LETTERS - 1]}…'
    return escape(cut)

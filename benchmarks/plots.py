"""Bar charts of ratios, with the range of all turns as a line through each bar's end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont
from results import Row, Spread, load

_WIDTH, _LEFT, _RIGHT, _BAR, _GAP, _TOP = 1000, 330, 90, 18, 10, 64
_COLOURS = ('#4c78a8', '#9ecae9', '#f58518', '#ffbf79', '#54a24b', '#88d27a', '#b279a2', '#9d755d')
_INK, _FAINT = '#222222', '#cccccc'


class Bar(NamedTuple):
    """One bar.

    Attributes:
        group: Heading that it stands under.
        label: Its name.
        value: Length and range.
    """

    group: str
    label: str
    value: Spread


class Scale(NamedTuple):
    """What lengths mean.

    Attributes:
        form: How a value is written.
        reference: Where the red line stands.
        step: Between two ticks; ``None``: as narrow as their texts allow.
    """

    form: str
    reference: float
    step: int | None = None


TIMES = Scale('{:.2f}x', 1)
PERCENT = Scale('{:.0f} %', 100, 20)


def bar_chart(path: Path, title: str, bars: Sequence[Bar], *, scale: Scale = TIMES) -> None:
    """Draw bars from a common zero, with a line at the reference.

    Args:
        path: PNG to write.
        title: Above it.
        bars: In order; those of a group follow each other.
        scale: What their lengths mean.
    """
    groups = [(name, list(items)) for name, items in groupby(bars, key=lambda bar: bar.group)]
    height = _TOP + sum(len(items) * (_BAR + 4) + 26 + _GAP for _, items in groups) + 20
    image = Image.new('RGB', (_WIDTH, height), 'white')
    draw = ImageDraw.Draw(image)
    unit = (_WIDTH - _LEFT - _RIGHT) / max(scale.reference, *(bar.value.high for bar in bars))
    colours = {label: n for n, label in enumerate(dict.fromkeys(bar.label for bar in bars))}
    draw.text((20, 16), title, _INK, ImageFont.load_default(22))
    font, bold = ImageFont.load_default(14), ImageFont.load_default(16)
    step = scale.step or max(1, round(6 / unit * 12))
    sign = scale.form.rpartition('}')[2]
    for tick in range(0, int((_WIDTH - _LEFT - _RIGHT) / unit) + 1, step):
        x = _LEFT + tick * unit
        draw.line((x, _TOP - 8, x, height - 12), _FAINT)
        draw.text((x, _TOP - 22), f'{tick}{sign}', _INK, font, anchor='ma')
    y = _TOP
    for name, items in groups:
        draw.text((20, y), name, _INK, bold)
        y += 26
        for bar in items:
            colour = _COLOURS[colours[bar.label] % len(_COLOURS)]
            _bar(draw, (y, unit), bar=bar, colour=colour, form=scale.form)
            y += _BAR + 4
        y += _GAP
    x = _LEFT + scale.reference * unit
    draw.line((x, _TOP - 8, x, height - 12), '#d62728', 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=True)


def _bar(
    draw: ImageDraw.ImageDraw, place: tuple[int, float], *, bar: Bar, colour: str, form: str
) -> None:
    y, unit = place
    font = ImageFont.load_default(14)
    draw.text((_LEFT - 8, y + 1), bar.label, _INK, font, anchor='ra')
    draw.rectangle((_LEFT, y, _LEFT + bar.value.median * unit, y + _BAR - 2), fill=colour)
    middle = y + _BAR // 2 - 1
    low, high = (_LEFT + v * unit for v in (bar.value.low, bar.value.high))
    draw.line((low, middle, high, middle), _INK)
    draw.text((high + 6, y + 1), form.format(bar.value.median), _INK, font)


def ratio_bars(rows: Sequence[Row]) -> list[Bar]:
    """A bar for each row that has figures."""
    return [
        Bar(row.scene, row.name + (f', {row.processes} processes' * (row.processes > 1)), ratio)
        for row in rows
        if (ratio := row.ratio) is not None
    ]


TITLES = {
    'labelled': 'Labelled frames in memory, one process (mujoco.Renderer = 1)',
    'room': 'The demo room, in memory, one process (mujoco.Renderer = 1)',
    'workers': 'Labelled frames in memory, two processes (one mujoco.Renderer = 1)',
    'everything': 'All annotations, in memory, one process (mujoco.Renderer = 1)',
    'written': 'Written to disk, two workers (mujoco.Renderer in memory = 1)',
    'peers': 'Other programs on the same scene (mujoco.Renderer = 1)',
    'transport': 'Published and recorded (mujoco.Renderer in memory = 1)',
}


def plot_all(folder: Path, out: Path | None) -> None:
    """Draw a chart of each section that the files of a folder hold.

    Args:
        folder: With ``*.json`` of results.
        out: For ``bench_SECTION.png``; nothing is drawn without.
    """
    if out is None:
        return
    rows = [row for path in sorted(folder.glob('*.json')) for row in load(path)]
    for section, title in TITLES.items():
        bars = ratio_bars([row for row in rows if row.section == section])
        if bars:
            bar_chart(out / f'bench_{section}.png', title, bars)

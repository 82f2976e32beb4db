"""Many frames on one PNG: a row each, or a tile for each annotation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from synth_ros.errors import OutputError, UsageError
from synth_ros.report.names import font
from synth_ros.report.overlay import Style, Tile, tiles
from synth_ros.report.picture import Picture, from_sample
from synth_ros.report.pictures.gallery import gallery, overview
from synth_ros.report.pictures.shown import Shown
from synth_ros.types import ByteImage, Sample

_STYLE = Style(480)
_GAP = 10
_COLUMNS = 4
_TITLE = 30
_CAPTION = 22
_PAPER = (24, 26, 31)
_INK = (235, 236, 240)
_QUIET = (160, 165, 175)


def write_contact_sheet(samples: Sequence[Sample], path: Path) -> None:
    """Draw samples on a sheet and save it as PNG.

    Raises:
        UsageError: There is no sample.
        OutputError: The file cannot be written.
    """
    write_sheet([from_sample(sample) for sample in samples], path)


def write_sheet(pictures: Sequence[Picture], path: Path) -> None:
    """Save a sheet as PNG.

    Raises:
        UsageError: There is no picture.
        OutputError: The file cannot be written.
    """
    _save(draw_sheet(pictures), path)


def draw_sheet(pictures: Sequence[Picture], *, style: Style = _STYLE) -> ByteImage:
    """A sheet with a row for each picture.

    Args:
        pictures: Frames; their sizes may differ.
        style: How tiles are drawn.

    Raises:
        UsageError: There is no picture.
    """
    return draw_tiles([(picture.title, tiles(picture, style)) for picture in pictures])


def write_gallery(frames: Sequence[Shown], path: Path) -> None:
    """Save a sheet with a tile for every annotation of some frames as PNG.

    Raises:
        UsageError: There is no frame.
        OutputError: The file cannot be written.
    """
    groups = [(shown.title, [colour_tile(shown), *gallery(shown, _STYLE)]) for shown in frames]
    _save(draw_tiles(groups, columns=_COLUMNS), path)


def colour_tile(shown: Shown) -> Tile:
    """The image with boxes, skeleton and keypoints over it."""
    return Tile('Overview', overview(shown, _STYLE))


def draw_tiles(groups: Sequence[tuple[str, Sequence[Tile]]], *, columns: int = 99) -> ByteImage:
    """A sheet with tiles in rows, each group under its title.

    Args:
        groups: Title and tiles of equal width; at least one tile each.
        columns: Most tiles in a row.

    Raises:
        UsageError: There is no group.
    """
    if not groups:
        raise UsageError('A contact sheet needs at least one frame, and there is none.')
    rows = [
        _row(title if start == 0 else '', shown[start : start + columns])
        for title, shown in groups
        for start in range(0, len(shown), columns)
    ]
    total = max(row.shape[1] for row in rows)
    return np.concatenate([_widen(row, total) for row in rows])


def _row(title: str, row: Sequence[Tile]) -> ByteImage:
    """Tiles side by side under a title, each with its caption."""
    high = max(tile.rgb.shape[0] for tile in row)
    wide = row[0].rgb.shape[1]
    top = _TITLE if title else 0
    size = (_GAP + len(row) * (wide + _GAP), top + high + _CAPTION + _GAP)
    canvas = Image.new('RGB', size, _PAPER)
    draw = ImageDraw.Draw(canvas)
    draw.text((_GAP, 8), title, fill=_INK, font=font(16))
    for number, tile in enumerate(row):
        left = _GAP + number * (wide + _GAP)
        canvas.paste(Image.fromarray(tile.rgb), (left, top))
        below = top + tile.rgb.shape[0] + 5
        draw.text((left, below), tile.caption, fill=_QUIET, font=font(13))
    return np.asarray(canvas)


def _widen(row: ByteImage, width: int) -> ByteImage:
    out = np.full((row.shape[0], width, 3), _PAPER, np.uint8)
    out[:, : row.shape[1]] = row
    return out


def _save(sheet: ByteImage, path: Path) -> None:
    try:
        Image.fromarray(sheet).save(path, format='PNG')
    except OSError as error:
        raise OutputError(f'Cannot write {path}: {error.strerror or error}.') from error

"""What all HTML pages of ours share: the templates, and pictures inside the file."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import cv2
from jinja2 import Environment, PackageLoader, StrictUndefined

from synth_ros.errors import OutputError
from synth_ros.report.overlay import Tile
from synth_ros.types import ByteImage

_JPEG_QUALITY = 85


class ShownTile(NamedTuple):
    """A picture inside the HTML file."""

    caption: str
    data_uri: str


class ShownFrame(NamedTuple):
    """A row of pictures."""

    title: str
    tiles: tuple[ShownTile, ...]


def templates() -> Environment:
    """Templates that escape what they insert, with the filters that all of them use."""
    environment = Environment(
        loader=PackageLoader('synth_ros.report'),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters['thousands'] = lambda number: f'{number:,}'
    environment.filters['bytes'] = human_bytes
    return environment


def shown(title: str, row: Iterable[Tile]) -> ShownFrame:
    """A row of pictures for a page."""
    return ShownFrame(title, tuple(ShownTile(tile.caption, data_uri(tile.rgb)) for tile in row))


def data_uri(rgb: ByteImage) -> str:
    """A picture as an address that holds it, JPEG."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    assert done, 'OpenCV refused an 8-bit image'
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode("ascii")}'


def human_bytes(size: int) -> str:
    """A size with three digits: ``1.54 GB``."""
    value = float(size)
    for unit in ('B', 'kB', 'MB', 'GB'):
        if value < 1000:
            return f'{value:.3g} {unit}'
        value /= 1000
    return f'{value:.3g} TB'


def write_text(path: Path, text: str) -> None:
    """Write a file aside and rename it, so that a reader never sees half of it.

    Raises:
        OutputError: It cannot be written.
    """
    aside = path.with_name(f'.{path.name}.part')
    try:
        aside.write_text(text, encoding='utf-8')
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise OutputError(f'Cannot write {path}: {error.strerror}.') from error

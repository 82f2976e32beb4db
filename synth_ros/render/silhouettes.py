"""Amodal masks out of drawings of parts of the canvas, many things in one drawing.

Things whose windows on the canvas do not overlap cannot hide each other, so one drawing shows
each of them as if it were alone. Twenty objects on a table take six drawings instead of twenty,
two thousand small ones a few dozen, and every pixel is the same: a drawing always uses the
frustum and the viewport of its whole tile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.bounds import tile_parts
from synth_ros.render.pixels import tight_silhouette
from synth_ros.types import CameraModel, MaskImage, Silhouette


class Piece(NamedTuple):
    """The part of one thing's window that lies in one tile.

    Attributes:
        number: Which thing, as the caller counts them.
        part: Its pixels on the canvas.
    """

    number: int
    part: PixelWindow


class Drawing(NamedTuple):
    """Things that are drawn together with the frustum of one tile; their parts are apart.

    Attributes:
        tile: Image-sized; the image itself or one of the eight around it.
        pieces: By ascending number.
    """

    tile: PixelWindow
    pieces: tuple[Piece, ...]


# Coverage of each piece of a drawing, (part.height, part.width), upper row first.
Cover = Callable[[Drawing], Sequence[MaskImage]]


def draw_silhouettes(
    camera: CameraModel, windows: Sequence[PixelWindow | None], cover: Cover
) -> list[Silhouette | None]:
    """Draw what each thing alone covers, cropped to it.

    Inside the image the frustum and the viewport are the very ones of the full picture, so a
    pixel's coverage is decided by the same arithmetic in both.

    Args:
        camera: The camera.
        windows: Of each thing: pixels outside of which it cannot be; ``None`` where it can be
            nowhere at all.
        cover: Makes one drawing.
    """
    masks: dict[int, MaskImage] = {}
    for drawing in plan(camera, windows):
        for (index, part), mask in zip(drawing.pieces, cover(drawing), strict=True):
            window = windows[index]
            assert window is not None
            if part == window:
                masks[index] = mask
                continue
            if index not in masks:
                masks[index] = np.zeros((window.height, window.width), np.bool_)
            rows = slice(part.y0 - window.y0, part.y1 - window.y0)
            columns = slice(part.x0 - window.x0, part.x1 - window.x0)
            masks[index][rows, columns] = mask
    return [
        None if window is None else tight_silhouette(masks[index], window)
        for index, window in enumerate(windows)
    ]


def plan(camera: CameraModel, windows: Sequence[PixelWindow | None]) -> list[Drawing]:
    """Few drawings that show every window, none with two that overlap.

    Colouring a graph with the fewest colours is hard; giving each window, those with the most
    neighbours first, the first drawing without a neighbour of it comes close (Welsh and
    Powell, 1967).
    """
    tiles: dict[PixelWindow, list[Piece]] = {}
    for index, window in enumerate(windows):
        for tile, part in [] if window is None else tile_parts(camera, window):
            tiles.setdefault(tile, []).append(Piece(index, part))
    drawings: list[Drawing] = []
    for tile, pieces in tiles.items():
        colors = _colors(_overlaps([piece.part for piece in pieces]))
        together: list[list[Piece]] = [[] for _ in range(max(colors) + 1)]
        for piece, color in zip(pieces, colors, strict=True):
            together[color].append(piece)
        drawings += [Drawing(tile, tuple(members)) for members in together]
    return drawings


def _overlaps(parts: Sequence[PixelWindow]) -> NDArray[np.bool_]:
    """Which rectangles share a pixel, (n, n), symmetric; True on the diagonal."""
    x0, y0, x1, y1 = np.array(parts, np.int64).T
    columns = (x0[:, None] < x1) & (x0 < x1[:, None])
    rows = (y0[:, None] < y1) & (y0 < y1[:, None])
    return np.asarray(columns & rows)


def _colors(neighbours: NDArray[np.bool_]) -> list[int]:
    """A small number for each node, different from those of its neighbours."""
    count = len(neighbours)
    colors = np.full(count, count, np.int64)
    for node in np.argsort(-neighbours.sum(axis=1), kind='stable').tolist():
        taken = np.zeros(count + 1, np.bool_)
        taken[colors[neighbours[node]]] = True
        colors[node] = int(taken.argmin())
    return [int(color) for color in colors]

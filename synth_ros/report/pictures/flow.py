"""Pictures of motion: optical flow and scene flow."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.report.overlay import INVALID, Style, Tile, resize
from synth_ros.report.pictures.canvas import Canvas, hatch
from synth_ros.report.pictures.shown import Shown
from synth_ros.types import ByteImage, Flow, FlowState

# Lengths of the six arcs of hues (red-yellow, yellow-green, ...): Baker et al., "A Database and
# Evaluation Methodology for Optical Flow" (2011), after Sebastian Scharstein's colour code.
_ARCS = (15, 6, 4, 11, 13, 6)
_GREY = np.array([70, 72, 78])
_LEAST_PX = 0.1


def flow_forward(shown: Shown, style: Style) -> Tile | None:
    """Where each surface point is in the next frame."""
    return _flow('Flow to the next frame', shown.labels.dense.flow_forward, style)


def flow_backward(shown: Shown, style: Style) -> Tile | None:
    """Where each surface point was in the frame before."""
    return _flow('Flow to the frame before', shown.labels.dense.flow_backward, style)


def scene_flow(shown: Shown, style: Style) -> Tile | None:
    """Motion in three dimensions: red to the right, green up, blue towards the camera."""
    dense = shown.labels.dense
    known = [flow for flow in (dense.flow_forward, dense.flow_backward) if flow is not None]
    # The last frame of a sequence has flow to the one before alone.
    found = next((flow for flow in known if flow.state.any()), known[0] if known else None)
    if found is None or found.scene_flow_m is None:
        return None
    there = found.scene_flow_m.any(2) | (found.state != FlowState.INVALID)
    length = np.linalg.norm(found.scene_flow_m, axis=2)
    top_m = max(float(np.percentile(length[there], 99.5)) if there.any() else 0.0, 1e-4)
    flipped = found.scene_flow_m / top_m * np.array([1, -1, -1])
    rgb = np.rint(127.5 * (flipped.clip(-1, 1) + 1)).astype(np.uint8)
    rgb[~there] = INVALID
    caption = (
        f'Scene flow: right red, up green, nearer blue; grey still, full {100 * top_m:.2g} cm'
    )
    return Tile(caption, resize(rgb, style.width))


def flow_colours(flow_px: NDArray[np.float32], top_px: float) -> ByteImage:
    """The Middlebury colour code: direction is hue, length is saturation, still is white.

    Args:
        flow_px: (du, dv), shape (height, width, 2).
        top_px: Length of full saturation; longer ones are darker.
    """
    wheel = _wheel()
    u, v = flow_px[..., 0] / top_px, flow_px[..., 1] / top_px
    length = np.hypot(u, v)[..., None]
    place = (np.arctan2(-v, -u) / np.pi + 1) / 2 * (len(wheel) - 1)
    low = np.floor(place).astype(int)
    share = (place - low)[..., None]
    hue = (1 - share) * wheel[low] + share * wheel[(low + 1) % len(wheel)]
    rgb = np.where(length <= 1, 1 - length * (1 - hue), 0.75 * hue)
    return cast('ByteImage', np.rint(255 * rgb).astype(np.uint8))


def _flow(title: str, found: Flow | None, style: Style) -> Tile | None:
    if found is None:
        return None
    known = found.state != FlowState.INVALID
    if not known.any():
        empty = np.full((*known.shape, 3), INVALID, np.uint8)
        return Tile(f'{title}: none', resize(empty, style.width))
    length = np.hypot(found.flow_px[..., 0], found.flow_px[..., 1])
    top_px = max(float(np.percentile(length[known], 99)), _LEAST_PX)
    rgb = flow_colours(found.flow_px, top_px)
    rgb[~known] = INVALID
    canvas = Canvas(rgb, style.width)
    _mark(canvas, found)
    _arrows(canvas, found)
    _legend(canvas)
    caption = f'{title}, rim {top_px:.1f} px; striped hidden there, dim outside'
    return Tile(caption, canvas.pixels)


def _mark(canvas: Canvas, found: Flow) -> None:
    """Stripe what is hidden at the other instant and dim what is outside the image then."""
    stripes = hatch(canvas.size, pitch=6)
    grey = (int(_GREY[0]), int(_GREY[1]), int(_GREY[2]))
    hidden = canvas.spread(found.state == FlowState.OCCLUDED)
    canvas.tint(hidden & stripes, grey, 0.85)
    canvas.tint(canvas.spread(found.state == FlowState.OUTSIDE), grey, 0.6)


def _arrows(canvas: Canvas, found: Flow) -> None:
    """Thin arrows on a grid, as long as the flow."""
    height, width = found.state.shape
    pitch = max(width // 16, 8)
    for row in range(pitch // 2, height, pitch):
        for column in range(pitch // 2, width, pitch):
            du, dv = (float(x) for x in found.flow_px[row, column])
            if found.state[row, column] == FlowState.INVALID or np.hypot(du, dv) < 1.5:
                continue
            start = (column + 0.5, row + 0.5)
            tip = (start[0] + du, start[1] + dv)
            canvas.arrow(start, tip, (20, 20, 24), thick=1, under=False)


def _legend(canvas: Canvas) -> None:
    """The wheel of directions in the lower left corner."""
    side = max(canvas.size[0] // 8, 44)
    axis = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(axis, axis)
    inside = x**2 + y**2 < 1
    wheel = flow_colours(np.stack([x, y], axis=2).astype(np.float32), 1.0)
    corner = canvas.pixels[-side - 8 : -8, 8 : side + 8]
    corner[inside] = wheel[inside]
    middle = (8 + side // 2, canvas.pixels.shape[0] - 8 - side + side // 2)
    cv2.circle(canvas.pixels, middle, side // 2, (20, 20, 24), 1, cv2.LINE_AA)


def _wheel() -> NDArray[np.float64]:
    """Hues of the code, shape (55, 3), 0 to 1."""
    steady = ((0, 1), (1, 0), (1, 2), (2, 1), (2, 0), (0, 2))
    pieces = []
    for arc, (full, ramp) in zip(_ARCS, steady, strict=True):
        rise = np.floor(255 * np.arange(arc) / arc) / 255
        piece = np.zeros((arc, 3))
        # Every other arc fades the hue of the one before instead of adding one.
        fades = (full, ramp) in {(1, 0), (2, 1), (0, 2)}
        piece[:, full] = 1
        piece[:, ramp] = 1 - rise if fades else rise
        pieces.append(piece)
    return np.concatenate(pieces)

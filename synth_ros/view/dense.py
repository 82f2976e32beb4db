"""Labels of every pixel as pictures: which way surfaces face, and where they go."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import rerun as rr
from numpy.typing import NDArray

from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.overlay import INVALID
from synth_ros.report.pictures.flow import flow_colours
from synth_ros.report.pictures.surfaces import normal_colours
from synth_ros.types import ByteImage, FlowState
from synth_ros.view import paths
from synth_ros.view.encoded import encoded_image, png_of
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen
from synth_ros.view.pinholes import HALF_PIXEL

COLUMNS = 24
"""Arrows of flow beside each other."""

_LEAST_PX = 0.1  # flow of full colour is never shorter
_ARROW = on_screen(1.0)
_INK = (20, 20, 24)


class Dense:
    """Normals as normal maps; flow in the Middlebury colours, with arrows on a grid.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._reach: dict[str, float] = {}
        self._drawn: set[str] = set()

    def begin(self) -> None:
        """Colours of flow are chosen anew: by the first that moves in the scene."""
        self._reach.clear()
        self._drawn.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the layers of each camera that are there."""
        for frame in frames:
            parent, layers = paths.image(frame.record.camera), frame.layers
            if layers.normals is not None:
                self._picture(f'{parent}/normals', normal_colours(layers.normals))
            ways = {
                'flow_forward': (layers.flow_forward, layers.flow_forward_state),
                'flow_backward': (layers.flow_backward, layers.flow_backward_state),
            }
            for name, (flow_px, state) in ways.items():
                entity = f'{parent}/{name}'
                if flow_px is not None and state is not None:
                    self._drawn.add(entity)
                    self._flow(entity, flow_px, state)
                elif entity in self._drawn:
                    # The last frame of an episode goes nowhere.
                    self._drawn.remove(entity)
                    self._log.clear(entity)

    def _flow(self, entity: str, flow_px: NDArray[np.float32], state: NDArray[np.uint8]) -> None:
        known = state != FlowState.INVALID
        length = np.hypot(flow_px[..., 0], flow_px[..., 1])
        reach = float(np.percentile(length[known], 99)) if known.any() else 0.0
        if reach > _LEAST_PX:
            self._reach.setdefault(entity, reach)
        rgb = flow_colours(flow_px, self._reach.get(entity, _LEAST_PX))
        rgb[~known] = INVALID
        self._picture(entity, rgb)
        rows, columns = _grid(known)
        self._log.show(
            f'{entity}/arrows',
            rr.Arrows2D(
                origins=np.stack([columns, rows], axis=1) + HALF_PIXEL,
                vectors=flow_px[rows, columns],
                colors=[_INK] * len(rows),
                radii=_ARROW,
            ),
        )

    def _picture(self, entity: str, rgb: ByteImage) -> None:
        self._log.show(entity, encoded_image(png_of(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))))


def _grid(
    known: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of pixels on a grid of which the flow is known."""
    pitch = max(known.shape[1] // COLUMNS, 1)
    start = pitch // 2
    rows, columns = np.nonzero(known[start::pitch, start::pitch])
    return start + pitch * rows, start + pitch * columns

"""What need not be drawn again into a shadow map: most of a scene stands still.

Of each map there is a second one, the layer, which holds what has not moved for a while. It is
copied, and what moves is drawn over it. The nearest depth wins in whichever order things are
drawn, so the map is the same to the last bit as one with everything drawn.
"""

from __future__ import annotations

from typing import NamedTuple

import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.onepass.context import raw_gl

# Whoever has moved within so many drawings is taken for one that goes on moving. A layer is
# drawn again when one of its things moves, or one outside has rested for so long.
_RESTLESS = 30

Slots = NDArray[np.bool_]


class Plan(NamedTuple):
    """How to bring a map up to date.

    Attributes:
        layer: Slots to draw into the layer first; ``None`` leaves it as it is.
        copied: Whether the map begins as a copy of the layer; it is cleared otherwise.
        drawn: Slots to draw into the map then; ``None`` if it shows this state already.
    """

    layer: Slots | None
    copied: bool
    drawn: Slots | None


class TileMemory:
    """Remembers who moved before one eye. Starts with nothing drawn."""

    def __init__(self) -> None:
        self._eye: tuple[object, ...] | None = None
        self._poses = np.empty((0, 3, 4), np.float32)
        self._visible: Slots = np.empty(0, np.bool_)
        self._layer: Slots | None = None
        self._count = 0
        self._moved_at = np.empty(0, np.int64)

    def forget(self) -> None:
        """Take neither the map nor the layer for drawn."""
        self._eye = None

    def plan(
        self,
        eye: tuple[object, ...],
        poses: NDArray[np.float32],
        *,
        visible: Slots,
        bent: Slots,
    ) -> Plan:
        """What to draw of a state, and take note that it is drawn.

        Args:
            eye: Differs where the eye or its lens does.
            poses: Of all slots as they are drawn, in the eye's frame, (n, 3, 4).
            visible: Slots that the eye can see, (n,).
            bent: Slots that may have another form than the last time, (n,).
        """
        if eye != self._eye:
            self._eye, self._poses, self._visible, self._layer = eye, poses, visible, None
            self._moved_at = np.full(len(poses), self._count - _RESTLESS)
            return Plan(None, copied=False, drawn=visible)
        moved = (poses != self._poses).any(axis=(1, 2)) | (visible != self._visible) | bent
        self._poses, self._visible = poses, visible
        if not moved.any():
            return Plan(None, copied=False, drawn=None)
        self._count += 1
        self._moved_at[moved] = self._count
        still = self._moved_at <= self._count - _RESTLESS
        layer = self._layer
        if (
            layer is not None
            and not (layer & moved).any()
            and not (still & ~layer & visible).any()
        ):
            return Plan(None, copied=True, drawn=visible & ~layer)
        if not (still & visible).any():
            self._layer = None
            return Plan(None, copied=False, drawn=visible)
        self._layer = still
        return Plan(still & visible, copied=True, drawn=visible & ~still)


class DepthLayer:
    """A second depth texture, from which parts of the first one are copied.

    Args:
        context: The GL context.
        size: Of both, texels.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self._texture = context.depth_texture(size)
        self.target = context.framebuffer(depth_attachment=self._texture)

    def copy_to(self, target: moderngl.Framebuffer, tile: PixelWindow) -> None:
        """Copy a tile into another framebuffer, which is bound to be drawn into."""
        gl = raw_gl()
        edges = (tile.x0, tile.y0, tile.x1, tile.y1)
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self.target.glo)
        gl.glBlitFramebuffer(*edges, *edges, gl.GL_DEPTH_BUFFER_BIT, gl.GL_NEAREST)
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, target.glo)

    def free(self) -> None:
        """Delete it."""
        self.target.release()
        self._texture.release()

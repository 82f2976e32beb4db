"""2D boxes against rays: nothing of the object just outside, something on each edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.audit.measure import Measure
from synth_ros.audit.truth import SceneTruth
from synth_ros.audit.view import View, edges
from synth_ros.types import IdImage

Pixels = NDArray[np.int64]
Edges = tuple[int, int, int, int]
_SIDES = ('left', 'top', 'right', 'bottom')


def visible_boxes(view: View) -> Iterator[Measure]:
    """Edges of the visible box, exact to the pixel."""
    if view.scene is None or view.frame.instance_id is None:
        return
    frame = (0, 0, view.camera.width, view.camera.height)
    for label in view.labels:
        rays = _Rays(view.scene, label.instance_id, image=view.frame.instance_id)
        yield _measure(view, 'rays.box', label.instance_id, box=label.box, within=frame, rays=rays)


def amodal_boxes(view: View) -> Iterator[Measure]:
    """Edges of the amodal box against rays that see the object alone, on the whole canvas."""
    if view.scene is None:
        return
    width, height = view.camera.width, view.camera.height
    canvas = (-width, -height, 2 * width, 2 * height)
    for label in view.labels:
        rays = _Rays(view.scene, label.instance_id, image=None)
        yield _measure(
            view,
            'rays.amodal',
            label.instance_id,
            box=label.amodal_box,
            within=canvas,
            rays=rays,
        )


class _Rays(NamedTuple):
    """Rays that look for one instance.

    Attributes:
        scene: The scene.
        key: The instance.
        image: The mask of the whole scene; ``None`` if the instance is alone in it.
    """

    scene: SceneTruth
    key: int
    image: IdImage | None

    @property
    def _only(self) -> int | None:
        return self.key if self.image is None else None

    def meet(self, u: Pixels, v: Pixels) -> NDArray[np.bool_]:
        return np.asarray(self.scene.rays(u, v, only=self._only).instance_id == self.key)

    def undecided(self, u: Pixels, v: Pixels) -> NDArray[np.bool_]:
        return self.scene.undecided(u, v, only=self._only)


def _measure(
    view: View,
    row: Literal['rays.box', 'rays.amodal'],
    key: int,
    *,
    box: Edges,
    within: Edges,
    rays: _Rays,
) -> Measure:
    wrong = [side for side in _SIDES if not _holds(side, box, within=within, rays=rays)]
    return view.find.wrong(
        row,
        len(wrong),
        subject=view.name(key),
        detail=f'rays put these edges elsewhere: {", ".join(wrong)}' if wrong else '',
        place=edges(box),
    )


def _holds(side: str, box: Edges, *, within: Edges, rays: _Rays) -> bool:
    """Whether the line inside an edge shows the object, and the one outside does not."""
    u, v = _line(side, box, step=0)
    if rays.image is not None:
        shown = rays.image[v, u] == rays.key
        u, v = u[shown], v[shown]
    if not rays.meet(u, v).any() and not rays.undecided(u, v).any():
        return False
    u, v = _line(side, box, step=1)
    x0, y0, x1, y1 = within
    inside = (u >= x0) & (u < x1) & (v >= y0) & (v < y1)
    u, v = u[inside], v[inside]
    stray = rays.meet(u, v)
    return not stray.any() or bool(rays.undecided(u[stray], v[stray]).all())


def _line(side: str, box: Edges, *, step: int) -> tuple[Pixels, Pixels]:
    """Pixels along an edge: those inside it, or ``step`` further out."""
    x0, y0, x1, y1 = box
    if side in {'left', 'right'}:
        v = np.arange(y0, y1)
        return np.full(len(v), x0 - step if side == 'left' else x1 - 1 + step), v
    u = np.arange(x0, x1)
    return u, np.full(len(u), y0 - step if side == 'top' else y1 - 1 + step)

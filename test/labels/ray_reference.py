"""The slow, obvious truth: one ray through every pixel centre, by MuJoCo's own ray caster.

Nothing here uses synth_ros.geometry or synth_ros.labels: the pinhole formula is written out
by hand, so a shared mistake cannot hide.
"""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.types import CameraModel, FloatArray, IdImage, MaskImage


class Cast(NamedTuple):
    """What rays hit: geom id (-1 nothing) and depth along the optical axis in metres."""

    geom_id: IdImage
    depth_m: FloatArray


class RayCaster:
    """Casts rays of one camera into one state; ``only`` leaves just some geoms in the scene."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        *,
        camera: CameraModel,
        world_from_camera: FloatArray,
    ) -> None:
        self._model = model
        self._data = data
        self._camera = camera
        self._pose = world_from_camera

    def pixels(self, u: FloatArray, v: FloatArray, *, only: list[int] | None = None) -> Cast:
        """Cast through image points; u, v share a shape, integers are pixel centres."""
        camera = self._camera
        rays = np.stack(
            [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones_like(u)], axis=-1
        ).reshape(-1, 3)
        length = np.linalg.norm(rays, axis=1)
        world = (rays / length[:, None]) @ self._pose[:3, :3].T
        count = len(rays)
        geom, distance = np.empty(count, np.int32), np.empty(count)
        groups = np.ones(6, np.uint8)
        kept = self._model.geom_group.copy()
        if only is not None:
            self._model.geom_group[:] = 5
            self._model.geom_group[only] = 0
            groups[5] = 0
        mujoco.mj_multiRay(
            self._model,
            self._data,
            pnt=self._pose[:3, 3].copy(),
            vec=world.ravel(),
            geomgroup=groups,
            flg_static=True,
            bodyexclude=-1,
            geomid=geom,
            dist=distance,
            normal=None,
            nray=count,
            cutoff=1e3,
        )
        self._model.geom_group[:] = kept
        depth = np.where(geom >= 0, distance / length, 0.0)
        return Cast(geom.reshape(u.shape), depth.reshape(u.shape))

    def window(self, columns: range, rows: range, *, only: list[int] | None = None) -> Cast:
        """Cast through all pixels of a window, which may lie outside the image."""
        u, v = np.meshgrid(np.array(columns, float), np.array(rows, float))
        return self.pixels(u, v, only=only)

    def image(self) -> Cast:
        """Cast through every pixel of the image."""
        return self.window(range(self._camera.width), range(self._camera.height))

    def canvas(self, only: list[int]) -> MaskImage:
        """What some geoms alone cover on the canvas of three by three images."""
        w, h = self._camera.width, self._camera.height
        hit: MaskImage = self.window(range(-w, 2 * w), range(-h, 2 * h), only=only).geom_id >= 0
        return hit

    def undecided(
        self, u: NDArray[np.int64], v: NDArray[np.int64], *,
        reach_px: float | FloatArray, only: list[int] | None = None, same: IdImage | None = None,
    ) -> MaskImage:  # fmt: skip
        """Which pixel centres lie within ``reach_px`` of an outline.

        A centre does when rays shifted by that much in eight directions do not all hit the
        same thing. ``same`` groups geoms: things are equal when ``same[geom]`` is.
        """
        seen = []
        for angle in np.arange(8) * np.pi / 4:
            cast = self.pixels(
                u + reach_px * np.cos(angle), v + reach_px * np.sin(angle), only=only
            )
            table = np.arange(self._model.ngeom) if same is None else same
            seen.append(np.append(table, -1)[cast.geom_id])
        return np.any(np.stack(seen) != seen[0], axis=0)


def brute_box(mask: MaskImage, origin: tuple[int, int] = (0, 0)) -> tuple[int, int, int, int]:
    """Tight half-open box of a mask, pixel by pixel."""
    v, u = np.nonzero(mask)
    x, y = origin
    return (
        int(u.min()) + x,
        int(v.min()) + y,
        int(u.max()) + 1 + x,
        int(v.max()) + 1 + y,
    )

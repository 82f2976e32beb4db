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

_STATIC_TOO = True


class Cast(NamedTuple):
    """What rays hit: geom id (-1 nothing) and depth along the optical axis in metres."""

    geom_id: IdImage
    depth_m: FloatArray


class RayCaster:
    """Casts rays of one camera into one state; ``only`` leaves just some geoms in the scene.

    Ray by ray: ``mj_multiRay`` is ten times as fast and now and then misses a geom.
    """

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
        rays, _ = self._rays(u, v)
        geom, depth = np.full(len(rays), -1, np.int32), np.zeros(len(rays))
        kept = self._model.geom_group.copy()
        groups = np.ones(6, np.uint8)
        near: NDArray[np.intp] = np.arange(len(rays))
        if only is not None:
            self._model.geom_group[:] = 5
            self._model.geom_group[only] = 0
            groups[5] = 0
            near = self._near(rays, only)
        eye = self._pose[:3, 3].copy()
        hit = np.empty(1, np.int32)
        for index in near.tolist():
            distance = mujoco.mj_ray(
                self._model, self._data, eye, rays[index], groups, _STATIC_TOO, -1, hit
            )  # fmt: skip
            if distance >= 0:
                geom[index], depth[index] = hit[0], distance
        self._model.geom_group[:] = kept
        return Cast(geom.reshape(np.shape(u)), depth.reshape(np.shape(u)))

    def surface(self, u: FloatArray, v: FloatArray) -> tuple[Cast, FloatArray]:
        """What image points show, and the normals there in the optical frame, (..., 3).

        MuJoCo's own geometric normals, of a facet of a mesh, turned to the camera's side; 0
        where nothing is.
        """
        rays, local = self._rays(u, v)
        geom, depth = np.full(len(rays), -1, np.int32), np.zeros(len(rays))
        normals = np.zeros((len(rays), 3))
        eye = self._pose[:3, 3].copy()
        hit, normal = np.empty(1, np.int32), np.empty(3)
        for index, ray in enumerate(rays):
            distance = mujoco.mj_ray(
                self._model, self._data, eye, ray, None, _STATIC_TOO, -1, hit, normal
            )  # fmt: skip
            if distance >= 0:
                geom[index], depth[index], normals[index] = hit[0], distance, normal
        normals = normals @ self._pose[:3, :3]
        normals[(normals * local).sum(axis=1) > 0] *= -1
        cast = Cast(geom.reshape(np.shape(u)), depth.reshape(np.shape(u)))
        return cast, normals.reshape(*np.shape(u), 3)

    def image_surface(self) -> tuple[Cast, FloatArray]:
        """``surface`` of every pixel of the image."""
        return self.surface(*self._grid(range(self._camera.width), range(self._camera.height)))

    @staticmethod
    def _grid(columns: range, rows: range) -> tuple[FloatArray, FloatArray]:
        u, v = np.meshgrid(np.array(columns, float), np.array(rows, float))
        return u, v

    def _rays(self, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Rays with z = 1 in the optical frame, in the world and in the optical frame, (n, 3).

        The parameter of a point on them is its depth.
        """
        camera = self._camera
        x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
        local = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3)
        return np.ascontiguousarray(local @ self._pose[:3, :3].T), local

    def _near(self, rays: FloatArray, geoms: list[int]) -> NDArray[np.intp]:
        """Rays that pass the bounding sphere of one of the geoms: only these need casting."""
        near = np.zeros(len(rays), np.bool_)
        for geom in geoms:
            offset = self._data.geom_xpos[geom] - self._pose[:3, 3]
            across = np.cross(rays, offset)
            reach = 1.001 * self._model.geom_rbound[geom]
            near |= (across**2).sum(axis=1) <= reach**2 * (rays**2).sum(axis=1)
        return np.flatnonzero(near)

    def window(self, columns: range, rows: range, *, only: list[int] | None = None) -> Cast:
        """Cast through all pixels of a window, which may lie outside the image."""
        return self.pixels(*self._grid(columns, rows), only=only)

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

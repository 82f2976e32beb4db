"""Shots on their way: drawn, perhaps still being copied, then read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import moderngl
import mujoco
import numpy as np

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Layers, Picture, Shot
from synth_ros.render.bounds import tile_parts
from synth_ros.render.onepass.antialias import grid_of
from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.motion import MotionTarget
from synth_ros.render.onepass.poses import Placed
from synth_ros.render.onepass.scene import OnepassScene
from synth_ros.render.onepass.targets import CoverTarget, PictureTarget, TargetKind
from synth_ros.render.pixels import tight_silhouette
from synth_ros.render.silhouettes import Piece
from synth_ros.types import CameraModel, MaskImage, Silhouette

_BITS = 32
_FOREVER_NS = 2**63 - 1


class Pool:
    """Framebuffers that are not in use, by kind; made when there is none.

    Args:
        context: The GL context.
        config: Antialiasing.
        background: Whether the driver draws and copies while we go on.
    """

    def __init__(
        self, context: moderngl.Context, config: RenderConfig, *, background: bool
    ) -> None:
        self.background = background
        self._context = context
        self._grid = grid_of(config.samples)
        self._pictures: dict[TargetKind, list[PictureTarget]] = {}
        self._covers: dict[tuple[int, int], list[CoverTarget]] = {}
        self._motions: dict[tuple[int, int], list[MotionTarget]] = {}

    def picture(self, size: tuple[int, int], *, normals: bool) -> PictureTarget:
        """A target for a picture, with a layer of normals or without."""
        kind = TargetKind(size, normals=normals, grid=self._grid, background=self.background)
        spare = self._pictures.setdefault(kind, [])
        return spare.pop() if spare else PictureTarget(self._context, kind)

    def cover(self, size: tuple[int, int]) -> CoverTarget:
        """A target for silhouettes."""
        spare = self._covers.setdefault(size, [])
        return spare.pop() if spare else CoverTarget(self._context, size)

    def motion(self, size: tuple[int, int]) -> MotionTarget:
        """A target for motion."""
        spare = self._motions.setdefault(size, [])
        return spare.pop() if spare else MotionTarget(self._context, size)

    def put_motion(self, target: MotionTarget) -> None:
        """Take a target back."""
        self._motions.setdefault(target.size, []).append(target)

    def put_picture(self, target: PictureTarget) -> None:
        """Take a target back."""
        self._pictures.setdefault(target.kind, []).append(target)

    def put_cover(self, target: CoverTarget) -> None:
        """Take a target back."""
        self._covers.setdefault(target.size, []).append(target)

    def free(self) -> None:
        """Delete all that were taken back."""
        for pictures in self._pictures.values():
            for picture in pictures:
                picture.free()
        for covers in self._covers.values():
            for cover in covers:
                cover.free()
        for motions in self._motions.values():
            for motion in motions:
                motion.free()


class Cover(NamedTuple):
    """Up to 32 things drawn alone on one tile of the canvas.

    Attributes:
        target: Holds their bits.
        tile: The target's pixels on the canvas.
        pieces: Bit k is that of piece k.
    """

    target: CoverTarget
    tile: PixelWindow
    pieces: tuple[Piece, ...]


class Exposed:
    """A shot that is drawn.

    Args:
        target: Of its layers; ``None`` if only silhouettes were asked for.
        covers: Of its silhouettes.
        windows: Bounds of each thing on the canvas.
        motion: Of its motion, if that was asked for.
    """

    def __init__(
        self,
        target: PictureTarget | None,
        covers: Sequence[Cover],
        windows: Sequence[PixelWindow | None],
        *,
        motion: MotionTarget | None = None,
    ) -> None:
        self._target = target
        self._motion = motion
        self._covers = tuple(covers)
        self._windows = tuple(windows)
        self._fence = raw_gl().glFenceSync(raw_gl().GL_SYNC_GPU_COMMANDS_COMPLETE, 0)

    def picture(self, pool: Pool) -> Picture:
        """Wait for the shot, read it, and give its targets back."""
        layers = self._layers(pool)
        return Picture(layers, self.covers(pool))

    def covers(self, pool: Pool) -> list[Silhouette | None]:
        """Wait for the silhouettes, read them, and give their targets back."""
        self._wait()
        masks: dict[int, MaskImage] = {}
        for cover in self._covers:
            self._read(cover, masks)
            pool.put_cover(cover.target)
        return [
            None if window is None else tight_silhouette(masks[number], window)
            for number, window in enumerate(self._windows)
        ]

    def drop(self, pool: Pool) -> None:
        """Give the targets back without reading them."""
        self._wait()
        if self._target is not None:
            pool.put_picture(self._target)
        if self._motion is not None:
            pool.put_motion(self._motion)
        for cover in self._covers:
            pool.put_cover(cover.target)

    def _layers(self, pool: Pool) -> Layers:
        assert self._target is not None
        self._wait()
        layers = self._target.read()
        pool.put_picture(self._target)
        if self._motion is not None:
            layers = layers._replace(motion_px=self._motion.read())
            pool.put_motion(self._motion)
        return layers

    def _wait(self) -> None:
        """Wait for the driver without Python's lock."""
        gl = raw_gl()
        if self._fence is not None:
            gl.glClientWaitSync(self._fence, gl.GL_SYNC_FLUSH_COMMANDS_BIT, _FOREVER_NS)
            gl.glDeleteSync(self._fence)
            self._fence = None

    def _read(self, cover: Cover, masks: dict[int, MaskImage]) -> None:
        """Sort the bits of a tile into the masks of the things."""
        tile, pieces = cover.tile, cover.pieces
        x0, y0 = min(p.part.x0 for p in pieces), min(p.part.y0 for p in pieces)
        x1, y1 = max(p.part.x1 for p in pieces), max(p.part.y1 for p in pieces)
        bits = cover.target.read((x0 - tile.x0, y0 - tile.y0), (x1 - x0, y1 - y0))
        for bit, (number, part) in enumerate(pieces):
            window = self._windows[number]
            assert window is not None
            cut = bits[part.y0 - y0 : part.y1 - y0, part.x0 - x0 : part.x1 - x0]
            mask = (cut & np.uint32(1 << bit)) != 0
            if part == window:
                masks[number] = mask
                continue
            if number not in masks:
                masks[number] = np.zeros((window.height, window.width), np.bool_)
            masks[number][
                part.y0 - window.y0 : part.y1 - window.y0,
                part.x0 - window.x0 : part.x1 - window.x0,
            ] = mask


def expose(
    scene: OnepassScene,
    data: mujoco.MjData,
    shots: Sequence[Shot],
    *,
    pool: Pool,
    layers: bool = True,
) -> list[Exposed]:
    """Draw shots of one state; shadow maps are drawn once for all of them.

    Args:
        scene: The loaded model.
        data: The state.
        shots: What to draw.
        pool: Where targets come from.
        layers: Whether to draw pictures, too, and not silhouettes alone.
    """
    placed = scene.place(data)
    if layers:
        scene.draw_shadows(placed)
    out = []
    for shot in shots:
        camera = shot.viewpoint.camera
        target = motion = None
        if layers:
            target = pool.picture((camera.width, camera.height), normals=shot.normals)
            scene.draw_picture(placed, shot.viewpoint, target)
            if pool.background:
                target.begin_read()
            if shot.before is not None:
                motion = pool.motion(target.kind.size)
                scene.draw_motion(data, shot, picture=target, target=motion)
        windows = scene.windows(data, shot.viewpoint, shot.geom_groups)
        covers = [
            _draw_cover(
                scene, placed, shot, some=some, target=pool.cover((camera.width, camera.height))
            )
            for some in _together(camera, windows)
        ]
        out.append(Exposed(target, covers, windows, motion=motion))
    return out


class _Together(NamedTuple):
    """Up to 32 pieces that one drawing shows.

    Attributes:
        tile: The part of the canvas that they lie on.
        pieces: Which.
    """

    tile: PixelWindow
    pieces: tuple[Piece, ...]


def _together(camera: CameraModel, windows: Sequence[PixelWindow | None]) -> Iterator[_Together]:
    """All things, 32 at a time, on the tiles of the canvas that they reach."""
    tiles: dict[PixelWindow, list[Piece]] = {}
    for number, window in enumerate(windows):
        for tile, part in [] if window is None else tile_parts(camera, window):
            tiles.setdefault(tile, []).append(Piece(number, part))
    for tile, pieces in tiles.items():
        for first in range(0, len(pieces), _BITS):
            yield _Together(tile, tuple(pieces[first : first + _BITS]))


def _draw_cover(
    scene: OnepassScene, placed: Placed, shot: Shot, *, some: _Together, target: CoverTarget
) -> Cover:
    """Draw each of some things alone, all in one drawing."""
    things = [shot.geom_groups[piece.number] for piece in some.pieces]
    scene.draw_cover(placed, shot.viewpoint, tile=some.tile, things=things, target=target)
    return Cover(target, *some)

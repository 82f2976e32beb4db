"""What each lamp sees first: one atlas of depth images, a tile for each lamp with shadows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import PixelWindow
from synth_ros.geometry.transforms import inverse
from synth_ros.render.onepass.blocks import (
    Lens,
    cone_lens,
    lens_matrix,
    parallel_lens,
)
from synth_ros.render.onepass.lamps import Lamp, place
from synth_ros.render.onepass.poses import Placed, Seen, in_view, seen_from
from synth_ros.render.onepass.shadow_layers import DepthLayer, TileMemory
from synth_ros.types import FloatArray

# A lamp inside a housing shines out of it.
_NEAR_M = 0.05
# Where the six images of a lamp that shines all around look, in the shaders' order.
_SIDES = np.array([(1.0, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])
# Parallel light is followed this far; a shadow of what is farther away is lost.
_WIDEST_M = 30.0


class Eye(NamedTuple):
    """A lamp as a camera.

    Attributes:
        world_from_eye: Its pose, z along the light, (4, 4).
        lens: Its lens, with the place of its tile in the atlas.
        parallel: Whether its rays are parallel.
        texel: Width of a texel, metres, at 1 m (at any distance for parallel light).
    """

    world_from_eye: FloatArray
    lens: Lens
    parallel: bool
    texel: float


# Draws some slots of what an eye sees into the bound tile.
DrawTile = Callable[[Eye, Seen, NDArray[np.bool_]], None]


class ShadowAtlas:
    """The shadow maps of one model; what has not moved is not drawn again.

    Args:
        context: The GL context.
        lamps: All lamps, in the shaders' order.
        size: Edge of a lamp's tile, texels; 0 for no shadows. Smaller where the driver's largest
            texture does not hold as many tiles.
        geoms: Number of slots that keep their form; those after them bend.
    """

    def __init__(
        self, context: moderngl.Context, lamps: tuple[Lamp, ...], *, size: int, geoms: int
    ) -> None:
        self._context, self._geoms = context, geoms
        casting = [i for i, lamp in enumerate(lamps) if lamp.casts_shadow] if size else []
        self._lamps = lamps
        counts = [6 if lamps[i].all_around else 1 for i in casting]
        self.columns = max(math.ceil(math.sqrt(sum(counts))), 1)
        self._rows = max(math.ceil(sum(counts) / self.columns), 1)
        self.size = min(size, context.info['GL_MAX_TEXTURE_SIZE'] // self.columns)
        self.first: dict[int, int] = {}
        self.tiles: dict[int, tuple[PixelWindow, ...]] = {}
        for lamp, count in zip(casting, counts, strict=True):
            first = sum(map(len, self.tiles.values()))
            self.first[lamp] = first
            self.tiles[lamp] = tuple(self._tile(first + k) for k in range(count))
        self.texture: moderngl.Texture | None = None
        self._target: moderngl.Framebuffer | None = None
        self._depths: moderngl.Sampler | None = None
        self._drawn: bytes | None = None
        self._bent: bytes | None = None
        self._memories = {tile: TileMemory() for tiles in self.tiles.values() for tile in tiles}
        self._layer: DepthLayer | None = None
        self.eyes: dict[int, Eye] = {}
        if casting:
            extent = (self.columns * self.size, self._rows * self.size)
            self.texture = context.depth_texture(extent)
            self.texture.compare_func = '<='
            self.texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            self.texture.repeat_x = self.texture.repeat_y = False
            self._target = context.framebuffer(depth_attachment=self.texture)
            self._depths = context.sampler(
                filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False
            )

    def follow(self, lamps: tuple[Lamp, ...]) -> bool:
        """Take other lamps that need the same tiles; ``False`` if these need others."""
        if _layout(lamps) != _layout(self._lamps):
            return False
        if [_view(lamp) for lamp in lamps] != [_view(lamp) for lamp in self._lamps]:
            self._drawn = None
        self._lamps = lamps
        return True

    def bind(self, shares: int, depths: int) -> None:
        """Let two texture units read the atlas: one compares, the other gives the depths."""
        if self.texture is not None and self._depths is not None:
            self.texture.use(shares)
            self.texture.use(depths)
            self._depths.use(depths)

    @property
    def all_around(self) -> bool:
        """Whether any lamp has six tiles."""
        return any(len(tiles) > 1 for tiles in self.tiles.values())

    def area(self, lamp: int) -> tuple[float, float, float, float]:
        """Corner and size of a lamp's first tile, as shares of the atlas."""
        tile = self.tiles[lamp][0]
        width, height = self.columns * self.size, self._rows * self.size
        return (tile.x0 / width, tile.y0 / height, tile.width / width, tile.height / height)

    def update(self, placed: Placed, draw: DrawTile) -> None:
        """Draw the maps if they are not those of this state already.

        Args:
            placed: Surfaces and lights.
            draw: Draws one tile.
        """
        target = self._target
        if target is None:
            return
        state = b''.join(array.tobytes() for array in placed[:-1]) + placed.bent
        if state == self._drawn:
            return
        if self._drawn is None:
            for memory in self._memories.values():
                memory.forget()
        bends = np.arange(len(placed.radius_m)) >= self._geoms
        bent = bends & (placed.bent != self._bent)
        # Nothing counts as drawn unless all of it is.
        self._drawn = None
        for number, tiles in self.tiles.items():
            eyes = self._eyes(number, placed)
            self.eyes[number] = eyes[0]
            for eye, tile in zip(eyes, tiles, strict=True):
                self._update_tile(eye, tile, placed, bent=bent, draw=draw)
        target.scissor = (0, 0, *target.size)
        self._drawn, self._bent = state, placed.bent

    def _update_tile(
        self,
        eye: Eye,
        tile: PixelWindow,
        placed: Placed,
        *,
        bent: NDArray[np.bool_],
        draw: DrawTile,
    ) -> None:
        target = self._target
        assert target is not None
        seen = seen_from(placed, eye.world_from_eye)
        visible = in_view(seen, placed.radius_m, eye.lens, parallel=eye.parallel)
        key = (eye.world_from_eye.tobytes(), eye.lens)
        plan = self._memories[tile].plan(key, seen.poses, visible=visible, bent=bent)
        if plan.drawn is None:
            return
        if plan.copied:
            if self._layer is None:
                self._layer = DepthLayer(self._context, target.size)
            if plan.layer is not None:
                _aim(self._layer.target, tile)
                self._layer.target.clear(depth=1.0)
                draw(eye, seen, plan.layer)
            _aim(target, tile)
            self._layer.copy_to(target, tile)
        else:
            _aim(target, tile)
            target.clear(depth=1.0)
        draw(eye, seen, plan.drawn)

    def place_from_camera(self, lamp: int, world_from_camera: FloatArray) -> FloatArray:
        """Homogeneous place in the atlas (0 to 1) and depth from points of a camera, (4, 4).

        For a lamp that shines all around: the world's axes about the lamp instead.
        """
        eye = self.eyes[lamp]
        if self._lamps[lamp].all_around:
            about = np.eye(4)
            about[:3, 3] = -eye.world_from_eye[:3, 3]
            return np.asarray(about @ world_from_camera)
        lens = lens_matrix(eye.lens, parallel=eye.parallel)
        x, y, width, height = self.area(lamp)
        atlas_from_clip = np.array(
            [
                [width / 2, 0, 0, x + width / 2],
                [0, height / 2, 0, y + height / 2],
                [0, 0, 1, 0],
                [0, 0, 0, 1.0],
            ]
        )
        return atlas_from_clip @ lens @ inverse(eye.world_from_eye) @ world_from_camera

    def free(self) -> None:
        """Delete the atlas."""
        for item in (self._target, self._depths, self.texture):
            if item is not None:
                item.release()
        if self._layer is not None:
            self._layer.free()

    def _tile(self, number: int) -> PixelWindow:
        x, y = number % self.columns * self.size, number // self.columns * self.size
        return PixelWindow(x, y, x + self.size, y + self.size)

    def _eyes(self, number: int, placed: Placed) -> list[Eye]:
        lamp, tiles = self._lamps[number], self.tiles[number]
        position, direction = place(lamp, placed, np.eye(4))
        finite = (placed.radius_m < _WIDEST_M) & (placed.radius_m >= 0)
        centers, radii = placed.position_m[finite], placed.radius_m[finite]
        if lamp.parallel:
            low = (centers - radii[:, None]).min(axis=0, initial=np.inf)
            high = (centers + radii[:, None]).max(axis=0, initial=-np.inf)
            middle = (low + high) / 2 if len(centers) else np.zeros(3)
            half = min(float(np.linalg.norm(high - low)) / 2, _WIDEST_M) if len(centers) else 1.0
            pose = _facing(middle - half * direction, direction)
            lens = parallel_lens(half, tiles[0], (0.0, 2 * half))
            return [Eye(pose, lens, parallel=True, texel=2 * half / self.size)]
        away = np.linalg.norm(centers - position, axis=1) + radii
        far = min(max(float(away.max(initial=1.0)), 2 * _NEAR_M), _WIDEST_M)
        tangent = 1.0 if lamp.all_around else math.tan(lamp.cutoff_rad)
        sides = _SIDES if lamp.all_around else [direction]
        return [
            Eye(
                _facing(position, side),
                cone_lens(tangent, tile, (_NEAR_M, far)),
                parallel=False,
                texel=2 * tangent / self.size,
            )
            for side, tile in zip(sides, tiles, strict=True)
        ]


def _layout(lamps: tuple[Lamp, ...]) -> list[tuple[bool, bool]]:
    return [(lamp.casts_shadow, lamp.all_around) for lamp in lamps]


def _view(lamp: Lamp) -> tuple[int, bool, float]:
    """What a lamp's maps depend on beside where it is."""
    return lamp.light, lamp.parallel, lamp.cutoff_rad


def _aim(target: moderngl.Framebuffer, tile: PixelWindow) -> None:
    """Bind a framebuffer, and let one tile of it be drawn into."""
    target.use()
    target.viewport = target.scissor = (tile.x0, tile.y0, tile.width, tile.height)


def _facing(position: FloatArray, direction: FloatArray) -> FloatArray:
    """A pose (4, 4) at a place with z along a direction."""
    aside = np.array([1.0, 0, 0]) if abs(direction[0]) < 0.9 else np.array([0, 1.0, 0])
    x = np.cross(aside, direction)
    x /= np.linalg.norm(x)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([x, np.cross(direction, x), direction], axis=1)
    pose[:3, 3] = position
    return pose

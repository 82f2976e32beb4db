"""One model on the GPU: pictures and silhouettes of its states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import moderngl
import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Viewpoint
from synth_ros.render.bounds import project_windows
from synth_ros.render.environment_light import turned_coefficients
from synth_ros.render.model import clip_planes_m
from synth_ros.render.onepass import textures
from synth_ros.render.onepass.ambient import AmbientOcclusion, half_lens
from synth_ros.render.onepass.antialias import Antialiasing, PictureLayers
from synth_ros.render.onepass.blocks import (
    FRAME_BINDING,
    LAMP,
    LAMPS_BINDING,
    Lens,
    frame_block,
    picture_lens,
)
from synth_ros.render.onepass.buffers import Buffers
from synth_ros.render.onepass.context import anisotropy_of, is_lean, raw_gl
from synth_ros.render.onepass.lamps import MAX_LAMPS, cone_scale, lighting, place
from synth_ros.render.onepass.paint import UNITS, Paint, definitions_of
from synth_ros.render.onepass.poses import Placed, Seen, in_view, seen_from
from synth_ros.render.onepass.programs import Definitions, Programs, defined
from synth_ros.render.onepass.screen import Screen
from synth_ros.render.onepass.shadows import Eye, ShadowAtlas
from synth_ros.render.onepass.surfaces import GroupKey, surfaces_of
from synth_ros.render.onepass.targets import CoverTarget, PictureTarget
from synth_ros.types import FloatArray

# As bright as MuJoCo's Filament: its camera of f/16, 1/125 s, ISO 100 comes out a stop brighter
# than by the formula, and its scenes get 0.7 on top (see filament_scene.py).
_EXPOSURE = 2**1.7 / (1.2 * 16**2 * 125)


class Part(NamedTuple):
    """Members of a group that are drawn.

    Attributes:
        key: The group's.
        slots: Which, in drawing order.
        first: Number of the first one's draw command.
    """

    key: GroupKey
    slots: NDArray[np.int64]
    first: int


class OnepassScene:
    """A model's surfaces, textures and lamps in one GL context, which is current.

    Args:
        context: The GL context.
        programs: Its programs.
        model: The model; only read.
        config: Quality.
    """

    def __init__(
        self,
        context: moderngl.Context,
        programs: Programs,
        *,
        model: mujoco.MjModel,
        config: RenderConfig,
    ) -> None:
        self._context, self._programs, self._config = context, programs, config
        self._model = model
        self.clip_m = clip_planes_m(model)
        self.surfaces = surfaces_of(model, far_m=self.clip_m[1])
        self._slot_of = {int(geom): slot for slot, geom in enumerate(self.surfaces.geoms)}
        self._buffers = Buffers(context, self.surfaces)
        self._lighting = lighting(model)
        self._lamps = self._lighting.lamps[:MAX_LAMPS]
        self._atlas = ShadowAtlas(context, self._lamps, config.shadow_size)
        self._frame = context.buffer(reserve=frame_block(_NO_LENS).nbytes, dynamic=True)
        self._lamp_buffer = context.buffer(
            reserve=max(len(self._lamps), 1) * LAMP.itemsize, dynamic=True
        )
        self._lean = is_lean(config, context)
        self._paint = Paint(model, lean=self._lean, anisotropy=anisotropy_of(context))
        self._screen = Screen(context)
        self._antialiasing = Antialiasing(context, programs, self._screen)
        self._ambient = AmbientOcclusion(context, programs, self._screen)
        self._environment = textures.environment_cube(self._lighting.around)
        self._finishes = textures.number_table(self.surfaces.finishes(model.ngeom), width=1024)

    def place(self, data: mujoco.MjData) -> Placed:
        """Copy where everything is."""
        geoms = self.surfaces.geoms
        return Placed(data.geom_xmat[geoms].reshape(-1, 3, 3), np.array(data.geom_xpos[geoms]))

    def windows(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[PixelWindow | None]:
        """Bounds on the canvas of what is drawn of each group of geoms."""
        drawn = [[g for g in geoms if g in self._slot_of] for geoms in geom_groups]
        return project_windows((self._model, data), viewpoint, drawn, near_m=self.clip_m[0])

    def draw_shadows(self, data: mujoco.MjData, placed: Placed) -> None:
        """Bring the shadow maps up to date."""
        gl = raw_gl()
        context = self._context
        context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        context.depth_func = '<'
        # The lamp's image is not upside down as a picture's is, nor is it looked at.
        context.front_face = 'cw'
        gl.glClipControl(gl.GL_LOWER_LEFT, gl.GL_ZERO_TO_ONE)
        self._atlas.update(data, placed, self.surfaces.radius_m, self._draw_tile)

    def draw_picture(
        self, data: mujoco.MjData, placed: Placed, viewpoint: Viewpoint, target: PictureTarget
    ) -> None:
        """Draw all layers of a viewpoint."""
        lens = picture_lens(viewpoint.camera, self.clip_m)
        seen = seen_from(placed, viewpoint.world_from_camera)
        visible = in_view(seen, self.surfaces.radius_m, lens)
        self._set_frame(lens, viewpoint.world_from_camera)
        self._set_lamps(data, viewpoint.world_from_camera)
        self._buffers.set_poses(seen.poses)
        if self._config.ambient_occlusion:
            self._draw_ambient(viewpoint, visible)
            self._set_frame(lens, viewpoint.world_from_camera)
        target.clear()
        parts = self._parts(seen, visible)
        self._picture_state()
        if not parts:
            self._draw_sky()
            return
        self._buffers.order(np.concatenate([part.slots for part in parts]))
        solid = [part for part in parts if not part.key.apart]
        apart = parts[len(solid) :]
        common = self._definitions(normals=target.kind.normals)
        gl = raw_gl()
        gl.glColorMaski(0, *[gl.GL_FALSE] * 4)
        self._draw_parts(solid, defined(SURFACES=True, NORMALS=target.kind.normals))
        gl.glColorMaski(0, *[gl.GL_TRUE] * 4)
        common |= self._ambient_scale(1)
        self._light(target, common)
        target.all.use()
        self._picture_state()
        self._draw_parts(apart, common)
        self._draw_sky()
        if target.fine is not None:
            self._antialiasing.begin(
                target.fine, target.lit, PictureLayers(target.color, target.surface)
            )
            self._set_frame(_finer(lens, target.fine.grid), viewpoint.world_from_camera)
            self._picture_state()
            fine = self._definitions(normals=target.kind.normals)
            fine |= self._ambient_scale(target.fine.grid) | defined(COLOR_ALONE=True)
            self._draw_parts(parts, fine)
            self._draw_sky()
            self._antialiasing.end(target.fine, target.lit)

    def draw_cover(
        self,
        placed: Placed,
        viewpoint: Viewpoint,
        *,
        tile: PixelWindow,
        things: Sequence[Sequence[int]],
        target: CoverTarget,
    ) -> None:
        """Set bit k where thing k alone would show, for up to 32 things.

        Args:
            placed: The state.
            viewpoint: The camera.
            tile: Pixels of the canvas that the target holds.
            things: Geom ids of each.
            target: Where to draw.
        """
        gl = raw_gl()
        lens = picture_lens(viewpoint.camera, self.clip_m, window=tile)
        seen = seen_from(placed, viewpoint.world_from_camera)
        bits = np.zeros(len(self.surfaces.geoms), np.uint32)
        for number, geoms in enumerate(things):
            slots = [self._slot_of[g] for g in geoms if g in self._slot_of]
            bits[slots] |= np.uint32(1 << number)
        visible = in_view(seen, self.surfaces.radius_m, lens) & (bits != 0)
        self._set_frame(lens, viewpoint.world_from_camera)
        self._buffers.set_poses(seen.poses)
        self._buffers.set_bits(bits)
        target.clear()
        self._context.enable_only(moderngl.CULL_FACE)
        self._context.front_face = 'cw'
        gl.glClipControl(gl.GL_LOWER_LEFT, gl.GL_ZERO_TO_ONE)
        gl.glEnable(gl.GL_COLOR_LOGIC_OP)
        gl.glLogicOp(gl.GL_OR)
        try:
            self._draw_families(visible, 'coverage.frag', defined(COVERAGE=True))
        finally:
            gl.glDisable(gl.GL_COLOR_LOGIC_OP)

    def free(self) -> None:
        """Delete everything on the GPU."""
        self._buffers.free()
        self._atlas.free()
        self._screen.free()
        self._ambient.free()
        self._frame.release()
        self._lamp_buffer.release()
        self._environment.free()
        self._finishes.free()
        self._paint.free()

    def _draw_ambient(self, viewpoint: Viewpoint, visible: NDArray[np.bool_]) -> None:
        """Find how much of the light from all around reaches what is solid."""
        solid = visible & (self.surfaces.instances['rgba'][:, 3] >= 1)
        camera = viewpoint.camera
        self._set_frame(half_lens(camera, self.clip_m), viewpoint.world_from_camera)
        self._picture_state()
        self._ambient.begin(camera)
        self._draw_families(solid, 'facets.frag', frozenset())
        self._ambient.end(camera)

    def _ambient_scale(self, grid: int) -> Definitions:
        return defined(AMBIENT_SCALE=self._config.ambient_occlusion and 0.5 / grid)

    def _picture_state(self) -> None:
        gl = raw_gl()
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._context.depth_func = '>'
        self._context.front_face = 'cw'
        gl.glClipControl(gl.GL_LOWER_LEFT, gl.GL_ZERO_TO_ONE)
        gl.glEnable(gl.GL_FRAMEBUFFER_SRGB)

    def _parts(self, seen: Seen, visible: NDArray[np.bool_]) -> list[Part]:
        """Visible members of each group in the order that they are drawn.

        Small things first, and near ones among those of a size: they stand on and before the
        large ones, which then are dropped early where they are hidden. What is drawn apart comes
        last, far ones first.
        """
        size = np.round(np.log2(self.surfaces.radius_m))
        depth = seen.center_m[:, 2]
        found: list[tuple[tuple[bool, float, float], GroupKey, NDArray[np.int64]]] = []
        for key, slots in self.surfaces.groups:
            shown = slots[visible[slots]]
            if shown.size and key.apart:
                order = np.argsort(-depth[shown], kind='stable')
                found.append(((True, -float(depth[shown].max()), 0.0), key, shown[order]))
            elif shown.size:
                order = np.lexsort((depth[shown], size[shown]))
                rank = (False, float(size[shown].max()), float(depth[shown].min()))
                found.append((rank, key, shown[order]))
        found.sort(key=lambda part: part[0])
        parts, first = [], 0
        for _, key, slots in found:
            parts.append(Part(key, slots, first))
            first += len(slots)
        return parts

    def _draw_parts(self, parts: list[Part], common: Definitions) -> None:
        gl = raw_gl()
        self._environment.bind(UNITS['environment'])
        self._atlas.bind()
        for key, slots, first in parts:
            looks = definitions_of(self._model, key)
            program = self._programs.get(
                _vertex(key.family), 'surface.frag', common | _family(key.family) | looks
            )
            self._paint.bind(key)
            # Colours alone are blended: depth and ids count what is see-through as solid.
            (gl.glEnablei if key.apart else gl.glDisablei)(gl.GL_BLEND, 0)
            self._buffers.draw_part(program, first=first, count=len(slots))
        gl.glDisablei(gl.GL_BLEND, 0)

    def _light(self, target: PictureTarget, common: Definitions) -> None:
        """Light the surface layers, every pixel that shows something once."""
        gl = raw_gl()
        target.lit.use()
        # The screen's triangle lies on the far plane: it is before it where something is drawn.
        self._context.enable_only(moderngl.DEPTH_TEST)
        self._context.depth_func = '<'
        gl.glDepthMask(gl.GL_FALSE)
        target.surface.use(UNITS['surface_layer'])
        self._finishes.bind(UNITS['finishes'])
        self._environment.bind(UNITS['environment'])
        self._atlas.bind()
        self._screen.draw(self._programs.get('screen.vert', 'light.frag', common))
        gl.glDepthMask(gl.GL_TRUE)

    def _draw_sky(self) -> None:
        """Fill what is empty with the model's sky, if it has one; no other layer shows it."""
        if self._paint.sky < 0:
            return
        gl = raw_gl()
        for layer in (1, 2):
            gl.glColorMaski(layer, *[gl.GL_FALSE] * 4)
        self._context.enable_only(moderngl.DEPTH_TEST)
        self._context.depth_func = '>='
        program = self._programs.get('screen.vert', 'sky.frag', _tone(self._config))
        self._paint.cube(self._paint.sky).bind(UNITS['sky'])
        self._screen.draw(program)
        for layer in (1, 2):
            gl.glColorMaski(layer, *[gl.GL_TRUE] * 4)

    def _draw_families(
        self, visible: NDArray[np.bool_], fragment: str, common: Definitions
    ) -> None:
        """Draw visible surfaces without textures, a call for each family."""
        by_family: dict[str, list[NDArray[np.int64]]] = {}
        for key, slots in self.surfaces.groups:
            by_family.setdefault(key.family, []).append(slots[visible[slots]])
        members = {name: np.concatenate(found) for name, found in by_family.items()}
        members = {name: slots for name, slots in members.items() if slots.size}
        if not members:
            return
        self._buffers.order(np.concatenate(list(members.values())))
        first = 0
        for name, slots in members.items():
            program = self._programs.get(_vertex(name), fragment, common | _family(name))
            self._buffers.draw_part(program, first=first, count=len(slots))
            first += len(slots)

    def _draw_tile(
        self, eye: Eye, block: NDArray[np.void], seen: Seen, visible: NDArray[np.bool_]
    ) -> None:
        self._frame.orphan(self._frame.size)
        self._frame.write(block)
        self._frame.bind_to_uniform_block(FRAME_BINDING)
        self._buffers.set_poses(seen.poses)
        self._draw_families(visible, 'shadow.frag', defined(SHADOW=True, PARALLEL=eye.parallel))

    def _definitions(self, *, normals: bool) -> Definitions:
        return defined(
            LAMPS=len(self._lamps),
            SHADOW_LAMPS=len(self._atlas.tiles),
            LEAN=self._lean,
            SHADOW_TAPS=1 if self._lean else 4,
            SOFT_SHADOWS=self._config.soft_shadows and bool(self._atlas.tiles),
            SHADOW_TEXELS=float(max(self._config.shadow_size, 1)),
            NORMALS=normals,
        ) | _tone(self._config)

    def _set_frame(self, lens: Lens, world_from_camera: FloatArray) -> None:
        block = frame_block(lens)
        environment = self._lighting.around
        block['light_scale'] = (
            _EXPOSURE,
            self._lighting.environment,
            0.0,
            len(environment.levels),
        )
        block['world_from_camera'][0, :3, :3] = world_from_camera[:3, :3].T
        block['irradiance'][0, :, :3] = turned_coefficients(
            environment.irradiance, world_from_camera[:3, :3]
        )
        self._frame.orphan(self._frame.size)
        self._frame.write(block)
        self._frame.bind_to_uniform_block(FRAME_BINDING)

    def _set_lamps(self, data: mujoco.MjData, world_from_camera: FloatArray) -> None:
        if not self._lamps:
            return
        records = np.zeros(len(self._lamps), LAMP)
        turn, origin = world_from_camera[:3, :3], world_from_camera[:3, 3]
        for number, lamp in enumerate(self._lamps):
            position, direction = place(lamp, data, world_from_camera)
            record = records[number]
            reach = 1 / lamp.range_m**2 if lamp.range_m > 0 else 0.0
            record['position'] = (*((position - origin) @ turn), 0.0 if lamp.parallel else 1.0)
            record['direction'] = (*(direction @ turn), reach)
            record['color'] = (*lamp.color, lamp.bulb_radius_m)
            scale, offset = cone_scale(lamp)
            record['cone'] = (scale, offset, 0.0, 0.0)
            if number in self._atlas.tiles:
                eye = self._atlas.eyes[number]
                near, far, scale_z, offset_z = eye.lens.depth_range
                record['cone'] = (scale, offset, 0.0, eye.texel)
                record['shadow'] = self._atlas.place_from_camera(number, world_from_camera).T
                record['tile'] = self._atlas.area(number)
                record['depths'] = (scale_z, offset_z, far - near, 0.0)
        self._lamp_buffer.orphan(self._lamp_buffer.size)
        self._lamp_buffer.write(records)
        self._lamp_buffer.bind_to_uniform_block(LAMPS_BINDING)


_NO_LENS = Lens((0.0,) * 4, (0.0,) * 4, (0.0,) * 4)


def _finer(lens: Lens, grid: int) -> Lens:
    """The same view with ``grid`` by ``grid`` samples in each pixel."""
    fx, fy, cx, cy = lens.pixel_from_ray
    shift = (grid - 1) / 2
    return lens._replace(
        pixel_from_ray=(fx * grid, fy * grid, cx * grid + shift, cy * grid + shift)
    )


def _tone(config: RenderConfig) -> Definitions:
    return defined(
        TONE_ACES=config.tone_mapping == 'aces', TONE_NEUTRAL=config.tone_mapping == 'neutral'
    )


def _vertex(family: str) -> str:
    return 'mesh.vert' if family == 'mesh' else 'impostor.vert'


def _family(family: str) -> Definitions:
    if family == 'mesh':
        return frozenset()
    return defined(IMPOSTOR=True) | frozenset({(family.upper(), '1')})

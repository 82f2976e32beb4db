"""One model on the GPU: pictures and silhouettes of its states."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Shot, Viewpoint
from synth_ros.render.bounds import project_windows
from synth_ros.render.looks import Looks
from synth_ros.render.onepass import textures
from synth_ros.render.onepass.ambient import AmbientOcclusion, half_lens
from synth_ros.render.onepass.antialias import Antialiasing, PictureLayers
from synth_ros.render.onepass.blocks import Lens, picture_lens
from synth_ros.render.onepass.buffers import Buffers
from synth_ros.render.onepass.context import anisotropy_of, is_lean, raw_gl
from synth_ros.render.onepass.deformable import Deformables
from synth_ros.render.onepass.facets import FacetPass
from synth_ros.render.onepass.illumination import Illumination
from synth_ros.render.onepass.motion import MotionPass, MotionTarget, surface_motions
from synth_ros.render.onepass.order import Part, drawing_order
from synth_ros.render.onepass.paint import UNITS, Paint, definitions_of
from synth_ros.render.onepass.poses import Placed, Seen, in_view, seen_from
from synth_ros.render.onepass.programs import Definitions, Programs, defined
from synth_ros.render.onepass.screen import Screen
from synth_ros.render.onepass.shadows import Eye
from synth_ros.render.onepass.surfaces import Surfaces, repainted, surfaces_of
from synth_ros.render.onepass.targets import CoverTarget, PictureTarget
from synth_ros.scene.options import clip_planes_m


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
        self._deformables = Deformables(model)
        self.surfaces = surfaces_of(model, far_m=self.clip_m[1], soft=self._deformables.slots)
        self._looks = Looks(model)
        self._slot_of = _slots(self.surfaces)
        self._buffers = Buffers(context, self.surfaces)
        self._lights = Illumination(
            context, model, shadow_size=config.shadow_size, geoms=self.surfaces.geoms
        )
        self._lean = is_lean(config, context)
        self._paint = Paint(model, lean=self._lean, anisotropy=anisotropy_of(context))
        self._screen = Screen(context)
        self._antialiasing = Antialiasing(context, programs, self._screen)
        self._motion = MotionPass(context, programs, self._screen)
        self._finishes = _finishes(self.surfaces, model)
        self._facets = FacetPass(context, programs, self._screen, surfaces=self.surfaces)
        self._ambient = AmbientOcclusion(context, programs, self._screen)

    def refresh(self, model: mujoco.MjModel) -> bool:
        """Take the looks of the model as they are now; what was drawn before stays as it is.

        Args:
            model: The model that was given at first, or any with its structure.

        Returns:
            Whether that was possible; otherwise the scene must be made anew.

        Raises:
            InternalError: The model has another structure.
            RenderError: There are too many lights, or an image light without an image.
        """
        changes = self._looks.update(model)
        if model is not self._model or changes.visual or changes.soft:
            return False
        if changes.geoms.any():
            painted = repainted(self.surfaces, model, changes.geoms, far_m=self.clip_m[1])
            if painted is None:
                return False
            self.surfaces = painted
            self._slot_of = _slots(painted)
            self._buffers.repaint(painted.instances)
            self._finishes.free()
            self._finishes = _finishes(painted, model)
        self._paint.forget(changes.textures)
        if changes.lights or changes.textures:
            self._lights.refresh(model, repainted=changes.textures)
        return True

    def place(self, data: mujoco.MjData) -> Placed:
        """Copy where everything is, and give what bends its form for the drawings to come."""
        count = self.surfaces.geoms
        geoms = self.surfaces.ids[:count]
        rotation, position = data.geom_xmat[geoms].reshape(-1, 3, 3), data.geom_xpos[geoms]
        radius = self.surfaces.radius_m
        lights = (data.light_xpos.copy(), data.light_xdir.copy())
        if not self._deformables.slots:
            return Placed(rotation, position, radius, *lights)
        bent = self._deformables.bent(data)
        self._buffers.bend(bent)
        return Placed(
            np.concatenate([rotation, bent.rotation]),
            np.concatenate([position, bent.position_m]),
            np.concatenate([radius[:count], bent.radius_m]),
            *lights,
            bent.vertices.tobytes() + bent.extent.tobytes(),
        )

    def windows(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[PixelWindow | None]:
        """Bounds on the canvas of what is drawn of each group of geoms."""
        drawn = [[g for g in geoms if g in self._slot_of] for geoms in geom_groups]
        return project_windows((self._model, data), viewpoint, drawn, near_m=self.clip_m[0])

    def draw_shadows(self, placed: Placed) -> None:
        """Bring the shadow maps up to date."""
        gl = raw_gl()
        context = self._context
        context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        context.depth_func = '<'
        # The lamp's image is not upside down as a picture's is, nor is it looked at.
        context.front_face = 'cw'
        gl.glClipControl(gl.GL_LOWER_LEFT, gl.GL_ZERO_TO_ONE)
        self._lights.atlas.update(placed, self._draw_tile)

    def draw_picture(self, placed: Placed, viewpoint: Viewpoint, target: PictureTarget) -> None:
        """Draw all layers of a viewpoint."""
        lens = picture_lens(viewpoint.camera, self.clip_m)
        seen = seen_from(placed, viewpoint.world_from_camera)
        visible = in_view(seen, placed.radius_m, lens)
        self._lights.uniforms.set_camera(lens, viewpoint)
        self._lights.uniforms.set_lamps(placed, viewpoint.world_from_camera)
        self._buffers.set_poses(seen.poses)
        if self._config.ambient_occlusion:
            self._draw_ambient(viewpoint, visible)
            self._lights.uniforms.set_camera(lens, viewpoint)
        target.clear()
        order = drawing_order(
            self.surfaces.groups, seen, radius_m=placed.radius_m, visible=visible
        )
        self._picture_state()
        self._buffers.order(order.slots)
        common = self._definitions(normals=target.kind.normals)
        gl = raw_gl()
        gl.glColorMaski(0, *[gl.GL_FALSE] * 4)
        self._draw_parts(order.solid, defined(SURFACES=True, NORMALS=target.kind.normals))
        gl.glColorMaski(0, *[gl.GL_TRUE] * 4)
        self._light(target, common | self._ambient_scale(1))
        target.all.use()
        # What is see-through shows the sky, too.
        self._draw_sky()
        self._picture_state()
        self._draw_parts(order.apart, common | self._ambient_scale(1))
        if target.facets is not None:
            self._facets.draw(seen, target)
        if target.fine is not None:
            self._antialiasing.begin(
                target.fine, target.lit, PictureLayers(target.color, target.surface)
            )
            self._lights.uniforms.set_camera(_finer(lens, target.fine.grid), viewpoint)
            self._picture_state()
            alone = defined(COLOR_ALONE=True) | self._ambient_scale(target.fine.grid)
            self._draw_parts(order.solid, common | alone)
            self._draw_sky()
            self._picture_state()
            self._draw_parts(order.apart, common | alone)
            self._antialiasing.end(target.fine, target.lit)

    def draw_motion(
        self, data: mujoco.MjData, shot: Shot, *, picture: PictureTarget, target: MotionTarget
    ) -> None:
        """Draw how the surface points of a picture have moved since ``shot.before``."""
        assert shot.before is not None
        view = shot.viewpoint
        self._lights.uniforms.set_camera(picture_lens(view.camera, self.clip_m), view)
        motions = surface_motions(self._model, data, shot)
        self._motion.draw(motions, picture.surface, target)

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
        bits = np.zeros(len(self.surfaces.ids), np.uint32)
        for number, geoms in enumerate(things):
            slots = [self._slot_of[g] for g in geoms if g in self._slot_of]
            bits[slots] |= np.uint32(1 << number)
        visible = in_view(seen, placed.radius_m, lens) & (bits != 0)
        self._lights.uniforms.set_camera(lens, viewpoint)
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
        self._lights.free()
        self._screen.free()
        self._ambient.free()
        self._finishes.free()
        self._facets.free()
        self._paint.free()

    def _draw_ambient(self, viewpoint: Viewpoint, visible: NDArray[np.bool_]) -> None:
        """Find how much of the light from all around reaches what is solid."""
        solid = visible & (self.surfaces.instances['rgba'][:, 3] >= 1)
        camera = viewpoint.camera
        self._lights.uniforms.set_camera(half_lens(camera, self.clip_m), viewpoint)
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

    def _draw_parts(self, parts: Sequence[Part], common: Definitions) -> None:
        gl = raw_gl()
        self._lights.bind()
        for key, slots, first in parts:
            looks = definitions_of(self._model, key)
            program = self._programs.get(
                _vertex(key.family), 'surface.frag', common | _family(key.family) | looks
            )
            self._paint.bind(key)
            # Colours alone are blended: depth and ids count what is see-through as solid.
            (gl.glEnablei if key.see_through else gl.glDisablei)(gl.GL_BLEND, 0)
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
        self._lights.bind()
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

    def _draw_tile(self, eye: Eye, seen: Seen, visible: NDArray[np.bool_]) -> None:
        self._lights.uniforms.set_eye(eye.lens)
        self._buffers.set_poses(seen.poses)
        self._draw_families(visible, 'shadow.frag', defined(SHADOW=True, PARALLEL=eye.parallel))

    def _definitions(self, *, normals: bool) -> Definitions:
        return defined(
            LAMPS=len(self._lights.lighting.lamps),
            SHADOW_LAMPS=len(self._lights.atlas.tiles),
            LEAN=self._lean,
            SHADOW_TAPS=1 if self._lean else 4,
            SHADOW_COLUMNS=self._lights.atlas.all_around and float(self._lights.atlas.columns),
            SOFT_SHADOWS=self._config.soft_shadows and bool(self._lights.atlas.tiles),
            SHADOW_TEXELS=float(max(self._lights.atlas.size, 1)),
            NORMALS=normals,
        ) | _tone(self._config)


def _slots(surfaces: Surfaces) -> dict[int, int]:
    """Slot of each geom that shows."""
    geoms = surfaces.ids[: surfaces.geoms].tolist()
    shows = surfaces.radius_m >= 0
    return {geom: slot for slot, geom in enumerate(geoms) if shows[slot]}


def _finishes(surfaces: Surfaces, model: mujoco.MjModel) -> textures.Texture:
    count = model.ngeom + model.nflex + model.nskin + model.ntendon
    return textures.number_table(surfaces.finishes(count), width=1024)


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
    return 'mesh.vert' if family in ('mesh', 'plane') else 'impostor.vert'


def _family(family: str) -> Definitions:
    if family == 'mesh':
        return frozenset()
    return defined(IMPOSTOR=family != 'plane') | frozenset({(family.upper(), '1')})

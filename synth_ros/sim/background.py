"""Fills what is behind the objects with shapes about as large in the picture as they are."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from synth_ros.config.distractors import BackgroundClutter
from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import inverse, transform_points
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import quadruple, triple, uniform_quat_wxyz
from synth_ros.randomize.scene import Filling
from synth_ros.scene.compiled import CompiledScene, ObjectPart, ShapePart
from synth_ros.sim.hanging import Tester
from synth_ros.sim.occluders import Placed
from synth_ros.sim.sightlines import Lens, Region, Sightlines, look_around, region_of
from synth_ros.sim.world import Place
from synth_ros.types import FloatArray

_CELLS_ACROSS = 36
# Places tried for each shape that finds one, on average, before a camera is given up.
_PATIENCE = 4
# A shape before a wall or on a table is sunk into it by this share of its radius, so that it
# stands on it rather than floats before it.
_SUNK = 0.5
_MARGIN_PX = 1.5


class BackgroundPlacer:
    """Puts shapes behind the objects.

    Args:
        shapes: The pool.
        config: How much.
        tester: Tries places.
        model: From ``rays.model_for_rays``.
        scene: Whose the geoms are.
    """

    def __init__(
        self,
        shapes: Sequence[ShapePart],
        config: BackgroundClutter,
        *,
        tester: Tester,
        model: mujoco.MjModel,
        scene: CompiledScene,
    ) -> None:
        self._shapes = shapes
        self._config = config
        self._tester = tester
        self._model = model
        things = scene.geometry.things
        extra = {part.name for part in scene.distractors}
        extra |= {shape.name for shape in scene.shapes}
        background = [t.kind == 'environment' and t.name not in extra for t in things]
        # Geom -1 is nothing, which is background, too.
        self._is_background = np.append(np.array(background)[scene.geom_thing], True)

    def place(
        self, lenses: Sequence[Lens], parts: Sequence[ObjectPart], *, draws: Draws
    ) -> tuple[list[Placed], tuple[Filling, ...]]:
        """Find places for one view; objects, as all cameras see them, stay unhidden.

        Args:
            lenses: All cameras as they stand.
            parts: The objects.
            draws: Of the view.
        """
        views = [_View(lens, parts, self._tester.state) for lens in lenses]
        free = list(self._shapes)
        placed: list[Placed] = []
        fillings = []
        for view in views:
            name = view.lens.camera.name
            own = draws.below(f'background/{name}/')
            asked = own.number(self._config.fill, 'fill')
            reached = self._fill(view, views, free=free, placed=placed, asked=asked, draws=own)
            fillings.append(Filling(camera=name, asked=asked, reached=reached))
        return placed, tuple(fillings)

    def _fill(
        self,
        view: _View,
        views: Sequence[_View],
        *,
        free: list[ShapePart],
        placed: list[Placed],
        asked: float,
        draws: Draws,
    ) -> float:
        """Cover a camera's background; the share that is covered in the end."""
        camera = view.lens.camera
        cells = (_CELLS_ACROSS, max(1, round(_CELLS_ACROSS * camera.height / camera.width)))
        seen = look_around(view.lens, model=self._model, state=self._tester.state, cells=cells)
        behind = self._is_background[seen.geom_id]
        lines = Sightlines(
            seen.lines.origin, seen.lines.directions[behind], seen.lines.depths[behind]
        )
        covered = np.zeros(len(lines.depths), np.bool_)
        for one in placed:
            covered |= self._tester.hides(one.shape, lines)
        rng, tries = draws.generator('place'), _PATIENCE * len(free)
        for behind_m in draws.numbers(self._config.behind_m, 'behind_m', tries).tolist():
            if not free or not len(covered) or covered.mean() >= asked:
                break
            bare = np.flatnonzero(~covered)
            line = int(bare[int(rng.random() * len(bare))])
            # Another one each time: where a large one has no room, a small one may.
            shape = free[int(rng.random() * len(free))]
            place = self._behind(shape, view, lines=lines, line=line, behind_m=behind_m, rng=rng)
            self._tester.put(shape, place)
            if not self._fits(shape, place, views):
                continue
            covered |= self._tester.hides(shape, lines)
            placed.append(Placed(shape, place))
            free.remove(shape)
        return float(covered.mean()) if len(covered) else 0.0

    def _behind(
        self,
        shape: ShapePart,
        view: _View,
        *,
        lines: Sightlines,
        line: int,
        behind_m: float,
        rng: np.random.Generator,
    ) -> Place:
        """A place on a line behind the objects, or on what is in the way before that."""
        quat = quadruple(uniform_quat_wxyz(rng))
        direction = lines.directions[line]
        length = float(np.linalg.norm(direction))
        wanted_m = view.farthest_m + behind_m + shape.radius_m
        wall_m = float(lines.depths[line]) * length - _SUNK * shape.radius_m
        way_m = min(wanted_m, wall_m)
        return Place(triple(lines.origin + direction * (way_m / length)), quat)

    def _fits(self, shape: ShapePart, place: Place, views: Sequence[_View]) -> bool:
        lenses = [view.lens for view in views]
        if self._tester.nearest_lens_m(shape, lenses) < self._config.near_m:
            return False
        centre = np.asarray(place.position_m)
        if any(view.is_before_an_object(centre, shape.radius_m) for view in views):
            return False
        return not self._tester.touches(shape, surroundings=False)


class _View:
    """A camera and where the objects are in its picture.

    Args:
        lens: The camera.
        parts: The objects.
        state: Where they are.

    Attributes:
        lens: The camera.
        farthest_m: Distance of the farthest object's middle that is in the picture; of all
            objects where none is.
    """

    def __init__(self, lens: Lens, parts: Sequence[ObjectPart], state: mujoco.MjData) -> None:
        self.lens = lens
        regions = [region_of(lens, part, state) for part in parts]
        self._regions: list[Region] = [region for region in regions if region is not None]
        ways = [float(np.linalg.norm(state.xpos[part.body_id] - lens.origin)) for part in parts]
        shown = [
            way
            for way, region in zip(ways, regions, strict=True)
            if region is not None and _in_picture(region, lens)
        ]
        self.farthest_m = max(shown or ways, default=1.0)

    def is_before_an_object(self, centre_m: FloatArray, radius_m: float) -> bool:
        """Whether a ball might hide part of an object: nearer, and over it in the picture."""
        lens = self.lens
        point = transform_points(inverse(lens.world_from_camera), centre_m[None])[0]
        if point[2] <= radius_m:
            return bool(point[2] > -radius_m)
        u, v = project(lens.camera, point[None])[0]
        focal = max(lens.camera.fx, lens.camera.fy)
        # The outline of a ball off the axis is longer by at most the secant of its angle, twice.
        slant = float(point @ point) / float(point[2]) ** 2
        radius_px = focal * radius_m / float(point[2] - radius_m) * slant + _MARGIN_PX
        for region in self._regions:
            if point[2] - radius_m > region.farthest_m:
                continue
            # Outside of a corner this is less than the distance: on the safe side.
            away_px = float((region.outline @ (u, v, 1.0)).max())
            if away_px < radius_px:
                return True
        return False


def _in_picture(region: Region, lens: Lens) -> bool:
    size = np.array([lens.camera.width, lens.camera.height])
    return bool((region.high >= 0).all() and (region.low <= size - 1).all())

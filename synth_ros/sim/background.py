"""Fills what is behind the objects with shapes about as large in the picture as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
from synth_ros.sim.places import Place
from synth_ros.sim.sightlines import Lens, Region, Sightlines, look_around, region_of
from synth_ros.types import FloatArray, MaskImage

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
        before = [self._backdrop(view) for view in views]
        free = list(self._shapes)
        placed: list[Placed] = []
        asked = []
        for number, (view, lines) in enumerate(zip(views, before, strict=True)):
            own = draws.below(f'background/{view.lens.camera.name}/')
            asked.append(own.number(self._config.fill, 'fill'))
            task = _Task(view, lines, asked[-1], fair=len(free) // (len(views) - number))
            self._fill(task, views, free=free, placed=placed, draws=own)
        fillings = [
            Filling(
                camera=view.lens.camera.name,
                asked=share,
                # With what was put there for other cameras.
                reached=_share(self._covered(lines, placed)),
            )
            for view, lines, share in zip(views, before, asked, strict=True)
        ]
        return placed, tuple(fillings)

    def _backdrop(self, view: _View) -> Sightlines:
        """Lines to what is behind the objects."""
        camera = view.lens.camera
        cells = (_CELLS_ACROSS, max(1, round(_CELLS_ACROSS * camera.height / camera.width)))
        seen = look_around(view.lens, model=self._model, state=self._tester.state, cells=cells)
        behind = self._is_background[seen.geom_id]
        return Sightlines(
            seen.lines.origin, seen.lines.directions[behind], seen.lines.depths[behind]
        )

    def _covered(self, lines: Sightlines, placed: Sequence[Placed]) -> MaskImage:
        covered = np.zeros(len(lines.depths), np.bool_)
        for one in placed:
            covered |= self._tester.hides(one.shape, lines)
        return covered

    def _fill(
        self,
        task: _Task,
        views: Sequence[_View],
        *,
        free: list[ShapePart],
        placed: list[Placed],
        draws: Draws,
    ) -> None:
        """Cover a camera's background."""
        lines, covered = task.lines, self._covered(task.lines, placed)
        rng, tries, left = draws.generator('place'), _PATIENCE * task.fair, task.fair
        for behind_m in draws.numbers(self._config.behind_m, 'behind_m', tries).tolist():
            if not left or not len(covered) or _share(covered) >= task.asked:
                return
            bare = np.flatnonzero(~covered)
            line = int(bare[int(rng.random() * len(bare))])
            # Another one each time: where a large one has no room, a small one may.
            shape = free[int(rng.random() * len(free))]
            place = self._behind(shape, task, line=line, behind_m=behind_m, rng=rng)
            self._tester.put(shape, place)
            if not self._fits(shape, place, views):
                continue
            covered |= self._tester.hides(shape, lines)
            placed.append(Placed(shape, place))
            free.remove(shape)
            left -= 1

    def _behind(
        self,
        shape: ShapePart,
        task: _Task,
        *,
        line: int,
        behind_m: float,
        rng: np.random.Generator,
    ) -> Place:
        """A place on a line behind the objects, or on what is in the way before that."""
        quat = quadruple(uniform_quat_wxyz(rng))
        direction, depth = task.lines.directions[line], float(task.lines.depths[line])
        length = float(np.linalg.norm(direction))
        wanted_m = task.view.farthest_m + behind_m + shape.radius_m
        wall_m = depth * length - _SUNK * shape.radius_m
        way_m = min(wanted_m, wall_m)
        return Place(triple(task.lines.origin + direction * (way_m / length)), quat)

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


class _Task(NamedTuple):
    """A background to be covered.

    Attributes:
        view: The camera.
        lines: To its background.
        asked: Share of it to be covered.
        fair: Most shapes for it, so that those for other cameras are left.
    """

    view: _View
    lines: Sightlines
    asked: float
    fair: int


def _share(covered: MaskImage) -> float:
    return float(covered.mean()) if len(covered) else 0.0


def _in_picture(region: Region, lens: Lens) -> bool:
    size = np.array([lens.camera.width, lens.camera.height])
    return bool((region.high >= 0).all() and (region.low <= size - 1).all())

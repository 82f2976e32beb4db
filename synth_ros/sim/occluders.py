"""Puts flat shapes between a lens and objects so that a chosen share of each is hidden."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.config.distractors import Occluders
from synth_ros.geometry.transforms import quat_wxyz_from_matrix
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import quadruple, triple
from synth_ros.randomize.scene import Occlusion
from synth_ros.scene.compiled import ObjectPart, ShapePart
from synth_ros.sim.hanging import Tester
from synth_ros.sim.places import Place
from synth_ros.sim.sightlines import Lens, Sightlines, sightlines_to
from synth_ros.types import FloatArray, MaskImage

# Lines over the box of a target, across; of which some meet it.
_ACROSS = 16
_FEWEST_LINES = 20
_BISECTIONS = 12
_MOST_TILT_DEG = 30.0
# Radius of a shape in the picture, in those of its target.
_MOST_TIMES = 3.0
# Of the way to the target: nearer to it than this, a shape would be in it.
_LAST = 0.95


class Placed(NamedTuple):
    """A shape and where it is to be put."""

    shape: ShapePart
    place: Place


@dataclass
class _Target:
    """An object that is to be hidden in part from a camera.

    Attributes:
        lens: The camera.
        part: The object.
        lines: To the points of it that the camera sees without occluders.
        asked: Share of them to be hidden.
        hidden: Which are hidden by now, (n,).
        occluder: Name of the shape that was put before it.
        missed: Why it was given up.
    """

    lens: Lens
    part: ObjectPart
    lines: Sightlines
    asked: float
    hidden: MaskImage
    occluder: str = ''
    missed: str = ''

    def share(self, more: MaskImage | None = None) -> float:
        """Share of the points that are hidden, with some more."""
        hidden = self.hidden if more is None else self.hidden | more
        return float(hidden.mean()) if len(hidden) else 0.0


class OccluderPlacer:
    """Chooses objects and hides a part of each.

    Args:
        shapes: The pool.
        config: How many and how much.
        tester: Tries places.
        model: From ``rays.model_for_rays``.
    """

    def __init__(
        self,
        shapes: Sequence[ShapePart],
        config: Occluders,
        *,
        tester: Tester,
        model: mujoco.MjModel,
    ) -> None:
        self._shapes = shapes
        self._config = config
        self._tester = tester
        self._model = model

    def place(
        self, lenses: Sequence[Lens], parts: Sequence[ObjectPart], *, draws: Draws
    ) -> tuple[list[Placed], tuple[Occlusion, ...]]:
        """Find places for one view.

        Args:
            lenses: All cameras as they stand.
            parts: The objects.
            draws: Of the view.

        Returns:
            What goes where, and what came of each object that was chosen.
        """
        targets = [
            target
            for lens in lenses
            for part in parts
            if (target := self._choose(lens, part, draws=draws)) is not None
        ]
        free = list(self._shapes)
        placed: list[Placed] = []
        done: list[_Target] = []
        for target in targets:
            if len(target.lines.depths) < _FEWEST_LINES:
                target.missed = 'too_small'
                continue
            for one in placed:
                target.hidden |= self._tester.hides(one.shape, target.lines)
            own = draws.below(f'occluders/{target.lens.camera.name}/{target.part.name}/')
            found = self._hide(target, done=done, free=free, lenses=lenses, draws=own)
            if found is not None:
                placed.append(found)
                free.remove(found.shape)
                done.append(target)
        return placed, tuple(map(_outcome, targets))

    def _choose(self, lens: Lens, part: ObjectPart, *, draws: Draws) -> _Target | None:
        own = draws.below(f'occluders/{lens.camera.name}/{part.name}/')
        share = draws.number(self._config.targets, 'occluders/targets')
        if own.generator('chosen').random() >= share:
            return None
        asked = own.number(self._config.coverage, 'coverage')
        lines = sightlines_to(
            lens, part, model=self._model, state=self._tester.state, across=_ACROSS
        )
        if not len(lines.depths):
            return None
        return _Target(lens, part, lines, asked, np.zeros(len(lines.depths), np.bool_))

    def _hide(
        self,
        target: _Target,
        *,
        done: Sequence[_Target],
        free: Sequence[ShapePart],
        lenses: Sequence[Lens],
        draws: Draws,
    ) -> Placed | None:
        """Try places until one hides what is asked for; note why if none does."""
        if not free:
            target.missed = 'no_shape_left'
            return None
        rng = draws.generator('place')
        distances = draws.numbers(self._config.distance, 'distance', self._config.attempts)
        for distance in distances.tolist():
            shape = free[int(rng.random() * len(free))]
            way = _propose(shape, target, distance, near_m=self._config.near_m, rng=rng)
            if way is None:
                continue
            place = self._slide(shape, target, way)
            if place is None or not self._fits(shape, lenses):
                continue
            more = [self._tester.hides(shape, other.lines) for other in done]
            if all(
                abs(other.share(hidden) - other.asked) <= self._config.tolerance
                for other, hidden in zip(done, more, strict=True)
            ):
                target.hidden |= self._tester.hides(shape, target.lines)
                target.occluder = shape.name
                for other, hidden in zip(done, more, strict=True):
                    other.hidden |= hidden
                return Placed(shape, place)
        target.missed = 'no_free_place'
        return None

    def _slide(self, shape: ShapePart, target: _Target, way: _Way) -> Place | None:
        """Slide a shape off its target until the rest of it hides what is asked for."""
        inner, outer = 0.0, way.end
        for _ in range(_BISECTIONS):
            middle = (inner + outer) / 2
            self._tester.put(shape, way.at(middle))
            if target.share(self._tester.hides(shape, target.lines)) >= target.asked:
                inner = middle
            else:
                outer = middle
        place = way.at(inner)
        self._tester.put(shape, place)
        share = target.share(self._tester.hides(shape, target.lines))
        return place if abs(share - target.asked) <= self._config.tolerance else None

    def _fits(self, shape: ShapePart, lenses: Sequence[Lens]) -> bool:
        near = self._tester.nearest_lens_m(shape, lenses) < self._config.near_m
        return not near and not self._tester.touches(shape)


class _Way(NamedTuple):
    """How a shape slides across the line from a lens to a target.

    Attributes:
        start_m: Where it hides most, world frame, (3,).
        step_m: World frame, (3,).
        end: Number of steps after which it hides nothing.
        quat_wxyz: World from shape.
    """

    start_m: FloatArray
    step_m: FloatArray
    end: float
    quat_wxyz: tuple[float, float, float, float]

    def at(self, steps: float) -> Place:
        """Where it is after some steps."""
        return Place(triple(self.start_m + steps * self.step_m), self.quat_wxyz)


def _propose(
    shape: ShapePart,
    target: _Target,
    distance: float,
    *,
    near_m: float,
    rng: np.random.Generator,
) -> _Way | None:
    """A turn and a direction at a share of the way; ``None`` if it would be in the target."""
    spin, tilt_axis, heading = (2 * math.pi * float(u) for u in rng.random(3))
    tilt = math.radians(_MOST_TILT_DEG) * float(rng.random())
    rotation = target.lens.world_from_camera[:3, :3]
    lines = target.lines
    seen = (lines.directions @ rotation)[:, :2]
    middle = seen.mean(axis=0)
    ray = np.array([*middle, 1.0])
    least_m = (near_m + shape.radius_m) / float(np.linalg.norm(ray))
    nearest_m = float(lines.depths.min())
    # A shape much larger than its target would hide everything around it, too.
    widest = float(np.linalg.norm(seen - middle, axis=1).max())
    least_m = max(least_m, shape.radius_m / (_MOST_TIMES * widest))
    depth_m = max(distance * nearest_m, least_m)
    if depth_m > _LAST * nearest_m:
        return None
    across = np.array([math.cos(heading), math.sin(heading)])
    spread = float(np.abs((seen - middle) @ across).max())
    facing = _facing(ray) @ _tilted(spin, tilt_axis, tilt)
    return _Way(
        start_m=lines.origin + rotation @ (depth_m * ray),
        step_m=rotation @ (depth_m * np.array([*across, 0.0])),
        end=spread + 1.05 * shape.radius_m / depth_m,
        quat_wxyz=quadruple(quat_wxyz_from_matrix(rotation @ facing)),
    )


def _facing(ray: FloatArray) -> FloatArray:
    """Optical frame from a frame whose z axis points along a ray back to the lens."""
    z = -ray / np.linalg.norm(ray)
    x = np.cross(np.array([0.0, 1.0, 0.0]), z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


def _tilted(spin: float, tilt_axis: float, tilt: float) -> FloatArray:
    """A turn about z, then a tilt about an axis across it."""
    c, s = math.cos(spin), math.sin(spin)
    turned = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    a, b = math.cos(tilt_axis), math.sin(tilt_axis)
    about = np.array([[0.0, 0.0, b], [0.0, 0.0, -a], [-b, a, 0.0]])
    # Rodrigues' formula.
    lean = np.eye(3) + math.sin(tilt) * about + (1 - math.cos(tilt)) * (about @ about)
    return np.asarray(lean @ turned)


def _outcome(target: _Target) -> Occlusion:
    return Occlusion.model_validate(
        {
            'camera': target.lens.camera.name,
            'instance_id': target.part.instance_id,
            'asked': target.asked,
            'reached': target.share(),
            'occluder': target.occluder,
            'missed': target.missed,
        }
    )

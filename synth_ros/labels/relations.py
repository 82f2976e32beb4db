"""What physics knows about things: who rests on, lies in, touches and holds whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.transforms import inverse, transform_points
from synth_ros.labels.enclosure import encloses, probes
from synth_ros.types import (
    Contact,
    FloatArray,
    Instance,
    Link,
    Relation,
    SceneState,
    Thing,
)

TOUCH_M = 0.0005
"""Two things touch when a contact leaves no more than this between them."""
STEEP = 0.5
"""A support pushes within 60 degrees of straight up: the vertical share of its push."""
LIFT = 0.05
"""Least vertical share of a push that lifts at all: walls do not."""
OPPOSED = -0.5
"""Two pushes oppose each other when the cosine of their angle is below this (120 degrees)."""
MOST = 0.5
"""A thing is inside when more than this share of its 3D box is."""
_LINE = (np.arange(8) + 0.5) / 8 - 0.5
_CELLS = np.stack(np.meshgrid(_LINE, _LINE, _LINE), axis=-1).reshape(-1, 3)
"""Middles of the 8 x 8 x 8 cells of a box with edges of 1."""


_Vector = tuple[float, float, float]


class _Push(NamedTuple):
    """What one thing does to another in one contact.

    Attributes:
        giver: Who pushes.
        direction: Of the push, unit, world frame, shape (3,).
        strength: Newtons; 1 where forces are not known.
    """

    giver: Thing
    direction: _Vector
    strength: float


def relations(state: SceneState, instances: Sequence[Instance]) -> tuple[Relation, ...]:
    """All relations of an instant.

    * ``touching``: a contact leaves at most ``TOUCH_M`` between subject and target. A pair of
      objects is listed once, the smaller instance id first.
    * ``supported_by``: the target pushes the subject up. In sum over their contacts its normal
      forces point up (so the other way round it does not hold), and one of them within 60
      degrees of straight up (``STEEP``): what leans at a wall is not supported by it. Direct
      supports only: in a stack, each by the one below.
    * ``inside``: the target is an object, the centre and most (``MOST``) of the subject's 3D box
      lie in the target's 3D box; the target carries it: lifts it (by ``LIFT``; steep walls
      count) or lifts a thing that does, and so on; and the target's surface closes around it
      (``enclosure``). So an apple in a bowl, on the bowl's bottom or on other apples; not the
      plate below a mug, a key beside a handle, a fork on a plate or a ring around a knob.
    * ``held_by``: two links of the robot push it from opposing sides (``OPPOSED``). The target is
      the link nearest the root that carries all the links that do so.

    A contact without force holds nothing up; only where no contact of the scene has a force are
    all taken to be equally strong.

    Args:
        state: With its contacts.
        instances: Labelled objects; only these are subjects.

    Returns:
        By instance id of the subject, then kind in alphabetical order, then the target's place
        in the scene's things.
    """
    touching = [contact for contact in state.contacts if contact.distance_m <= TOUCH_M]
    boxes = {item.instance_id: item for item in instances}
    pushes = _pushes(touching, known=any(contact.force_n > 0 for contact in state.contacts))
    lifts = {subject: set(_givers(received, LIFT)) for subject, received in pushes.items()}
    found = {
        *(Relation(c.first, 'touching', c.second) for c in touching if _is_object(c.first)),
        *(
            Relation(subject, 'supported_by', giver)
            for subject, received in pushes.items()
            for giver in _givers(received, STEEP)
        ),
        *_inside(state, lifts, boxes),
        *_held(pushes, state.geometry.links),
    }
    place = {thing: index for index, thing in enumerate(state.geometry.things)}
    mine = [item for item in found if item.subject.instance_id in boxes]
    return tuple(sorted(mine, key=lambda r: (r.subject.instance_id, r.kind, place[r.target])))


def _is_object(thing: Thing) -> bool:
    return thing.kind == 'object'


def _pushes(touching: Iterable[Contact], *, known: bool) -> dict[Thing, list[_Push]]:
    """What each object is pushed by; contacts without force push only if none is known."""
    pushes: dict[Thing, list[_Push]] = {}
    for contact in touching:
        if known and not contact.force_n > 0:
            continue
        strength = contact.force_n if known else 1.0
        first, second, (x, y, z) = contact.first, contact.second, contact.normal
        # The normal points from the first to the second, and each pushes the other away.
        if _is_object(second):
            pushes.setdefault(second, []).append(_Push(first, (x, y, z), strength))
        if _is_object(first):
            pushes.setdefault(first, []).append(_Push(second, (-x, -y, -z), strength))
    return pushes


def _givers(received: Sequence[_Push], vertical: float) -> Iterator[Thing]:
    """Who pushes up in sum, and at least once with more than this vertical share."""
    by_giver: dict[Thing, list[_Push]] = {}
    for push in received:
        by_giver.setdefault(push.giver, []).append(push)
    for giver, own in by_giver.items():
        steepest = max(push.direction[2] for push in own)
        if steepest > vertical and sum(p.direction[2] * p.strength for p in own) > 0:
            yield giver


def _inside(
    state: SceneState, lifts: Mapping[Thing, set[Thing]], boxes: Mapping[int, Instance]
) -> Iterator[Relation]:
    things = state.geometry.things
    for subject in lifts:
        for target in _carriers(subject, lifts):
            inner, outer = boxes.get(subject.instance_id), boxes.get(target.instance_id)
            if inner is None or outer is None or not _mostly_in(inner, outer):
                continue
            if encloses(state, things.index(target), probes(inner)):
                yield Relation(subject, 'inside', target)


def _carriers(subject: Thing, lifts: Mapping[Thing, set[Thing]]) -> set[Thing]:
    """The objects that lift a thing, directly or by others."""
    found: set[Thing] = set()
    waiting = [subject]
    while waiting:
        for giver in lifts.get(waiting.pop(), ()):
            if _is_object(giver) and giver not in found and giver != subject:
                found.add(giver)
                waiting.append(giver)
    return found


def _mostly_in(inner: Instance, outer: Instance) -> bool:
    """Whether the centre and most of the inner 3D box are in the outer one.

    The share of volume is counted on a grid of the inner box: the middles of 8 x 8 x 8 cells.
    """
    outer_from_inner = inverse(_world_from_box(outer)) @ _world_from_box(inner)
    half = np.asarray(outer.size_m) / 2
    if not (np.abs(outer_from_inner[:3, 3]) <= half).all():
        return False
    cells = transform_points(outer_from_inner, _CELLS * inner.size_m)
    held = (np.abs(cells) <= half).all(axis=1)
    return bool(held.mean() > MOST)


def _world_from_box(item: Instance) -> FloatArray:
    pose: FloatArray = item.world_from_object @ item.object_from_box
    return pose


def _held(pushes: Mapping[Thing, Sequence[_Push]], links: Sequence[Link]) -> Iterator[Relation]:
    place = {link.name: index for index, link in enumerate(links)}
    for subject, received in pushes.items():
        grips = [push for push in received if push.giver.kind == 'robot']
        holding = {
            place[giver.name]
            for one, other in combinations(grips, 2)
            if one.giver != other.giver and _cosine(one, other) < OPPOSED
            for giver in (one.giver, other.giver)
        }
        for link in _carrying(holding, links):
            yield Relation(subject, 'held_by', Thing('robot', links[link].name))


def _cosine(one: _Push, other: _Push) -> float:
    """Of the angle between two pushes."""
    return sum(a * b for a, b in zip(one.direction, other.direction, strict=True))


def _carrying(members: set[int], links: Sequence[Link]) -> set[int]:
    """The link farthest from the root that carries all members, or is one of them.

    Members of two robots, without a common root, carry each for itself.
    """
    paths: list[list[int]] = []
    for member in members:
        path = [member]
        while links[path[-1]].parent >= 0:
            path.append(links[path[-1]].parent)
        paths.append(path[::-1])
    shared = [steps[0] for steps in zip(*paths, strict=False) if len(set(steps)) == 1]
    return set(shared[-1:]) or members

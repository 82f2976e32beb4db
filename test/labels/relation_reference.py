"""Relations by their definitions, word by word and pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from synth_ros.types import FloatArray, Instance, Relation, SceneState, Thing


def reference(made: SceneState, instances: Sequence[Instance]) -> set[Relation]:
    """All relations of a state whose objects all have boxes."""
    things = made.geometry.things
    objects = [thing for thing in things if thing.kind == 'object']
    boxes = {item.instance_id: item for item in instances}
    carried = carried_pairs(made, objects)
    found = set()
    for subject in objects:
        for target in things:
            if near(made, subject, target) and things.index(subject) < things.index(target):
                found.add(Relation(subject, 'touching', target))
            if lifts(made, target, subject, least=0.5):
                found.add(Relation(subject, 'supported_by', target))
            if (subject, target) in carried and lies_in(
                boxes[subject.instance_id], boxes[target.instance_id]
            ):
                found.add(Relation(subject, 'inside', target))
        found |= {Relation(subject, 'held_by', link) for link in holders(made, subject)}
    return found


def near(made: SceneState, one: Thing, other: Thing) -> bool:
    return any(
        {c.first, c.second} == {one, other} and c.distance_m <= 0.0005 for c in made.contacts
    )


def pushes(made: SceneState, giver: Thing, receiver: Thing) -> Iterator[tuple[FloatArray, float]]:
    """(direction, newtons) of all pushes from one to the other."""
    any_force = max((c.force_n for c in made.contacts), default=0) > 0
    for c in made.contacts:
        newtons = c.force_n if any_force else 1.0
        if c.distance_m > 0.0005 or newtons == 0:
            continue
        if (c.first, c.second) == (giver, receiver):
            yield np.array(c.normal), newtons
        if (c.first, c.second) == (receiver, giver):
            yield -np.array(c.normal), newtons


def lifts(made: SceneState, giver: Thing, receiver: Thing, *, least: float) -> bool:
    given = list(pushes(made, giver, receiver))
    upward = sum(newtons * direction[2] for direction, newtons in given)
    return upward > 0 and any(direction[2] > least for direction, _ in given)


def carried_pairs(made: SceneState, objects: Sequence[Thing]) -> set[tuple[Thing, Thing]]:
    """Who is carried by whom, directly or by others."""
    pairs = {(a, b) for a in objects for b in objects if a != b and lifts(made, b, a, least=0.05)}
    for _ in objects:
        pairs |= {(a, d) for a, b in pairs for c, d in pairs if b == c and a != d}
    return pairs


def lies_in(inner: Instance, outer: Instance) -> bool:
    """Centre inside, and more than half of the middles of 8 x 8 x 8 cells, too."""
    line = np.linspace(-0.5, 0.5, 17)[1::2]
    world_from_inner = inner.world_from_object @ inner.object_from_box
    outer_from_world = np.linalg.inv(outer.world_from_object @ outer.object_from_box)

    def inside(x: float, y: float, z: float) -> bool:
        local = outer_from_world @ world_from_inner @ [*(np.array([x, y, z]) * inner.size_m), 1]
        return all(abs(local[k]) <= outer.size_m[k] / 2 for k in range(3))

    count = sum(inside(x, y, z) for x in line for y in line for z in line)
    return inside(0, 0, 0) and count > 0.5 * len(line) ** 3


def holders(made: SceneState, subject: Thing) -> set[Thing]:
    links = [thing for thing in made.geometry.things if thing.kind == 'robot']
    holding = {
        link
        for link in links
        for other in links
        if link != other
        for a, _ in pushes(made, link, subject)
        for b, _ in pushes(made, other, subject)
        if float(a @ b) < -0.5
    }
    if not holding:
        return set()
    common = [link for link in links if all(carries(made, link, member) for member in holding)]
    # Of those on the way to the root, the farthest from it is carried by all others.
    return {next(c for c in common if all(carries(made, other, c) for other in common))}


def carries(made: SceneState, link: Thing, member: Thing) -> bool:
    names = [item.name for item in made.geometry.links]
    at = names.index(member.name)
    while at >= 0:
        if names[at] == link.name:
            return True
        at = made.geometry.links[at].parent
    return False

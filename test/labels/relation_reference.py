"""Relations by their definitions, word by word and pair by pair; rays are MuJoCo's own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import mujoco
import numpy as np

from synth_ros.types import FloatArray, Instance, Relation, SceneState, Thing

_STATIC_TOO = True


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
            if (
                (subject, target) in carried
                and lies_in(boxes[subject.instance_id], boxes[target.instance_id])
                and closes_around(made, target, boxes[subject.instance_id])
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


def closes_around(made: SceneState, target: Thing, item: Instance) -> bool:
    """All rays of some belt, from one of four points, first meet the target from outside."""
    model = model_of(made, made.geometry.things.index(target))
    if model.ngeom == 0:
        return False
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    rays, planes = lattice(128), lattice(512)[:256]
    for point in probes(item):
        met = [meets_front(model, data, point=point, ray=ray) for ray in rays]
        for normal in planes:
            belt = [k for k, ray in enumerate(rays) if off_plane_deg(ray, normal) <= 15]
            if all(met[k] for k in belt):
                return True
    return False


def off_plane_deg(ray: FloatArray, normal: FloatArray) -> float:
    return abs(90 - math.degrees(math.acos(float(ray @ normal))))


def meets_front(
    model: mujoco.MjModel, data: mujoco.MjData, *, point: FloatArray, ray: FloatArray
) -> bool:
    hit, normal = np.zeros(1, np.int32), np.zeros(3)
    distance = mujoco.mj_ray(model, data, point, ray, None, _STATIC_TOO, -1, hit, normal)
    return distance >= 0 and float(normal @ ray) < 0


def model_of(made: SceneState, target: int) -> mujoco.MjModel:
    """The drawn surfaces of one thing, where they are."""
    spec = mujoco.MjSpec()
    for surface, pose in zip(made.geometry.surfaces, made.world_from_geom, strict=True):
        if surface.thing != target or not surface.drawn:
            continue
        turn = np.zeros(4)
        mujoco.mju_mat2Quat(turn, pose[:3, :3].flatten())
        geom = spec.worldbody.add_geom(pos=pose[:3, 3], quat=turn)
        geom.type = getattr(mujoco.mjtGeom, f'mjGEOM_{surface.shape.upper()}')
        if surface.shape != 'mesh':
            geom.size = surface.size_m
            continue
        triangles = made.geometry.meshes[surface.mesh]
        geom.meshname = f'mesh{len(spec.meshes)}'
        spec.add_mesh(
            name=geom.meshname,
            uservert=triangles.vertices_m.flatten(),
            userface=triangles.faces.flatten(),
            inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
        )
    return spec.compile()


def lattice(count: int) -> list[FloatArray]:
    """Points of a Fibonacci lattice, one by one."""
    golden = math.pi * (3 - math.sqrt(5))
    points = []
    for k in range(count):
        z = 1 - (k + 0.5) * 2 / count
        radius = math.sqrt(1 - z * z)
        points.append(np.array([radius * math.cos(k * golden), radius * math.sin(k * golden), z]))
    return points


def probes(item: Instance) -> list[FloatArray]:
    """Below the centre, towards both ends, the centre."""
    pose = item.world_from_object @ item.object_from_box
    center, local_down = pose[:3, 3], np.linalg.inv(pose[:3, :3]) @ [0, 0, -1]
    with np.errstate(divide='ignore'):
        reach = min(abs(np.asarray(item.size_m) / 2 / local_down))
    longest = max(range(3), key=lambda k: float(item.size_m[k]))
    end = pose[:3, longest] * item.size_m[longest] * 3 / 8
    return [center - np.array([0, 0, 0.75 * reach]), center + end, center - end, center]


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

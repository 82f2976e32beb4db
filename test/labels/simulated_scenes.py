"""Scenes of blocks and built-in objects, simulated until they rest, as states with relations."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np
from relation_reference import reference

from synth_ros.labels.relations import relations
from synth_ros.scene.mjcf_object import load_mjcf_object
from synth_ros.scene.surfaces import GeomOwners, surfaces_and_meshes, world_from_geom
from synth_ros.types import (
    Contact,
    Instance,
    Link,
    Relation,
    SceneGeometry,
    SceneState,
    Thing,
)

OBJECTS = Path(__file__).parents[2] / 'synth_ros' / 'assets' / 'objects'
TABLE = Thing('environment', 'table')
WALL = Thing('environment', 'wall')


def thing(key: int) -> Thing:
    return Thing('object', f'o{key}', key)


def instance(key: int, *, pose=None, center=(0, 0, 0), size=(1, 1, 1)) -> Instance:
    box = np.eye(4)
    box[:3, 3] = center
    return Instance(
        instance_id=key,
        name=f'o{key}',
        class_id=1,
        class_name='thing',
        model_name='thing/plain',
        world_from_object=np.eye(4) if pose is None else pose,
        object_from_box=box,
        size_m=np.array(size, float),
    )


def state(things, contacts, links=(), *, surfaces=(), meshes=(), poses=()) -> SceneState:
    return SceneState(
        geometry=SceneGeometry(tuple(things), tuple(surfaces), meshes, links=tuple(links)),
        world_from_geom=np.reshape(poses, (-1, 4, 4)).astype(float),
        links=(),
        joints=(),
        skeleton_world_m=np.zeros((0, 3)),
        contacts=tuple(contacts),
    )


def contact(first, second, normal, *, distance_m=-1e-4, force_n=1.0) -> Contact:
    unit = np.array(normal, float) / np.linalg.norm(normal)
    return Contact(first, second, (0.0, 0.0, 0.0), tuple(unit.tolist()), distance_m, force_n)


class Simulated:
    """Bodies named after their things, at rest; ``o1``, ``o2`` ... are objects."""

    def __init__(self, spec: mujoco.MjSpec, *, seconds: float = 3.0) -> None:
        model = spec.compile()
        data = mujoco.MjData(model)
        while data.time < seconds or (np.abs(data.qvel).max() >= 0.05 and data.time < 20):
            mujoco.mj_step(model, data)
        assert np.abs(data.qvel).max() < 0.05
        mujoco.mj_forward(model, data)
        names = [model.body(b).name for b in range(model.nbody)]
        keys = sorted(int(name[1:]) for name in names if name[0] == 'o' and name[1:].isdigit())
        links = [name for name in names if name.startswith('link_')]
        fixed = [name for name in names if name in {'table', 'wall'}]
        self.things = [
            *(thing(key) for key in keys),
            *(Thing('robot', name) for name in links),
            *(Thing('environment', name) for name in fixed),
        ]
        parents = [names[model.body_parentid[model.body(name).id]] for name in links]
        self.links = [
            Link(name, links.index(parent) if parent in links else -1)
            for name, parent in zip(links, parents, strict=True)
        ]
        self.contacts = list(self._contacts(model, data, names))
        index = {item.name: k for k, item in enumerate(self.things)}
        owners = np.array([index.get(names[b], -1) for b in model.geom_bodyid], np.int32)
        none = np.zeros(model.ngeom, np.int32)
        self.surfaces, self.meshes = surfaces_and_meshes(model, GeomOwners(owners, none, none))
        self.world_from_geom = world_from_geom(data)
        self.poses = {}
        for key in keys:
            pose = np.eye(4)
            pose[:3, :3] = data.body(f'o{key}').xmat.reshape(3, 3)
            pose[:3, 3] = data.body(f'o{key}').xpos
            self.poses[key] = pose

    def _contacts(self, model, data, names):
        index = {item.name: k for k, item in enumerate(self.things)}
        for number, found in enumerate(data.contact):
            force = np.zeros(6)
            mujoco.mj_contactForce(model, data, number, force)
            a, b = (index[names[model.geom_bodyid[g]]] for g in found.geom)
            if a == b:
                continue
            normal = found.frame[:3] if a < b else -found.frame[:3]
            yield contact(
                self.things[min(a, b)],
                self.things[max(a, b)],
                normal,
                distance_m=float(found.dist),
                force_n=max(0.0, float(force[0])),
            )

    def relations(self, boxes) -> set[tuple[str, str, str]]:
        """(subject, kind, target) by name; boxes are (centre, size) by key."""
        instances = [
            instance(key, pose=pose, center=boxes[key][0], size=boxes[key][1])
            for key, pose in self.poses.items()
        ]
        made = state(
            self.things,
            self.contacts,
            self.links,
            surfaces=self.surfaces,
            meshes=self.meshes,
            poses=self.world_from_geom,
        )
        found = relations(made, instances)
        assert set(found) == reference(made, instances)
        assert list(found) == sorted(found, key=lambda r: order(made, r))
        return {(r.subject.name, r.kind, r.target.name) for r in found}


def order(made: SceneState, item: Relation):
    return item.subject.instance_id, item.kind, made.geometry.things.index(item.target)


FLOOR = """
<mujoco><option timestep="0.002"/><default><geom condim="6" friction=".8 .01 .001"/></default>
<worldbody><body name="table"><geom type="plane" size="2 2 .1"/></body>{bodies}</worldbody>
{rest}</mujoco>
"""


def block(key: int, position, half, *, euler='0 0 0', mass=0.2) -> str:
    at, size = (' '.join(map(str, values)) for values in (position, half))
    return (
        f'<body name="o{key}" pos="{at}" euler="{euler}"><freejoint/>'
        f'<geom type="box" size="{size}" mass="{mass}"/></body>'
    )


def simulate(bodies: str, rest: str = '', *, assets=(), seconds: float = 3.0) -> Simulated:
    """Simulate blocks, and built-in objects as (key, name, position[, euler in degrees])."""
    spec = mujoco.MjSpec.from_string(FLOOR.format(bodies=bodies, rest=rest))
    for key, name, position, *turn in assets:
        frame = spec.worldbody.add_frame(pos=position, euler=turn[0] if turn else [0, 0, 0])
        asset = mujoco.MjSpec.from_file(str(OBJECTS / name / 'object.xml'))
        spec.attach(asset, prefix=f'a{key}/', frame=frame)
        body = next(b for b in spec.bodies if b.name.startswith(f'a{key}/'))
        body.name = f'o{key}'
        body.add_freejoint()
    return Simulated(spec, seconds=seconds)


def box_of(name: str):
    path = OBJECTS / name / 'object.xml'
    bounds = load_mjcf_object(path, density_kg_m3=400, inertia='auto').solid.bounds
    return bounds.center_m, 2 * bounds.half_size_m

"""Makes the :class:`~synth_ros.types.SceneGeometry` of compiled scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.labels import StuffClass
from synth_ros.scene.compiled import ObjectPart
from synth_ros.scene.parts import PartNames
from synth_ros.scene.robot import LoadedRobot
from synth_ros.scene.soft import soft_surfaces
from synth_ros.scene.solid import Solid
from synth_ros.scene.stuff import WORLD_STUFF, EnvironmentGeom, Stuff, make_stuff
from synth_ros.scene.surfaces import (
    GeomOwners,
    height_fields,
    is_drawn,
    surfaces_and_meshes,
)
from synth_ros.types import (
    NO_MESH,
    Category,
    Link,
    SceneGeometry,
    SkeletonPoint,
    Surface,
    Thing,
)


class Prefixes(NamedTuple):
    """How the names of the robot and of the environment begin in a scene."""

    robot: str
    environment: str


class PlacedObject(NamedTuple):
    """An object of a scene and what it was made of."""

    part: ObjectPart
    solid: Solid


class Unlabelled(NamedTuple):
    """A body of a scene that is never labelled, by its name."""

    name: str
    body_id: int


class MadeGeometry(NamedTuple):
    """What a scene consists of, and whose each geom is.

    Attributes:
        geometry: As plain data.
        geom_thing: Thing of each geom, index into ``geometry.things``, (ngeom,), int32.
    """

    geometry: SceneGeometry
    geom_thing: NDArray[np.int32]


class GeometryMaker:
    """Knows what robot and environment are made of; objects differ from scene to scene.

    MuJoCo numbers geoms by body and bodies in the order they were attached, parents before
    children: the robot's and the environment's geoms come in the same order in every scene of a
    config, with those of held objects between them. Their meshes have the same ids.

    Args:
        base: Environment and robot without any object, compiled.
        robot: The robot.
        parts: All parts of the config.
        prefixes: Of names in the model.
    """

    def __init__(
        self, base: mujoco.MjModel, robot: LoadedRobot, *, parts: PartNames, prefixes: Prefixes
    ) -> None:
        self._parts = parts
        self._links = _links(robot)
        self._skeleton = _skeleton(robot)
        self._is_robot = _is_robot(base, prefixes)
        self._surroundings = environment_geoms(base, ~self._is_robot, prefixes.environment)
        self._height_fields = height_fields(base)
        robot_things = [Thing('robot', link.name) for link in self._links]
        soft = _soft_owners(base, robot, prefixes)
        # Soft surfaces of the environment are stuff and things as its geoms are.
        fixed = len(self._surroundings)
        self._surroundings += tuple(item.geom for item in soft if item.geom)
        environment = [_thing(geom) for geom in self._surroundings]
        self._things = (*robot_things, *dict.fromkeys(environment))
        index = {thing: k for k, thing in enumerate(self._things)}
        link_of_geom = _link_of_geom(base, robot, prefixes.robot)
        self._thing = link_of_geom.copy()
        self._thing[~self._is_robot] = [index[thing] for thing in environment[:fixed]]
        self._soft = soft
        self._soft_thing = [index[_thing(item.geom)] if item.geom else item.link for item in soft]
        part_of_link = np.array([parts.of_link(link.name) for link in self._links], np.int32)
        self._part_id = np.where(self._is_robot, part_of_link[link_of_geom], 0).astype(np.int32)

    def stuff(self, configured: Sequence[StuffClass], *, things: Sequence[Category]) -> Stuff:
        """The kinds of stuff; see :func:`~synth_ros.scene.stuff.make_stuff`."""
        return make_stuff(self._surroundings, configured, things=things)

    def make(
        self,
        model: mujoco.MjModel,
        objects: Sequence[PlacedObject],
        stuff: Stuff,
        *,
        unlabelled: Sequence[Unlabelled] = (),
    ) -> MadeGeometry:
        """What a scene consists of.

        Args:
            model: The compiled scene.
            objects: By ascending instance id.
            stuff: The kinds of stuff.
            unlabelled: What was added and is no object: it belongs to the surroundings, has no
                part and is no stuff, so it is void in panoptic masks.
        """
        thing = np.zeros(model.ngeom, np.int32)
        part_id, stuff_id = thing.copy(), thing.copy()
        bodies = [part.body_id for part, _ in objects]
        base = np.flatnonzero(~np.isin(model.geom_bodyid, bodies))[: len(self._thing)]
        thing[base] = self._thing + len(objects)
        part_id[base] = self._part_id
        stuff_id[base[self._is_robot]] = stuff.robot
        fixed = int((~self._is_robot).sum())
        stuff_id[base[~self._is_robot]] = stuff.of_geom[:fixed]
        for number, (part, solid) in enumerate(objects):
            first = int(model.body_geomadr[part.body_id])
            mine = slice(first, first + len(solid.geoms))
            thing[mine] = number
            part_id[mine] = [
                self._parts.of_object(part.class_name, geom.part if geom.visible else '')
                for geom in solid.geoms
            ]
        for number, item in enumerate(unlabelled, start=len(objects) + len(self._things)):
            thing[model.geom_bodyid == item.body_id] = number
        surfaces, meshes = surfaces_and_meshes(
            model, GeomOwners(thing, part_id, stuff_id), fields=self._height_fields
        )
        geometry = SceneGeometry(
            things=(
                *(Thing('object', item.part.name, item.part.instance_id) for item in objects),
                *self._things,
                *(Thing('environment', item.name) for item in unlabelled),
            ),
            surfaces=(*surfaces, *self._soft_surfaces(len(objects), stuff, stuff.of_geom[fixed:])),
            meshes=meshes,
            parts=self._parts.parts,
            links=self._links,
            skeleton=self._skeleton,
        )
        thing.flags.writeable = False
        return MadeGeometry(geometry, thing)

    def _soft_surfaces(
        self, objects: int, stuff: Stuff, of_environment: Sequence[int]
    ) -> list[Surface]:
        """What bends, after all geoms."""
        kinds = iter(of_environment)
        surfaces = []
        for owner, thing in zip(self._soft, self._soft_thing, strict=True):
            part = self._parts.of_link(self._links[owner.link].name) if not owner.geom else 0
            surfaces.append(
                Surface(
                    'soft',
                    (0.0, 0.0, 0.0),
                    NO_MESH,
                    thing + objects,
                    part_id=part,
                    stuff_id=next(kinds) if owner.geom else stuff.robot,
                    drawn=owner.drawn,
                )
            )
        return surfaces


class _SoftOwner(NamedTuple):
    """Whose a soft surface is.

    Attributes:
        geom: As a geom of the environment; ``None`` for one of the robot.
        link: Of the robot, if it is the robot's.
        drawn: Whether renderers draw it.
    """

    geom: EnvironmentGeom | None
    link: int
    drawn: bool


def environment_geoms(
    model: mujoco.MjModel, mine: NDArray[np.bool_], prefix: str
) -> tuple[EnvironmentGeom, ...]:
    """The geoms of an environment and what carries them.

    Args:
        model: A scene that holds the environment.
        mine: Which geoms are the environment's, (ngeom,).
        prefix: Of the environment's names in the model.
    """
    out = []
    drawn = is_drawn(model)
    for geom in np.flatnonzero(mine).tolist():
        bodies = []
        body = int(model.geom_bodyid[geom])
        while body != 0:
            bodies.append(model.body(body).name.removeprefix(prefix))
            body = int(model.body_parentid[body])
        out.append(
            EnvironmentGeom(
                model.geom(geom).name.removeprefix(prefix),
                tuple(name for name in bodies if name),
                drawn=bool(drawn[geom]),
            )
        )
    return tuple(out)


def skeleton_joints(model: mujoco.MjModel, robot: LoadedRobot, prefix: str) -> NDArray[np.int32]:
    """MuJoCo joint id of each skeleton point in a scene."""
    return np.array([model.joint(prefix + name).id for name in robot.joints], np.int32)


def _soft_owners(
    model: mujoco.MjModel, robot: LoadedRobot, prefixes: Prefixes
) -> tuple[_SoftOwner, ...]:
    """Whose each flex, skin and tendon is: the body counts that carries its first point."""
    root = model.body(prefixes.robot.removesuffix('/')).id
    link_of_body = _link_of_body(model, robot, prefixes.robot)
    owners = []
    for item in soft_surfaces(model):
        if model.body_rootid[item.body] == root and item.body != 0:
            owners.append(_SoftOwner(None, int(link_of_body[item.body]), item.drawn))
        else:
            name = item.name.removeprefix(prefixes.environment)
            geom = EnvironmentGeom(name, (), drawn=item.drawn)
            owners.append(_SoftOwner(geom, -1, item.drawn))
    return tuple(owners)


def _thing(geom: EnvironmentGeom) -> Thing:
    """Whose a geom of the environment is: its body, or itself where the world carries it."""
    return Thing('environment', geom.bodies[0] if geom.bodies else geom.name or WORLD_STUFF)


def _is_robot(model: mujoco.MjModel, prefixes: Prefixes) -> NDArray[np.bool_]:
    root = model.body(prefixes.robot.removesuffix('/')).id
    return np.asarray(model.body_rootid[model.geom_bodyid] == root)


def _link_of_geom(model: mujoco.MjModel, robot: LoadedRobot, prefix: str) -> NDArray[np.int32]:
    """Link of each geom; geoms that the robot's file has outside any body go to the first."""
    return np.asarray(_link_of_body(model, robot, prefix)[model.geom_bodyid], np.int32)


def _link_of_body(model: mujoco.MjModel, robot: LoadedRobot, prefix: str) -> NDArray[np.int32]:
    link_of_body = np.zeros(model.nbody, np.int32)
    for number, name in enumerate(robot.links):
        link_of_body[model.body(prefix + name).id] = number
    return link_of_body


def _links(robot: LoadedRobot) -> tuple[Link, ...]:
    # Body 0 is the world of the robot's file, body k is link k - 1.
    parents = robot.model.body_parentid[1:] - 1
    return tuple(
        Link(name, int(parent)) for name, parent in zip(robot.links, parents, strict=True)
    )


def _skeleton(robot: LoadedRobot) -> tuple[SkeletonPoint, ...]:
    """All joints, each after the one next nearer to the root.

    Several joints of one link are a chain in the order of the model.
    """
    model = robot.model
    last_of_body: dict[int, int] = {}
    points: list[SkeletonPoint] = []
    for joint, name in enumerate(robot.joints):
        body = own = int(model.jnt_bodyid[joint])
        while body != 0 and body not in last_of_body:
            body = int(model.body_parentid[body])
        points.append(SkeletonPoint(name, own - 1, last_of_body.get(body, -1)))
        last_of_body[own] = joint
    return tuple(points)

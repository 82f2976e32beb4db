"""Builds MuJoCo models from sampled scenes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import get_args

import mujoco
import numpy as np

from synth_ros.config.load import LoadedConfig
from synth_ros.config.render import Deformable
from synth_ros.errors import InternalError, NotFoundError
from synth_ros.geometry.transforms import make_transform, matrix_from_quat_wxyz
from synth_ros.randomize.scene import SampledObject, SampledScene
from synth_ros.randomize.targets import object_item
from synth_ros.randomize.vary import with_own_looks
from synth_ros.randomize.vary_check import vary_faults
from synth_ros.scene.assets import KnownAssets, SceneAssets, load_assets
from synth_ros.scene.cameras import WORLD, add_camera, offset_camera
from synth_ros.scene.catalog import Variant
from synth_ros.scene.compiled import CameraPart, CompiledScene, ObjectPart, Reach
from synth_ros.scene.environment import (
    drop_unused_textures,
    retexture_material,
    set_materials,
)
from synth_ros.scene.fingers import pair_fingers
from synth_ros.scene.geometry import (
    GeometryMaker,
    PlacedObject,
    Prefixes,
    Unlabelled,
    skeleton_joints,
)
from synth_ros.scene.hanging import add_shapes, shape_part
from synth_ros.scene.inventory import make_inventory
from synth_ros.scene.keypoints import scaled_keypoints
from synth_ros.scene.lighting import add_lights
from synth_ros.scene.mjspec import (
    ENVIRONMENT_PREFIX,
    LAST_VISIBLE_GROUP,
    ROBOT_PREFIX,
    adopt_globals,
    attach,
)
from synth_ros.scene.model_mesh import CatalogMeshes
from synth_ros.scene.options import scene_spec
from synth_ros.scene.parts import PartNames
from synth_ros.scene.posture import robot_part
from synth_ros.scene.reach import make_reach
from synth_ros.scene.recolor import changes_colors, recolor_material
from synth_ros.scene.retexture import retextured
from synth_ros.scene.soft import hide_soft
from synth_ros.scene.solid_spec import (
    Change,
    add_looks,
    add_own_looks,
    add_solid,
    apply_change,
)
from synth_ros.scene.surroundings import BACKDROP, add_surroundings
from synth_ros.scene.symmetry import scaled_symmetry
from synth_ros.scene.texture_images import ImageFiles

ROBOT = 'robot'
_ATTACHED_OBJECTS = 200
_OTHER_STUFF = (
    'this environment has other kinds of stuff than that of the rest of the file, so panoptic '
    'masks would mean something else: list the kinds in labels.stuff'
)


class SceneBuilder:
    """Loads the assets of a config once and builds its scenes.

    Attributes:
        config: The config.
        inventory: What scenes are drawn from.
        known: What is loaded, for builders of scenarios.
        scenarios: Builders of the config's scenarios, in their order.
        categories: The labelled classes in config order; after them the kinds of stuff, if
            panoptic masks are wanted.
        sequence: What phases of a sequence are made of.
        warnings: What was mended while loading, one sentence each.
    """

    def __init__(self, loaded: LoadedConfig, *, like: SceneBuilder | None = None) -> None:
        """Load robot, environment and objects.

        Args:
            loaded: The config.
            like: Builder of the file of which this is a scenario.

        Raises:
            ConfigError: With all problems of what the config names: files that are missing
                or unusable, unknown cameras, links, joints, surfaces, classes or packages.
        """
        self.config = self._config = loaded.config
        self._assets: SceneAssets = load_assets(loaded, like=like.known if like else None)
        self.known: KnownAssets = KnownAssets(loaded.config, self._assets)
        self._base = self._base_spec()
        self.inventory = make_inventory(self._config, self._assets)
        self.sequence = self._assets.sequence
        faults = list(vary_faults(self._config, self.inventory))
        if faults:
            raise loaded.problems(faults)
        robot, catalog = self._assets.robot, self._assets.catalog
        self._geometry = GeometryMaker(
            self._compiled(self._base.copy()),
            robot,
            parts=PartNames(robot.links, catalog.classes),
            prefixes=Prefixes(ROBOT_PREFIX, ENVIRONMENT_PREFIX),
        )
        self._grasps = {
            place.name: place.grasp.fingers
            for place in self._config.objects.placement.places or ()
            if place.grasp is not None
        }
        things = tuple(entry.category for entry in catalog.classes)
        labels = self._config.labels
        self._stuff = self._geometry.stuff(labels.stuff, things=things)
        panoptic = labels.wants('panoptic')
        self.categories = things + (self._stuff.categories if panoptic else ())
        self.robot, self.robot_links = robot, robot.links
        self._reach = self._robot_reach()
        if like is not None and self.categories != like.categories:
            # The kinds of stuff are read off the environment unless the config lists them.
            raise loaded.problem(('environment', 'model'), _OTHER_STUFF)
        self.scenarios: tuple[SceneBuilder, ...] = tuple(
            SceneBuilder(entry, like=self) for entry in loaded.scenarios
        )
        below = [text for builder in self.scenarios for text in builder.warnings]
        self.warnings: tuple[str, ...] = tuple(dict.fromkeys((*self._assets.warnings, *below)))

    @cached_property
    def meshes(self) -> CatalogMeshes:
        """Surfaces of all models, those of scenarios included."""
        builders = (self, *self.scenarios)
        return CatalogMeshes([c for b in builders for c in b.known.assets.catalog.classes])

    def of(self, scenario: str) -> SceneBuilder:
        """The builder of a scenario, or this one where there are none.

        Args:
            scenario: Its name as in ``SampledScene.scenario``, empty for none.

        Raises:
            NotFoundError: If the config has no such scenario.
        """
        if not scenario and not self.scenarios:
            return self
        names = [entry.name for entry in self._config.scenarios]
        if scenario not in names:
            raise NotFoundError('scenario', scenario, available=names)
        return self.scenarios[names.index(scenario)]

    def build(self, sampled: SampledScene) -> CompiledScene:
        """Make the model of a sampled scene: a pure function of config, assets and draws.

        Raises:
            NotFoundError: If the scene names an asset that the config does not have.
        """
        spec = self._base.copy()
        self._dress(spec, sampled)
        variants = [
            self._assets.catalog.variant(item.class_name, item.variant) for item in sampled.objects
        ]
        clutter = [
            self._assets.distractors.variant(item.class_name, item.variant)
            for item in sampled.distractors
        ]
        images = self._assets.images
        items = [object_item(o.name, o.class_name, o.tags) for o in sampled.dropped]
        own = with_own_looks(self._config.randomization.vary, items)
        _add_objects(spec, sampled.dropped, [*variants, *clutter], images=images, own_looks=own)
        for item, variant in zip(sampled.objects, variants, strict=True):
            if item.link:
                pair_fingers(spec, variant.solid, prefix=_prefix(item), bodies=self._fingers(item))
        add_shapes(spec, sampled.shapes, images)
        add_lights(spec, sampled)
        add_surroundings(spec, sampled, self._assets.pictures)
        try:
            model = self._compiled(spec)
        except (ValueError, mujoco.FatalError) as error:
            raise InternalError(f'episode {sampled.episode} does not compile: {error}') from error
        self._offset_cameras(model, sampled)
        return self._describe(model, sampled, [*variants, *clutter])

    def _robot_reach(self) -> Reach | None:
        """The robot's chain, if a viewpoint of one of its cameras needs it."""
        carried = {c.config.name for c in self._assets.cameras if c.parent_link != WORLD}
        wanted = {entry.camera for entry in self._config.randomization.viewpoints}
        if not carried & wanted:
            return None
        return make_reach(self._assets.robot, self._config.robot)

    def _compiled(self, spec: mujoco.MjSpec) -> mujoco.MjModel:
        """The model of a spec, without the soft surfaces that the config leaves out."""
        model = spec.compile()
        shown = self._config.render.deformables
        hide_soft(model, [kind for kind in get_args(Deformable) if kind not in shown])
        return model

    def _base_spec(self) -> mujoco.MjSpec:
        """Environment, robot and cameras: what all scenes share."""
        config, robot = self._config, self._assets.robot
        spec = scene_spec(config)
        adopt_globals(self._assets.environment.spec, spec)
        attach(spec, self._assets.environment.spec, body=spec.worldbody, prefix=ENVIRONMENT_PREFIX)
        x, y, z = config.robot.position_m
        half_yaw = math.radians(config.robot.yaw_deg) / 2
        root = spec.worldbody.add_body(
            name=ROBOT,
            mocap=True,
            pos=[x, y, z],
            quat=[math.cos(half_yaw), 0.0, 0.0, math.sin(half_yaw)],
        )
        adopt_globals(robot.spec, spec)
        attach(spec, robot.spec, body=root, prefix=ROBOT_PREFIX, lift_m=robot.lift_m)
        for planned in self._assets.cameras:
            parent = (
                spec.worldbody
                if planned.parent_link == WORLD
                else spec.body(ROBOT_PREFIX + planned.parent_link)
            )
            add_camera(spec, planned, parent=parent)
        return spec

    def _dress(self, spec: mujoco.MjSpec, sampled: SampledScene) -> None:
        roles = {role.role: role for role in self._assets.environment.roles}
        for look in sampled.materials:
            if look.role not in roles:
                raise NotFoundError('material role', look.role, available=list(roles))
            own = look.texture is None and changes_colors(look)
            set_materials(
                spec,
                roles[look.role],
                prefix=ENVIRONMENT_PREFIX,
                variant=look.variant,
                rgb=(1.0, 1.0, 1.0) if own else look.rgb,
            )
            if own:
                pixels = self._assets.environment.pixels
                recolor_material(spec, look, pixels, prefix=ENVIRONMENT_PREFIX)
            if look.texture is not None:
                retexture_material(spec, look, self._assets.images, prefix=ENVIRONMENT_PREFIX)
        drop_unused_textures(spec)

    def _fingers(self, item: SampledObject) -> list[str]:
        """Names of the bodies that close on a held object."""
        model = self._assets.robot.model
        bodies = {int(model.joint(name).bodyid[0]) for name in self._grasps.get(item.place, ())}
        # Parents come before their children.
        for body in range(model.nbody):
            if int(model.body_parentid[body]) in bodies:
                bodies.add(body)
        return [ROBOT_PREFIX + model.body(body).name for body in sorted(bodies)]

    def _offset_cameras(self, model: mujoco.MjModel, sampled: SampledScene) -> None:
        for offset in sampled.camera_offsets:
            offset_camera(model, model.cam(f'camera/{offset.camera}').id, offset)

    def _describe(
        self, model: mujoco.MjModel, sampled: SampledScene, variants: Sequence[Variant]
    ) -> CompiledScene:
        """The meaning of a model's parts.

        Args:
            model: The compiled scene.
            sampled: Its draws.
            variants: Of all that falls, the objects first.
        """
        dropped = tuple(
            _object_part(model, item, variant)._replace(fingers=self._grasps.get(item.place, ()))
            for item, variant in zip(sampled.dropped, variants, strict=True)
        )
        count = len(sampled.objects)
        parts, distractors = dropped[:count], dropped[count:]
        shapes = tuple(shape_part(model, shape) for shape in sampled.shapes)
        owner = np.zeros(model.nbody, np.int32)
        for part in parts:
            owner[part.body_id] = part.instance_id
        cameras = tuple(
            CameraPart(
                planned.model,
                camera_id=model.cam(f'camera/{planned.config.name}').id,
                parent_link=planned.parent_link,
                depth_range_m=planned.config.depth_range_m,
            )
            for planned in self._assets.cameras
        )
        placed = [
            PlacedObject(part, variant.solid)
            for part, variant in zip(parts, variants[:count], strict=True)
        ]
        hidden = [Unlabelled(part.name, part.body_id) for part in distractors]
        hidden += [Unlabelled(shape.name, shape.body_id) for shape in shapes]
        if sampled.backdrop is not None:
            hidden.append(Unlabelled(BACKDROP, model.body(BACKDROP).id))
        made = self._geometry.make(model, placed, self._stuff, unlabelled=hidden)
        return CompiledScene(
            model=model,
            objects=parts,
            cameras=cameras,
            robot=robot_part(
                model, self._assets.robot, joints=self._assets.joints, prefix=ROBOT_PREFIX
            ),
            geom_instance_id=owner[model.geom_bodyid],
            geometry=made.geometry,
            geom_thing=made.geom_thing,
            skeleton_joints=skeleton_joints(model, self._assets.robot, ROBOT_PREFIX),
            warnings=self.warnings,
            distractors=distractors,
            shapes=shapes,
            reach=self._reach,
        )


def _add_objects(
    spec: mujoco.MjSpec,
    objects: Sequence[SampledObject],
    variants: Sequence[Variant],
    *,
    images: ImageFiles,
    own_looks: frozenset[str],
) -> None:
    dressed = set()
    for item, variant in zip(objects, variants, strict=True):
        solid, looks = variant.solid, f'look/{item.class_name}/{item.variant}/'
        if item.texture is not None:
            solid = retextured(solid, item.texture, images, scale=item.scale)
            looks = f'look/{item.name}/'
        if looks not in dressed:
            dressed.add(looks)
            add_looks(spec, solid, looks)
        if item.name in own_looks and item.texture is None:
            shared, looks = looks, f'look/{item.name}/'
            add_own_looks(spec, solid, prefix=looks, textures=shared)
        prefix = _prefix(item)
        parent = spec.body(ROBOT_PREFIX + item.link) if item.link else spec.worldbody
        # MuJoCo copies meshes from spec to spec many times faster than it takes them from
        # Python, but attaching the hundredth object takes as long as all before.
        if (
            solid.meshes
            and solid.meshes is variant.solid.meshes
            and len(objects) <= _ATTACHED_OBJECTS
        ):
            attach(spec, variant.spec, body=parent, prefix=prefix)
        else:
            add_solid(spec, solid, prefix=prefix, parent=parent)
        change = Change(
            item.scale,
            item.hue_shift_deg,
            item.value_scale,
            item.friction_scale,
            item.mass_scale,
        )
        body = apply_change(spec, solid, prefix=prefix, looks=looks, change=change)
        rotation = matrix_from_quat_wxyz(item.quat_wxyz)
        # The draw places the centre of the bounding box; the body's origin may be elsewhere.
        centre = solid.bounds.center_m * item.scale
        body.pos = np.array(item.position_m) - rotation @ centre
        body.quat = item.quat_wxyz
        body.mocap = item.hangs
        if not item.hangs and not item.link:
            body.add_freejoint(name=f'{prefix}joint')


def _prefix(item: SampledObject) -> str:
    return f'obj/{item.name}/'


def _object_part(model: mujoco.MjModel, item: SampledObject, variant: Variant) -> ObjectPart:
    body = model.body(_prefix(item) + 'body').id
    # The address of a joint that there is not is -1.
    joint = int(model.body_jntadr[body])
    bounds = variant.solid.bounds
    mine = np.flatnonzero((model.geom_bodyid == body) & (model.geom_group <= LAST_VISIBLE_GROUP))
    return ObjectPart(
        instance_id=item.instance_id,
        name=item.name,
        class_id=item.class_id,
        class_name=item.class_name,
        model_name=f'{item.class_name}/{item.variant}',
        body_id=int(body),
        geom_ids=tuple(int(g) for g in mine),
        qpos_address=int(model.jnt_qposadr[joint]) if joint >= 0 else -1,
        dof_address=int(model.jnt_dofadr[joint]) if joint >= 0 else -1,
        object_from_box=make_transform(np.eye(3), bounds.center_m * item.scale),
        size_m=2 * bounds.half_size_m * item.scale,
        keypoints=scaled_keypoints(variant.keypoints, item.scale),
        symmetry=scaled_symmetry(variant.symmetry, item.scale),
        link=item.link,
        waits=item.waits,
    )

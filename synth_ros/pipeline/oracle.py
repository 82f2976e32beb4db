"""The scene of a recorded frame, built again from config and provenance: what audits ask.

Every object stands where the record says, not where a simulation would put it, and rays are cast
from the recorded camera: so the record is judged, by another road than the renderer's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from synth_ros.audit.truth import Again, Rays
from synth_ros.config.load import LoadedConfig
from synth_ros.errors import UsageError
from synth_ros.geometry.transforms import inverse, quat_wxyz_from_matrix
from synth_ros.pipeline.capture import instance_of_surface
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.replay import Player, Provenance, read_provenance
from synth_ros.randomize.told import moved_to
from synth_ros.readers.recording import RecordedFrame, Recording, Thresholds
from synth_ros.render.model import HIDDEN_GROUP, private_model
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CameraPart
from synth_ros.sim.extent import reach
from synth_ros.sim.eyes import changed_lens
from synth_ros.sim.rays import (
    Hits,
    camera_rays,
    cast,
    cast_as_drawn,
    drawn_exactly,
    model_for_rays,
)
from synth_ros.sim.robot import Posture
from synth_ros.sim.world import World
from synth_ros.types import CameraModel, FloatArray, MaskImage

SNAP_PX = 0.004
"""A rasterizer snaps vertices to 1/256 pixel: an outline may move by about half of that."""
FACET_PX = 0.03
"""With 128 slices the outline of a round shape lies up to this far inside the true one."""
TOUCH = 1e-4
"""Where one surface cuts another, facets decide which is in front: as a share of depth."""


def check_config(recording: Recording, loaded: LoadedConfig) -> None:
    """See that a config is the one that a recording was made with.

    Raises:
        UsageError: It is another one.
    """
    if recording.config_hash and recording.config_hash != loaded.config_hash:
        raise UsageError(
            f'{recording.path} was made with another config than {loaded.path}: its hash is '
            f'{recording.config_hash}, that of the file {loaded.config_hash}. Give the file as it '
            'was then, or audit without --config.'
        )


class ConfigOracle:
    """Implements ``audit.truth.Oracle``.

    Args:
        loaded: The config that made the recording.
        builder: Builds its scenes.
        stage: Renders frames again; ``None`` leaves that out.
    """

    def __init__(
        self, loaded: LoadedConfig, builder: SceneBuilder, *, stage: Stage | None = None
    ) -> None:
        self._loaded = loaded
        self._builder = builder
        self._player = Player(stage) if stage else None
        self._notes: list[str] = []
        self._worlds: dict[str, World] = {}

    @property
    def notes(self) -> Sequence[str]:
        """Why frames could not be rendered again."""
        return self._notes

    def scene(self, frame: RecordedFrame) -> FrameTruth:
        """The scene of a frame.

        Raises:
            UsageError: The provenance does not fit the config.
        """
        made = read_provenance(frame)
        if self._player and self._player.renderer != made.renderer:
            self._note(
                f'Nothing was rendered again: {made.renderer} made the recording, and '
                f'{self._player.renderer} renders here.'
            )
        if self._player and made.commanded:
            self._note('Frames whose robot obeyed commands were not rendered again.')
        if made.config_hash != self._loaded.config_hash:
            raise UsageError(
                f'{frame.key.stem} was made with another config: its hash is {made.config_hash}, '
                f'that of {self._loaded.path} {self._loaded.config_hash}.'
            )
        return FrameTruth(
            frame, made, world=self._world(made), loaded=self._loaded, player=self._player
        )

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _world(self, made: Provenance) -> World:
        """The world of a scene; the last one is kept, for frames come scene by scene."""
        key = made.scene.model_dump_json()
        if key not in self._worlds:
            self._worlds.clear()
            world = World(self._builder.build(made.scene), self._loaded.config.robot)
            self._worlds[key] = world
        return self._worlds[key]


class FrameTruth:
    """Implements ``audit.truth.SceneTruth`` for one frame.

    Args:
        frame: What was recorded.
        made: How.
        world: Its scene; put in order at once, and used until the next frame is asked for.
        loaded: The config.
        player: Renders again, or ``None``.
    """

    def __init__(
        self,
        frame: RecordedFrame,
        made: Provenance,
        *,
        world: World,
        loaded: LoadedConfig,
        player: Player | None,
    ) -> None:
        self._frame = frame
        self._made = made
        self._world = world
        self._loaded = loaded
        self._player = player
        self._pose = np.array(frame.record.world_from_camera)
        world.apply((*made.scene.values, *made.view.values))
        self._flat = drawn_exactly(world.scene.model)
        self._model = model_for_rays(world.model)
        private = private_model(world.scene.model, loaded.config.render)
        self._clip = (private.near_m, private.far_m)
        self._arrange()

    @property
    def camera(self) -> CameraModel:
        """Intrinsics that the config and the draws of the view ask for."""
        name = self._frame.record.camera
        changes = {change.camera: change for change in self._made.view.cameras}
        return changed_lens(self._part.model, changes.get(name))

    @property
    def thresholds(self) -> Thresholds:
        """Of the config."""
        labels = self._loaded.config.labels
        return Thresholds(labels.min_pixels, labels.min_visibility)

    @property
    def world_from_link(self) -> Mapping[str, FloatArray]:
        """Pose of each link, from the recorded joints."""
        return {link.name: link.world_from_link for link in self._world.links()}

    @property
    def skeleton_world_m(self) -> Mapping[str, FloatArray]:
        """Where the axis of each joint of the robot is anchored."""
        data = self._world.data
        return {
            joint.name: np.array(data.xanchor[joint.joint_id])
            for joint in self._world.scene.robot.joints
        }

    def box3d(self, instance_id: int) -> tuple[FloatArray, FloatArray] | None:
        """How far an object's surfaces reach along its own axes."""
        scene = self._world.scene
        for part in scene.objects:
            if part.instance_id == instance_id:
                return reach(scene.model, part.geom_ids)
        return None

    def rays(self, u: NDArray[np.int64], v: NDArray[np.int64], *, only: int | None = None) -> Rays:
        """Rays through pixel centres from the recorded camera."""
        with self._alone(only):
            hits = self._cast(u.astype(float), v.astype(float))
        scene = self._world.scene
        hit = hits.geom_id >= 0
        normals = hits.normal @ self._pose[:3, :3]
        _, directions = camera_rays(
            self._frame.camera, np.eye(4), u=u.astype(float), v=v.astype(float)
        )
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        things = [f'{thing.kind} {thing.name}' for thing in scene.geometry.things]
        owner = np.array([surface.thing for surface in scene.geometry.surfaces])
        return Rays(
            instance_id=np.where(hit, instance_of_surface(scene)[hits.geom_id], 0).astype(
                np.int32
            ),
            hit=hit,
            depth_m=hits.distance,
            normals=normals,
            facing=-np.sum(normals * directions, axis=1),
            flat=~hit | self._flat[hits.geom_id],
            names=things,
            name_index=np.where(hit, owner[hits.geom_id], 0),
        )

    def undecided(
        self, u: NDArray[np.int64], v: NDArray[np.int64], *, only: int | None = None
    ) -> MaskImage:
        """Whether pixels lie on outlines or where surfaces touch."""
        with self._alone(only):
            return self._undecided(u.astype(float), v.astype(float))

    def _undecided(self, x: FloatArray, y: FloatArray) -> MaskImage:
        middle = self._cast(x, y)
        out = np.zeros(len(x), np.bool_)
        for reach_px in (SNAP_PX, FACET_PX):
            angles = np.arange(8) * np.pi / 4
            shifts = zip(reach_px * np.cos(angles), reach_px * np.sin(angles), strict=True)
            seen = [middle, *(self._cast(x + du, y + dv) for du, dv in shifts)]
            geoms = np.stack([hits.geom_id for hits in seen])
            differ = (geoms != geoms[0]).any(axis=0) | self._creased(seen)
            round_ones = (~np.append(self._flat, True)[geoms]).any(axis=0)
            out |= differ if reach_px == SNAP_PX else differ & round_ones
        return out | self._touching(middle, x, y)

    def again(self) -> Again | None:
        """The frame rendered once more."""
        if self._player is None or self._player.renderer != self._made.renderer:
            return None
        sample = self._player.play(self._frame.key, self._made, camera=self._frame.record.camera)
        if sample is None:
            return None
        clean = sample.frame
        ids, counts = np.unique(clean.instance_id, return_counts=True)
        full = {key: int(shape.mask.sum()) for key, shape in clean.silhouettes.items()}
        return Again(
            rgb=sample.rgb,
            depth_m=sample.depth_m,
            instance_id=clean.instance_id,
            class_id=sample.labels.class_id,
            world_from_camera=clean.world_from_camera,
            world_from_object={i.instance_id: i.world_from_object for i in clean.instances},
            extents={
                key: (count, max(full.get(key, 0), count))
                for key, count in zip(ids.tolist(), counts.tolist(), strict=True)
                if key
            },
        )

    @property
    def _part(self) -> CameraPart:
        name = self._frame.record.camera
        for part in self._world.scene.cameras:
            if part.model.name == name:
                return part
        raise UsageError(f'{self._loaded.path} has no camera {name!r}.')

    def _arrange(self) -> None:
        """Put robot and objects where the record says."""
        world, record = self._world, self._frame.record
        posture = world.postures.of(self._made.view)
        joints, first_link = self._made.joints, self._made.world_from_first_link
        if record.robot is not None:
            joints = {joint.name: joint.position for joint in record.robot.joints}
            for link in record.robot.links[:1]:
                first_link = self._pose @ np.array(link.camera_from_link)
        if joints or first_link is not None:
            order = {int(at): k for k, at in enumerate(world.scene.robot.qpos_addresses)}
            qpos = posture.qpos.copy()
            for joint in world.scene.robot.joints:
                if joint.name in joints:
                    qpos[order[joint.qpos_address]] = joints[joint.name]
            posture = posture._replace(qpos=qpos)
            world.set_posture(posture)
            if first_link is not None:
                posture = _moved(posture, world.links()[0].world_from_link, first_link)
        world.hang(self._made.scene.objects)
        qpos = self._recorded_qpos()
        world.set_posture(posture)
        world.set_objects(qpos)
        self._hang_planned()
        for shape in world.scene.shapes:
            world.put_shape(shape, self._made.unlabelled.get(shape.name))

    def _recorded_qpos(self) -> FloatArray:
        """Full qpos with all that is free where the record says; what waits to fall in waits."""
        world, record = self._world, self._frame.record
        qpos: FloatArray = world.data.qpos.copy()
        poses = {item.instance_id: np.array(item.world_from_object) for item in record.instances}
        for part in (part for part in world.scene.objects if part.is_free):
            at = slice(part.qpos_address, part.qpos_address + 7)
            pose = poses.get(part.instance_id)
            if pose is None:
                qpos[at] = world.model.qpos0[at]
            else:
                qpos[at] = (*pose[:3, 3], *quat_wxyz_from_matrix(pose[:3, :3]))
        for part in world.scene.distractors:
            loose = self._made.unlabelled.get(part.name)
            if loose is not None:
                at = slice(part.qpos_address, part.qpos_address + 7)
                qpos[at] = (*loose.position_m, *loose.quat_wxyz)
        return qpos

    def _hang_planned(self) -> None:
        """Hang the objects of the pose curriculum where the record says."""
        planned = {pose.instance_id for pose in self._made.view.planned}
        poses = {
            i.instance_id: np.array(i.world_from_object) for i in self._frame.record.instances
        }
        parts = {part.instance_id: part for part in self._world.scene.objects}
        self._world.hang(
            [
                moved_to(item, poses[item.instance_id] @ parts[item.instance_id].object_from_box)
                if item.instance_id in planned & poses.keys()
                else item
                for item in self._made.scene.objects
            ]
        )

    @contextmanager
    def _alone(self, only: int | None) -> Iterator[None]:
        """Hide all but one instance for a while."""
        if only is None:
            yield
            return
        model, scene = self._model, self._world.scene
        groups = (model.geom_group, model.flex_group, model.skin_group, model.tendon_group)
        shown = [group.copy() for group in groups]
        model.geom_group[scene.geom_instance_id != only] = HIDDEN_GROUP
        for group in groups[1:]:
            group[:] = HIDDEN_GROUP
        try:
            yield
        finally:
            for group, before in zip(groups, shown, strict=True):
                group[:] = before

    def _cast(self, u: FloatArray, v: FloatArray) -> Hits:
        origin, directions = camera_rays(self._frame.camera, self._pose, u=u, v=v)
        return cast_as_drawn(
            self._model,
            self._world.data,
            origin=origin,
            directions=directions,
            clip=self._clip,
        )

    def _creased(self, seen: Sequence[Hits]) -> MaskImage:
        """Where one geom shows two of its faces: an edge of its own, or one before another."""
        normals = np.stack([hits.normal for hits in seen])
        turned = (np.sum(normals * normals[0], axis=2) < 0.99).any(axis=0)
        return np.asarray(turned & (seen[0].geom_id >= 0))

    def _touching(self, middle: Hits, u: FloatArray, v: FloatArray) -> MaskImage:
        """Where the next surface behind begins within ``TOUCH`` of the depth."""
        origin, directions = camera_rays(self._frame.camera, self._pose, u=u, v=v)
        out = np.zeros(len(u), np.bool_)
        for k in np.flatnonzero(middle.geom_id >= 0):
            start = float(middle.distance[k]) * (1 + 1e-9)
            direction = directions[k : k + 1]
            behind = cast(
                self._model,
                self._world.data,
                origin=origin + start * direction[0],
                directions=direction,
            )
            other = behind.geom_id[0] not in {-1, middle.geom_id[k]}
            out[k] = other and behind.distance[0] < TOUCH * start
        return out


def _moved(posture: Posture, computed: FloatArray, recorded: FloatArray) -> Posture:
    """A posture whose root moved as its first link did, in the plane and about the vertical."""
    turn = recorded @ inverse(computed)
    x, y, z = (turn @ (posture.x_m, posture.y_m, posture.z_m, 1.0))[:3]
    yaw = float(np.arctan2(turn[1, 0], turn[0, 0]))
    return posture._replace(
        x_m=float(x), y_m=float(y), z_m=float(z), yaw_rad=posture.yaw_rad + yaw
    )

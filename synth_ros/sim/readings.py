"""What is read off the state of a running scene: where everything is at this instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import mujoco

from synth_ros.geometry.transforms import GL_FROM_OPTICAL, make_transform
from synth_ros.randomize.draws import quadruple, triple
from synth_ros.scene.compiled import CameraPart, CompiledScene, ObjectPart, RobotPart, ShapePart
from synth_ros.scene.hanging import PARKED_M
from synth_ros.sim.places import LoosePose, Place
from synth_ros.types import FloatArray, Instance, JointState, LinkPose


def world_from_body(data: mujoco.MjData, body: int) -> FloatArray:
    """Pose of a body, shape (4, 4)."""
    return make_transform(data.xmat[body].reshape(3, 3), data.xpos[body])


def world_from_mount(data: mujoco.MjData, camera: CameraPart) -> FloatArray:
    """Pose of a camera's optical frame where its mount has it, shape (4, 4)."""
    rotation = data.cam_xmat[camera.camera_id].reshape(3, 3)
    world_from_gl = make_transform(rotation, data.cam_xpos[camera.camera_id])
    optical: FloatArray = world_from_gl @ GL_FROM_OPTICAL
    return optical


def instances(data: mujoco.MjData, parts: Iterable[ObjectPart]) -> tuple[Instance, ...]:
    """Labelled objects where they are."""
    return tuple(
        Instance(
            instance_id=part.instance_id,
            name=part.name,
            class_id=part.class_id,
            class_name=part.class_name,
            model_name=part.model_name,
            world_from_object=world_from_body(data, part.body_id),
            object_from_box=part.object_from_box,
            size_m=part.size_m,
            keypoints=part.keypoints,
            symmetry=part.symmetry,
        )
        for part in parts
    )


def links(data: mujoco.MjData, robot: RobotPart) -> tuple[LinkPose, ...]:
    """Poses of all robot bodies, parents first."""
    return tuple(LinkPose(name, world_from_body(data, body)) for name, body in robot.links)


def joints(data: mujoco.MjData, robot: RobotPart) -> tuple[JointState, ...]:
    """State of all hinge and slide joints of the robot."""
    return tuple(
        JointState(
            joint.name,
            float(data.qpos[joint.qpos_address]),
            float(data.qvel[joint.dof_address]),
        )
        for joint in robot.joints
    )


def is_used(data: mujoco.MjData, shape: ShapePart) -> bool:
    """Whether a shape is in the scene, not parked."""
    return bool(data.mocap_pos[shape.mocap_id, 2] > PARKED_M[2])


def shape_places(
    data: mujoco.MjData, shapes: Iterable[ShapePart]
) -> list[tuple[ShapePart, Place]]:
    """Where shapes without physics are, those that are parked included."""
    return [
        (
            shape,
            Place(
                triple(data.mocap_pos[shape.mocap_id]),
                quadruple(data.mocap_quat[shape.mocap_id]),
            ),
        )
        for shape in shapes
    ]


def unlabelled(data: mujoco.MjData, scene: CompiledScene) -> tuple[LoosePose, ...]:
    """Where all is that can move and is never labelled; what is parked is left out."""
    bodies = [(part.name, part.body_id, part.radius_m) for part in scene.distractors]
    used = [shape for shape in scene.shapes if is_used(data, shape)]
    bodies += [(shape.name, shape.body_id, shape.radius_m) for shape in used]
    return tuple(
        LoosePose(name, triple(data.xpos[body]), quadruple(data.xquat[body]), radius_m)
        for name, body, radius_m in bodies
    )


def absent(
    data: mujoco.MjData, scene: CompiledScene, present: Sequence[ObjectPart]
) -> tuple[int, ...]:
    """Geoms of what waits outside the scene: parked shapes, objects that fall in later."""
    away = [shape.geom_id for shape in scene.shapes if not is_used(data, shape)]
    if len(present) < len(scene.objects):
        here = {part.instance_id for part in present}
        waiting = (part for part in scene.objects if part.instance_id not in here)
        away += [geom for part in waiting for geom in part.geom_ids]
    return tuple(away)

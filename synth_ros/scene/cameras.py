"""Cameras: those of the robot's model or mounted by the config, with exact intrinsics."""

from __future__ import annotations

import math
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.config.cameras import CameraConfig, Intrinsics, Mount
from synth_ros.errors import AssetError, NotFoundError
from synth_ros.geometry.camera import camera_from_fovy, fovy_rad
from synth_ros.geometry.transforms import (
    GL_FROM_OPTICAL,
    LINK_FROM_OPTICAL,
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    quat_wxyz_from_matrix,
)
from synth_ros.randomize.scene import CameraOffset
from synth_ros.scene.robot import LoadedRobot
from synth_ros.types import CameraModel, FloatArray

WORLD = 'world'

# Any pixel pitch gives the same image; this one is common.
_PIXEL_PITCH_M = 3e-6


class PlannedCamera(NamedTuple):
    """A camera of the config, found in the robot or mounted.

    Attributes:
        config: Its config.
        model: Intrinsics.
        parent_link: Name of the body that carries it, or ``world``.
        parent_from_camera: Pose of the optical frame on that body, (4, 4).
        source_id: The robot's own camera it is, or -1 for a mounted one.
    """

    config: CameraConfig
    model: CameraModel
    parent_link: str
    parent_from_camera: FloatArray
    source_id: int


def plan_camera(config: CameraConfig, robot: LoadedRobot) -> PlannedCamera:
    """Find or mount a camera.

    Raises:
        NotFoundError: If the robot has no such camera or link.
        AssetError: If the model's camera is not a perspective one.
    """
    if config.mount is not None:
        return _mounted(config, config.mount, robot)
    name = config.model_camera or config.name
    model = robot.model
    names = [model.cam(i).name for i in range(model.ncam)]
    if name not in names:
        raise NotFoundError('camera', name, available=names, where=f'robot {robot.path}')
    camera_id = names.index(name)
    body = int(model.cam_bodyid[camera_id])
    pose = make_transform(
        matrix_from_quat_wxyz(model.cam_quat[camera_id]), model.cam_pos[camera_id]
    )
    intrinsics = (
        _configured(config, config.intrinsics)
        if config.intrinsics is not None
        else model_intrinsics(config, robot, camera_id)
    )
    return PlannedCamera(
        config,
        intrinsics,
        parent_link=WORLD if body == 0 else model.body(body).name,
        parent_from_camera=pose @ GL_FROM_OPTICAL,
        source_id=camera_id,
    )


def add_camera(spec: mujoco.MjSpec, planned: PlannedCamera, *, parent: mujoco.MjsBody) -> str:
    """Add the camera to a scene with its exact intrinsics.

    Returns:
        Its name in the scene, ``camera/NAME``.
    """
    pose = planned.parent_from_camera @ GL_FROM_OPTICAL
    camera, name = planned.model, f'camera/{planned.config.name}'
    width, height = camera.width, camera.height
    # MuJoCo measures the principal point from the image's middle, between pixel edges.
    parent.add_camera(
        name=name,
        pos=pose[:3, 3],
        quat=quat_wxyz_from_matrix(pose[:3, :3]),
        resolution=[width, height],
        sensor_size=[width * _PIXEL_PITCH_M, height * _PIXEL_PITCH_M],
        focal_pixel=[camera.fx, camera.fy],
        principal_pixel=[width / 2 - (camera.cx + 0.5), height / 2 - (camera.cy + 0.5)],
        fovy=fovy_rad(camera) if not spec.compiler.degree else math.degrees(fovy_rad(camera)),
    )
    return name


def offset_camera(model: mujoco.MjModel, camera_id: int, offset: CameraOffset) -> None:
    """Move a camera by its mounting error, given in its optical frame."""
    gl = make_transform(matrix_from_quat_wxyz(model.cam_quat[camera_id]), model.cam_pos[camera_id])
    error = make_transform(matrix_from_rotation_vector(offset.rotation_rad), offset.position_m)
    moved = gl @ GL_FROM_OPTICAL @ error @ GL_FROM_OPTICAL
    model.cam_pos[camera_id] = moved[:3, 3]
    model.cam_quat[camera_id] = quat_wxyz_from_matrix(moved[:3, :3])


def model_intrinsics(config: CameraConfig, robot: LoadedRobot, camera_id: int) -> CameraModel:
    """The model camera's intrinsics at the configured image size.

    The vertical field of view is kept and pixels keep their shape; a wider image than the
    model's sees more at the sides.

    Raises:
        AssetError: If the camera is not a perspective one.
    """
    model = robot.model
    perspective = int(mujoco.mjtProjection.mjPROJ_PERSPECTIVE)
    if int(model.cam_projection[camera_id]) != perspective:
        raise AssetError(
            robot.path, f'camera {config.name!r} is not a perspective camera; mount one instead.'
        )
    size = (config.width, config.height)
    sensor = np.array(model.cam_sensorsize[camera_id], np.float64)
    if not np.all(sensor > 0):
        return camera_from_fovy(config.name, size, math.radians(float(model.cam_fovy[camera_id])))
    focal, principal = np.split(np.array(model.cam_intrinsic[camera_id], np.float64), 2)
    native = np.array(model.cam_resolution[camera_id], np.float64)
    if np.any(native <= 1):
        # No resolution of its own: the sensor is filled with square pixels.
        native = np.array([sensor[0] / sensor[1], 1.0]) * config.height
    zoom = config.height / native[1]
    fx, fy = focal / sensor * native * zoom
    px, py = principal / sensor * native * zoom
    return CameraModel(
        config.name,
        config.width,
        config.height,
        fx=float(fx),
        fy=float(fy),
        cx=float(config.width / 2 - px - 0.5),
        cy=float(config.height / 2 - py - 0.5),
    )


def _configured(config: CameraConfig, given: Intrinsics) -> CameraModel:
    if given.fovy_deg is not None:
        size = (config.width, config.height)
        return camera_from_fovy(config.name, size, math.radians(given.fovy_deg))
    # The config model lets no other mixture through.
    assert given.fx is not None
    assert given.fy is not None
    assert given.cx is not None
    assert given.cy is not None
    return CameraModel(
        config.name, config.width, config.height, given.fx, given.fy, given.cx, given.cy
    )


def _mounted(config: CameraConfig, mount: Mount, robot: LoadedRobot) -> PlannedCamera:
    if mount.link not in (WORLD, *robot.links):
        raise NotFoundError(
            'link', mount.link, available=(WORLD, *robot.links), where=f'robot {robot.path}'
        )
    assert config.intrinsics is not None
    link_from_body = make_transform(_mount_rotation(mount), mount.position_m)
    return PlannedCamera(
        config,
        _configured(config, config.intrinsics),
        parent_link=mount.link,
        parent_from_camera=link_from_body @ LINK_FROM_OPTICAL,
        source_id=-1,
    )


def _mount_rotation(mount: Mount) -> FloatArray:
    """Link from the camera's body frame (x forward, y left, z up)."""
    if mount.quat_wxyz is not None:
        return matrix_from_quat_wxyz(mount.quat_wxyz)
    if mount.rpy_deg is not None:
        return matrix_from_rpy([math.radians(angle) for angle in mount.rpy_deg])
    if mount.look_at_m is not None:
        return _look_at(np.array(mount.position_m), np.array(mount.look_at_m))
    return np.eye(3)


def _look_at(eye: FloatArray, target: FloatArray) -> FloatArray:
    """Rotation whose x axis points at the target and whose z axis is as upright as can be."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    up = np.array([0.0, 0.0, 1.0])
    if abs(forward @ up) > 1 - 1e-9:
        # Straight up or down: the image's top then points along the link's x axis.
        up = np.array([1.0, 0.0, 0.0])
    left = np.cross(up, forward)
    left /= np.linalg.norm(left)
    return np.column_stack([forward, left, np.cross(forward, left)])

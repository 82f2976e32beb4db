"""Cameras: those of the robot's model, or mounted on a link by the config."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from synth_ros.config.base import Name, Positive, Quaternion, Section, Vector3

ImageSize = Annotated[int, Field(ge=8, le=8192)]


class Intrinsics(Section):
    """How the camera projects: a field of view, or the calibrated pinhole values.

    Principal point in the OpenCV and ROS convention: integers are pixel centres, so a centred
    camera has cx = (width - 1) / 2.
    """

    fovy_deg: Annotated[float, Field(gt=1, lt=170)] | None = None
    """Full vertical field of view; square pixels, centred."""
    fx: Positive | None = None
    fy: Positive | None = None
    cx: float | None = None
    cy: float | None = None

    @model_validator(mode='after')
    def _one_way(self) -> Intrinsics:
        pinhole = (self.fx, self.fy, self.cx, self.cy)
        given = [value is not None for value in pinhole]
        if self.fovy_deg is not None and any(given):
            raise ValueError('give either fovy_deg or fx, fy, cx, cy, not both')
        if self.fovy_deg is None and not all(given):
            raise ValueError('give fovy_deg, or all of fx, fy, cx, cy')
        return self


class Mount(Section):
    """Where a camera sits when the model does not have it."""

    link: str
    """Body of the robot that carries the camera, or ``world``."""
    position_m: Vector3 = (0.0, 0.0, 0.0)
    """Position in the link's frame."""
    rpy_deg: Vector3 | None = None
    """Fixed-axis roll, pitch, yaw of the camera's body frame (x forward, y left, z up)."""
    quat_wxyz: Quaternion | None = None
    """The same rotation as a quaternion."""
    look_at_m: Vector3 | None = None
    """Or a point in the link's frame to look at, with the image upright."""

    @model_validator(mode='after')
    def _one_rotation(self) -> Mount:
        ways = [v for v in (self.rpy_deg, self.quat_wxyz, self.look_at_m) if v is not None]
        if len(ways) > 1:
            raise ValueError('give one of rpy_deg, quat_wxyz, look_at_m')
        if self.look_at_m is not None and self.look_at_m == self.position_m:
            raise ValueError('look_at_m must differ from position_m')
        return self


class CameraConfig(Section):
    """One RGB-D camera."""

    name: Name
    """Name in topics, frames and files."""
    model_camera: str | None = None
    """Camera of the robot's model to use. With neither this nor a mount: ``name``."""
    mount: Mount | None = None
    """Mount a camera that the model does not have."""
    width: ImageSize = 640
    height: ImageSize = 480
    intrinsics: Intrinsics | None = None
    """Overrides the model camera's; needed with a mount."""
    depth_range_m: tuple[Positive, Positive] = (0.05, 10.0)
    """Depth outside this range is published and stored as invalid (0)."""

    @model_validator(mode='after')
    def _one_source(self) -> CameraConfig:
        if self.mount is not None and self.model_camera is not None:
            raise ValueError('give model_camera or mount, not both')
        if self.mount is not None and self.intrinsics is None:
            raise ValueError('a mounted camera needs intrinsics (fovy_deg, or fx fy cx cy)')
        if self.depth_range_m[0] >= self.depth_range_m[1]:
            raise ValueError('depth_range_m must grow from near to far')
        return self

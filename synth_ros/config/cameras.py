"""Cameras: those of the robot's model, or mounted on a link by the config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from synth_ros.config.base import (
    DepthRange,
    Fault,
    FrameRate,
    Name,
    NonNegative,
    Positive,
    Quaternion,
    Section,
    Text,
    Vector3,
)

ImageSize = Annotated[int, Field(ge=8, le=8192)]


class Intrinsics(Section):
    """How the camera projects: a field of view, or the calibrated pinhole values.

    Principal point in the OpenCV and ROS convention: integers are pixel centres, so a centred
    camera has cx = (width - 1) / 2.
    """

    fovy_deg: Annotated[float, Field(gt=1, lt=170)] | None = None
    """Full vertical field of view; square pixels, centred."""
    fx: Positive | None = None
    """Horizontal focal length in pixels."""
    fy: Positive | None = None
    """Vertical focal length in pixels."""
    cx: float | None = None
    """Column of the principal point in pixels."""
    cy: float | None = None
    """Row of the principal point in pixels."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault unless there is exactly one of the two ways."""
        pinhole = {'fx': self.fx, 'fy': self.fy, 'cx': self.cx, 'cy': self.cy}
        missing = [key for key, value in pinhole.items() if value is None]
        given = [key for key in pinhole if key not in missing]
        if self.fovy_deg is not None and given:
            message = 'give either fovy_deg or fx, fy, cx, cy; got fovy_deg and '
            yield Fault((), message + ', '.join(given))
        elif self.fovy_deg is None and missing:
            message = 'give fovy_deg, or all of fx, fy, cx, cy; missing: '
            yield Fault((), message + ('all of them' if not given else ', '.join(missing)))


class Mount(Section):
    """Where a camera sits when the model does not have it."""

    link: Text
    """Body of the robot that carries the camera, or ``world``."""
    position_m: Vector3 = (0.0, 0.0, 0.0)
    """Position in the link's frame."""
    rpy_deg: Vector3 | None = None
    """Fixed-axis roll, pitch, yaw of the camera's body frame (x forward, y left, z up)."""
    quat_wxyz: Quaternion | None = None
    """The same rotation as a quaternion."""
    look_at_m: Vector3 | None = None
    """Or a point in the link's frame to look at, with the image upright."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for more than one rotation, or a point to look at that gives none."""
        ways = {'rpy_deg': self.rpy_deg, 'quat_wxyz': self.quat_wxyz, 'look_at_m': self.look_at_m}
        given = [key for key, value in ways.items() if value is not None]
        if len(given) > 1:
            yield Fault((), f'give one of {", ".join(ways)}; got {" and ".join(given)}')
        if self.look_at_m == self.position_m:
            message = 'the point to look at must differ from position_m'
            yield Fault(('look_at_m',), message, because=(('position_m',),))


class StereoConfig(Section):
    """The infrared pair of a stereo camera, live and in bags: grey images of two ideal lenses.

    The left one is the camera itself. The right one has the same lens, and looks the same way.
    """

    baseline_m: Annotated[float, Field(gt=0, le=2)] = 0.05
    """How far the right eye is from the left one, along the rows of the image."""


class ImuConfig(Section):
    """An inertial measurement unit in the camera, live and in bags.

    White noise is given by its density, as data sheets and Allan plots do; a sample has the
    density times the root of the rate. A bias is drawn for each scene and axis, and stays.
    """

    rate_hz: Annotated[float, Field(gt=0, le=4000)] = 200.0
    """Samples a second of simulated time, at most one a time step."""
    gyro_noise_rad_s_sqrt_hz: NonNegative = 0.0
    """Noise density of the angular velocity, rad/s/sqrt(Hz)."""
    accel_noise_m_s2_sqrt_hz: NonNegative = 0.0
    """Noise density of the acceleration, m/s^2/sqrt(Hz)."""
    gyro_bias_rad_s: NonNegative = 0.0
    """Standard deviation of the bias of the angular velocity."""
    accel_bias_m_s2: NonNegative = 0.0
    """Standard deviation of the bias of the acceleration."""


class CameraConfig(Section):
    """One RGB-D camera."""

    name: Name
    """Name in topics, frames and files."""
    model_camera: Text | None = None
    """Camera of the robot's model to use. With neither this nor a mount: ``name``."""
    mount: Mount | None = None
    """Mount a camera that the model does not have."""
    width: ImageSize = 640
    """Columns of the image, in pixels."""
    height: ImageSize = 480
    """Rows of the image, in pixels."""
    intrinsics: Intrinsics | None = None
    """Overrides the model camera's; needed with a mount."""
    depth_range_m: DepthRange = (0.05, 10.0)
    """Depth outside this range is published and stored as invalid (0)."""
    rate_hz: FrameRate | None = None
    """Frames per second of simulated time, in the live node and in ``motion: sequence``; by
    default ``output.live.rate_hz``."""
    stereo: StereoConfig | None = None
    """Publish ``infra1`` and ``infra2`` of this camera; without it, there are none."""
    imu: ImuConfig | None = None
    """Publish ``imu``, ``accel`` and ``gyro`` of this camera; without it, there are none."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults of a camera that is both the model's and mounted, or half described."""
        if self.mount is None:
            return
        if self.model_camera is not None:
            yield Fault(('mount',), 'give model_camera or mount, not both')
        if self.intrinsics is None:
            message = 'a mounted camera needs intrinsics: fovy_deg, or fx, fy, cx, cy'
            yield Fault(('mount',), message)

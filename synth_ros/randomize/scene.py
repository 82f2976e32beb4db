"""The sampled scene: every draw of an episode as plain, serialisable data.

It is stored with each sample as provenance, and is all that building needs beside the config
and the assets.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from synth_ros.config.lights import LampKind

Triple = tuple[float, float, float]
Quat = tuple[float, float, float, float]


class _Drawn(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class SampledObject(_Drawn):
    """One labelled object and the pose from which it is dropped."""

    instance_id: int
    name: str
    class_id: int
    class_name: str
    variant: str
    position_m: Triple
    """Centre of the object's bounding box in the world."""
    quat_wxyz: Quat
    """World from object."""
    scale: float
    hue_shift_deg: float
    value_scale: float
    friction_scale: float
    mass_scale: float


class SampledLamp(_Drawn):
    """One lamp of the scene, aimed at the placement surface."""

    position_m: Triple
    target_m: Triple
    rgb: Triple
    """Linear colour, largest component 1."""
    intensity: float
    """Brightness relative to a well-lit room."""
    cast_shadow: bool
    kind: LampKind = 'spot'
    cutoff_deg: float = 60.0
    """Half the angle of a spot's cone."""
    radius_m: float = 0.06
    """Of what shines."""
    specular: float = 0.3 / 1.1
    """Strength of highlights relative to its other light."""


class SampledMaterial(_Drawn):
    """The look drawn for one role of the environment (``wall``, ``floor``, ...)."""

    role: str
    variant: str
    """Full name of the material that replaces all others of the role."""
    rgb: Triple
    """Factor on its colour."""


class CameraOffset(_Drawn):
    """Mounting error of one camera, in its optical frame."""

    camera: str
    position_m: Triple
    rotation_rad: Triple
    """Rotation vector."""


class SampledView(_Drawn):
    """One posture of the robot."""

    view: int
    attempt: int
    x_m: float
    y_m: float
    yaw_rad: float
    """Offsets of the root from its configured pose."""
    joints: dict[str, float]
    """Drawn joint positions, radians or metres; the others keep the configured ones."""
    exposure_ev: float = 0.0
    """Exposure of all cameras, stops."""


class SampledScene(_Drawn):
    """All draws of an episode except its views, which are drawn by their number."""

    episode: int
    attempt: int
    objects: tuple[SampledObject, ...]
    lamps: tuple[SampledLamp, ...]
    ambient: float
    materials: tuple[SampledMaterial, ...]
    camera_offsets: tuple[CameraOffset, ...]
    variables: dict[str, float] = {}
    """Values of ``randomization.variables``."""

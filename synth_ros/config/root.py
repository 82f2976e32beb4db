"""The whole configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from synth_ros.config.base import Section
from synth_ros.config.cameras import CameraConfig
from synth_ros.config.environment import EnvironmentConfig
from synth_ros.config.labels import LabelsConfig
from synth_ros.config.objects import ObjectsConfig
from synth_ros.config.output import OutputConfig
from synth_ros.config.physics import PhysicsConfig
from synth_ros.config.randomization import RandomizationConfig
from synth_ros.config.render import RenderConfig
from synth_ros.config.robot import RobotConfig


class Config(Section):
    """A distribution of labelled scenes."""

    version: Literal[1] = 1
    """Version of this file format."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """Frame N is a pure function of this file, this seed and N."""
    robot: RobotConfig = RobotConfig()
    cameras: Annotated[tuple[CameraConfig, ...], Field(min_length=1)]
    environment: EnvironmentConfig = EnvironmentConfig()
    objects: ObjectsConfig
    physics: PhysicsConfig = PhysicsConfig()
    randomization: RandomizationConfig = RandomizationConfig()
    render: RenderConfig = RenderConfig()
    labels: LabelsConfig = LabelsConfig()
    output: OutputConfig = OutputConfig()

    @model_validator(mode='after')
    def _unique_cameras(self) -> Config:
        seen: set[str] = set()
        for camera in self.cameras:
            if camera.name in seen:
                raise ValueError(f'camera {camera.name!r} is listed twice')
            seen.add(camera.name)
        return self

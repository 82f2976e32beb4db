"""Outputs: how much is made and in which files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import FrameRate, Positive, Section


class DatasetConfig(Section):
    """How many frames ``synth-ros generate`` makes and how they are stored."""

    episodes: Annotated[int, Field(ge=1, le=10_000_000)] = 10
    """Scenes."""
    views_per_episode: Annotated[int, Field(ge=1, le=100_000)] = 5
    """Frames of each camera in each scene. In a ``sequence``, a camera with a ``rate_hz`` of its
    own takes as many as fall into the time of so many frames at ``output.live.rate_hz``."""
    motion: Literal['views', 'sequence'] = 'views'
    """What happens from frame to frame. ``views``: the scene is at rest, and the robot looks at
    it from one drawn posture after another. ``sequence``: the simulation runs as in the live
    node, ``output.live.rate_hz`` frames a second; the robot moves from posture to posture and may
    push objects."""
    rgb_format: Literal['png', 'jpeg'] = 'png'
    """Colour images: lossless, or smaller."""
    jpeg_quality: Annotated[int, Field(ge=1, le=100)] = 95
    """Used with ``rgb_format: jpeg``."""
    depth: bool = True
    """Write 16-bit depth PNGs in millimetres."""
    masks: bool = True
    """Write 16-bit instance and semantic mask PNGs."""


class LiveConfig(Section):
    """How the simulation node runs."""

    rate_hz: FrameRate = 10.0
    """Frames per second of simulated time, for every camera without a ``rate_hz`` of its own."""
    real_time_factor: Annotated[float, Field(ge=0)] = 1.0
    """Simulated seconds per real second; 0 runs as fast as frames can be rendered. When
    rendering cannot keep up, simulated time slows down: no frame is dropped."""
    view_period_s: Positive = 1.0
    """Simulated time the robot takes to move from one drawn posture to the next."""
    randomize_period_s: Positive = 5.0
    """Simulated time after which the scene is drawn anew."""
    depth_encoding: Literal['16UC1', '32FC1'] = '16UC1'
    """Millimetres with 0 invalid, or metres with NaN invalid (REP-118)."""
    class_id_format: Literal['id', 'name'] = 'id'
    """What detections carry as class_id; ``label_info`` gives the names either way."""


class OutputConfig(Section):
    """Datasets and live streams."""

    dataset: DatasetConfig = DatasetConfig()
    """Files of ``synth-ros generate``."""
    live: LiveConfig = LiveConfig()
    """Topics of the simulation node."""

"""Outputs: how much is made and in which files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Fault, FrameRate, Name, Positive, Section, repeated_names

FormatName = Literal[
    'coco',
    'yolo-detect',
    'yolo-segment',
    'yolo-pose',
    'yolo-obb',
    'kitti',
    'bop',
    'voc',
    'masks',
    'cityscapes',
    'dope',
    'webdataset',
    'hf-imagefolder',
    'hf-parquet',
    'lerobot',
]
"""Formats of other people's tools; ``docs/formats.md`` says what each holds."""


class SplitShare(Section):
    """A split and its share of the episodes."""

    name: Name
    """Such as ``train``."""
    share: Positive
    """Relative to the sum of all."""


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
    container: Literal['folder', 'shards'] = 'folder'
    """How frames lie in the dataset. ``folder``: a file for each image, which trainers read at
    once. ``shards``: one tar file for each episode, which WebDataset reads and which file systems
    bear in the millions. Both keep the same bytes, and every command reads both."""
    formats: tuple[FormatName, ...] = ()
    """Further formats that the same run writes, each into a folder of its own name inside the
    dataset: ``coco`` (split), ``yolo-detect``, ``kitti`` and so on. ``synth-ros convert`` makes
    them later just as well."""
    splits: Annotated[tuple[SplitShare, ...], Field(min_length=1)] = (
        SplitShare(name='train', share=0.8),
        SplitShare(name='val', share=0.2),
    )
    """What formats put into each split. Whole episodes are dealt, by the seed and within each
    scenario, so that no scene is in two splits."""

    @property
    def shares(self) -> dict[str, float]:
        """Share of each split by name."""
        return {entry.name: entry.share for entry in self.splits}

    def rules(self) -> Iterator[Fault]:
        """Yield faults for formats listed twice and splits that share a name."""
        for i, name in enumerate(self.formats):
            if name in self.formats[:i]:
                yield Fault(('formats', i), f'"{name}" is listed before: each is written once')
        yield from repeated_names('splits', [entry.name for entry in self.splits])


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
    even_size: bool = False
    """Refuse cameras of odd width or height: Isaac ROS (NITROS) takes only even sizes."""


class OutputConfig(Section):
    """Datasets and live streams."""

    dataset: DatasetConfig = DatasetConfig()
    """Files of ``synth-ros generate``."""
    live: LiveConfig = LiveConfig()
    """Topics of the simulation node."""

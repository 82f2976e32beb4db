"""Recorded episodes rendered again, from the provenance of their frames."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from synth_ros.errors import PlacementError, UsageError
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.generate import episode_samples, view_again
from synth_ros.pipeline.instant import Course
from synth_ros.pipeline.steering import BY_CONFIG, Steering, steering_of
from synth_ros.randomize.draws import quadruple, triple
from synth_ros.randomize.scene import SampledScene, SampledView
from synth_ros.readers.recording import FrameId, RecordedFrame
from synth_ros.sim.places import Place
from synth_ros.types import FloatArray, Sample


class Provenance(NamedTuple):
    """How a frame was made.

    Attributes:
        scene: All draws of the scene.
        view: Posture that the robot is in or moves to.
        course: Of the episode.
        seed: In use.
        renderer: Its name.
        config_hash: Of the config.
        unlabelled: Where all was that can move and is never labelled, by name.
        steering: What was told against the config.
        joints: Positions of the robot's joints, by name; of sequences alone.
        world_from_first_link: Pose of its first link, (4, 4); of sequences alone.
        commanded: Whether the robot obeyed commands, which are not stored.
    """

    scene: SampledScene
    view: SampledView
    course: Course
    seed: int
    renderer: str
    config_hash: str
    steering: Steering = BY_CONFIG
    unlabelled: Mapping[str, Place] = MappingProxyType({})
    joints: Mapping[str, float] = MappingProxyType({})
    world_from_first_link: FloatArray | None = None
    commanded: bool = False


def read_provenance(frame: RecordedFrame) -> Provenance:
    """The provenance of a frame.

    Raises:
        UsageError: It is missing or not ours.
    """
    try:
        stored = json.loads(frame.provenance_json)
        robot = stored.get('robot', {})
        first_link = np.array(robot.get('world_from_first_link') or 0.0, np.float64)
        return Provenance(
            scene=SampledScene.model_validate(stored['scene']),
            view=SampledView.model_validate(stored['view']),
            course=Course(stored['motion'], int(stored['frames'])),
            seed=int(stored['seed']),
            renderer=str(stored['renderer']),
            config_hash=str(stored['config_hash']),
            steering=steering_of(stored.get('steering')),
            unlabelled={
                str(name): Place(triple(np.array(position)), quadruple(np.array(quat)))
                for name, (position, quat, _) in stored.get('unlabelled', {}).items()
            },
            joints={str(name): float(at) for name, at in robot.get('joints', {}).items()},
            world_from_first_link=first_link if first_link.shape == (4, 4) else None,
            commanded='commanded' in stored,
        )
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise UsageError(
            f'The provenance of {frame.key.stem} does not tell how it was made ({error!r}): the '
            'scene cannot be built again. Audit without --config.'
        ) from None


@dataclass(slots=True)
class _Run:
    """A sequence that is being played for cameras of one rate.

    Attributes:
        playing: Number of the episode, its course, and what was told of it.
        episode: The episode.
        samples: What it has not shown yet.
        last: The last sample of each camera that it has shown.
    """

    playing: tuple[int, Course, Steering]
    episode: Episode
    samples: Iterator[Sample]
    last: dict[str, Sample] = field(default_factory=dict)


class Player:
    """Renders recorded episodes again, frame after frame.

    Args:
        stage: Renders them; its config is that of the recording.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._playing: tuple[int, Course, Steering] | None = None
        self._episode: Episode | None = None
        self._loaded: Episode | None = None
        self._runs: dict[float, _Run] = {}
        self._last: dict[str, Sample] = {}
        self._view = -1

    @property
    def renderer(self) -> str:
        """Name of the renderer."""
        return self._stage.renderer.name

    def play(self, key: FrameId, made: Provenance, *, camera: str) -> Sample | None:
        """One frame of one camera; ``None`` if its episode cannot be opened or played again."""
        if made.seed != self._stage.seed or made.commanded:
            return None
        self._stage.steering = made.steering
        try:
            if made.course.motion == 'views' and self.renderer != 'filament':
                return self._jump(key, made, camera=camera)
            return self._run(key, made, camera=camera)
        except PlacementError:
            return None

    def _jump(self, key: FrameId, made: Provenance, *, camera: str) -> Sample | None:
        """Views are independent of each other: make just this one."""
        playing = (key.episode, made.course, made.steering)
        if self._playing != playing or self._episode is None:
            self._episode = self._loaded = self._stage.open(key.episode)
            self._playing, self._view = playing, -1
        if self._view != key.view:
            samples = view_again(self._stage, self._episode, course=made.course, view=key.view)
            self._last = {sample.key.camera: sample for sample in samples}
            self._view = key.view
        return self._last.get(camera)

    def _run(self, key: FrameId, made: Provenance, *, camera: str) -> Sample | None:
        """Play from the start of the episode, or go on from where it was.

        Recordings list frame n of one camera after frame n of another, whatever their rates: each
        rate has a run of its own, so that none has to begin again and again. (Filament's colours
        depend on what it drew since the scene was loaded: it has one run.)
        """
        rate_hz = 0.0 if self.renderer == 'filament' else self._rate_hz(camera)
        run = self._runs.get(rate_hz)
        playing = (key.episode, made.course, made.steering)
        if run is None or run.playing != playing or _view(run, camera) > key.view:
            episode = self._loaded = self._stage.open(key.episode)
            run = _Run(playing, episode, episode_samples(self._stage, episode, made.course))
            self._runs[rate_hz] = run
        if self._loaded is not run.episode:
            self._stage.load(run.episode)
            self._loaded = run.episode
        while _view(run, camera) < key.view:
            sample = next(run.samples, None)
            if sample is None:
                return None
            run.last[sample.key.camera] = sample
        return run.last[camera]

    def _rate_hz(self, camera: str) -> float:
        config = self._stage.config
        own = next((entry.rate_hz for entry in config.cameras if entry.name == camera), None)
        return config.output.live.rate_hz if own is None else own


def _view(run: _Run, camera: str) -> int:
    """Number of the last frame that a run has shown of a camera; -1 for none."""
    return run.last[camera].key.view if camera in run.last else -1

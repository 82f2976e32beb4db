"""The only place where the steps are wired: from an episode number to samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from synth_ros import __version__
from synth_ros.config.load import LoadedConfig
from synth_ros.config.root import Config
from synth_ros.errors import PlacementError
from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import capture, check_scene
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledScene, SampledView
from synth_ros.randomize.streams import Streams
from synth_ros.render.base import Renderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.sensors.apply import sense
from synth_ros.sim.log import silence_mujoco
from synth_ros.sim.memory import return_free_memory
from synth_ros.sim.posture import PostureFinder
from synth_ros.sim.settle import Settled, Verdict, settle
from synth_ros.sim.world import World
from synth_ros.types import Sample, SampleKey

# Drawings settled together: the first alone, since most scenes settle at once, then several
# at the same time. Part of the definition of an episode, so not a setting.
_WAVES = (1, 3)


class Redraw(NamedTuple):
    """One drawing of an episode and its verdict.

    Attributes:
        attempt: Number of the drawing, from 0.
        verdict: Name of the verdict, ``VALID`` for the one in use.
    """

    attempt: int
    verdict: str


class Episode:
    """A settled scene with a robot in it, ready to be looked at.

    Attributes:
        sampled: All draws of the scene.
        world: The running scene.
        redraws: Every drawing made, the valid one last.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        sampled: SampledScene,
        world: World,
        redraws: Sequence[Redraw],
    ) -> None:
        self.sampled = sampled
        self.world = world
        self.redraws = tuple(redraws)
        self._stage = stage
        self._streams = stage.streams(sampled.episode)
        self._finder = PostureFinder(world, stage.config)
        self._rest_qpos = world.data.qpos.copy()

    def find_view(self, view: int) -> SampledView:
        """Draw a posture of the robot that touches nothing, and pose the robot.

        Raises:
            PlacementError: If none was found.
        """
        return self._finder.find(self._streams, view)

    def samples(self, view: int) -> list[Sample]:
        """The samples of all cameras for one view: a pure function of its number.

        Raises:
            PlacementError: If no posture was found.
        """
        self.world.set_objects(self._rest_qpos)
        drawn = self.find_view(view)
        period = self._stage.config.output.live.view_period_s
        self.world.set_time(view * period)
        return self.capture(view, drawn)

    def capture(self, frame: int, drawn: SampledView) -> list[Sample]:
        """The samples of all cameras for the state as it is now.

        Args:
            frame: Number of the frame in the episode; names the sample and its noise.
            drawn: The view that the robot is in or moves to, for the provenance.
        """
        return [
            self._sample(index, frame=frame, drawn=drawn)
            for index in range(len(self.world.scene.cameras))
        ]

    def _sample(self, camera_index: int, *, frame: int, drawn: SampledView) -> Sample:
        stage, part = self._stage, self.world.scene.cameras[camera_index]
        clean = capture(self.world, stage.renderer, part)
        rgb, depth_m = sense(
            clean,
            stage.config.randomization.sensor,
            depth_range_m=part.depth_range_m,
            rng=self._streams.generator(f'sensor/{frame}/{part.model.name}'),
        )
        return Sample(
            key=SampleKey(self.sampled.episode, frame, part.model.name),
            frame=clean,
            rgb=rgb,
            depth_m=depth_m,
            labels=annotate(clean, stage.config.labels),
            provenance_json=self._provenance(frame, drawn),
        )

    def _provenance(self, frame: int, drawn: SampledView) -> str:
        stage = self._stage
        record = {
            'synth_ros': __version__,
            'config_hash': stage.loaded.config_hash,
            'seed': stage.seed,
            'renderer': stage.renderer.name,
            'frame': frame,
            'redraws': [redraw._asdict() for redraw in self.redraws],
            'scene': self.sampled.model_dump(mode='json'),
            'view': drawn.model_dump(mode='json'),
        }
        return json.dumps(record, sort_keys=True, separators=(',', ':'))


class Stage:
    """Makes episodes: holds what they share.

    Args:
        loaded: The config and where it came from.
        builder: Turns draws into models.
        renderer: Renders them; bound to the thread that made it, and so is the stage.
        seed: Replaces the config's seed.
    """

    def __init__(
        self,
        loaded: LoadedConfig,
        builder: SceneBuilder,
        *,
        renderer: Renderer,
        seed: int | None = None,
    ) -> None:
        silence_mujoco()
        self.loaded = loaded
        self.config: Config = loaded.config
        self.builder = builder
        self.renderer = renderer
        self.seed = loaded.config.seed if seed is None else seed

    def streams(self, episode: int) -> Streams:
        """The random streams of an episode."""
        return Streams(self.seed, episode)

    def open(self, episode: int) -> Episode:
        """Draw, build, settle and load an episode.

        Raises:
            PlacementError: If no drawing settled within the allowed number of attempts.
        """
        streams = self.streams(episode)
        drawn = sample_scene(self.config, self.builder.inventory, streams=streams)
        scene = self.builder.build(drawn)
        check_scene(scene)
        world = World(scene, self.config.robot)
        sampled, rest, redraws = self._settle(world, streams)
        world.set_objects(rest.qpos)
        self.renderer.load(scene.model)
        return_free_memory()
        return Episode(self, sampled=sampled, world=world, redraws=redraws)

    def _settle(
        self, world: World, streams: Streams
    ) -> tuple[SampledScene, Settled, list[Redraw]]:
        redraws: list[Redraw] = []
        for wave in _waves(self.config.physics.settle.max_attempts):
            drawings = [
                sample_scene(self.config, self.builder.inventory, streams=streams, attempt=k)
                for k in wave
            ]
            results = settle(
                world,
                [drawing.objects for drawing in drawings],
                config=self.config.physics.settle,
                surface=self.builder.inventory.surface,
            )
            for drawing, result in zip(drawings, results, strict=True):
                redraws.append(Redraw(drawing.attempt, result.verdict.name))
                if result.verdict is Verdict.VALID:
                    return drawing, result, redraws
        raise PlacementError(_why_unsettled(streams.episode, redraws))


def _waves(attempts: int) -> Iterator[range]:
    """Attempt numbers in the groups that are settled together."""
    start, size = 0, _WAVES[0]
    while start < attempts:
        stop = min(start + size, attempts)
        yield range(start, stop)
        start, size = stop, _WAVES[1]


def _why_unsettled(episode: int, redraws: Sequence[Redraw]) -> str:
    names = [redraw.verdict for redraw in redraws]
    reasons = ', '.join(
        f'{verdict.value} ({names.count(verdict.name)} times)'
        for verdict in Verdict
        if verdict.name in names
    )
    return (
        f'Episode {episode}: none of {len(redraws)} drawings of the scene came to a valid '
        f'rest: {reasons}. Ask for fewer objects (objects.count), a larger surface '
        '(objects.placement), more time (physics.settle.max_time_s) or more attempts '
        '(physics.settle.max_attempts).'
    )

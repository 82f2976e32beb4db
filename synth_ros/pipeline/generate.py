"""Mass generation without ROS: episodes to a dataset, in one process or several."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, get_args

from synth_ros import __version__
from synth_ros.config.labels import Annotation
from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.instant import Course, Instant, windows
from synth_ros.pipeline.motion import RunningEpisode
from synth_ros.pipeline.splits import DealtSplits
from synth_ros.pipeline.timing import Timing
from synth_ros.render.auto import Choice, choose_backend, devices_to_share, renderer_for
from synth_ros.scene.build import SceneBuilder
from synth_ros.schema.profile import Profile
from synth_ros.types import Sample
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco import CocoWriter, EpisodeWriter
from synth_ros.writers.profile import write_profile


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What to generate.

    Attributes:
        config_path: The config file.
        out: Dataset folder, or the URL of another place (``writers.storage``).
        seed: Replaces the config's, unless ``None``.
        episodes: How many, from number 0; ``None`` takes the config's.
        views: Views per episode; ``None`` takes the config's.
        resume: Continue a dataset that was begun.
        workers: Processes; 1 renders in this one.
        choice: The renderer, already chosen; ``None`` asks the drivers.
        profile: Leave ``profile.json`` in the folder; it is no part of the dataset.
    """

    config_path: Path
    out: Path | str
    seed: int | None = None
    episodes: int | None = None
    views: int | None = None
    resume: bool = False
    workers: int = 1
    choice: Choice | None = None
    profile: bool = False


class Plan(NamedTuple):
    """A request with the config's defaults filled in.

    Attributes:
        episodes: Episodes in the finished dataset.
        course: What happens in each.
        frames: Frames of each camera in an episode.
        seed: The seed in use.
    """

    episodes: int
    course: Course
    frames: tuple[int, ...]
    seed: int

    @property
    def frames_per_episode(self) -> int:
        """Frames of all cameras in one episode."""
        return sum(self.frames)


class Progress(NamedTuple):
    """One committed episode.

    Attributes:
        episode: Its number.
        frames: Frames in it, all cameras.
        verdicts: Why earlier drawings of the scene were not used, in order.
        refusals: Why drawings of its views, ways and falls were refused, and how many.
        warnings: What was mended in the assets, one sentence each.
    """

    episode: int
    frames: int
    verdicts: tuple[str, ...]
    refusals: dict[str, int]
    warnings: tuple[str, ...]


class Outcome(NamedTuple):
    """What a run did.

    Attributes:
        plan: What was asked for.
        resumed: Episodes that were there already.
        profile: Where the time went.
    """

    plan: Plan
    resumed: int
    profile: Profile


Report = Callable[[Progress], None]


def make_plan(request: GenerateRequest, loaded: LoadedConfig) -> Plan:
    """The request with the config's defaults filled in."""
    dataset = loaded.config.output.dataset
    course = Course(dataset.motion, request.views or dataset.views_per_episode)
    return Plan(
        episodes=request.episodes or dataset.episodes,
        course=course,
        frames=Timing(loaded.config).frames(course),
        seed=loaded.config.seed if request.seed is None else request.seed,
    )


def dataset_info(
    loaded: LoadedConfig, builder: SceneBuilder, *, seed: int, renderer: str
) -> DatasetInfo:
    """What a dataset of this config and seed says of itself."""
    labels = loaded.config.labels
    return DatasetInfo(
        categories=builder.categories,
        config_hash=loaded.config_hash,
        seed=seed,
        version=__version__,
        renderer=renderer,
        description=f'synth_ros dataset of {loaded.path.name}, seed {seed}',
        annotations=tuple(name for name in get_args(Annotation) if labels.wants(name)),
        min_pixels=labels.min_pixels,
        min_visibility=labels.min_visibility,
        cameras=tuple(camera.name for camera in loaded.config.cameras),
        splits=DealtSplits(loaded.config, seed),
        meshes=builder.meshes,
    )


def dataset_options(plan: Plan, loaded: LoadedConfig) -> DatasetConfig:
    """The dataset section with the number of episodes and views in use."""
    return loaded.config.output.dataset.model_copy(
        update={'episodes': plan.episodes, 'views_per_episode': plan.course.frames}
    )


def open_stage(
    loaded: LoadedConfig, builder: SceneBuilder, *, seed: int, choice: Choice | None = None
) -> Stage:
    """A stage with a renderer of its own; close ``stage.renderer`` when done.

    Args:
        loaded: The config.
        builder: Builds its scenes.
        seed: The seed in use.
        choice: The renderer; ``None`` asks the drivers, a second or less.

    Raises:
        RenderError: If nothing can render on this machine.
    """
    choice = choice or choose_backend(loaded.config.render)
    cameras = loaded.config.cameras
    size = (max(c.width for c in cameras), max(c.height for c in cameras))
    renderer = renderer_for(choice, loaded.config.render, max_size=size)
    return Stage(loaded, builder, renderer=renderer, seed=seed)


def generate(
    request: GenerateRequest, report: Report, *, choose: Callable[[], Choice] | None = None
) -> Outcome:
    """Make a dataset.

    Every episode is a pure function of (config, seed, number), so neither the number of
    workers nor an interruption changes a byte of it.

    Args:
        request: What to make.
        report: Called after each committed episode.
        choose: Called for the renderer once the assets are loaded, if the request names none.

    Raises:
        SynthRosError: What was committed before stays valid and can be resumed.
    """
    if request.workers > 1 and str(request.out).startswith('memory:'):
        raise UsageError(f'{request.out}: workers have no memory in common. Name another place.')
    clock = Clock()
    with clock.measure('start'):
        loaded = load_config(request.config_path)
        builder = SceneBuilder(loaded)
        plan = make_plan(request, loaded)
        choice = request.choice or (
            choose() if choose is not None else choose_backend(loaded.config.render)
        )
        info = dataset_info(loaded, builder, seed=plan.seed, renderer=choice.backend)
    options = dataset_options(plan, loaded)
    with CocoWriter(request.out, info, options, resume=request.resume) as writer:
        done = writer.committed_episodes()
        todo = [episode for episode in range(plan.episodes) if episode not in done]
        begun = time.perf_counter()
        workers = min(request.workers, len(todo))
        if workers > 1:
            # Imported here: only the parent of workers needs it, and a worker imports us.
            from synth_ros.pipeline.workers import run_workers

            run_workers(
                replace(request, choice=choice),
                plan,
                episodes=todo,
                report=report,
                clock=clock,
                devices=devices_to_share(choice, loaded.config.render),
            )
        elif todo:
            from synth_ros.pipeline.overlap import from_list
            from synth_ros.pipeline.produce import produce

            with clock.measure('start'):
                stage = open_stage(loaded, builder, seed=plan.seed, choice=choice)
            with closing(stage.renderer):
                produce(stage, writer.episodes, plan=plan, take=from_list(todo), report=report)
            clock.merge(stage.clock.tallies())
        profile = clock.profile(
            wall_s=time.perf_counter() - begun,
            workers=max(1, workers),
            frames=len(todo) * plan.frames_per_episode,
        )
        if request.profile:
            write_profile(writer.storage, profile)
    return Outcome(plan, resumed=plan.episodes - len(todo), profile=profile)


def run_episode(stage: Stage, writer: EpisodeWriter, *, plan: Plan, number: int) -> Progress:
    """Make and commit one episode, step after step: what ``produce`` does with many at once."""
    episode = stage.open(number)
    draft = writer.begin(number)
    try:
        for sample in episode_samples(stage, episode, plan.course):
            draft.add(sample)
        draft.commit()
    finally:
        draft.discard()
    return committed(episode, frames=len(draft))


def committed(episode: Episode, *, frames: int) -> Progress:
    """What is reported of a committed episode."""
    return Progress(
        episode=episode.sampled.episode,
        frames=frames,
        verdicts=tuple(redraw.verdict for redraw in episode.redraws[:-1]),
        refusals=dict(episode.refusals),
        warnings=episode.world.scene.warnings,
    )


def episode_samples(stage: Stage, episode: Episode, course: Course) -> Iterator[Sample]:
    """All samples of a freshly opened episode, instants in order.

    Where all cameras have one rate, no more than three instants are held at a time; else, if
    labels need the frame after, as many as pass between two frames of the slowest.
    """
    instants = episode_instants(stage, episode, course=course, frames=course.frames)
    for window in windows(instants, ahead=stage.needs_after):
        yield from episode.label(window, course)


def view_again(stage: Stage, episode: Episode, *, course: Course, view: int) -> tuple[Sample, ...]:
    """The samples of one view as ``generate`` or a live session made them.

    Of ``views``, those beside it are rendered too, as far as labels need them. A ``sequence`` is
    played from its start until every camera has taken its frame of this number; one that never
    does has no sample. Filament dithers colours with a sequence that starts with the episode,
    so for it all views before are rendered in any case.

    Args:
        stage: Renders it.
        episode: Freshly opened.
        course: Of the episode.
        view: Number of the frame, of each camera.

    Raises:
        UsageError: No camera takes so many frames.
    """
    if course.motion == 'views' and stage.renderer.name != 'filament':
        return episode.samples(view, views=course.frames)
    counts = Timing(stage.config, stage.steering).frames(course)
    wanted = {camera for camera, count in enumerate(counts) if view < count}
    if not wanted:
        raise UsageError(
            f'Episode {episode.sampled.episode} has no view {view}: no camera takes more than '
            f'{max(counts)} frames in it.'
        )
    found: dict[int, Sample] = {}
    instants = episode_instants(stage, episode, course=course, frames=course.frames)
    with closing(instants):
        for window in windows(instants, ahead=stage.needs_after):
            for place, taken in enumerate(window.now.taken):
                if taken.number == view:
                    found[taken.camera] = episode.sample(window, course, place=place)
            if found.keys() == wanted:
                break
    return tuple(found[camera] for camera in sorted(found))


def episode_instants(
    stage: Stage, episode: Episode, *, course: Course, frames: int, in_flight: int = 1
) -> Generator[Instant]:
    """The first instants of an episode, none of them labelled yet.

    Args:
        stage: Renders it.
        episode: Freshly opened.
        course: Of the episode.
        frames: How many frames of a camera, as ``Course.frames`` counts them.
        in_flight: How many are drawn at a time, see ``instant.developed``.
    """
    if course.motion == 'views':
        return episode.views(range(frames), in_flight=in_flight)
    running = RunningEpisode(episode, Timing(stage.config, stage.steering))
    return running.instants(frames, in_flight=in_flight)

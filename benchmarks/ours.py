"""Our frames of a settled benchmark scene, by any of our renderers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from settled import VIEWS, as_episode, open_settled

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.render import RenderConfig
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import episode_instants
from synth_ros.pipeline.instant import Course, Window, windows
from synth_ros.pipeline.overlap import Overlap, finisher_threads
from synth_ros.render.auto import make_renderer
from synth_ros.types import Sample

SHADINGS = {
    'classic': 'lit at vertices (OpenGL 1)',
    'filament': 'physically based, at pixels',
    'onepass': 'physically based (GGX), lean',
}

_COURSE = Course('views', VIEWS)
# As ``pipeline.produce`` has them.
_IN_FLIGHT = 2
_AHEAD = 3


def quality(backend: str, shadow_size: int, samples: int) -> str:
    """A picture's quality in words; every figure states it."""
    shading = SHADINGS.get(backend, backend)
    return f'shadow map {shadow_size}, {samples} samples, {shading}'


def render_section(backend: str, shadow_size: int, samples: int) -> dict[str, object]:
    """The config's ``render`` section of a contender; ``quality`` says it in words."""
    return {
        'backend': backend,
        'shadow_size': shadow_size,
        'samples': samples,
        'shading': 'lean',
    }


class OurFrames:
    """Complete samples in memory: posture drawn, rendered, labelled, with their provenance.

    As in ``generate``, the steps overlap: while the renderer draws a frame, the one before is
    labelled on other threads.

    Args:
        folder: A settled scene.
        render: Keys of the config's ``render`` section.
        labels: ``default``, or ``everything``.
        processes: How many such processes share the machine.
    """

    def __init__(
        self, folder: Path, *, render: Mapping[str, object], labels: str, processes: int = 1
    ) -> None:
        settled = open_settled(folder)
        config = settled.loaded.config.model_copy(
            update={
                'render': RenderConfig.model_validate(dict(render)),
                'labels': LabelsConfig(everything=labels == 'everything'),
            }
        )
        loaded = replace(settled.loaded, config=config)
        camera = config.cameras[0]
        renderer = make_renderer(config.render, max_size=(camera.width, camera.height))
        self._stage = Stage(loaded, settled.builder, renderer=renderer)
        self._episode = as_episode(settled._replace(loaded=loaded), self._stage)
        self._windows = self._endless()
        self._overlap = Overlap[None](
            self._stage.clock, threads=finisher_threads(processes), room=_AHEAD
        )
        self.device = renderer.device

    def make(self, frames: int) -> None:
        """Make this many samples, and wait for the last one."""
        for window in islice(self._windows, frames):
            self._overlap.finish(partial(self._label, window))
        self._overlap.commit(_nothing)
        for _ in self._overlap.done(most=0):
            pass

    def sample(self) -> Sample:
        """The next one."""
        return self._episode.sample(next(self._windows), _COURSE, place=0)

    def _label(self, window: Window) -> None:
        self._episode.sample(window, _COURSE, place=0)

    def _endless(self) -> Iterator[Window]:
        """The views over and over, each with the neighbours that its labels need."""
        while True:
            instants = episode_instants(
                self._stage, self._episode, course=_COURSE, frames=VIEWS, in_flight=_IN_FLIGHT
            )
            yield from windows(instants, ahead=self._stage.needs_after)


def _nothing() -> None:
    """What is left to do when all frames are labelled."""

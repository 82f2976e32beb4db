"""Our frames of a settled benchmark scene, by any of our renderers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from settled import VIEWS, as_episode, open_settled

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.render import RenderConfig
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import episode_samples
from synth_ros.pipeline.instant import Course
from synth_ros.render.auto import make_renderer
from synth_ros.types import Sample

SHADINGS = {
    'classic': 'lit at vertices (OpenGL 1)',
    'filament': 'physically based, at pixels',
    'onepass': 'physically based (GGX), at pixels',
}


def quality(backend: str, shadow_size: int, samples: int) -> str:
    """A picture's quality in words; every figure states it."""
    shading = SHADINGS.get(backend, backend)
    return f'shadow map {shadow_size}, {samples} samples, {shading}'


class OurFrames:
    """Complete samples in memory: posture drawn, rendered, labelled, with their provenance.

    Args:
        folder: A settled scene.
        render: Keys of the config's ``render`` section.
        labels: ``default``, or ``everything``.
    """

    def __init__(self, folder: Path, *, render: Mapping[str, object], labels: str) -> None:
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
        self._frames = self._endless()
        self.device = renderer.device

    def make(self, frames: int) -> None:
        """Make this many samples."""
        for _ in range(frames):
            next(self._frames)

    def sample(self) -> Sample:
        """The next one."""
        return next(self._frames)

    def _endless(self) -> Iterator[Sample]:
        """The views over and over, as a dataset has them."""
        while True:
            yield from episode_samples(self._stage, self._episode, Course('views', VIEWS))

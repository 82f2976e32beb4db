"""One scene and one renderer of each kind, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.render.base import Renderer
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.devices import Device
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.render.probe import probe_vulkan

from .scenes import CONFIG, RendererFactory, Scene, compile_scene


@pytest.fixture(scope='session')
def tabletop() -> Scene:
    """Every kind of geom, crossing and hiding each other, visible and not."""
    rng = np.random.default_rng(7)
    kinds = ('box', 'sphere', 'capsule', 'cylinder', 'ellipsoid', 'mesh')
    bodies = []
    for i in range(24):
        kind = kinds[i % len(kinds)]
        x, y = (i % 6 - 2.5) * 0.14, (i // 6 - 1.5) * 0.14
        shape = 'mesh="wedge"' if kind == 'mesh' else 'size=".045 .06 .03"'
        rgb = ' '.join(f'{c:.2f}' for c in rng.uniform(0.2, 0.9, 3))
        quat = ' '.join(f'{c:.3f}' for c in rng.normal(size=4))
        bodies.append(
            f'<body pos="{x} {y} .08" quat="{quat}"><freejoint/>'
            f'<geom type="{kind}" {shape} rgba="{rgb} 1"/></body>'
        )
    hidden = (
        '<geom type="sphere" size=".3" pos="0 0 .3" group="3"/>'
        '<geom type="sphere" size=".3" pos="0 0 .3" rgba="1 0 0 0" contype="0"/>'
        '<site type="sphere" size=".3" pos="0 0 .3"/>'
    )
    wedge = '<mesh name="wedge" vertex="0 0 0 .1 0 0 0 .1 0 0 0 .1 .05 .06 .07"/>'
    floor = '<geom name="floor" type="box" size="1 1 .01" pos="0 0 -.01" rgba=".6 .6 .5 1"/>'
    return compile_scene(floor + ''.join(bodies) + hidden, asset=wedge)


@pytest.fixture(scope='session')
def vulkan() -> Device:
    """The Vulkan device; the set-up script installs one in software."""
    found = probe_vulkan()
    assert isinstance(found, Device), found.reason
    return found


@pytest.fixture(scope='session', params=['classic', 'filament', 'onepass'])
def make(request: pytest.FixtureRequest, vulkan: Device) -> RendererFactory:
    def create(config: RenderConfig = CONFIG) -> Renderer:
        if request.param == 'filament':
            return FilamentRenderer(config, device=vulkan)
        if request.param == 'onepass':
            return OnepassRenderer(config)
        return ClassicRenderer(config, (320, 240))

    return create


@pytest.fixture(scope='session')
def renderer(make: RendererFactory) -> Iterator[Renderer]:
    with make(CONFIG) as made:
        yield made

"""What is said when the driver fails in the middle of the work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from synth_ros.errors import InternalError, RenderError
from synth_ros.render.base import Renderer
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.egl import EglContext
from synth_ros.render.gl_errors import CONTEXT_LOST, OUT_OF_MEMORY, check_lost, driver_watched
from synth_ros.render.onepass.renderer import OnepassRenderer

from .scenes import CONFIG, Scene, look_at, skewed_camera

INVALID_OPERATION = 0x0502
DEVICE = 'NVIDIA RTX 4070'


def reader(*codes: int) -> Callable[[], int]:
    """A driver that reports these errors, then none."""
    left = list(codes)
    return lambda: left.pop(0) if left else 0


def test_a_lost_context_says_that_nothing_is_lost_and_how_to_go_on() -> None:
    with pytest.raises(RenderError, match=r'reset while NVIDIA RTX 4070 drew.*--resume'):
        check_lost(reader(INVALID_OPERATION, CONTEXT_LOST), device=DEVICE)
    with pytest.raises(RenderError, match='GL_CONTEXT_LOST'):
        check_lost(lambda: CONTEXT_LOST, device=DEVICE)


def test_a_full_device_says_who_may_fill_it() -> None:
    with pytest.raises(RenderError, match=r'memory of NVIDIA RTX 4070 is full.*another process'):
        check_lost(reader(OUT_OF_MEMORY), device=DEVICE)


def test_other_errors_are_bugs_of_whoever_draws() -> None:
    check_lost(reader(), device=DEVICE, strict=True)
    read = reader(INVALID_OPERATION)
    check_lost(read, device=DEVICE)
    assert read() == 0
    with pytest.raises(InternalError, match='wrongly on NVIDIA RTX 4070: GL_INVALID_OPERATION'):
        check_lost(reader(INVALID_OPERATION), device=DEVICE, strict=True)
    with pytest.raises(InternalError, match='error 0x9999'):
        check_lost(reader(0x9999), device=DEVICE, strict=True)


@pytest.mark.parametrize(
    'make', [lambda: ClassicRenderer(CONFIG, (64, 48)), lambda: OnepassRenderer(CONFIG)]
)
@pytest.mark.parametrize(
    ('code', 'message'), [(CONTEXT_LOST, 'driver was reset'), (OUT_OF_MEMORY, 'is full')]
)
def test_renderers_notice(
    tabletop: Scene,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[], Renderer],
    code: int,
    message: str,
) -> None:
    viewpoint = look_at(skewed_camera(64, 48))
    with make() as renderer:
        from OpenGL import GL

        renderer.load(tabletop.model)
        first = renderer.render(tabletop.data, viewpoint)
        with monkeypatch.context() as patch:
            patch.setattr(GL, 'glGetError', reader(code))
            with pytest.raises(RenderError, match=message):
                renderer.render(tabletop.data, viewpoint)
            patch.setattr(GL, 'glGetError', reader(code))
            with pytest.raises(RenderError, match=message):
                renderer.load(tabletop.model)
        renderer.load(tabletop.model)
        assert np.array_equal(renderer.render(tabletop.data, viewpoint).rgb, first.rgb)


def test_errors_that_pyopengl_finds_are_told_alike() -> None:
    context = EglContext(0)
    from OpenGL import GL

    with pytest.raises(RenderError, match='driver was reset'), driver_watched(DEVICE):
        raise GL.GLError(err=CONTEXT_LOST)
    with pytest.raises(InternalError, match='GL_INVALID_ENUM'), driver_watched(DEVICE):
        GL.glEnable(0xDEAD)
    context.free()

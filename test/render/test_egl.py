"""EGL by hand: the devices of this machine, and contexts on them."""

from __future__ import annotations

import ctypes

import moderngl
import pytest

from synth_ros.render import egl
from synth_ros.render.core_context import create_core_context, missing_features
from synth_ros.render.egl import EglContext, EglError, query_devices

GL_RENDERER, GL_VERSION, GL_INVALID_ENUM = 0x1F01, 0x1F02, 0x0500


def words(context: EglContext) -> tuple[str, str]:
    get = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_uint)(context.load('glGetString'))
    return get(GL_RENDERER).decode(), get(GL_VERSION).decode()


def test_devices_have_the_indices_of_moderngl() -> None:
    devices = query_devices()
    assert [device.index for device in devices] == list(range(len(devices)))
    for device in devices:
        theirs = moderngl.create_context(
            require=330, standalone=True, backend='egl', device_index=device.index
        )
        name = theirs.info['GL_RENDERER']
        theirs.release()
        ours = EglContext(device.index)
        assert words(ours)[0] == name
        ours.free()
    with pytest.raises(Exception, match=f'found {len(devices)} devices'):
        moderngl.create_context(standalone=True, backend='egl', device_index=len(devices))


def test_a_core_context_draws_what_the_one_pass_renderer_needs() -> None:
    context = create_core_context(0)
    assert context.gl.version_code >= 330
    assert missing_features(context.gl) == ()
    with pytest.raises(moderngl.Error, match='GLSL Compiler failed'):
        context.gl.program(vertex_shader='nonsense')
    context.gl.release()


def test_errors_are_told_by_number_and_once() -> None:
    context = EglContext(0, core=(3, 3))
    assert context.error() == 0
    ctypes.CFUNCTYPE(None, ctypes.c_uint)(context.load('glEnable'))(0xDEAD)
    assert context.error() == GL_INVALID_ENUM
    assert context.error() == 0
    context.free()


def test_contexts_of_both_kinds_live_side_by_side() -> None:
    old, new = EglContext(0), EglContext(0, core=(3, 3))
    assert 'Core' in words(new)[1]
    old.make_current()
    assert 'Core' not in words(old)[1]
    with new:
        assert 'Core' in words(new)[1]
    new.free()
    new.free()
    old.make_current()
    assert words(old)[0]
    old.free()


@pytest.mark.parametrize('index', [-1, 99])
def test_a_device_that_is_not_there(index: int) -> None:
    with pytest.raises(EglError, match=rf'There is no EGL device {index}; there are \d'):
        EglContext(index)


def test_a_version_that_no_driver_has() -> None:
    with pytest.raises(EglError, match=r'makes no OpenGL 9\.9 core context \(EGL_BAD_MATCH\)'):
        EglContext(0, core=(9, 9))


def test_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egl, 'LIBRARY', 'libNoEGL.so.1')
    with pytest.raises(EglError, match=r'libNoEGL\.so\.1 cannot be loaded'):
        egl._Library()


class Poor:
    """A context of which a driver says what the test wants."""

    def __init__(self, real: moderngl.Context, *, version: int, **info: int) -> None:
        self.version_code, self.extensions = (
            version,
            {'GL_ARB_base_instance', 'GL_ARB_clip_control'},
        )
        self.info = {**real.info, **info}
        self.texture, self.depth_texture = real.texture, real.depth_texture
        self.framebuffer = real.framebuffer


def test_what_is_missing_is_named() -> None:
    context = create_core_context(0)
    poor = Poor(context.gl, version=420, GL_MAX_DRAW_BUFFERS=4, GL_MAX_VERTEX_ATTRIBS=8)
    assert missing_features(poor) == (
        'GL_ARB_multi_draw_indirect',
        'GL_MAX_DRAW_BUFFERS 7 (it has 4)',
        'GL_MAX_VERTEX_ATTRIBS 16 (it has 8)',
    )

    def refuse(*_: object) -> None:
        raise moderngl.Error('the framebuffer is not complete')

    rich = Poor(context.gl, version=450)
    assert missing_features(rich) == ()
    rich.framebuffer = refuse
    (said,) = missing_features(rich)
    assert 'float and integer' in said
    context.gl.release()

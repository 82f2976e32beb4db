"""Shader programs: read, joined, specialised by definitions, and kept."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import moderngl

from synth_ros.errors import RenderError

_INCLUDE = re.compile(r'^#include "([\w.]+)"$', re.MULTILINE)

Definitions = frozenset[tuple[str, str]]


def defined(**values: bool | float) -> Definitions:
    """Definitions of a program; ``False`` leaves a name undefined."""
    return frozenset(
        (name, '1' if value is True else str(value))
        for name, value in values.items()
        if value is not False
    )


class Programs:
    """Programs of one GL context by files and definitions; each is compiled once.

    Args:
        context: The GL context.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._known: dict[tuple[str, str, Definitions], moderngl.Program] = {}

    def get(self, vertex: str, fragment: str, definitions: Definitions) -> moderngl.Program:
        """A linked program.

        Args:
            vertex: File of the vertex shader.
            fragment: File of the fragment shader.
            definitions: Preprocessor names and their values.

        Raises:
            RenderError: The driver refuses the program.
        """
        key = (vertex, fragment, definitions)
        if key not in self._known:
            self._known[key] = self._compile(*key)
        return self._known[key]

    def free(self) -> None:
        """Delete all programs."""
        for program in self._known.values():
            program.release()
        self._known.clear()

    def _compile(self, vertex: str, fragment: str, definitions: Definitions) -> moderngl.Program:
        try:
            return self._context.program(
                vertex_shader=shader_text(vertex, definitions),
                fragment_shader=shader_text(fragment, definitions),
            )
        except moderngl.Error as error:
            raise RenderError(
                f'{vertex}, {fragment}: the OpenGL driver refuses these shaders: '
                f'{" ".join(str(error).split())[:400]}. Get a newer driver, or set '
                'render.backend: classic.'
            ) from error


@cache
def shader_text(name: str, definitions: Definitions) -> str:
    """The text of a shader with its includes and definitions in place.

    Args:
        name: File in the folder ``shaders``.
        definitions: Written after the version line.
    """
    version, _, body = _joined(name).partition('\n')
    lines = ''.join(f'#define {key} {value}\n' for key, value in sorted(definitions))
    return f'{version}\n{lines}{body}'


@cache
def _joined(name: str) -> str:
    text = (files(__package__) / 'shaders' / name).read_text(encoding='utf-8')
    return _INCLUDE.sub(lambda match: _joined(match[1]), text)

"""Materials that the halls share."""

from __future__ import annotations

from collections.abc import Mapping

from tools.make_assets.shapes.mjcf import Material

Rgb = tuple[float, float, float]

PAINT_ROLES: dict[str, dict[str, Rgb]] = {
    'bin': {
        'grey': (0.55, 0.57, 0.59),
        'blue': (0.13, 0.3, 0.6),
        'green': (0.16, 0.46, 0.28),
        'red': (0.55, 0.1, 0.08),
        'light': (0.84, 0.84, 0.81),
    },
    'crate': {
        'blue': (0.09, 0.22, 0.46),
        'yellow': (0.8, 0.58, 0.09),
        'red': (0.55, 0.1, 0.08),
        'grey': (0.36, 0.38, 0.4),
    },
    'machine': {
        'blue': (0.12, 0.26, 0.42),
        'grey': (0.55, 0.57, 0.58),
        'graphite': (0.2, 0.21, 0.22),
        'green': (0.16, 0.34, 0.28),
    },
    'shelf': {
        'white': (0.86, 0.86, 0.84),
        'grey': (0.66, 0.68, 0.69),
        'anthracite': (0.26, 0.27, 0.28),
        'cream': (0.8, 0.75, 0.64),
    },
}


def paints(role: str, colors: Mapping[str, Rgb], roughness: float) -> tuple[Material, ...]:
    """A plain material for each colour of a role."""
    return tuple(Material(f'random_{role}.{name}', rgb, roughness) for name, rgb in colors.items())


def textured_material(
    variant: str, texture: str, roughness: float, *, tone: float = 1.0
) -> Material:
    """A material of a role that shows a texture.

    Args:
        variant: Role, or role and variant: ``floor.concrete``.
        texture: Name of the texture.
        roughness: 0 mirror, 1 chalk.
        tone: Factor on the texture: white that several lamps light should not lose its figure.
    """
    return Material(f'random_{variant}', (tone, tone, tone), texture=texture, roughness=roughness)


SHARED = (
    Material('ceiling', (0.82, 0.83, 0.83), 0.95),
    Material('frame', (0.62, 0.64, 0.65), 0.5),
    Material('light', (1.0, 0.98, 0.94), 0.9, emission=0.9),
    Material('aluminium', (0.75, 0.76, 0.77), 0.35, 1.0),
    Material('steel', (0.6, 0.61, 0.62), 0.38, 1.0),
    Material('black', (0.06, 0.06, 0.065), 0.5),
    Material('signal_yellow', (0.86, 0.62, 0.05), 0.5),
    Material('signal_red', (0.66, 0.06, 0.05), 0.35),
    Material('light_green', (0.15, 0.75, 0.3), 0.4, emission=0.4),
    Material('light_amber', (0.85, 0.5, 0.08), 0.4),
    Material('screen', (0.1, 0.2, 0.26), 0.15, emission=0.35),
)
"""Used by both halls, or by the pieces in ``goods``."""

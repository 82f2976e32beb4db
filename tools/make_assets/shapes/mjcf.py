"""Numbers and materials as MJCF."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


def numbers(values: Iterable[float], decimals: int = 5) -> str:
    """Numbers for an attribute, without trailing zeros."""
    texts = (f'{float(v):.{decimals}f}'.rstrip('0').rstrip('.') for v in values)
    return ' '.join('0' if t in ('-0', '') else t for t in texts)


class Material(NamedTuple):
    """A material for both renderers.

    Attributes:
        name: In the model.
        rgb: Colour, or factor on the texture.
        roughness: 0 mirror, 1 chalk; the classic highlight follows from it.
        metallic: 0 or 1.
        texture: Name of a texture, or empty.
        emission: Light of its own.
    """

    name: str
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0)
    roughness: float = 0.6
    metallic: float = 0.0
    texture: str = ''
    emission: float = 0.0

    def xml(self) -> str:
        """The MJCF element."""
        gloss = 1.0 - self.roughness
        # The classic renderer knows no roughness: give it a highlight of about the same look.
        specular = min(0.05 + 0.6 * gloss**2 + 0.25 * self.metallic, 1.0)
        shininess = 0.05 + 0.85 * gloss**2
        texture = f' texture="{self.texture}"' if self.texture else ''
        emission = f' emission="{numbers([self.emission], 3)}"' if self.emission else ''
        return (
            f'<material name="{self.name}"{texture} rgba="{numbers(self.rgb, 3)} 1" '
            f'specular="{numbers([specular], 3)}" shininess="{numbers([shininess], 3)}" '
            f'roughness="{numbers([self.roughness], 3)}" '
            f'metallic="{numbers([self.metallic], 3)}"{emission}/>'
        )

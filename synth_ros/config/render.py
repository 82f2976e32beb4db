"""Rendering: which engine and how good the pictures are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Section, WholeNumber

Backend = Literal['auto', 'classic', 'filament']


class RenderConfig(Section):
    """Quality of the colour image; ids and depth are always crisp."""

    backend: Backend = 'auto'
    """``auto`` takes Filament on a GPU or a recent Mesa, the classic OpenGL renderer
    otherwise, and says why."""
    shadow_size: Annotated[int, Field(ge=0, le=8192)] = 2048
    """Edge of the shadow map in texels; 0 turns shadows off."""
    samples: Annotated[Literal[0, 2, 4, 8], WholeNumber] = 4
    """Multisampling of the classic renderer's colour image."""
    soft_shadows: bool = False
    """Filament: shadows that soften with distance, at several times the cost."""
    ambient_occlusion: bool = False
    """Filament: darker corners and contacts."""

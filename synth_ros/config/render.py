"""Rendering: which engine and how good the pictures are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Section, WholeNumber

Deformable = Literal['flex', 'skin', 'tendon']
Backend = Literal['auto', 'onepass', 'classic', 'filament']


class RenderConfig(Section):
    """Which engine draws, and how good the colour image is; ids and depth are always crisp."""

    backend: Backend = 'auto'
    """``auto`` takes what ``prefer`` asks for and this machine can do, and says why."""
    prefer: Literal['speed', 'looks'] = 'speed'
    """What ``auto`` is to optimise: ``speed`` takes the one-pass renderer wherever it works,
    ``looks`` Filament on a GPU or a recent Mesa, the one-pass renderer otherwise."""
    device: Annotated[int, Field(ge=0, le=255)] | None = None
    """Onepass, classic: the EGL device that draws, by its index in ``synth-ros doctor``; not set:
    the one that MUJOCO_EGL_DEVICE_ID names, else the first GPU, else the processor."""
    shadow_size: Annotated[int, Field(ge=0, le=8192)] = 2048
    """Edge of each shadow map in texels; 0 turns shadows off."""
    samples: Annotated[Literal[0, 2, 4, 8], WholeNumber] = 4
    """Samples of each pixel of the colour image, 0 for no antialiasing. Classic takes them in
    every pixel, onepass at edges alone: 4 for 2 and 4, 9 for 8."""
    shading: Literal['auto', 'full', 'lean'] = 'auto'
    """Onepass: ``full`` mirrors the environment and filters shadows and textures finely; ``lean``
    leaves that out, which a processor that draws is grateful for; ``auto`` is full on a GPU."""
    deformables: tuple[Deformable, ...] = ('flex', 'skin', 'tendon')
    """What is drawn besides geoms, where its group is 0 to 2: flexes (cloth, cables, soft bodies),
    skins, spatial tendons. An empty list shows geoms alone."""
    soft_shadows: bool = False
    """Onepass, Filament: shadows that soften with distance, at several times the cost."""
    ambient_occlusion: bool = False
    """Onepass, Filament: darker corners and contacts."""
    tone_mapping: Literal['aces', 'neutral', 'none'] = 'aces'
    """Onepass, Filament: how bright light is brought into the picture's range; ``none`` cuts it
    off."""

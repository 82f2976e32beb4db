"""What nobody asks for at the moment, so that it need not be computed."""

from __future__ import annotations

from collections.abc import Callable

from synth_ros.config.labels import Annotation

Idle = Callable[[str], frozenset[Annotation]]
"""Annotations of a camera, by its name, that nobody wants of its next frame."""


def nothing_idle(_camera: str) -> frozenset[Annotation]:
    """Everything is wanted."""
    return frozenset()

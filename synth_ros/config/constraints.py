"""What a scene and a view must show; drawings that do not are refused and drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import (
    CountRange,
    Fault,
    Name,
    PixelCountRange,
    PositiveRange,
    Section,
    Text,
    UnitRange,
)
from synth_ros.errors import suggest


class SceneConstraint(Section):
    """What must hold of the settled scene."""

    name: Name
    """Of the constraint; refusals are counted under it."""
    classes: tuple[Text, ...] = ()
    """Objects that it is about, by class; all if empty."""
    touching: bool
    """false: none of them touches another object; true: at least two of them touch."""


class ViewConstraint(Section):
    """What must hold of what a camera sees: enough objects that fulfil all that is given here."""

    name: Name
    """Of the constraint; refusals are counted under it."""
    camera: Name | None = None
    """The camera it is about; any one of them if left out."""
    classes: tuple[Text, ...] = ()
    """Objects that it is about, by class; all if empty."""
    objects: CountRange = (1, 65535)
    """How many of them must fulfil what follows, [fewest, most]."""
    visibility: UnitRange | None = None
    """Visible share of the object's full silhouette."""
    truncation: UnitRange | None = None
    """Share of its silhouette outside the image."""
    distance_m: PositiveRange | None = None
    """Distance of its 3D box's centre from the camera."""
    pixels: PixelCountRange | None = None
    """Visible pixels."""


class ConstraintsConfig(Section):
    """Conditions on scenes and views, and how often is tried to meet them."""

    scene: tuple[SceneConstraint, ...] = ()
    """Of the settled scene, which is drawn again up to ``physics.settle.max_attempts`` times."""
    view: tuple[ViewConstraint, ...] = ()
    """Of each view. They hold for ``output.dataset.motion: views``; in a sequence the world goes
    on whatever the cameras see."""
    max_attempts: Annotated[int, Field(ge=1, le=1000)] = 30
    """Views drawn and rendered before a view is given up."""
    when_given_up: Literal['error', 'keep'] = 'error'
    """``error``: end the run and say which constraint refused how often. ``keep``: take the last
    view all the same; the frame's provenance names what it does not meet."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for names given twice and for constraints that ask for nothing."""
        first: dict[str, str] = {}
        named = [('scene', i, entry.name) for i, entry in enumerate(self.scene)]
        named += [('view', i, entry.name) for i, entry in enumerate(self.view)]
        for key, i, name in named:
            here = f'{key}[{i}]'
            if first.setdefault(name, here) != here:
                message = f'"{name}" is taken: {first[name]} has this name already'
                yield Fault((key, i, 'name'), message)
        for i, entry in enumerate(self.view):
            if entry.objects[1] == 65535 and entry.objects[0] == 0:
                yield Fault(('view', i, 'objects'), 'any number of objects is 0 or more')


def constraint_faults(
    config: ConstraintsConfig, *, classes: tuple[str, ...], cameras: tuple[str, ...], most: float
) -> Iterator[Fault]:
    """Yield a fault for each class and camera that there is not, and for counts beyond the scene.

    Args:
        config: The constraints.
        classes: Names of the object classes.
        cameras: Names of the cameras.
        most: How many objects a scene can have.
    """
    about = [('scene', i, entry.classes) for i, entry in enumerate(config.scene)]
    about += [('view', i, entry.classes) for i, entry in enumerate(config.view)]
    for key, i, names in about:
        for k, name in enumerate(names):
            if name not in classes:
                message = f'there is no class "{name}". {suggest(name, classes)}'
                yield Fault(('constraints', key, i, 'classes', k), message)
    for i, view in enumerate(config.view):
        if view.camera is not None and view.camera not in cameras:
            message = f'there is no camera "{view.camera}". {suggest(view.camera, cameras)}'
            yield Fault(('constraints', 'view', i, 'camera'), message)
        if view.objects[0] > most:
            message = f'no view can show {view.objects[0]} objects: a scene has at most {most:g}'
            yield Fault(('constraints', 'view', i, 'objects'), message)
    for i, scene in enumerate(config.scene):
        if scene.touching and most < 2:
            message = f'nothing can touch: a scene has at most {most:g} objects'
            yield Fault(('constraints', 'scene', i, 'touching'), message)

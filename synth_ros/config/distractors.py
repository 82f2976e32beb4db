"""What is in the scene and never labelled: clutter, flying shapes, occluders, background."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Fault, Positive, Section, repeated_names
from synth_ros.config.distributions import (
    Distribution,
    Drawn,
    DrawnCount,
    DrawnNonNegative,
    DrawnPositive,
    DrawnUnit,
    constant,
    drawn,
    log_uniform,
    uniform,
    whole_uniform,
)
from synth_ros.config.objects import ObjectClass
from synth_ros.config.textures import TextureConfig

HangingShape = Literal['box', 'sphere', 'cylinder', 'capsule', 'ellipsoid', 'blob']
FlatShape = Literal['panel', 'disc', 'bar', 'leaf']
Most = Annotated[int, Field(ge=0, le=500)]
"""How many shapes are kept ready for a view."""


Share = Annotated[float, Field(gt=0, lt=1)]
DrawnShare = Annotated[Distribution, drawn(above=0, high=1)]
DrawnElevation = Annotated[Distribution, drawn(low=-90, high=90)]

_TEXTURED = TextureConfig(share=constant(0.7))


class ContextualDistractors(Section):
    """Real clutter: things that fall and settle among the objects."""

    count: DrawnCount = whole_uniform(0, 0)
    """How many in a scene, [fewest, most]."""
    classes: tuple[ObjectClass, ...] = ()
    """What they are, as in objects.classes: built-in classes, files or primitives. Ids, keypoints
    and skeletons have no meaning here."""
    scale: DrawnPositive = uniform(0.85, 1.15)
    """Random factor on the size of each."""
    hue_shift_deg: Drawn = uniform(-15.0, 15.0)
    """Random rotation of each one's colour about the hue circle."""
    value_scale: DrawnPositive = uniform(0.8, 1.1)
    """Random factor on each one's brightness."""
    friction_scale: DrawnPositive = log_uniform(0.7, 1.3)
    """Random factor on each one's sliding friction."""
    mass_scale: DrawnPositive = log_uniform(0.8, 1.25)
    """Random factor on each one's mass."""
    texture: TextureConfig = TextureConfig()
    """Textures in place of their own."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for classes that share a name, are missing or carry labels."""
        yield from repeated_names('classes', [entry.name for entry in self.classes])
        _, most = self.count.support()
        if most > 0 and not self.classes:
            message = (
                f'count asks for up to {most:g} distractors, but no class is listed: list '
                'classes, or set count to 0'
            )
            yield Fault(('classes',), message, because=(('count',),))
        for number, entry in enumerate(self.classes):
            for key, given in (
                ('id', entry.id is not None),
                ('keypoints', bool(entry.keypoints)),
                ('virtual_keypoints', bool(entry.virtual_keypoints)),
                ('skeleton', bool(entry.skeleton)),
            ):
                if given:
                    message = 'distractors are never labelled; leave this out'
                    yield Fault(('classes', number, key), message)


class FlyingShapes(Section):
    """Simple shapes that hang in the air between cameras and scene and around both.

    They touch nothing. A shape that a robot or a lens would be in is taken out for that view.
    """

    count: DrawnCount = whole_uniform(0, 0)
    """How many in a scene, [fewest, most]."""
    shapes: Annotated[tuple[HangingShape, ...], Field(min_length=1)] = (
        'box',
        'sphere',
        'cylinder',
        'capsule',
        'ellipsoid',
        'blob',
    )
    """Which shapes, equally often; a blob is a lump like a stone or a potato."""
    size_m: DrawnPositive = log_uniform(0.03, 0.12)
    """Largest full extent of each."""
    distance_m: DrawnPositive = uniform(0.35, 1.0)
    """Distance of their centres from the middle of the placement surface."""
    elevation_deg: DrawnElevation = uniform(12.0, 80.0)
    """Angle of that direction above the horizon."""
    azimuth_deg: Drawn = uniform(-180.0, 180.0)
    """Angle of that direction about the vertical, from the world's x axis."""
    near_m: Positive = 0.2
    """Free space around every lens: a shape that reaches into it is taken out for that view."""
    texture: TextureConfig = _TEXTURED
    """Textures; the rest are plain colours."""


class Occluders(Section):
    """Flat shapes that are put before targets, view by view, to hide a chosen part of them."""

    count: Most = 0
    """Most occluders in a view, of all cameras together."""
    targets: DrawnUnit = constant(0.3)
    """Share of the objects seen by a camera that are chosen to be hidden in part."""
    coverage: DrawnShare = uniform(0.2, 0.6)
    """Share of a chosen target's visible pixels that occluders are to hide."""
    tolerance: Share = 0.08
    """By how much the share that is hidden may differ from the one that was drawn."""
    distance: DrawnShare = uniform(0.35, 0.85)
    """Where on the way from the lens (0) to the target (1)."""
    shapes: Annotated[tuple[FlatShape, ...], Field(min_length=1)] = (
        'panel',
        'disc',
        'bar',
        'leaf',
    )
    """Which shapes, equally often."""
    size_m: DrawnPositive = log_uniform(0.05, 0.2)
    """Largest full extent of each."""
    near_m: Positive = 0.12
    """No occluder is nearer to any lens than this."""
    attempts: Annotated[int, Field(ge=1, le=200)] = 16
    """Places tried for a target before it is given up, which is counted."""
    texture: TextureConfig = _TEXTURED
    """Textures; the rest are plain colours."""


class BackgroundClutter(Section):
    """Shapes as large in the picture as the objects that fill what is behind them.

    After Hinterstoisser et al. 2019: a detector that sees clutter at the scale of its targets
    learns the targets, not that something stands out.
    """

    count: Most = 0
    """Most shapes in a view, of all cameras together; 0 for no background clutter."""
    fill: DrawnUnit = uniform(0.6, 0.9)
    """Share of the background of each camera that they are to cover, drawn for each view:
    pixels that show neither an object nor the robot."""
    size: DrawnPositive = log_uniform(0.8, 1.8)
    """Largest extent of a shape as a factor of the mean extent of the objects over all axes."""
    behind_m: DrawnNonNegative = uniform(0.02, 0.3)
    """How far behind the farthest object that a camera sees, at most: nearer where a wall or a
    table is in the way."""
    shapes: Annotated[tuple[HangingShape, ...], Field(min_length=1)] = (
        'box',
        'sphere',
        'cylinder',
        'capsule',
        'ellipsoid',
        'blob',
    )
    """Which shapes, equally often."""
    near_m: Positive = 0.25
    """No shape is nearer to any lens than this."""
    texture: TextureConfig = TextureConfig(share=constant(0.85))
    """Textures; the rest are plain colours."""


class DistractorsConfig(Section):
    """What is in the scene and never labelled.

    All of it hides objects, casts shadows and shows in colour and depth; none of it has an
    instance, a class, a box, a mask, a pose or a keypoint. In panoptic masks it is void.
    """

    contextual: ContextualDistractors = ContextualDistractors()
    """Clutter that falls and settles with the objects."""
    flying: FlyingShapes = FlyingShapes()
    """Shapes that hang in the air."""
    occluders: Occluders = Occluders()
    """Shapes that hide a chosen part of chosen objects."""
    background: BackgroundClutter = BackgroundClutter()
    """Shapes behind the objects."""

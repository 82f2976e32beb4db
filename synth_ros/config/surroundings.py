"""What is around the room: sky, light from all around, a picture behind the scene, colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from synth_ros.config.base import Fault, Section, Text
from synth_ros.config.distributions import (
    Distribution,
    Drawn,
    DrawnNonNegative,
    DrawnPositive,
    DrawnUnit,
    constant,
    drawn,
    uniform,
)

LightSource = Literal['room', 'white', 'sky', 'folder', 'none']

_Glow = Annotated[Distribution, drawn(low=0, high=1)]


class ZenithColor(Section):
    """Colour of the sky straight above."""

    hue_deg: Drawn = uniform(200, 230)
    """Hue."""
    saturation: DrawnUnit = uniform(0.2, 0.7)
    """Saturation."""
    value: DrawnUnit = uniform(0.6, 1)
    """Brightness."""


class HorizonColor(Section):
    """Colour of the sky at the horizon."""

    hue_deg: Drawn = uniform(190, 230)
    """Hue."""
    saturation: DrawnUnit = uniform(0, 0.25)
    """Saturation."""
    value: DrawnUnit = uniform(0.75, 1)
    """Brightness."""


class GroundColor(Section):
    """Colour below the horizon."""

    hue_deg: Drawn = uniform(20, 110)
    """Hue."""
    saturation: DrawnUnit = uniform(0.05, 0.4)
    """Saturation."""
    value: DrawnUnit = uniform(0.2, 0.5)
    """Brightness."""


class SkyGradient(Section):
    """A sky of three colours that run into each other, drawn for every scene."""

    zenith: ZenithColor = ZenithColor()
    """Straight above."""
    horizon: HorizonColor = HorizonColor()
    """At the horizon."""
    ground: GroundColor = GroundColor()
    """Below."""


class SkyConfig(Section):
    """What shows where there is nothing, in place of the sky of the environment's own model.

    A closed room hides it but for its windows.
    """

    gradient: SkyGradient | None = None
    """Three colours that are drawn; ``{}`` takes their defaults."""
    folder: Text | None = None
    """Or a folder of panoramas (png, jpg, jpeg, hdr; twice as wide as high, the horizon in the
    middle), relative to the config."""
    yaw_deg: Drawn = uniform(-180, 180)
    """How far a panorama is turned."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault unless one kind of sky is given."""
        if (self.gradient is None) == (self.folder is None):
            yield Fault((), 'give gradient or folder; leave out sky for that of the environment')


class ImageLightConfig(Section):
    """Where the light from everywhere comes from; ``lights.ambient`` says how strong it is."""

    source: LightSource = 'room'
    """``room``: a built-in room with a window; ``white``: the same from all sides; ``sky``: the
    scene's sky; ``folder``: a panorama of the folder; ``none``: no such light at all. The classic
    renderer takes their mean colour alone, the others their light from each side."""
    folder: Text | None = None
    """Folder of panoramas (png, jpg, jpeg, hdr; twice as wide as high), relative to the config."""
    yaw_deg: Drawn = uniform(-180, 180)
    """How far a panorama of the folder is turned."""
    intensity: DrawnNonNegative = constant(1)
    """Factor on ``lights.ambient``."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for a folder that is missing or not used."""
        if self.source == 'folder' and self.folder is None:
            yield Fault(('folder',), 'source is folder, so name the folder of panoramas')
        if self.source != 'folder' and self.folder is not None:
            message = f'source is {self.source}, which uses no folder: set source: folder'
            yield Fault(('folder',), message)


class BackdropConfig(Section):
    """A picture on a large upright board behind the scene; touched by nothing, never labelled."""

    folder: Text | None = None
    """Folder of pictures (png, jpg, jpeg, hdr), relative to the config; none: no backdrop."""
    distance_m: DrawnPositive = uniform(1.2, 2)
    """From the middle of the placement surface, away from the robot."""
    azimuth_deg: Drawn = constant(0)
    """How far it is turned about that middle; 0 is right behind it."""
    height_m: DrawnPositive = constant(2.4)
    """Height above the floor; the width follows from the picture."""
    glow: _Glow = constant(0.6)
    """Share of its own colour that it shines with, whatever lights it."""


class ColorsConfig(Section):
    """Colours of walls, floor and furniture, in HSV; each role (``random_ROLE``) by itself.

    The tint is a colour that the role's own is multiplied with. Hue shift and scales change the
    colour itself, pixel by pixel where it is a texture.
    """

    tint_hue_deg: Drawn = uniform(0, 360)
    """Hue of the tint."""
    tint_saturation: DrawnUnit = uniform(0, 0.22)
    """Saturation of the tint; strong ones make rooms that no camera has seen."""
    tint_value: DrawnUnit = uniform(0.72, 1)
    """Brightness of the tint."""
    hue_shift_deg: Drawn = constant(0)
    """How far all hues are turned."""
    saturation_scale: DrawnNonNegative = constant(1)
    """Factor on saturation; 0 makes grey."""
    value_scale: DrawnNonNegative = constant(1)
    """Factor on brightness."""

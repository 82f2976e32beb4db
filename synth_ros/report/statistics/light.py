"""What the pixels say of light, colour and camera."""

from __future__ import annotations

from typing import Self

from synth_ros.report.statistics.facts import HUES, Seen
from synth_ros.report.statistics.tally import Axis, NumberTally

_AXES = (
    Axis('brightness', 'Brightness (mean grey level)', '', 0, 255, 128),
    Axis('contrast', 'Contrast (spread of grey levels)', '', 0, 128, 128),
    Axis('saturation', 'Saturation', '%', 0, 100, 100),
    Axis('temperature', 'Colour temperature of the mean colour', 'K', 1000, 25000, 128, log=True),
    Axis('sharpness', 'Sharpness (variance of the Laplacian)', '', 0.1, 1e5, 160, log=True),
    Axis('noise', 'Pixel noise', 'grey levels', 0, 32, 128),
    Axis('overexposed', 'Pixels at the top of a channel', '%', 0, 100, 400),
    Axis('underexposed', 'Black pixels', '%', 0, 100, 400),
)
_HUE = Axis('hue', 'Hue of coloured pixels', 'deg', 0, 360, HUES)
DARK, BRIGHT = 30.0, 225.0
"""Mean grey levels beyond which an image is hardly of use."""


class Light:
    """Statistics of pixels, of the images whose pixels were read.

    Attributes:
        numbers: By name of the axis.
        hue: Pixels of thumbnails by hue.
        images: How many images were read.
        dark: Images that are nearly black.
        bright: Images that are nearly white.
    """

    def __init__(self) -> None:
        self.numbers = {axis.name: NumberTally(axis) for axis in _AXES}
        self.hue = NumberTally(_HUE)
        self.images = self.dark = self.bright = 0

    def add(self, seen: Seen) -> None:
        """Count an image."""
        facts, side = seen.pixels, seen.side
        if facts is None:
            return
        values = {
            'brightness': facts.brightness,
            'contrast': facts.contrast,
            'saturation': 100 * facts.saturation,
            'temperature': facts.temperature_k,
            'sharpness': facts.sharpness,
            'noise': facts.noise,
            'overexposed': 100 * facts.over,
            'underexposed': 100 * facts.under,
        }
        for name, value in values.items():
            self.numbers[name].add(value, side)
        self.hue.add_counts(facts.hues, side)
        self.images += 1
        self.dark += facts.brightness < DARK
        self.bright += facts.brightness > BRIGHT

    def merge(self, other: Self) -> None:
        """Count what another one has counted."""
        for name, tally in self.numbers.items():
            tally.merge(other.numbers[name])
        self.hue.merge(other.hue)
        self.images += other.images
        self.dark += other.dark
        self.bright += other.bright

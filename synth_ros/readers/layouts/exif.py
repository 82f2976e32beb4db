"""How a camera was held when it took a picture."""

from __future__ import annotations

from PIL import ExifTags, Image

_TURNS = {5: 3, 6: 3, 7: 1, 8: 1}


def quarter_turns(image: Image.Image) -> int:
    """Counter-clockwise quarter turns that make a picture upright: 0, 1 or 3.

    Upside-down pictures keep their size, and tools do not agree on them: they count as upright.
    """
    if image.format == 'PNG' and 'exif' not in image.info:
        # Pillow would decode all pixels to look for EXIF data behind them.
        return 0
    return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1), 0)

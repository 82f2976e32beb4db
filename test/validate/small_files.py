"""Files of small datasets."""

import io
import json

import numpy as np
from PIL import Image

SIZE = (64, 48)


def picture(path, seed=0, size=SIZE):
    """A picture unlike others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, size)).save(path)


def pixels(seed, size=SIZE):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def gray(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def dump(path, value):
    write(path, json.dumps(value, indent=1))


def square(value=1, dtype=np.uint8, size=SIZE):
    """A mask with one rectangle: columns 10 to 29, rows 20 to 29."""
    mask = np.zeros((size[1], size[0]), dtype)
    mask[20:30, 10:30] = value
    return mask


def encoded(values):
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, 'png')
    return buffer.getvalue()

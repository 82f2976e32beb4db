"""The procedural environment and its file."""

from __future__ import annotations

import struct

import numpy as np

from synth_ros.render.environment_light import (
    encode_environment,
    room_environment,
    room_radiance,
)


def white(directions: np.ndarray) -> np.ndarray:
    return np.ones((len(directions), 3))


def read_ktx(data: bytes) -> tuple[tuple[int, ...], np.ndarray, list[np.ndarray]]:
    """Header, coefficients (9, 3) and packed levels (6, n, n)."""
    assert data[:12] == b'\xabKTX 11\xbb\r\n\x1a\n'
    header = struct.unpack('<13I', data[12:64])
    (length,) = struct.unpack('<I', data[64:68])
    key, text = data[68 : 68 + length].split(b'\0')[:2]
    assert key == b'sh'
    coefficients = np.array([float(x) for x in text.split()]).reshape(9, 3)
    at, levels = 64 + header[12], []
    for level in range(header[11]):
        edge = header[6] >> level
        (size,) = struct.unpack('<I', data[at : at + 4])
        assert size == edge * edge * 4
        at += 4
        faces = np.frombuffer(data, '<u4', 6 * edge * edge, at)
        levels.append(faces.reshape(6, edge, edge))
        at += 6 * size
    assert at == len(data)
    return header, coefficients, levels


def test_constant_environment_is_constant_everywhere() -> None:
    header, coefficients, levels = read_ktx(encode_environment(white))
    assert header[10] == 6
    assert np.allclose(coefficients[0], 1, atol=0.01)
    assert np.allclose(coefficients[1:], 0, atol=0.01)
    # 1.0 is exponent 15 and mantissa 0 in each small float.
    one = 15 << 6 | 15 << 17 | 15 << 27
    assert all((level == one).all() for level in levels)


def test_light_from_above_lights_what_faces_up() -> None:
    def above(directions: np.ndarray) -> np.ndarray:
        return np.repeat((directions[:, 2:] > 0).astype(float), 3, axis=1)

    _, coefficients, _ = read_ktx(encode_environment(above))
    # Filament's up is y, the second coefficient's axis.
    assert coefficients[1, 0] > 0.4
    assert np.allclose(coefficients[2:4], 0, atol=0.02)


def test_room_is_made_once_and_positive() -> None:
    assert room_environment() is room_environment()
    directions = np.random.default_rng(0).normal(size=(1000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    radiance = room_radiance(directions)
    assert radiance.shape == (1000, 3)
    assert radiance.min() > 0.1
    assert 0.5 < radiance.mean() < 2

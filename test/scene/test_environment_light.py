"""The procedural environment and its file."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from synth_ros.scene.environment_light import (
    CUBE_FROM_WORLD,
    classic_environment,
    decode_environment,
    encode_environment,
    environment,
    look_up,
    room,
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


def directions_of(number: int) -> np.ndarray:
    found = np.random.default_rng(1).normal(size=(number, 3))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def irradiance(coefficients: np.ndarray, normals: np.ndarray) -> np.ndarray:
    x, y, z = normals.T
    basis = [np.ones_like(x), y, z, x, y * x, y * z, 3 * z * z - 1, z * x, x * x - y * y]
    return np.stack(basis, axis=1) @ coefficients


def test_a_file_is_read_as_it_was_written() -> None:
    read, made = decode_environment(room_environment()), room()
    assert len(read.levels) == len(made.levels)
    normals = directions_of(200)
    assert np.allclose(
        irradiance(read.irradiance, normals), irradiance(made.irradiance, normals), atol=0.02
    )
    # The file keeps 5 or 6 bits of each number.
    sharp, original = (found.levels[0].astype(float) for found in (read, made))
    assert np.isclose(sharp, original, rtol=0.04, atol=0.02).mean() > 0.99
    for ours, theirs in zip(read.levels, made.levels, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours.astype(float) - theirs).mean() < 0.1


def test_what_shines_from_a_side_is_found_on_that_side() -> None:
    sides = np.vstack([np.eye(3), -np.eye(3)])

    def spots(directions: np.ndarray) -> np.ndarray:
        # Each axis in a colour of its own, dim on the negative side.
        return np.maximum(directions, 0) ** 8 + 0.1 * np.maximum(-directions, 0) ** 8

    def in_file(directions: np.ndarray) -> np.ndarray:
        return spots(directions)

    for found in (environment(spots), decode_environment(encode_environment(in_file))):
        colors = look_up(found.levels[0], sides).astype(float)
        assert np.allclose(colors, spots(sides), atol=0.05)


def test_looking_up_a_cube_follows_the_order_of_its_faces() -> None:
    faces = np.arange(6)[:, None, None] * np.ones((1, 4, 4), int)
    sides = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])
    assert look_up(faces, sides * 3.0).tolist() == [0, 1, 2, 3, 4, 5]
    assert np.allclose(CUBE_FROM_WORLD @ (0, 0, 1), (0, 1, 0))


def test_classic_models_are_lit_by_what_mujoco_ships() -> None:
    found = classic_environment()
    assert found is classic_environment()
    up, down = irradiance(found.irradiance, np.array([(0, 0, 1.0), (0, 0, -1.0)])).mean(axis=1)
    assert 0.1 < down < up < 3
    assert all(level.shape == (6, *level.shape[1:3], 3) for level in found.levels)


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'', 'not a KTX 1 cube map'),
        (b'\x89PNG\r\n\x1a\n' + b'\0' * 100, 'not a KTX 1 cube map'),
        (room_environment().replace(b'sh\0', b'xx\0'), 'without spherical harmonics'),
    ],
)
def test_other_files_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode_environment(data)

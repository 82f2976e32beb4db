"""A procedural environment for image-based light, as the KTX file that Filament reads.

A room of soft light: a bright ceiling panel and a window, warm walls and a dim floor. Metals
and glazes need something to reflect; a constant environment makes them look like plastic.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray

# Directions (n, 3), unit length, in the world frame (z up) -> linear radiance (n, 3).
Radiance = Callable[[FloatArray], FloatArray]

_SIZE = 64
_KTX_HEADER = 64
# Filament's cubes are y-up: their (x, y, z) is the world's (x, z, -y).
CUBE_FROM_WORLD = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
_SAMPLES = 96
_GL_R11F_G11F_B10F = 0x8C3A
_GL_RGB = 0x1907


class Environment(NamedTuple):
    """Light from all around, in the world frame.

    Attributes:
        levels: Linear radiance of the faces +x -x +y -y +z -z, (6, size, size, 3) each; level 0 is
            the mirror image, the others serve growing roughness (see ``cube_levels``).
        irradiance: Coefficients of irradiance / pi, (9, 3).
    """

    levels: tuple[NDArray[np.float16], ...]
    irradiance: FloatArray


@cache
def room() -> Environment:
    """The built-in room; made once a process."""
    return environment(room_radiance)


@cache
def classic_environment() -> Environment:
    """MuJoCo's own light for models made for its classic renderer; it ships the file."""
    path = files('mujoco') / 'studio' / 'assets' / 'ibl.ktx'
    return decode_environment(path.read_bytes()) if path.is_file() else room()


def environment(radiance: Radiance) -> Environment:
    """Sample and prefilter an environment."""
    levels = tuple(level.astype(np.float16) for level in cube_levels(radiance))
    return Environment(levels, irradiance_coefficients(radiance))


def decode_environment(ktx: bytes) -> Environment:
    """The environment in a KTX 1 file of R11G11B10F as Filament's own tools write it.

    Args:
        ktx: The file; its coefficients under the key ``sh``.

    Raises:
        ValueError: It is something else.
    """
    header = struct.unpack('<13I', ktx[12:_KTX_HEADER]) if len(ktx) > _KTX_HEADER else (0,)
    if header[0] != 0x04030201 or header[4] != _GL_R11F_G11F_B10F or header[10] != 6:
        raise ValueError('not a KTX 1 cube map of R11F_G11F_B10F')
    size, count, metadata = header[6], header[11], header[12]
    start = ktx.find(b'sh\0', _KTX_HEADER, _KTX_HEADER + metadata)
    if start < 0:
        raise ValueError('a KTX 1 cube map without spherical harmonics')
    numbers = ktx[start + 3 : ktx.index(b'\0', start + 3)].split()
    coefficients = np.array([float(number) for number in numbers]).reshape(9, 3)
    place, levels = _KTX_HEADER + metadata, []
    for level in range(count):
        edge = max(size >> level, 1)
        packed = np.frombuffer(ktx, '<u4', 6 * edge * edge, place + 4).reshape(6, edge, edge)
        levels.append(_in_world(_unpack_r11g11b10(packed)))
        place += 4 + packed.nbytes
    return Environment(tuple(levels), turned_coefficients(coefficients, CUBE_FROM_WORLD))


@cache
def room_environment() -> bytes:
    """The KTX bytes of the built-in room; made once, half a second."""
    return encode_environment(room_radiance)


def room_radiance(directions: FloatArray) -> FloatArray:
    """Radiance of the built-in room, mean about 1.

    Args:
        directions: Unit vectors in the world frame, (n, 3).

    Returns:
        Linear RGB radiance, (n, 3).
    """
    x, y, z = directions.T
    up = 0.5 + 0.5 * z
    warm, cool = np.array([1.0, 0.93, 0.84]), np.array([0.85, 0.93, 1.0])
    base = (0.35 + 0.55 * up)[:, None] * warm
    panel = _smooth(z, 0.80, 0.88) * _smooth(np.cos(4 * np.arctan2(y, x)), -0.9, -0.6)
    window = _smooth(x, 0.62, 0.72) * _smooth(0.5 - np.abs(z - 0.25), 0.1, 0.2)
    light = base + 4.0 * panel[:, None] * np.ones(3) + 3.0 * window[:, None] * cool
    return np.asarray(light, np.float64)


def encode_environment(radiance: Radiance) -> bytes:
    """Sample, prefilter and pack an environment.

    The format is KTX 1 with an R11G11B10F cube map: level 0 is the mirror image, the others
    are prefiltered for growing roughness (split-sum, Karis 2013), and the metadata key ``sh``
    holds nine spherical-harmonics coefficients of the irradiance.

    Args:
        radiance: The environment.
    """

    def in_cube(directions: FloatArray) -> FloatArray:
        return radiance(directions @ CUBE_FROM_WORLD)

    images = [_pack_r11g11b10(level).astype('<u4').tobytes() for level in cube_levels(in_cube)]
    return _ktx(images, irradiance_coefficients(in_cube), size=_SIZE)


def encode_cube(faces: FloatArray) -> bytes:
    """Pack a cube map of one level, to be looked at, as a KTX 1 file (R11G11B10F).

    Args:
        faces: Linear radiance of the faces +x -x +y -y +z -z in the cube's frame, (6, n, n, 3).
    """
    packed = _pack_r11g11b10(faces).astype('<u4').tobytes()
    return _ktx([packed], np.zeros((9, 3)), size=faces.shape[1])


def cube_levels(radiance: Radiance) -> list[FloatArray]:
    """A cube map of an environment, prefiltered level by level for growing roughness.

    Level k of n serves the perceptual roughness r with r (2 - r) = k / (n - 1).

    Args:
        radiance: The environment, in the cube's own frame.

    Returns:
        Linear radiance of the faces +x -x +y -y +z -z, (6, size, size, 3), largest first; level 0
        is the mirror image.
    """
    levels = int(np.log2(_SIZE)) - 3
    images = []
    for level in range(levels):
        size = _SIZE >> level
        directions = face_directions(size).reshape(-1, 3)
        if level == 0:
            colors = radiance(directions)
        else:
            lod = level / (levels - 1)
            roughness = max(1 - np.sqrt(1 - min(lod, 1 - 1e-9)), 0.03)
            colors = _prefilter(radiance, directions, float(roughness))
        images.append(colors.reshape(6, size, size, 3))
    return images


def _smooth(x: FloatArray, low: float, high: float) -> FloatArray:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float64)


def face_directions(size: int) -> FloatArray:
    """Unit vectors of the texels of the faces +x -x +y -y +z -z, (6, size, size, 3)."""
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    s, t = np.meshgrid(axis, axis)
    one = np.ones_like(s)
    x_faces = [(one, -t, -s), (-one, -t, s)]
    y_faces = [(s, one, t), (s, -one, -t)]
    z_faces = [(s, -t, one), (-s, -t, -one)]
    directions = np.stack([np.stack(face, -1) for face in x_faces + y_faces + z_faces])
    return np.asarray(directions / np.linalg.norm(directions, axis=-1, keepdims=True))


def _prefilter(radiance: Radiance, normals: FloatArray, roughness: float) -> FloatArray:
    """Radiance averaged over the GGX lobe about each normal, (n, 3)."""
    alpha = roughness**2
    index = np.arange(_SAMPLES)
    u = (index + 0.5) / _SAMPLES
    v = (index * 0.6180339887498949) % 1.0  # golden-ratio sequence: evenly spread angles
    cosine = np.sqrt((1 - u) / (1 + (alpha * alpha - 1) * u))
    sine = np.sqrt(1 - cosine * cosine)
    half = np.stack([sine * np.cos(2 * np.pi * v), sine * np.sin(2 * np.pi * v), cosine], -1)
    light = 2 * half[:, 2:3] * half - np.array([0, 0, 1.0])
    light = light[light[:, 2] > 0]
    up = np.where(np.abs(normals[:, 2:3]) < 0.999, [[0, 0, 1.0]], [[1.0, 0, 0]])
    tangent = np.cross(up, normals)
    tangent /= np.linalg.norm(tangent, axis=-1, keepdims=True)
    bitangent = np.cross(normals, tangent)
    total = np.zeros((len(normals), 3))
    for a, b, c in light:
        total += c * radiance(a * tangent + b * bitangent + c * normals)
    return np.asarray(total / light[:, 2].sum())


def irradiance_coefficients(radiance: Radiance) -> FloatArray:
    """Nine coefficients (9, 3) of irradiance / pi in the polynomial basis of spherical harmonics.

    The basis at a unit normal is 1, y, z, x, xy, yz, 3 z z - 1, zx, xx - yy.
    """
    size = 32
    directions = face_directions(size).reshape(-1, 3)
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    s, t = np.meshgrid(axis, axis)
    solid_angle = np.tile((4 / size**2 / (1 + s * s + t * t) ** 1.5).ravel(), 6)
    colors = radiance(directions) * solid_angle[:, None]
    # Fit at directions spread evenly: the centres of a coarse cube.
    normals = face_directions(8).reshape(-1, 3)
    irradiance = np.maximum(normals @ directions.T, 0) @ colors / np.pi
    return np.asarray(np.linalg.lstsq(_harmonics(normals), irradiance, rcond=None)[0])


def turned_coefficients(coefficients: FloatArray, world_from_view: FloatArray) -> FloatArray:
    """The same irradiance for normals in another frame.

    Args:
        coefficients: In the world frame, (9, 3).
        world_from_view: Rotation, (3, 3).
    """
    normals = face_directions(4).reshape(-1, 3)
    values = _harmonics(normals @ world_from_view.T) @ coefficients
    return np.asarray(_inverse_harmonics() @ values)


@cache
def _inverse_harmonics() -> FloatArray:
    """Coefficients from values at the centres of a coarse cube, (9, 96)."""
    return np.asarray(np.linalg.pinv(_harmonics(face_directions(4).reshape(-1, 3))))


def _harmonics(normals: FloatArray) -> FloatArray:
    """The basis at unit normals (n, 3): (n, 9)."""
    x, y, z = normals.T
    return np.stack(
        [np.ones_like(x), y, z, x, y * x, y * z, 3 * z * z - 1, z * x, x * x - y * y], 1
    )


def _in_world(faces: NDArray[np.float16]) -> NDArray[np.float16]:
    """A cube map (6, n, n, 3) of Filament's frame in the world's: texels change places."""
    size = faces.shape[1]
    return np.ascontiguousarray(look_up(faces, face_directions(size) @ CUBE_FROM_WORLD.T))


def look_up(faces: NDArray[np.generic], directions: FloatArray) -> NDArray[np.generic]:
    """Texels of a cube map that are nearest to directions.

    Args:
        faces: +x -x +y -y +z -z, (6, n, n, ...).
        directions: (..., 3), not 0.
    """
    size = faces.shape[1]
    largest = np.abs(directions).argmax(axis=-1)
    longest = np.take_along_axis(directions, largest[..., None], -1)[..., 0]
    x, y, z = np.moveaxis(directions / np.abs(longest)[..., None], -1, 0)
    sign = np.sign(longest)
    s = np.choose(largest, [-sign * z, x, sign * x])
    t = np.choose(largest, [-y, sign * z, -y])
    column, row = (np.clip(((v + 1) / 2 * size).astype(np.int64), 0, size - 1) for v in (s, t))
    return np.asarray(faces[2 * largest + (sign < 0), row, column])


def _unpack_r11g11b10(packed: NDArray[np.uint32]) -> NDArray[np.float16]:
    """Colours (..., 3) from unsigned small floats; their exponents are those of a half."""
    red, green, blue = packed & 0x7FF, packed >> 11 & 0x7FF, packed >> 22
    bits = np.stack([red << 4, green << 4, blue << 5], axis=-1).astype(np.uint16)
    return bits.view(np.float16)


def _pack_r11g11b10(colors: FloatArray) -> NDArray[np.uint32]:
    """Unsigned small floats (5 exponent bits; 6, 6 and 5 mantissa bits) in 32 bits each."""
    halves = np.clip(colors, 0, 65000).astype(np.float16).view(np.uint16).astype(np.uint32)

    def shorten(channel: NDArray[np.uint32], mantissa_bits: int) -> NDArray[np.uint32]:
        drop = 10 - mantissa_bits
        rounded = np.minimum(channel + np.uint32(1 << (drop - 1)), np.uint32(0x7BFF))
        return np.asarray(rounded >> np.uint32(drop), np.uint32)

    red, green, blue = halves[..., 0], halves[..., 1], halves[..., 2]
    packed = shorten(red, 6) | shorten(green, 6) << 11 | shorten(blue, 5) << 22
    return np.asarray(packed, np.uint32)


def _ktx(levels: list[bytes], coefficients: FloatArray, *, size: int) -> bytes:
    """A KTX 1 cube map with the coefficients as metadata."""
    text = '\n'.join(' '.join(f'{value:.6g}' for value in row) for row in coefficients) + '\n'
    pair = b'sh\0' + text.encode() + b'\0'
    metadata = struct.pack('<I', len(pair)) + pair + b'\0' * (-len(pair) % 4)
    header = struct.pack(
        '<13I',
        0x04030201,
        # Filament's reader knows the packed type by the name of the internal format.
        _GL_R11F_G11F_B10F,
        1,
        _GL_RGB,
        _GL_R11F_G11F_B10F,
        _GL_RGB,
        size,
        size,
        0,
        0,
        6,
        len(levels),
        len(metadata),
    )
    body = b''.join(struct.pack('<I', len(level) // 6) + level for level in levels)
    return b'\xabKTX 11\xbb\r\n\x1a\n' + header + metadata + body

"""Depth as compressedDepth sends it, decoded as a receiver decodes it."""

import struct

import cv2
import numpy as np
import pytest

from synth_ros.writers.compressed_depth import pack_inverse_depth, pack_millimetres


def unpack(data):
    """The integers of the header, and the stored pixels."""
    kind, a, b = struct.unpack('<iff', data[:12])
    return (kind, a, b), cv2.imdecode(np.frombuffer(data[12:], np.uint8), cv2.IMREAD_UNCHANGED)


def decoded(data):
    """Metres as the plugin computes them, NaN invalid."""
    (_, a, b), stored = unpack(data)
    with np.errstate(divide='ignore'):
        metres = np.float32(a) / (stored.astype(np.float32) - np.float32(b))
    return np.where(stored > 0, metres, np.nan)


def test_millimetres_come_back_exactly():
    depth_mm = np.random.default_rng(0).integers(0, 65536, (30, 40)).astype(np.uint16)
    header, stored = unpack(pack_millimetres(depth_mm))
    assert header == (0, 0.0, 0.0)
    assert stored.dtype == np.uint16
    assert np.array_equal(stored, depth_mm)


def test_the_header_of_metres_is_that_of_the_plugin():
    (kind, a, b), _ = unpack(pack_inverse_depth(np.full((8, 8), 2.0, np.float32)))
    # q = 100, range 10 m: A = q (q + 1), B = 1 - A / range.
    assert (kind, a, b) == (0, 10100.0, -1009.0)


@pytest.mark.parametrize('farthest', [3.0, 10.0, 10.001, 40.0])
def test_metres_come_back_within_half_a_step(farthest):
    depth = np.random.default_rng(1).uniform(0.17, farthest, (40, 50)).astype(np.float32)
    depth[0, 0], depth[0, 1], depth[0, 2] = farthest, 0.17, 0.0
    back = decoded(pack_inverse_depth(depth))
    assert np.isnan(back[0, 2])
    valid = depth > 0
    error = np.abs(back - depth)[valid]
    # Half a step is depth^2 / 2A; a little more where the step is wide.
    assert (error <= depth[valid] ** 2 / 10100 * 0.51 + 2e-6).all()
    assert error.max() > 1e-4


def test_what_is_too_near_is_invalid():
    depth = np.array([[0.05, 0.14, 0.16, 1.0] * 4] * 8, np.float32)
    assert (decoded(pack_inverse_depth(depth))[:, :4] > 0).tolist() == [
        [False] * 2 + [True] * 2
    ] * 8


def test_an_image_without_depth():
    assert np.isnan(decoded(pack_inverse_depth(np.zeros((8, 8), np.float32)))).all()

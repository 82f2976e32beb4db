"""Images survive their files exactly, or are refused."""

import io
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from synth_ros.errors import InternalError, OutputError
from synth_ros.writers import codecs

SIDES = st.integers(1, 17)
SIZES = st.tuples(SIDES, SIDES)


def opencv(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, SIZES) | hnp.arrays(np.uint16, SIZES))
def test_single_channel_png_is_lossless(pixels):
    data = codecs.encode_png(pixels)
    decoded = opencv(data)
    assert decoded.dtype == pixels.dtype
    np.testing.assert_array_equal(decoded, pixels)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(3))))
def test_rgb_png_is_lossless(rgb):
    data = codecs.encode_rgb(rgb, rgb_format='png', jpeg_quality=95)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), rgb)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, SIZES), hnp.arrays(np.uint8, (256, 3)))
def test_palette_png_holds_indices_and_colours(pixels, palette):
    data = codecs.encode_png(pixels, is_mask=True, palette=palette)
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == 'P'
        np.testing.assert_array_equal(np.asarray(image), pixels)
        np.testing.assert_array_equal(np.asarray(image.convert('RGB')), palette[pixels])
    np.testing.assert_array_equal(opencv(data)[..., ::-1], palette[pixels])


def test_colour_is_filtered_by_the_pixel_on_the_left_and_masks_by_the_row_above():
    pixels = np.arange(8 * 5 * 3, dtype=np.uint8).reshape(8, 5, 3)
    for data, expected in (
        (codecs.encode_png(pixels), 1),
        (codecs.encode_png(pixels, is_mask=True), 2),
        (codecs.encode_png(pixels[..., 0]), 2),
    ):
        start = data.index(b'IDAT')
        size = int.from_bytes(data[start - 4 : start], 'big')
        rows = zlib.decompress(data[start + 4 : start + 4 + size])
        assert set(rows[:: len(rows) // 8]) == {expected}


def test_png_of_a_view_equals_png_of_its_copy():
    pixels = np.arange(4000, dtype=np.uint16).reshape(40, 100)
    assert codecs.encode_png(pixels[::-2, ::3]) == codecs.encode_png(pixels[::-2, ::3].copy())


def test_jpeg_keeps_channel_order_and_is_repeatable():
    rgb = np.zeros((32, 32, 3), np.uint8)
    rgb[..., 0] = 200
    data = codecs.encode_rgb(rgb, rgb_format='jpeg', jpeg_quality=95)
    assert data == codecs.encode_rgb(rgb, rgb_format='jpeg', jpeg_quality=95)
    mean = np.asarray(Image.open(io.BytesIO(data))).reshape(-1, 3).mean(0)
    np.testing.assert_allclose(mean, [200, 0, 0], atol=3)


def test_jpeg_quality_is_used():
    rgb = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    sizes = [len(codecs.encode_rgb(rgb, rgb_format='jpeg', jpeg_quality=q)) for q in (30, 60, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


@pytest.mark.parametrize(
    ('depth_m', 'depth_mm'),
    [(0, 0), (0.0004, 0), (0.0006, 1), (1.2344, 1234), (1.2346, 1235), (65.535, 65535)],
)
def test_depth_is_rounded_to_the_nearest_millimetre(depth_m, depth_mm):
    image = np.full((2, 3), depth_m, np.float32)
    assert (opencv(codecs.encode_depth(image)) == depth_mm).all()


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float32, SIZES, elements=st.floats(0, 65.53125, width=32)))
def test_depth_error_is_half_a_millimetre_at_most(depth_m):
    decoded = opencv(codecs.encode_depth(depth_m)).astype(np.float64) / 1000
    assert np.abs(decoded - depth_m).max() <= 0.0005 + 1e-5


@pytest.mark.parametrize('bad', [65.54, 3e38, np.inf, np.nan, -0.5])
def test_depth_that_does_not_fit_is_refused_with_its_place(bad):
    image = np.ones((4, 5), np.float32)
    image[2, 3] = bad
    with pytest.raises(OutputError, match=r'column 3, row 2.*65\.535 m'):
        codecs.encode_depth(image)


def test_the_largest_instance_id_fits_and_the_next_does_not():
    ids = np.array([[0, 65535]], np.int32)
    assert opencv(codecs.encode_instances(ids)).tolist() == [[0, 65535]]
    with pytest.raises(OutputError, match='id 65536'):
        codecs.encode_instances(ids + 1)
    with pytest.raises(OutputError, match='id -1'):
        codecs.encode_instances(ids - 1)


def test_semantic_masks_have_8_bits_up_to_class_254():
    classes = np.array([[0, 1, 254]], np.uint16)
    small = opencv(codecs.encode_classes(classes, 254))
    large = opencv(codecs.encode_classes(classes, 255))
    assert (small.dtype, large.dtype) == (np.uint8, np.uint16)
    assert small.tolist() == large.tolist() == classes.tolist()


def test_a_class_outside_the_dataset_is_a_bug():
    with pytest.raises(InternalError, match='holds class 9'):
        codecs.encode_classes(np.full((2, 2), 9, np.uint16), 3)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int32, SIZES, elements=st.integers(0, codecs.MAX_SEGMENT)))
def test_panoptic_ids_are_red_green_blue(ids):
    blue, green, red = np.moveaxis(opencv(codecs.encode_panoptic(ids)).astype(np.int64), 2, 0)
    np.testing.assert_array_equal(red + 256 * green + 65536 * blue, ids)


@pytest.mark.parametrize('bad', [-1, codecs.MAX_SEGMENT + 1])
def test_panoptic_ids_that_do_not_fit_are_refused(bad):
    with pytest.raises(OutputError, match=rf'holds the id {bad}, .*labels\.panoptic'):
        codecs.encode_panoptic(np.full((2, 2), bad, np.int32))


def test_part_masks_have_16_bits():
    parts = np.array([[0, 65535], [3, 256]], np.uint16)
    found = opencv(codecs.encode_parts(parts))
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, parts)

"""What is drawn lies where the labels say, in colours that can be told apart."""

from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from sample_factory import make_sample

from synth_ros.errors import OutputError, UsageError
from synth_ros.report.contact_sheet import draw_sheet, write_contact_sheet
from synth_ros.report.overlay import INVALID, Style, depth_tile, draw_boxes, draw_masks, tiles
from synth_ros.report.palette import colour, colour_ids, hex_colour, ink
from synth_ros.report.picture import NamedBox, Picture, from_sample
from synth_ros.types import Box2D, SampleKey

GREY = np.full((60, 80, 3), 90, np.uint8)


def test_boxes_are_drawn_on_their_own_pixels():
    drawn = draw_boxes(GREY, [NamedBox(Box2D(20, 25, 50, 45), 'mug', 1, 1.0)], Style(80))
    paint = np.array(colour(1))
    assert (drawn[44, 20:50] == paint).all()
    assert (drawn[25:45, 49] == paint).all()
    assert (drawn[25:45, 20] == paint).all()
    outside = np.ones((60, 80), bool)
    outside[25:45, 20:50] = False
    outside[7:25] = False  # the name
    np.testing.assert_array_equal(drawn[outside], GREY[outside])
    assert (drawn[30:40, 25:45] == 90).all()


def test_enlarged_boxes_keep_their_edges():
    drawn = draw_boxes(GREY, [NamedBox(Box2D(20, 25, 50, 45), 'mug', 1, 1.0)], Style(320))
    paint = np.array(colour(1))
    assert drawn.shape == (240, 320, 3)
    assert (drawn[100:180, 80] == paint).all()
    assert (drawn[100:180, 199] == paint).all()
    assert (drawn[110:170, 200] == 90).all()
    assert (drawn[179, 80:200] == paint).all()
    assert (drawn[180, 80:200] == 90).all()


def test_boxes_at_the_border_and_of_one_pixel_are_drawn():
    boxes = [
        NamedBox(Box2D(0, 0, 80, 60), 'all', 1, 1.0),
        NamedBox(Box2D(79, 59, 80, 60), 'x', 2, 0.1),
    ]
    drawn = draw_boxes(GREY, boxes, Style(80))
    assert drawn.shape == GREY.shape
    assert tuple(drawn[59, 0]) == colour(1)
    assert tuple(drawn[59, 79]) == colour(2)


def test_names_avoid_each_other():
    boxes = [NamedBox(Box2D(60, 60, 100, 100), f'mug_{k}', k, 1.0) for k in (1, 2, 3)]
    drawn = draw_boxes(np.zeros((200, 300, 3), np.uint8), boxes, Style(300))
    areas = [(drawn == colour(k)).all(2).sum() for k in (1, 2, 3)]
    assert min(areas) > 0.4 * max(areas)


def test_masks_show_every_instance_and_no_other():
    ids = np.zeros((60, 80), np.int32)
    ids[10:30, 10:30] = 1
    ids[10:30, 30:60] = 2
    drawn = draw_masks(GREY, ids, 80)
    first, second, background = drawn[20, 20], drawn[20, 45], drawn[50, 40]
    assert len({tuple(p) for p in (first, second, background)}) == 3
    assert (drawn[20, 29] == 255).all()
    assert (drawn[ids == 0].max(0) <= 255).all()
    assert tuple(drawn[40, 10]) == tuple(background)


def test_near_is_bright_and_invalid_is_apart():
    depth_m = np.tile(np.linspace(0.5, 2.5, 80, dtype=np.float32), (60, 1))
    depth_m[:10] = 0
    tile = depth_tile(depth_m, 80)
    assert tuple(tile.rgb[5, 5]) == INVALID
    brightness = tile.rgb[30].astype(int).sum(1)
    assert brightness[0] > 2 * brightness[-1]
    assert tile.caption == 'Depth 0.50 (bright) to 2.50 m'


def test_depth_without_a_valid_pixel_is_told():
    tile = depth_tile(np.zeros((60, 80), np.float32), 40)
    assert tile.caption == 'Depth, all invalid'
    assert (tile.rgb == INVALID).all()


def test_flat_depth_is_drawn():
    assert depth_tile(np.ones((60, 80), np.float32), 80).rgb.shape == (60, 80, 3)


def test_a_frame_has_four_tiles_of_one_size():
    row = tiles(from_sample(make_sample(SampleKey(0, 0, 'head'))), Style(200))
    assert [t.caption.split(' ')[-1] for t in row] == ['Colour', 'm', 'masks', 'objects']
    assert {t.rgb.shape for t in row} == {(150, 200, 3)}


def test_sheets_hold_frames_of_different_sizes(tmp_path):
    samples = [
        make_sample(SampleKey(0, 0, 'head'), size=(96, 72)),
        make_sample(SampleKey(0, 0, 'wrist'), size=(64, 64)),
    ]
    write_contact_sheet(samples, tmp_path / 'sheet.png')
    with Image.open(tmp_path / 'sheet.png') as sheet:
        assert sheet.size == (10 + 4 * 490, 2 * 62 + 360 + 480)


def test_a_picture_without_depth_and_masks_has_two_tiles():
    bare = Picture('bare', GREY, None, None, ())
    full = from_sample(make_sample(SampleKey(0, 0, 'head')))
    assert draw_sheet([bare]).shape[1] == 10 + 2 * 490
    assert draw_sheet([bare, full]).shape[1] == 10 + 4 * 490


def test_a_sheet_of_nothing_and_an_unwritable_one_are_told(tmp_path):
    with pytest.raises(UsageError, match='at least one frame'):
        write_contact_sheet([], tmp_path / 'sheet.png')
    with pytest.raises(OutputError, match=r'Cannot write .*nowhere'):
        write_contact_sheet([make_sample(SampleKey(0, 0, 'a'))], tmp_path / 'nowhere/s.png')


def test_24_colours_differ_and_letters_are_readable():
    colours = [colour(k) for k in range(1, 25)]
    for a, b in combinations(colours, 2):
        assert np.abs(np.subtract(a, b)).max() >= 20
    assert colour(25) == colour(1)
    assert hex_colour(1) == '#e69f00'
    for paint in colours:
        assert contrast(paint, ink(paint)) > 4.5


def contrast(a, b):
    """WCAG 2 contrast ratio."""
    bright, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(rgb):
    c = np.array(rgb) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_id_images_are_coloured_by_id():
    ids = np.array([[0, 3], [70000, 3]], np.int32)
    drawn = colour_ids(ids, (9, 9, 9))
    assert drawn.tolist() == [
        [[9, 9, 9], list(colour(3))],
        [list(colour(70000)), list(colour(3))],
    ]

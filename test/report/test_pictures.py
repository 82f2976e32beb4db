"""Each picture shows its annotation where the label says, and nothing where there is none."""

import math
from dataclasses import replace

import numpy as np
import pytest
from full_factory import CATEGORIES, FULL, full_episode, full_sample
from sample_factory import PLAIN, make_sample

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.report.contact_sheet import write_gallery
from synth_ros.report.overlay import INVALID, Style
from synth_ros.report.palette import colour
from synth_ros.report.pictures.boxes import margin_for, oriented_boxes, oriented_corners
from synth_ros.report.pictures.canvas import PAPER, Canvas, Margin, hatch, rim
from synth_ros.report.pictures.cloud import splat
from synth_ros.report.pictures.flow import flow_colours, flow_forward
from synth_ros.report.pictures.gallery import PICTURES, gallery, overview
from synth_ros.report.pictures.masks import amodal_masks, panoptic
from synth_ros.report.pictures.points import keypoints
from synth_ros.report.pictures.shown import from_dataset, from_sample, read_class_names
from synth_ros.report.pictures.space import see_line
from synth_ros.report.pictures.surfaces import contours, normal_colours, normals
from synth_ros.report.pictures.tracks import strip
from synth_ros.types import (
    Box2D,
    CameraModel,
    DenseLabels,
    Flow,
    FlowState,
    Keypoint,
    OrientedBox,
    SampleKey,
    SceneLabels,
    Silhouette,
    Track,
)
from synth_ros.writers.coco import CocoWriter

STYLE = Style(192)
BLACK = np.zeros((60, 80, 3), np.uint8)
CAMERA = CameraModel('head', 80, 60, 100.0, 100.0, 39.5, 29.5)


@pytest.fixture
def full():
    return from_sample(full_sample(SampleKey(0, 1, 'head'), views=3), CATEGORIES)


@pytest.fixture
def plain():
    """A frame of three objects with nothing but what always is there."""
    return from_sample(make_sample(SampleKey(0, 0, 'head'), objects=3), CATEGORIES)


def dense(shown, **layers):
    return replace(shown, labels=replace(shown.labels, dense=DenseLabels(**layers)))


def one_label(shown, **changes):
    """The same frame with its first label alone, changed."""
    label = replace(shown.labels.instances[0], **changes)
    return replace(shown, labels=replace(shown.labels, instances=(label,)))


@pytest.mark.parametrize('name', PICTURES)
def test_every_annotation_has_a_picture(full, name):
    tile = PICTURES[name](full, STYLE)
    assert tile.rgb.dtype == np.uint8
    assert tile.rgb.shape[1:] == (192, 3)
    assert tile.caption
    assert len(np.unique(tile.rgb.reshape(-1, 3), axis=0)) > 3


def test_what_is_switched_off_has_no_picture(plain):
    shown = one_label(plain, oriented_box=None, occluders=None, keypoints=None, amodal_mask=None)
    shown = replace(shown, labels=replace(shown.labels, dense=DenseLabels(), scene=SceneLabels()))
    drawn = [name for name, draw in PICTURES.items() if draw(shown, STYLE) is not None]
    assert drawn == ['amodal_boxes', 'boxes_3d']


def test_a_stored_frame_gives_the_pictures_of_the_fresh_one(tmp_path):
    samples = full_episode(0, views=3)
    with CocoWriter(tmp_path / 'd', FULL, PLAIN) as writer:
        writer.write_episode(0, samples)
    dataset = CocoDataset(tmp_path / 'd')
    names = read_class_names(dataset)
    assert names == {1: 'mug', 2: 'box', 3: 'drill', 4: 'table'}
    for sample, image in zip(samples, dataset.images, strict=True):
        fresh = gallery(from_sample(sample, CATEGORIES), STYLE)
        stored = gallery(from_dataset(dataset, image, names=names), STYLE)
        assert [tile.caption for tile in fresh] == [tile.caption for tile in stored]
        for one, other in zip(fresh, stored, strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)


def test_a_damaged_index_of_panoptic_masks_is_told(tmp_path):
    with CocoWriter(tmp_path / 'd', FULL, PLAIN) as writer:
        writer.write_episode(0, full_episode(0))
    (tmp_path / 'd' / 'panoptic.json').write_text('{"categories": 3}')
    with pytest.raises(UsageError, match=r'panoptic\.json is damaged: Input should be'):
        read_class_names(CocoDataset(tmp_path / 'd'))


def test_a_dataset_without_masks_has_pictures_without_masks(tmp_path):
    with CocoWriter(tmp_path / 'd', FULL, DatasetConfig(masks=False)) as writer:
        writer.write_episode(0, full_episode(0))
    dataset = CocoDataset(tmp_path / 'd')
    shown = from_dataset(dataset, dataset.images[0])
    assert not shown.has_masks
    assert PICTURES['amodal_masks'](shown, STYLE) is None
    assert PICTURES['occluders'](shown, STYLE) is None
    assert len(gallery(shown, STYLE)) > 10


def test_a_gallery_is_written_as_one_picture(full, plain, tmp_path):
    write_gallery([full, plain], tmp_path / 'sheet.png')
    assert (tmp_path / 'sheet.png').read_bytes().startswith(b'\x89PNG')
    with pytest.raises(UsageError, match='at least one frame'):
        write_gallery([], tmp_path / 'none.png')


def test_the_overview_of_a_frame_without_labels_is_the_image(plain):
    empty = replace(plain, labels=replace(plain.labels, instances=(), scene=SceneLabels()))
    np.testing.assert_array_equal(overview(empty, Style(96)), empty.rgb)


@pytest.mark.parametrize('width', [80, 320])
@pytest.mark.parametrize('margin', [Margin(), Margin(20, 10, 0, 30)])
def test_a_dot_lies_on_its_pixel(width, margin):
    canvas = Canvas(BLACK, width, margin=margin)
    before = canvas.pixels.copy()
    canvas.dot((30.5, 20.5), (255, 0, 0), radius=2.0)
    added = (canvas.pixels[..., 0].astype(float) - before[..., 0]).clip(0)
    rows, columns = np.indices(added.shape)
    placed = [(added * (axis + 0.5)).sum() / added.sum() for axis in (rows, columns)]
    expected = np.array([20.5 + margin.top, 30.5 + margin.left]) * canvas.scale
    # OpenCV rounds to sixteenths of a pixel of the picture.
    np.testing.assert_allclose(placed, expected, atol=0.1)


def test_masks_are_spread_to_their_pixels():
    mask = np.zeros((60, 80), bool)
    mask[20:30, 50:55] = True
    canvas = Canvas(BLACK, 240)
    expected = np.repeat(np.repeat(mask, 3, 0), 3, 1)
    np.testing.assert_array_equal(canvas.spread(mask), expected)
    np.testing.assert_array_equal(canvas.spread(mask[20:, 50:], x0=50, y0=20), expected)


def test_what_lies_outside_the_image_is_drawn_on_the_margin():
    canvas = Canvas(BLACK, 100, margin=Margin(20, 0, 0, 0))
    assert tuple(canvas.pixels[30, 5]) == PAPER
    found = canvas.spread(np.ones((4, 6), bool), x0=-10, y0=8)
    assert np.argwhere(found).min(0).tolist() == [8, 10]
    assert np.argwhere(found).max(0).tolist() == [11, 15]


def test_lines_that_leave_the_picture_far_away_are_drawn_as_far_as_it_goes():
    canvas = Canvas(BLACK, 80)
    canvas.line([(-1e7, 30.0), (40.0, 30.0)], (200, 0, 0), thick=1, under=False)
    canvas.dashes([(40.0, 10.0), (1e9, 10.0)], (0, 200, 0))
    canvas.arrow((5.0, 5.0), (5.0, 5.0), (0, 0, 200))
    assert canvas.pixels[29:31, :39, 0].max(0).min() > 50


def test_hidden_parts_are_striped_and_visible_ones_filled(plain):
    label = plain.labels.instances[0]
    key, box = label.instance.instance_id, label.box
    ids = np.zeros_like(plain.labels.instance_id)
    ids[10:30, 10:30] = key
    full = Silhouette(10, 10, np.ones((20, 60), bool))
    shown = one_label(plain, amodal_mask=full, box=box, amodal_box=Box2D(10, 10, 70, 30))
    shown = replace(shown, labels=replace(shown.labels, instance_id=ids))
    rgb = amodal_masks(shown, Style(96, letters=1)).rgb.astype(int)
    away = np.abs(rgb - np.array(colour(key))).sum(2)
    base = np.abs(rgb[50, 85] - np.array(colour(key))).sum()
    assert (away[12:28, 12:28] < 0.6 * base).mean() > 0.9
    hidden = away[12:28, 32:68] < 0.6 * base
    assert 0.3 < hidden.mean() < 0.7


def test_panoptic_pictures_colour_every_segment(full):
    tile = panoptic(full, Style(96, letters=1))
    things = sum(s.is_thing for s in full.labels.dense.panoptic.segments)
    assert tile.caption == f'Panoptic: {things} things, 1 kinds of stuff'


def test_visible_keypoints_are_filled_and_hidden_ones_hollow(plain):
    points = (
        Keypoint('a', (0.0, 0.0, 1.0), (20.0, 20.0), 2),
        Keypoint('b', (0.0, 0.0, 1.0), (60.0, 20.0), 1),
        Keypoint('c', (0.0, 0.0, 1.0), (70.0, 50.0), 0),
        Keypoint('d', (0.0, 0.0, -1.0), None, 0),
    )
    shown = one_label(plain, keypoints=points, box=Box2D(0, 60, 5, 65))
    paint = np.array(colour(shown.labels.instances[0].instance.instance_id))
    rgb = keypoints(shown, Style(192, letters=1)).rgb
    np.testing.assert_array_equal(rgb[41, 41], paint)
    np.testing.assert_array_equal(rgb[41, 121], PAPER)
    assert (np.abs(rgb[36:46, 116:127].astype(int) - paint).sum(2) < 60).any()
    assert not (rgb[90:110, 130:150] == paint).all(2).any()


@pytest.mark.parametrize(
    ('vector', 'expected'),
    [
        ((0, 0, -1), (128, 128, 255)),
        ((1, 0, 0), (255, 128, 128)),
        ((0, -1, 0), (128, 255, 128)),
        ((0, 0, 0), INVALID),
    ],
)
def test_normals_have_the_usual_colours(vector, expected):
    assert tuple(normal_colours(np.array([[vector]], np.float32))[0, 0]) == expected


def test_the_legend_of_normals_shows_the_same_code(plain):
    facing = np.zeros((72, 96, 3), np.float32)
    facing[..., 2] = -1
    rgb = normals(dense(plain, normals=facing), Style(320)).rgb
    assert tuple(rgb[100, 200]) == (128, 128, 255)
    ball = rgb[-48:-8, 8:48].astype(int)
    assert ball[20, 36, 0] > 220
    assert ball[3, 20, 1] > 220


def test_flow_has_the_colours_of_middlebury():
    still, right, left, down = np.array([[[0, 0], [1, 0], [-1, 0], [0, 1]]], np.float32)[0]
    drawn = [tuple(flow_colours(v[None, None], 1.0)[0, 0]) for v in (still, right, left, down)]
    assert drawn[0] == (255, 255, 255)
    assert drawn[1] == (255, 0, 0)
    assert drawn[2][0] == 0
    assert drawn[2][1] > 150
    assert drawn[3][:2] == (255, pytest.approx(230, abs=25))
    half = flow_colours(np.array([[[0.5, 0]]], np.float32), 1.0)[0, 0]
    assert tuple(half) == (255, 128, 128)


def test_flow_tells_hidden_and_outside_points_from_visible_ones(plain):
    px = np.full((72, 96, 2), 0.0, np.float32)
    px[..., 0] = 0.5
    state = np.full((72, 96), FlowState.VISIBLE, np.uint8)
    state[:20, :30] = FlowState.OCCLUDED
    state[:20, 60:] = FlowState.OUTSIDE
    state[30:, 60:] = FlowState.INVALID
    rgb = flow_forward(dense(plain, flow_forward=Flow(px, state)), Style(96)).rgb
    seen = tuple(rgb[25, 50])
    assert seen[0] > 200
    assert tuple(rgb[10, 80]) != seen
    assert len(np.unique(rgb[2:18, 2:28].reshape(-1, 3), axis=0)) > 1
    assert tuple(rgb[50, 90]) == INVALID


def test_nothing_moving_and_nothing_there_are_no_errors(plain):
    nothing = np.zeros((72, 96), np.uint8)
    still = np.zeros((72, 96, 2), np.float32)
    shown = dense(
        plain,
        flow_forward=Flow(still, nothing),
        flow_backward=Flow(still, nothing + np.uint8(1), np.zeros((72, 96, 3), np.float32)),
        points_m=np.full((72, 96, 3), np.nan, np.float32),
        depth_m=np.zeros((72, 96), np.float32),
        part_id=np.zeros((72, 96), np.uint16),
    )
    captions = [tile.caption for tile in gallery(shown, STYLE)]
    assert 'Flow to the next frame: none' in captions
    assert 'Point cloud: nothing' in captions
    assert 'Clean depth: nothing' in captions
    assert '0 parts' in captions


def test_lines_of_equal_depth_lie_between_the_bands():
    ramp = np.tile(np.linspace(1.0, 2.0, 101, dtype=np.float32), (5, 1))
    lines = contours(ramp, 0.25)
    assert 3 <= lines[2].sum() <= 5
    assert not contours(np.full((4, 4), 1.3, np.float32), 0.1).any()


def test_near_points_hide_far_ones():
    points = np.array([[0.0, 0, 1.0], [0.0, 0, 2.0], [0.0, 0, -1.0]])
    paints = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
    for order in ([0, 1, 2], [2, 1, 0]):
        rgb = splat(CAMERA, points[order], paints[order])
        assert (rgb == (255, 0, 0)).all(2).sum() == 4
        assert not (rgb == (0, 0, 255)).all(2).any()


def test_lines_are_cut_at_the_camera():
    behind, ahead = np.array([0.0, 0.1, -1.0]), np.array([0.0, 0.1, 1.0])
    assert see_line(CAMERA, behind, behind) is None
    cut, end = see_line(CAMERA, behind, ahead)
    assert end == pytest.approx((40.0, 40.0))
    assert cut[0] == pytest.approx(40.0)
    assert cut[1] > 60


def test_oriented_boxes_turn_clockwise_on_the_screen(plain):
    box = OrientedBox(40.0, 30.0, width=20.0, height=10.0, angle_rad=math.pi / 4)
    found = np.array(oriented_corners(box))
    np.testing.assert_allclose(found.mean(0), [40, 30])
    along = found[1] - found[0]
    np.testing.assert_allclose(along, [20 / math.sqrt(2), 20 / math.sqrt(2)])
    shown = one_label(plain, oriented_box=box)
    rgb = oriented_boxes(shown, Style(96, letters=1)).rgb
    paint = np.array(colour(shown.labels.instances[0].instance.instance_id))
    painted = np.argwhere(np.abs(rgb.astype(int) - paint).sum(2) < 40)
    x0, y0 = found.min(0)
    inside = (painted >= [y0 - 2, x0 - 2]).all(1)
    assert inside.sum() > 40


def test_margins_show_what_lies_outside_up_to_a_share(plain):
    shown = one_label(plain, amodal_box=Box2D(-10, -500, 90, 72))
    assert margin_for(shown) == Margin(left=18, top=14, right=0, bottom=0)


def test_rims_and_stripes():
    mask = np.zeros((9, 9), bool)
    mask[2:7, 2:7] = True
    assert rim(mask).sum() == 16
    assert 0.4 < hatch((40, 30)).mean() < 0.6
    assert hatch((40, 30)).shape == (30, 40)


def tracked(plain, states, event=None):
    ids = [x.instance_id for x in plain.instances]
    found = tuple(Track(key, state, event) for key, state in zip(ids, states, strict=True))
    return replace(plain, labels=replace(plain.labels, scene=SceneLabels(tracks=found)))


def test_a_strip_has_frames_over_a_line_for_each_object(plain):
    states = ('visible', 'occluded', 'outside')
    frames = [tracked(plain, states, 'entered')] + [tracked(plain, states)] * 5
    rgb = strip(frames, Style(400), columns=3)
    assert rgb.shape[1] == 400
    painted = [(rgb[-70:] == colour(k)).all(2).sum() for k in (1, 2, 3)]
    assert painted[0] > 5 * painted[1] > 0
    assert painted[2] == 0


def test_a_strip_needs_tracks(plain):
    shown = replace(plain, labels=replace(plain.labels, scene=SceneLabels()))
    for frames in ([], [shown], [tracked(plain, ('visible',) * 3), shown]):
        with pytest.raises(UsageError, match=r'labels\.tracks switched on'):
            strip(frames, STYLE)

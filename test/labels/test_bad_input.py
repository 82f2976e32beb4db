"""Frames at the limits: what annotate() gives of them, every annotation of a frame alone on."""

import time

import numpy as np
import pytest
from small_scenes import make_state, make_surface, scene_frame

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.annotate import annotate
from synth_ros.types import STUFF_SEGMENT, Occluder, Silhouette, Thing, Track

CONFIG = LabelsConfig(
    min_pixels=1, min_visibility=0.0, amodal_masks=True, parts=True, panoptic=True
)
ROOM = Thing('environment', 'world')


def _state(keys):
    """One geom for each instance, then one of the room."""
    things = [*(Thing('object', f'thing_{key}', key) for key in keys), ROOM]
    surfaces = [make_surface(i, part_id=1 + i) for i in range(len(keys))]
    return make_state(things, [*surfaces, make_surface(len(keys), stuff_id=90)])


def _frame(geom_id, keys, **options):
    return scene_frame(np.asarray(geom_id, np.int32), _state(keys), **options)


def test_an_instance_of_no_visible_pixel_has_a_track_and_no_label():
    frame = _frame(
        [[1, 1, 1], [1, 1, 1]],
        keys=(4,),
        silhouettes={4: Silhouette(0, 0, np.ones((1, 2), np.bool_))},
    )

    labels = annotate(frame, CONFIG)

    assert labels.instances == ()
    assert labels.scene.tracks == (Track(4, 'occluded', 'entered'),)
    assert [s.segment_id for s in labels.dense.panoptic.segments] == [STUFF_SEGMENT + 90]


def test_an_instance_without_a_silhouette_is_outside():
    labels = annotate(_frame([[1, 1]], keys=(4,), silhouettes={}), CONFIG)

    assert labels.instances == ()
    assert labels.scene.tracks == (Track(4, 'outside', None),)


@pytest.mark.parametrize(
    ('rows', 'columns', 'full', 'box'),
    [
        (np.s_[:3], np.s_[:], (0, -8, 8, 3), (0, 0, 8, 3)),
        (np.s_[5:], np.s_[:], (0, 5, 8, 16), (0, 5, 8, 8)),
        (np.s_[:], np.s_[:2], (-8, 0, 2, 8), (0, 0, 2, 8)),
        (np.s_[:], np.s_[7:], (7, 0, 16, 8), (7, 0, 8, 8)),
        (np.s_[:2], np.s_[6:], (6, -5, 13, 2), (6, 0, 8, 2)),
    ],
    ids=['top', 'bottom', 'left', 'right', 'corner'],
)
def test_an_instance_that_crosses_the_border(rows, columns, full, box):
    geom_id = np.ones((8, 8), np.int32)
    geom_id[rows, columns] = 0
    x0, y0, x1, y1 = full
    mask = np.ones((y1 - y0, x1 - x0), np.bool_)

    (label,) = annotate(
        _frame(geom_id, keys=(1,), silhouettes={1: Silhouette(x0, y0, mask)}), CONFIG
    ).instances

    visible = (box[2] - box[0]) * (box[3] - box[1])
    assert tuple(label.box) == box
    assert tuple(label.amodal_box) == full
    assert (label.pixels_visible, label.pixels_in_image, label.pixels_full) == (
        visible,
        visible,
        mask.sum(),
    )
    assert label.truncation == pytest.approx(1 - visible / mask.sum())
    assert (label.occlusion, label.occluders) == (0, ())
    fit = label.oriented_box
    assert fit.width * fit.height == pytest.approx(visible)


def test_an_instance_that_surrounds_the_camera_fills_image_and_canvas():
    frame = _frame(
        np.zeros((6, 8)),
        keys=(9,),
        silhouettes={9: Silhouette(-8, -6, np.ones((18, 24), np.bool_))},
    )

    labels = annotate(frame, CONFIG)

    (label,) = labels.instances
    assert tuple(label.box) == (0, 0, 8, 6)
    assert tuple(label.amodal_box) == (-8, -6, 16, 12)
    assert label.visibility == pytest.approx(1 / 9)
    assert label.oriented_box == (4, 3, 8, 6, 0)
    assert label.amodal_mask.mask.all()
    assert labels.dense.panoptic.segments[0].pixels == 48


def test_an_instance_of_a_single_pixel():
    geom_id = np.ones((5, 7), np.int32)
    geom_id[4, 6] = 0

    (label,) = annotate(_frame(geom_id, keys=(1,)), CONFIG).instances

    assert tuple(label.box) == (6, 4, 7, 5)
    assert label.oriented_box == (6.5, 4.5, 1, 1, 0)
    assert label.pixels_visible == label.pixels_full == 1


def test_ids_and_classes_may_have_gaps_up_to_the_last():
    frame = _frame([[0, 1, 2, 3]], keys=(1, 700, 65535), class_of={1: 65535, 700: 3, 65535: 3})

    labels = annotate(frame, CONFIG)

    assert [label.instance.instance_id for label in labels.instances] == [1, 700, 65535]
    assert labels.class_id.tolist() == [[65535, 3, 3, 0]]
    assert labels.dense.panoptic.segment_id.tolist() == [[1, 700, 65535, STUFF_SEGMENT + 90]]
    assert [s.class_id for s in labels.dense.panoptic.segments] == [65535, 3, 3, 90]
    assert labels.dense.part_id.tolist() == [[1, 2, 3, 0]]


def test_two_instances_of_one_name_stay_two():
    things = [Thing('object', 'cup', 1), Thing('object', 'cup', 2)]
    state = make_state(things, [make_surface(0), make_surface(1)])
    full = Silhouette(0, 0, np.ones((1, 3), np.bool_))
    frame = scene_frame(
        np.array([[0, 1, 1]], np.int32),
        state,
        silhouettes={1: full, 2: Silhouette(1, 0, np.ones((1, 2), np.bool_))},
    )

    first, second = annotate(frame, CONFIG).instances

    assert first.occluders == (Occluder(things[1], 2),)
    assert second.occluders == ()


def test_missing_silhouettes_are_an_error():
    frame = _frame(np.zeros((20, 20)), keys=(5,), silhouettes={})

    with pytest.raises(InternalError, match='400 visible pixels of instance 5'):
        annotate(frame, CONFIG)


def test_arrays_are_read_only():
    frame = _frame([[0, 1]], keys=(1,))

    labels = annotate(frame, CONFIG)

    (label,) = labels.instances
    for array in (
        labels.instance_id,
        labels.class_id,
        labels.dense.part_id,
        labels.dense.panoptic.segment_id,
        label.amodal_mask.mask,
        label.camera_from_object,
        label.camera_from_box,
    ):
        assert not array.flags.writeable


def crowd(count=2000):
    """A 640 x 480 frame of ellipses of about 100 pixels, some of them behind bars."""
    rng = np.random.default_rng(1)
    keys = sorted(rng.choice(np.arange(1, 65536), count, replace=False).tolist())
    geom_id = np.full((480, 640), count, np.int32)
    y, x = np.mgrid[-5.5:6, -5.5:6]
    silhouettes = {}
    for geom, key in enumerate(keys):
        row, column = divmod(geom, 50)
        (a, b), turn = rng.uniform(3, 6, 2), rng.uniform(0, np.pi)
        c, s = np.cos(turn), np.sin(turn)
        mask = ((x * c + y * s) / a) ** 2 + ((y * c - x * s) / b) ** 2 < 1
        x0, y0 = 12 * column + 10, 12 * row
        geom_id[y0 : y0 + 12, x0 : x0 + 12][mask] = geom
        silhouettes[key] = Silhouette(x0, y0, mask)
    geom_id[:, ::16] = count
    return _frame(geom_id, keys, silhouettes=silhouettes)


def test_two_thousand_instances_are_all_right_and_take_no_time_to_speak_of():
    frame = crowd()
    frame_keys = [item.instance_id for item in frame.instances]
    assert frame_keys == sorted(frame_keys)

    started = time.process_time()
    labels = annotate(frame, CONFIG, before=frame)
    seconds = time.process_time() - started

    # 0.1 s on a quiet machine, most of it to make 2000 objects of Python.
    assert seconds < 2
    assert [label.instance.instance_id for label in labels.instances] == frame_keys
    for label in labels.instances:
        key = label.instance.instance_id
        assert label.pixels_visible == np.count_nonzero(frame.instance_id == key)
        assert label.pixels_full == frame.silhouettes[key].mask.sum()
        hidden = label.pixels_full - label.pixels_visible
        assert label.occluders == ((Occluder(ROOM, hidden),) if hidden else ())
    assert labels.scene.tracks == tuple(Track(key, 'visible', None) for key in frame_keys)
    assert len(labels.dense.panoptic.segments) == 2001


def test_instance_ids_above_sixteen_bits_are_refused_by_panoptic_masks_alone():
    frame = _frame([[0]], keys=(STUFF_SEGMENT,))
    plain = CONFIG.model_copy(update={'panoptic': False})

    assert len(annotate(frame, plain).instances) == 1
    with pytest.raises(InternalError, match='65536 does not fit below 65536'):
        annotate(frame, CONFIG)

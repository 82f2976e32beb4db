"""supervision reads COCO, YOLO and Pascal VOC, and finds what is true."""

import numpy as np
import pytest
import supervision

from synth_ros.readers.images import read_rgb

pytestmark = pytest.mark.usefixtures('as_they_are')

SPLITS = ('train', 'val')


def check(dataset, made, stems, *, tolerance=0.0):
    """Every object of every frame, with its class and its box; returns the detections."""
    found = {}
    for path, image, detections in dataset:
        stem = path.rpartition('/')[2].partition('.')[0]
        true = made.truth[stem]
        rgb = read_rgb(made.root / 'images' / f'{stem}.png')
        np.testing.assert_array_equal(image, rgb[..., ::-1])
        assert [dataset.classes[int(number)] for number in detections.class_id] == [
            item.name for item in true
        ]
        np.testing.assert_allclose(
            detections.xyxy.reshape(-1, 4), [item.box for item in true], atol=tolerance
        )
        found[stem] = detections
    assert sorted(found) == stems
    return found


@pytest.mark.parametrize('split', SPLITS)
def test_coco(made, split):
    dataset = supervision.DetectionDataset.from_coco(
        str(made.root / 'coco' / 'images' / split),
        str(made.root / 'coco' / 'annotations' / f'instances_{split}.json'),
        force_masks=True,
    )
    for stem, detections in check(dataset, made, made.splits[split]).items():
        for mask, true in zip(detections.mask, made.truth[stem], strict=True):
            np.testing.assert_array_equal(mask, true.mask)


def test_our_own_index_is_coco(made):
    dataset = supervision.DetectionDataset.from_coco(
        str(made.root), str(made.root / 'annotations.json')
    )
    check(dataset, made, sorted(made.truth))


def yolo(made, name, split, **options):
    folder = made.root / name
    return supervision.DetectionDataset.from_yolo(
        str(folder / 'images' / split),
        str(folder / 'labels' / split),
        str(folder / 'data.yaml'),
        **options,
    )


@pytest.mark.parametrize('split', SPLITS)
def test_yolo_detect(made, split):
    check(yolo(made, 'yolo-detect', split), made, made.splits[split], tolerance=0.001)


@pytest.mark.parametrize('split', SPLITS)
def test_yolo_segment(made, split):
    dataset = yolo(made, 'yolo-segment', split, force_masks=True)
    # A polygon of several pieces is joined, and filled by the reader's own rule.
    for stem, detections in check(dataset, made, made.splits[split], tolerance=1.0).items():
        for mask, true in zip(detections.mask, made.truth[stem], strict=True):
            both = np.count_nonzero(mask & true.mask)
            assert both / np.count_nonzero(mask | true.mask) > 0.75, stem


@pytest.mark.parametrize('split', SPLITS)
def test_yolo_obb(made, split):
    dataset = yolo(made, 'yolo-obb', split, is_obb=True)
    for path, _, detections in dataset:
        stem = path.rpartition('/')[2].partition('.')[0]
        assert len(detections) == len(made.truth[stem])
        corners = detections.data['xyxyxyxy']
        for corner, true in zip(corners, made.truth[stem], strict=True):
            rows, columns = np.nonzero(true.mask)
            centres = np.stack([columns + 0.5, rows + 0.5], 1)
            assert inside(centres, np.asarray(corner, np.float64)).all()


def inside(points, corners):
    """Whether points are inside a convex polygon given clockwise on the screen."""
    edges = np.roll(corners, -1, 0) - corners
    offsets = points[:, None] - corners
    sides = edges[:, 0] * offsets[..., 1] - edges[:, 1] * offsets[..., 0]
    return (sides >= -0.01).all(1)


def test_pascal_voc(made):
    dataset = supervision.DetectionDataset.from_pascal_voc(
        str(made.root / 'voc' / 'JPEGImages'), str(made.root / 'voc' / 'Annotations')
    )
    check(dataset, made, sorted(made.truth))

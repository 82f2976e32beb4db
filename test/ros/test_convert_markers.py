"""Markers: the boxes, bones and arrows that RViz draws, against geometry worked out here."""

import numpy as np
import pytest
from full_sample import full_sample
from visualization_msgs.msg import Marker

from synth_ros.report.palette import colour
from synth_ros.ros import convert
from synth_ros.ros.convert_markers import marker_array
from synth_ros.types import Labels

HEAD = convert.header(12_000_000_345, 'head_color_optical_frame')


@pytest.fixture(scope='module')
def labels():
    return full_sample().labels


@pytest.fixture(scope='module')
def markers(labels):
    return marker_array(labels, HEAD).markers


def named(markers, namespace):
    return [m for m in markers if m.ns == namespace]


def points(marker):
    return np.array([[p.x, p.y, p.z] for p in marker.points])


def test_the_last_ones_are_deleted_first(markers):
    first, *others = markers
    assert first.action == Marker.DELETEALL
    assert all(m.action == Marker.ADD for m in others)
    keys = [(m.ns, m.id) for m in others]
    assert len(set(keys)) == len(keys)


def test_stamps_and_frames(markers):
    for marker in markers:
        assert marker.header.stamp == HEAD.stamp
        world = marker.ns in ('contacts', 'forces')
        assert marker.header.frame_id == ('world' if world else HEAD.frame_id), marker.ns


def test_every_pose_is_a_rotation(markers):
    for marker in markers[1:]:
        q = marker.pose.orientation
        assert q.x**2 + q.y**2 + q.z**2 + q.w**2 == pytest.approx(1)


def test_boxes(labels, markers):
    boxes = named(markers, 'boxes')
    assert [m.id for m in boxes] == [entry.instance.instance_id for entry in labels.instances]
    for marker, entry in zip(boxes, labels.instances, strict=True):
        assert marker.type == Marker.LINE_LIST
        assert marker.scale.x > 0
        ends = points(marker)
        assert len(ends) == 24
        assert (np.abs(ends) == entry.instance.size_m / 2).all()
        along = ends[1::2] - ends[::2]
        lengths = np.sort(np.abs(along).sum(1))
        np.testing.assert_allclose(lengths, np.sort(np.repeat(entry.instance.size_m, 4)))
        assert (np.count_nonzero(along, axis=1) == 1).all()
        assert len({frozenset(map(tuple, edge)) for edge in ends.reshape(12, 2, 3)}) == 12
        position = marker.pose.position
        np.testing.assert_allclose(
            [position.x, position.y, position.z], entry.camera_from_box[:3, 3]
        )
        paint = marker.color
        shown = [round(255 * c) for c in (paint.r, paint.g, paint.b)]
        assert (*shown, paint.a) == (*colour(entry.instance.class_id), 1.0)


def test_names_stand_above_their_boxes(labels, markers):
    for marker, entry in zip(named(markers, 'names'), labels.instances, strict=True):
        assert (marker.type, marker.text) == (Marker.TEXT_VIEW_FACING, entry.instance.name)
        half = entry.instance.size_m / 2
        corners = [
            entry.camera_from_box @ [x, y, z, 1]
            for x in (-half[0], half[0])
            for y in (-half[1], half[1])
            for z in (-half[2], half[2])
        ]
        assert marker.pose.position.y < min(corner[1] for corner in corners)


def test_skeleton(markers):
    [bones], [joints] = named(markers, 'bones'), named(markers, 'joints')
    assert (bones.type, joints.type) == (Marker.LINE_LIST, Marker.SPHERE_LIST)
    assert points(bones).tolist() == points(joints).tolist() == [[0, 0, 1], [0.25, 0, 1]]


def test_contacts(markers):
    [dots] = named(markers, 'contacts')
    assert points(dots).tolist() == [[1.0, 2.0, 0.75], [1.1, 2.0, 0.75]]
    # Only the one that pushes: 20 N, a centimetre each, down into the table.
    [arrow] = named(markers, 'forces')
    assert arrow.type == Marker.ARROW
    np.testing.assert_allclose(points(arrow), [[1.0, 2.0, 0.75], [1.0, 2.0, 0.55]])


def test_an_empty_frame_only_deletes():
    image = np.zeros((2, 2), np.int32)
    [marker] = marker_array(Labels((), image, image.astype(np.uint16)), HEAD).markers
    assert marker.action == Marker.DELETEALL

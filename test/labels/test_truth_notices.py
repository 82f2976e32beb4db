"""The bounds notice errors: each is planted, and the row that is about it no longer holds."""

from dataclasses import replace

import numpy as np
import pytest
from surface_truth import make_renderer
from truth_bounds import ALL, compare, rows
from truth_rays import truth
from truth_scenes import Studio

from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import capture
from synth_ros.types import Silhouette

MODEL = 29


class Seen:
    """One scene with its truth, rendered and labelled."""

    def __init__(self, studio, renderer):
        self.scene = next(studio.scenes(MODEL))
        self.truth = truth(self.scene)
        self._renderer = renderer
        renderer.load(self.scene.world.model)
        self.scene.pose(1)
        self.after = self.look(0.0)
        self.scene.pose(0)
        self.frame = self.look(0.0)
        self.labels = self.label(self.frame)

    def look(self, shift_px):
        """A frame that says nothing of how far its principal point really is shifted."""
        camera = replace(self.scene.camera, cx=self.scene.camera.cx + shift_px)
        part = self.scene.part._replace(model=camera)
        return replace(capture(self.scene.world, self._renderer, part), camera=self.scene.camera)

    def label(self, frame):
        return annotate(frame, ALL, after=self.after)


@pytest.fixture(scope='module')
def seen(tmp_path_factory):
    with make_renderer('classic') as renderer:
        yield Seen(Studio(tmp_path_factory.mktemp('truth')), renderer)


def _broken(seen, frame, labels):
    return {row.what for row in rows([compare(seen.truth, frame, labels)]) if not row.holds}


def _with(labels, change):
    """Change the labels of all instances."""
    return replace(labels, instances=tuple(map(change, labels.instances)))


def _dense(labels, **changes):
    return replace(labels, dense=labels.dense._replace(**changes))


def _moved(pose, metres):
    out = pose.copy()
    out[0, 3] += metres
    return out


LABELS = {
    'edges of visible boxes': lambda one: replace(
        one, box=one.box._replace(x1=one.box.x1 + 1)
    ),
    'edges of amodal boxes': lambda one: replace(
        one, amodal_box=one.amodal_box._replace(y0=one.amodal_box.y0 - 1)
    ),
    'visible <= in image <= full; counts and boxes are those of the masks': lambda one: replace(
        one, pixels_full=one.pixels_full + 1
    ),
    'hidden pixels and what hides them': lambda one: replace(one, occluders=()),
    '3D box corners': lambda one: replace(
        one, camera_from_box=_moved(one.camera_from_box, 2e-5)
    ),
    'faces of 3D boxes touch the geometry': lambda one: replace(
        one, instance=replace(one.instance, size_m=one.instance.size_m + 4e-5)
    ),
    'projected origins and box centres': lambda one: replace(
        one, camera_from_object=_moved(one.camera_from_object, 1e-3)
    ),
    'keypoints': lambda one: replace(
        one,
        keypoints=tuple(
            point._replace(pixel=(point.pixel[0] + 0.06, point.pixel[1]))
            for point in one.keypoints
        ),
    ),
}  # fmt: skip


def test_nothing_is_broken_unless_planted(seen):
    assert _broken(seen, seen.frame, seen.labels) == set()


@pytest.mark.parametrize('what', LABELS)
def test_wrong_labels_are_noticed(seen, what):
    assert what in _broken(seen, seen.frame, _with(seen.labels, LABELS[what]))


def test_keypoints_off_the_image_are_noticed(seen):
    found = _broken(seen, seen.frame, _with(seen.labels, LABELS['keypoints']))

    assert {'keypoints on compiled mesh vertices'} <= found
    assert {'corners where three planes of the image meet'} <= found


def test_a_missing_instance_is_noticed(seen):
    labels = replace(seen.labels, instances=seen.labels.instances[1:])

    assert _broken(seen, seen.frame, labels) == {'instances seen by rays and labels alike'}


def test_a_mask_that_lacks_a_pixel_is_noticed(seen):
    def eaten(one):
        mask = one.amodal_mask.mask.copy()
        mask[tuple(np.argwhere(mask)[0])] = False
        x0, y0, _ = one.amodal_mask
        return replace(one, amodal_mask=Silhouette(x0, y0, mask))

    found = _broken(seen, seen.frame, _with(seen.labels, eaten))

    assert found == {'visible <= in image <= full; counts and boxes are those of the masks'}


def test_swapped_ids_are_noticed(seen):
    ids = seen.frame.instance_id.copy()
    first, second = (label.instance.instance_id for label in seen.labels.instances[:2])
    ids[seen.frame.instance_id == first] = second
    ids[seen.frame.instance_id == second] = first

    found = _broken(seen, replace(seen.frame, instance_id=ids), seen.labels)

    assert {'pixels of visible masks', 'pixels inside visible masks'} <= found


def test_a_stale_image_is_noticed(seen):
    found = _broken(seen, seen.after, seen.label(seen.after))

    assert {'pixels of visible masks', 'depth of boxes', 'edges of visible boxes'} <= found


def test_a_fiftieth_of_a_pixel_of_principal_point_is_noticed(seen):
    frame = seen.look(0.02)

    found = _broken(seen, frame, seen.label(frame))

    assert {'pixels of visible masks', 'pixels of amodal masks'} <= found


def test_a_tenth_of_a_pixel_of_principal_point_moves_corners_in_the_image(seen):
    frame = seen.look(0.1)

    found = _broken(seen, frame, seen.label(frame))

    assert {'corners where three planes of the image meet'} <= found


@pytest.mark.parametrize('what', ['depth of boxes', 'depth of round primitives'])
def test_a_fifth_of_a_millimetre_is_noticed(seen, what):
    frame = replace(seen.frame, depth_m=seen.frame.depth_m * np.float32(1.0002))

    assert what in _broken(seen, frame, seen.labels)


def test_turned_normals_are_noticed(seen):
    turn = np.radians(0.2)
    across = np.array(
        [[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]]
    )
    normals = (seen.labels.dense.normals @ across).astype(np.float32)

    found = _broken(seen, seen.frame, _dense(seen.labels, normals=normals))

    assert {'normals of primitives', 'mesh pixels with the normal of another facet'} <= found


def test_flow_off_by_a_thirtieth_of_a_pixel_is_noticed(seen):
    flow = seen.labels.dense.flow_forward
    labels = _dense(
        seen.labels, flow_forward=flow._replace(flow_px=flow.flow_px + np.float32(0.03))
    )

    assert {'flow, end point', 'flow of boxes, end point'} <= _broken(seen, seen.frame, labels)

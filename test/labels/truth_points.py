"""3D boxes, keypoints, centres and the robot against MuJoCo's poses and against the image."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from truth_pixels import interior
from truth_rays import Truth, mesh_vertices, project, support_m
from truth_scenes import DECLARED, FILE_SCALE

from synth_ros.types import (
    CameraModel,
    FloatArray,
    Frame,
    InstanceLabel,
    Keypoint,
    Labels,
    MaskImage,
)

_NEAR_M = 0.02
_PLANE_PIXELS = 12
_SAME_NORMAL = 1e-4
_LEAST_DETERMINANT = 0.1
_CORNERS = np.array([(x, y, z) for z in (0, 1) for y in (0, 1) for x in (0, 1)])


class Points(NamedTuple):
    """Errors of points; each (n,) unless said otherwise.

    Attributes:
        corners_mm: Farthest corner of each 3D box from its place by hand.
        gaps_mm: Each face of each box: its distance from the geometry, outwards positive.
        centers_px: Object origins and box centres, projected.
        keypoints_px: Keypoints against declared numbers carried by MuJoCo's poses.
        vertices_px: Keypoints on meshes against the nearest vertex of the compiled mesh.
        skeleton_px: Joints of the robot.
        links_mm: Origins of the robot's links.
        image_corners_px: Keypoints where three flat faces meet against where the planes of the
            rendered depth meet.
        image_spheres_px: Centres of spheres against spheres fitted to the rendered depth.
        centroids_px: Offset of spheres' full masks from the formula, (n, 2).
    """

    corners_mm: FloatArray
    gaps_mm: FloatArray
    centers_px: FloatArray
    keypoints_px: FloatArray
    vertices_px: FloatArray
    skeleton_px: FloatArray
    links_mm: FloatArray
    image_corners_px: FloatArray
    image_spheres_px: FloatArray
    centroids_px: FloatArray


def compare_points(truth: Truth, frame: Frame, labels: Labels) -> Points:
    """Compare all points of a frame's labels."""
    found: dict[str, list[FloatArray]] = {name: [] for name in Points._fields}
    planes = _Planes(truth, frame)
    for label in labels.instances:
        box = _hand_box(truth, label)
        found['corners_mm'].append(np.array([_corner_error_mm(truth, label, box)]))
        found['gaps_mm'].append(_gaps_mm(truth, label))
        found['centers_px'].append(_centers_px(truth, label, box))
        found['keypoints_px'].append(_keypoints_px(truth, label, box))
        found['vertices_px'].append(_vertices_px(truth, label))
        found['image_corners_px'].append(planes.corner_errors_px(label))
        if label.instance.class_name == 'ball':
            found['image_spheres_px'].append(_sphere_px(truth, frame, label))
            found['centroids_px'].append(_centroid_px(truth, label))
    found['skeleton_px'], found['links_mm'] = _robot(truth, labels)
    empty = {'centroids_px': np.zeros((0, 2))}
    return Points(**{
        name: np.concatenate(values) if values else empty.get(name, np.zeros(0))
        for name, values in found.items()
    })  # fmt: skip


def _body(truth: Truth, label: InstanceLabel) -> tuple[FloatArray, FloatArray]:
    """Position and rotation of an object's body at the first moment."""
    body = truth.scene.world.model.body(f'obj/{label.instance.name}/body').id
    return truth.poses[0].body_xpos[body], truth.poses[0].body_xmat[body]


def _hand_box(truth: Truth, label: InstanceLabel) -> FloatArray:
    """Lowest and highest coordinates of the geometry in the object's frame, (2, 3)."""
    model, poses = truth.scene.world.model, truth.poses[0]
    position, rotation = _body(truth, label)
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for geom in truth.geoms(label.instance.instance_id):
        turn = poses.geom_xmat[geom]
        for axis in range(3):
            along = turn.T @ rotation[:, axis]
            middle = rotation[:, axis] @ (poses.geom_xpos[geom] - position)
            high[axis] = max(high[axis], middle + support_m(model, geom, along))
            low[axis] = min(low[axis], middle - support_m(model, geom, -along))
    return np.stack([low, high])


def _corner_error_mm(truth: Truth, label: InstanceLabel, box: FloatArray) -> float:
    position, rotation = _body(truth, label)
    hand = np.stack([box[_CORNERS[:, axis], axis] for axis in range(3)], axis=1)
    seen = truth.poses[0].seen(hand @ rotation.T + position)
    pose = label.camera_from_box
    given = ((_CORNERS - 0.5) * label.instance.size_m) @ pose[:3, :3].T + pose[:3, 3]
    return float(1e3 * np.linalg.norm(given - seen, axis=1).max())


def _gaps_mm(truth: Truth, label: InstanceLabel) -> FloatArray:
    """How far beyond the geometry each face of the labelled box lies, (6,)."""
    model, poses = truth.scene.world.model, truth.poses[0]
    pose, size = label.camera_from_box, label.instance.size_m
    gaps = []
    for axis, sign in itertools.product(range(3), (-1, 1)):
        outwards = sign * pose[:3, axis]
        reach = max(
            outwards @ poses.seen(poses.geom_xpos[geom])
            + support_m(model, geom, poses.geom_xmat[geom].T @ (poses.axes @ outwards))
            for geom in truth.geoms(label.instance.instance_id)
        )
        gaps.append(outwards @ pose[:3, 3] + size[axis] / 2 - reach)
    return 1e3 * np.array(gaps)


def _centers_px(truth: Truth, label: InstanceLabel, box: FloatArray) -> FloatArray:
    position, rotation = _body(truth, label)
    hand = np.stack([position, rotation @ box.mean(axis=0) + position])
    given = np.stack([label.camera_from_object[:3, 3], label.camera_from_box[:3, 3]])
    camera = truth.scene.camera
    return np.linalg.norm(
        project(camera, given) - project(camera, truth.poses[0].seen(hand)), axis=1
    )


def _keypoints_px(truth: Truth, label: InstanceLabel, box: FloatArray) -> FloatArray:
    """Named points by hand: what this test declared, or corners and centre of the box by hand.

    Of built-in classes the declared numbers are the instance's own.
    """
    name = label.instance.class_name
    scale = truth.scene.scales[label.instance.instance_id]
    if name in DECLARED:
        local = np.array(DECLARED[name]) * scale * FILE_SCALE.get(name, 1.0)
    elif name in {'mug', 'tape_roll'}:
        local = np.array([spec.object_from_point_m for spec in label.instance.keypoints])
    else:
        corners = np.stack([box[_CORNERS[:, axis], axis] for axis in range(3)], axis=1)
        local = np.concatenate([corners, box.mean(axis=0)[None]])
    position, rotation = _body(truth, label)
    seen = truth.poses[0].seen(local @ rotation.T + position)
    assert label.keypoints is not None
    return _distances_px(truth, label.keypoints, seen)


def _distances_px(truth: Truth, given: Sequence[Keypoint], seen: FloatArray) -> FloatArray:
    """Distances of labelled from true points, of those in front of the camera."""
    pixels = project(truth.scene.camera, np.where(seen[:, 2:] > _NEAR_M, seen, 1.0))
    return np.array([
        np.hypot(*(np.array(point.pixel) - pixel))
        for point, pixel, z in zip(given, pixels, seen[:, 2], strict=True)
        if z > _NEAR_M
    ]).reshape(-1)  # fmt: skip


def _vertices_px(truth: Truth, label: InstanceLabel) -> FloatArray:
    if label.instance.class_name not in {'wedge', 'bracket'}:
        return np.zeros(0)
    model, poses = truth.scene.world.model, truth.poses[0]
    (geom,) = truth.geoms(label.instance.instance_id)
    world = mesh_vertices(model, geom) @ poses.geom_xmat[geom].T + poses.geom_xpos[geom]
    pixels = project(truth.scene.camera, poses.seen(world))
    return np.array([
        np.linalg.norm(pixels - point.pixel, axis=1).min() for point in label.keypoints or ()
    ])  # fmt: skip


def _robot(truth: Truth, labels: Labels) -> tuple[list[FloatArray], list[FloatArray]]:
    robot, model, poses = labels.scene.robot, truth.scene.world.model, truth.poses[0]
    assert robot is not None
    anchors = np.stack([poses.anchors[model.joint(f'robot/{p.name}').id] for p in robot.skeleton])
    bodies = [model.body(f'robot/{link.name}').id for link in robot.links]
    given = np.stack([link.camera_from_link[:3, 3] for link in robot.links])
    return (
        [_distances_px(truth, robot.skeleton, poses.seen(anchors))],
        [1e3 * np.linalg.norm(given - poses.seen(poses.body_xpos[bodies]), axis=1)],
    )


class _Planes:
    """Flat faces as the image shows them.

    On a plane, 1/z is linear in (u, v), whatever the intrinsics: three fitted planes meet in a
    point of the image that depends on pixels and depth alone.
    """

    def __init__(self, truth: Truth, frame: Frame) -> None:
        self._truth = truth
        self._frame = frame
        camera = truth.scene.camera
        v, u = np.mgrid[: camera.height, : camera.width]
        rays = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1 + 0 * u], -1)
        seen = rays * truth.cast.depth_m[..., None]
        self._offset = (seen * truth.normals).sum(axis=2)

    def corner_errors_px(self, label: InstanceLabel) -> FloatArray:
        """Errors of the keypoints at which three well visible faces meet."""
        errors = []
        for point in label.keypoints or ():
            if point.pixel is None:
                continue
            corner = self._corner(label, np.array(point.camera_from_point_m))
            if corner is not None:
                errors.append(np.hypot(*(corner - point.pixel)))
        return np.array(errors)

    def _corner(self, label: InstanceLabel, seen: FloatArray) -> FloatArray | None:
        truth = self._truth
        for geom in truth.geoms(label.instance.instance_id):
            through = (truth.cast.geom_id == geom) & (
                np.abs(truth.normals @ seen - self._offset) < 1e-6
            )
            facets = _distinct(truth.normals[through])
            if truth.is_round[geom] or len(facets) != 3:
                continue
            if abs(np.linalg.det(facets)) < _LEAST_DETERMINANT:
                continue
            planes = [self._plane(through, facet) for facet in facets]
            if all(plane is not None for plane in planes):
                a = np.stack([plane for plane in planes if plane is not None])
                u, v, _ = np.linalg.solve(a[:, :3] * (1, 1, -1), -a[:, 3])
                return np.array([u, v])
        return None

    def _plane(self, through: MaskImage, facet: FloatArray) -> FloatArray | None:
        """(a, b, 1, c) with 1/z = a u + b v + c fitted to a face's inner pixels."""
        truth, frame = self._truth, self._frame
        mine = through & (np.abs(truth.normals - facet).max(axis=2) <= _SAME_NORMAL)
        inner = mine & interior(mine.astype(np.int32)) & interior(frame.geom_id)
        v, u = np.nonzero(inner & (frame.geom_id == truth.cast.geom_id))
        if len(u) < _PLANE_PIXELS or min(np.ptp(u), np.ptp(v)) < 3:
            return None
        design = np.stack([u, v, np.ones(len(u))], axis=1)
        (a, b, c), *_ = np.linalg.lstsq(design, 1 / frame.depth_m[v, u].astype(float), rcond=None)
        return np.array([a, b, 1.0, c])


def _distinct(normals: FloatArray) -> FloatArray:
    """Normals that differ by more than rounding, (k, 3)."""
    found = []
    while len(normals):
        found.append(normals[0])
        normals = normals[np.abs(normals - normals[0]).max(axis=1) > _SAME_NORMAL]
    return np.array(found).reshape(-1, 3)


def _sphere_px(truth: Truth, frame: Frame, label: InstanceLabel) -> FloatArray:
    """Distance of the projected centre from that of a sphere fitted to the rendered depth."""
    camera = truth.scene.camera
    mine = frame.instance_id == label.instance.instance_id
    v, u = np.nonzero(mine & interior(frame.instance_id))
    if len(u) < 100:
        return np.zeros(0)
    z = frame.depth_m[v, u].astype(float)
    points = np.stack([(u - camera.cx) / camera.fx * z, (v - camera.cy) / camera.fy * z, z], 1)
    design = np.concatenate([2 * points, np.ones((len(u), 1))], axis=1)
    fitted, *_ = np.linalg.lstsq(design, (points**2).sum(axis=1), rcond=None)
    given = project(camera, label.camera_from_object[:3, 3])
    return np.array([np.linalg.norm(project(camera, fitted[:3]) - given)])


def _centroid_px(truth: Truth, label: InstanceLabel) -> FloatArray:
    """Offset of a sphere's full mask from the centre of its outline, an ellipse.

    In normalised coordinates that is (X, Y) Z / (Z^2 - r^2), from the cone of tangent rays. The
    mask is of the sphere drawn alone, so nothing hides it; it must not leave the canvas.
    """
    camera = truth.scene.camera
    x0, y0, mask = label.amodal_mask or (0, 0, np.zeros((1, 1), np.bool_))
    v, u = np.nonzero(mask)
    u, v = u + x0, v + y0
    if len(u) < 100 or _reaches_border(camera, u, v):
        return np.zeros((0, 2))
    position, _ = _body(truth, label)
    (geom,) = truth.geoms(label.instance.instance_id)
    x, y, z = truth.poses[0].seen(position)
    stretch = z / (z * z - truth.scene.world.model.geom_size[geom, 0] ** 2)
    return np.array([[
        u.mean() - (camera.fx * x * stretch + camera.cx),
        v.mean() - (camera.fy * y * stretch + camera.cy),
    ]])  # fmt: skip


def _reaches_border(camera: CameraModel, u: NDArray[np.int64], v: NDArray[np.int64]) -> bool:
    """Whether pixels touch the border of the extended canvas."""
    w, h = camera.width, camera.height
    return bool(u.min() <= -w or v.min() <= -h or u.max() >= 2 * w - 1 or v.max() >= 2 * h - 1)

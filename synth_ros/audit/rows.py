"""Every figure that an audit reports: the literal table of annotations, units and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from synth_ros.audit.row_names import RowName

Needs = Literal['recording', 'config']


class Row(NamedTuple):
    """One figure of the report.

    Attributes:
        annotation: What is proved, in the words of docs/labels.md.
        unit: Of the error.
        worst: No single error may be larger.
        median: The median error of no frame may be larger; ``None`` if only the worst counts.
        proves: By which road.
        needs: Whether the recording is enough.
    """

    annotation: str
    unit: str
    worst: float
    median: float | None
    proves: str
    needs: Needs = 'recording'


_INF = float('inf')

ROWS: Mapping[RowName, Row] = MappingProxyType(
    {
        'files.readable': Row(
            'files', 'frames', 0, None, 'every file or message of the frame is there and whole'
        ),
        'files.ids': Row(
            'instance ids',
            'ids',
            0,
            None,
            'labels, COCO and detections list the same instances, each once',
        ),
        'files.values': Row(
            'copies of a number',
            'px or m',
            1e-6,
            None,
            'boxes, counts, poses and sizes are the same numbers in every file and topic',
        ),
        'files.scene': Row(
            'instances of the scene',
            'instances',
            0,
            None,
            'names, classes and ids are those of the drawn scene in the provenance',
        ),
        'files.known': Row(
            'labelled instances',
            'labels',
            0,
            None,
            'each label belongs to an object of the scene with a class that exists',
        ),
        'files.layers': Row(
            'dense layers', 'layers', 0, None, 'the layers that the record lists are there'
        ),
        'files.classes': Row(
            'class names',
            'classes',
            0,
            None,
            'each list of classes has those of all instances and segments; no two lists differ',
        ),
        'files.models': Row(
            'models',
            'm',
            1e-6,
            None,
            'models.json has class, size, symmetries and keypoints of the instances, up to scale',
        ),
        'camera.intrinsics': Row(
            'camera info',
            'px',
            1e-6,
            None,
            'K of camera_info, COCO and the record agree; P repeats it, R = I, no distortion',
        ),
        'camera.pose': Row(
            'camera pose', 'm', 1e-9, None, 'the pose is rigid and the same in every file'
        ),
        'camera.stamps': Row(
            'stamps', 'ns', 0, None, 'all messages and files of the instant carry one stamp'
        ),
        'camera.tf': Row(
            'TF chain',
            'mm',
            0.001,
            None,
            'the chain from world to the optical frame carries a point 1 m ahead to where the '
            'pose does',
        ),
        'mask.ids': Row(
            'instance mask', 'px', 0, None, 'every id in the mask is an object of the scene'
        ),
        'mask.classes': Row(
            'semantic mask', 'px', 0, None, 'the class of each pixel is that of its instance'
        ),
        'mask.missing': Row(
            'labelled instances',
            'px',
            0,
            None,
            'no instance shows enough pixels for a label and has none',
        ),
        'mask.below': Row(
            'labelled instances',
            'labels',
            0,
            None,
            'no label shows less than the recorded thresholds ask for',
        ),
        'mask.pixels': Row(
            'visible pixels', 'px', 0, None, 'pixels_visible is the count of pixels in the mask'
        ),
        'mask.coco': Row(
            'COCO mask', 'px', 0, None, 'run lengths, decoded by hand, give the instance mask'
        ),
        'box.visible': Row(
            '2D box', 'px', 0, None, 'all four edges are those of the pixels in the mask'
        ),
        'box.amodal': Row(
            'amodal 2D box',
            'px',
            0,
            None,
            'holds the visible box, lies on the canvas, is that of the amodal mask',
        ),
        'box.oriented': Row(
            'oriented 2D box',
            'px',
            1e-6,
            None,
            'holds every pixel, touches them on four sides, and no direction gives less area',
        ),
        'extent.order': Row(
            'pixel counts', 'px', 0, None, 'visible <= in image <= full <= area of the amodal box'
        ),
        'extent.shares': Row(
            'visibility, occlusion, truncation',
            'share',
            1e-12,
            None,
            'are the quotients of the pixel counts',
        ),
        'extent.mask': Row(
            'amodal mask', 'px', 0, None, 'holds the visible mask; its counts are the counts'
        ),
        'pose.rigid': Row(
            '6D pose', '', 1e-9, None, 'rotations are orthonormal and right-handed, sizes positive'
        ),
        'pose.roads': Row(
            '6D pose, 3D box corners',
            'mm',
            0.01,
            None,
            'corners by the pose in the camera and by the pose in the world are the same points',
        ),
        'pose.constant': Row(
            '3D box size',
            'mm',
            0.01,
            None,
            'an object keeps its box, name, class and symmetry through the episode',
        ),
        'box3d.outline': Row(
            '3D box against 2D',
            'px',
            0.05,
            None,
            'the amodal 2D box lies inside the outline of the hand-projected 3D box',
        ),
        'box3d.points': Row(
            '3D box against depth',
            'mm at 1 m',
            1.0,
            None,
            "the object's pixels, put into space by their depth, lie inside its 3D box",
        ),
        'keypoint.position': Row(
            'keypoints',
            'mm',
            0.01,
            None,
            "each is the named point of the model, carried by the object's pose",
        ),
        'keypoint.pixel': Row(
            'keypoints', 'px', 0.05, None, 'pixels are the hand projection of the points'
        ),
        'keypoint.visibility': Row(
            'keypoint visibility',
            'keypoints',
            0,
            None,
            '0, 1, 2 agree with image border, depth and masks around the point',
        ),
        'depth.sensed': Row(
            'depth',
            'mm at 1 m',
            1.0,
            None,
            'sensed depth is clean depth but for noise, which is measured and allowed for',
        ),
        'distance': Row('ray distance', 'mm at 1 m', 0.001, None, 'is depth times ray length'),
        'points': Row(
            'point cloud', 'mm at 1 m', 0.001, None, 'is depth put into space by the pinhole'
        ),
        'normals.planes': Row(
            'normals',
            'degree',
            6.0,
            2.0,
            'agree with planes fitted to depth where the surface is smooth; curved surfaces are '
            'drawn as facets of up to 2.8 degrees',
        ),
        'normals.facing': Row(
            'normals', 'px', 0, None, "unit vectors on the camera's side; zero without a surface"
        ),
        'flow.pixels': Row(
            'optical flow',
            'px',
            0.05,
            0.02,
            'is where depth and the poses of camera, objects and links carry each point',
        ),
        'flow.sensed': Row(
            'optical flow',
            'px',
            _INF,
            0.5,
            'the same from sensed depth, where clean depth was not recorded',
        ),
        'flow.state': Row(
            'flow states',
            'px',
            0,
            None,
            'valid, hidden and outside agree with border and depth of the other frame',
        ),
        'flow.scene': Row(
            'scene flow', 'mm at 1 m', 0.01, None, 'is the motion of the point, by the same poses'
        ),
        'panoptic': Row(
            'panoptic mask',
            'px',
            0,
            None,
            'things are the instance mask; classes, areas and boxes are those of the segments',
        ),
        'parts': Row(
            'part mask',
            'px',
            0,
            None,
            'each part lies on what it belongs to; parts.json lists the same',
        ),
        'occluders': Row(
            'occluders',
            'px',
            0,
            None,
            'sum up to the hidden pixels; each shows that many pixels inside the amodal mask',
        ),
        'tracks': Row(
            'tracks', 'tracks', 0, None, 'states are those of labels and masks, events follow'
        ),
        'contacts': Row(
            'contacts', 'mm', 2.0, None, "lie on both objects' 3D boxes; normals are units"
        ),
        'relations': Row('relations', 'relations', 0, None, 'follow from contacts and from boxes'),
        'robot': Row('link poses', 'mm', 0.01, None, 'rigid; the same in labels and TF'),
        'image.stale': Row(
            'colour image',
            'ratio',
            1.0,
            None,
            "outlines in colour lie on this frame's masks, not on those of another frame",
        ),
        'image.copied': Row(
            'colour image', 'frames', 0, None, 'no two frames of different masks share one image'
        ),
        'rays.ids': Row(
            'instance mask',
            'px',
            0,
            None,
            'a ray through the pixel centre meets that instance, outlines aside',
            'config',
        ),
        'rays.unlabelled': Row(
            'distractors',
            'px',
            0,
            None,
            'where the ray meets something without a label, the mask is 0',
            'config',
        ),
        'rays.missing': Row(
            'instance mask',
            'px',
            0,
            None,
            'where the ray meets an object, the mask is not 0',
            'config',
        ),
        'rays.box': Row(
            '2D box',
            'edges',
            0,
            None,
            'rays along each edge meet the object, rays one pixel further out do not',
            'config',
        ),
        'rays.amodal': Row(
            'amodal 2D box',
            'edges',
            0,
            None,
            'the same with the object alone in the scene, beyond the image as well',
            'config',
        ),
        'rays.depth_flat': Row(
            'depth, flat surfaces',
            'mm at 1 m',
            1.0,
            0.1,
            'clean depth is the distance at which the ray ends',
            'config',
        ),
        'rays.depth_round': Row(
            'depth, round surfaces',
            'mm at 1 m',
            1.0,
            0.1,
            'the same for round shapes, which are drawn as polygons of 128 by 64 facets; across '
            'the surface',
            'config',
        ),
        'rays.normals': Row(
            'normals',
            'degree',
            3.0,
            0.1,
            'are those of the surface that the ray meets',
            'config',
        ),
        'scene.camera': Row(
            'camera', 'px or m', 1e-9, None, "intrinsics are the config's", 'config'
        ),
        'scene.poses': Row(
            'object and camera poses',
            'mm',
            0.01,
            None,
            'simulated again from the provenance, everything comes to lie where it was',
            'config',
        ),
        'scene.box3d': Row(
            '3D box',
            'mm',
            0.01,
            None,
            "faces touch the vertices and outlines of the object's model",
            'config',
        ),
        'scene.links': Row(
            'link poses', 'mm', 0.01, None, 'follow from the recorded joints', 'config'
        ),
        'scene.missing': Row(
            'labelled instances',
            'labels',
            0,
            None,
            "with the config's thresholds, no instance lacks a label",
            'config',
        ),
        'again.rgb': Row(
            'colour image',
            'levels',
            0,
            None,
            'rendered again from provenance, it is equal',
            'config',
        ),
        'again.depth': Row(
            'depth', 'mm', 0.001, None, 'rendered and sensed again, it is equal', 'config'
        ),
        'again.masks': Row(
            'instance and semantic mask',
            'px',
            0,
            None,
            'rendered again, they are equal',
            'config',
        ),
    }
)

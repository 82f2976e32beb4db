"""Ends of the names of a camera's topics, as ``docs/topics.md`` lists them."""

from __future__ import annotations

from synth_ros.schema.records import LayerName

ANNOTATIONS = '/labels/annotations'
PICTURES = ('color/image_raw', 'depth/image_rect_raw', 'labels/instance', 'labels/semantic')
INFOS = ('color/camera_info', 'depth/camera_info')
DETECTIONS_2D = {
    'boxes': 'labels/detections_2d',
    'oriented': 'labels/detections_2d_oriented',
    'keypoints': 'labels/keypoints',
}
DETECTIONS_3D = 'labels/detections_3d'
CLASS_LISTS = ('/labels/label_info', '/labels/panoptic_info')

# Last part of each topic of a layer; the others are called as the layer is.
_LAYERS: dict[LayerName, str] = {
    'depth_m': 'depth',
    'distance_m': 'distance',
    'points_m': 'points',
    'part_id': 'parts',
    'panoptic_id': 'panoptic',
}


def layer_topic(name: LayerName) -> str:
    """Topic of a dense annotation."""
    return f'labels/{_LAYERS.get(name, name)}'

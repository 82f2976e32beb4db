"""What the records of a frame say of its labels; ``coco_records`` names the keys."""

from __future__ import annotations

import math
from collections.abc import Mapping

from synth_ros.errors import InternalError, OutputError
from synth_ros.schema.rle import Rle
from synth_ros.types import (
    Box2D,
    Category,
    FloatArray,
    InstanceLabel,
    Keypoint,
    Occluder,
    OrientedBox,
    Panoptic,
    Sample,
)
from synth_ros.writers.coco_records import (
    AnnotationRecord,
    FrameRecord,
    ImageFiles,
    ImageRecord,
    Matrix,
    OccluderRecord,
    PanopticRecord,
    SegmentationRecord,
)
from synth_ros.writers.codecs import MAX_ID
from synth_ros.writers.rle import encode_clipped, encode_ids


def frame_record(
    sample: Sample, files: ImageFiles, *, categories: Mapping[int, Category]
) -> FrameRecord:
    """A frame with ids 0, to be numbered later.

    Args:
        sample: The frame.
        files: Where its files lie.
        categories: Classes by id.

    Raises:
        OutputError: An instance id does not fit 16 bits.
        InternalError: A keypoint is not one of its class, or a segment's class is not listed.
    """
    labels = sample.labels
    masks = encode_ids(labels.instance_id)
    events = {track.instance_id: track.event for track in labels.scene.tracks or ()}
    annotations = []
    for label in labels.instances:
        key = label.instance.instance_id
        record = _annotation_record(label, masks[key], sample=sample)
        record['track_event'] = events.get(key)
        if label.keypoints is not None:
            names = categories[label.instance.class_id].keypoints
            record['keypoints'] = keypoint_values(label.keypoints, names, label=label)
            record['num_keypoints'] = sum(v > 0 for v in record['keypoints'][2::3])
        annotations.append(record)
    panoptic = labels.dense.panoptic
    return {
        'image': _image_record(sample, files),
        'annotations': annotations,
        'panoptic': _panoptic_record(panoptic, files, categories) if panoptic else None,
    }


def _image_record(sample: Sample, files: ImageFiles) -> ImageRecord:
    frame = sample.frame
    return {
        'id': 0,
        'width': frame.camera.width,
        'height': frame.camera.height,
        'file_name': files['rgb'],
        'depth_file': files['depth'],
        'instance_mask_file': files['instances'],
        'semantic_mask_file': files['classes'],
        'part_mask_file': files['parts'],
        'panoptic_file': files['panoptic'],
        'layers_file': files['layers'],
        'labels_file': files['labels'],
        'provenance_file': files['provenance'],
        'episode': sample.key.episode,
        'view': sample.key.view,
        'camera': sample.key.camera,
        'stamp_ns': int(frame.stamp_ns),
        'intrinsics': rows(frame.camera.matrix),
        'world_from_camera': rows(frame.world_from_camera),
    }


def _annotation_record(label: InstanceLabel, mask: Rle, *, sample: Sample) -> AnnotationRecord:
    oriented, occluders, full = label.oriented_box, label.occluders, label.amodal_mask
    return {
        'id': 0,
        'image_id': 0,
        'category_id': int(label.instance.class_id),
        'bbox': _xywh(label.box),
        'area': int(label.pixels_visible),
        'iscrowd': 0,
        'segmentation': _segmentation(mask),
        'instance_id': int(label.instance.instance_id),
        'instance_name': label.instance.name,
        'model': label.instance.model_name,
        'visibility': float(label.visibility),
        'occlusion': float(label.occlusion),
        'truncation': float(label.truncation),
        'bbox_amodal': _xywh(label.amodal_box),
        'pixels_visible': int(label.pixels_visible),
        'pixels_in_image': int(label.pixels_in_image),
        'pixels_full': int(label.pixels_full),
        'camera_from_object': rows(label.camera_from_object),
        'box3d': {
            'camera_from_box': rows(label.camera_from_box),
            'size_m': [float(edge) for edge in label.instance.size_m],
        },
        'track_id': _track_id(sample.key.episode, label.instance.instance_id),
        'track_event': None,
        'obb': None if oriented is None else corners(oriented),
        'occluded_by': None if occluders is None else [_occluder(item) for item in occluders],
        'amodal_segmentation': (
            None if full is None else _segmentation(encode_clipped(full, mask.size))
        ),
    }


def corners(box: OrientedBox) -> list[float]:
    """Corners of an oriented box: x1, y1, ... x4, y4, clockwise on the screen.

    The first is the top-left one of the box before it is turned.
    """
    cosine, sine = math.cos(box.angle_rad), math.sin(box.angle_rad)
    values = []
    for along, across in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        x, y = along * box.width, across * box.height
        values += [box.center_x + x * cosine - y * sine, box.center_y + x * sine + y * cosine]
    return [float(value) for value in values]


def keypoint_values(
    points: tuple[Keypoint, ...], names: tuple[str, ...], *, label: InstanceLabel
) -> list[float]:
    """COCO's [x, y, v] for each keypoint of the class; 0, 0, 0 outside the image or missing.

    COCO indexes pixels from 0 ("0-indexed location"), so integers are pixel centres, as in
    memory. Boxes count from the outer edge of the first pixel: half a pixel less.
    """
    found = {point.name: point for point in points}
    strange = [name for name in found if name not in names]
    if strange:
        raise InternalError(
            f'{label.instance.name} has the keypoints {strange}, but its class '
            f'{label.instance.class_name} lists {list(names)}.'
        )
    values: list[float] = []
    for name in names:
        point = found.get(name)
        if point is None or point.pixel is None or point.visibility == 0:
            values += [0, 0, 0]
        else:
            values += [float(point.pixel[0]), float(point.pixel[1]), int(point.visibility)]
    return values


def _track_id(episode: int, instance_id: int) -> int:
    """Unique in the dataset, the same in all frames and cameras of an episode."""
    if instance_id > MAX_ID:
        raise OutputError(
            f'Episode {episode} has the instance id {instance_id}, but ids of a dataset end at '
            f'{MAX_ID}. Use fewer objects.'
        )
    return episode * (MAX_ID + 1) + int(instance_id)


def _occluder(occluder: Occluder) -> OccluderRecord:
    thing = occluder.thing
    return {
        'kind': thing.kind,
        'name': thing.name,
        'instance_id': int(thing.instance_id),
        'pixels': int(occluder.pixels),
    }


def _panoptic_record(
    panoptic: Panoptic, files: ImageFiles, categories: Mapping[int, Category]
) -> PanopticRecord:
    assert files['panoptic'] is not None
    strange = {segment.class_id for segment in panoptic.segments} - categories.keys()
    if strange:
        raise InternalError(
            f'{files["panoptic"]} holds the classes {sorted(strange)}, which the dataset does not '
            f'list: {sorted(categories)}.'
        )
    return {
        'image_id': 0,
        # Relative to the folder of the masks, as COCO has it.
        'file_name': files['panoptic'].partition('/')[2],
        'segments_info': [
            {
                'id': int(segment.segment_id),
                'category_id': int(segment.class_id),
                'area': int(segment.pixels),
                'bbox': _xywh(segment.box),
                'iscrowd': 0,
            }
            for segment in panoptic.segments
        ],
    }


def _segmentation(mask: Rle) -> SegmentationRecord:
    return {'size': list(mask.size), 'counts': mask.counts}


def _xywh(box: Box2D) -> list[int]:
    return [int(box.x0), int(box.y0), int(box.width), int(box.height)]


def rows(matrix: FloatArray) -> Matrix:
    """A matrix as nested rows; -0.0 becomes 0.0."""
    values: Matrix = (matrix + 0.0).tolist()
    return values

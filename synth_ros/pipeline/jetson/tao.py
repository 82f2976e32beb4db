"""Specs for NVIDIA TAO that name the data of a bundle; the bundle is mounted at /data there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synth_ros.pipeline.jetson.calibration import NetworkInput
from synth_ros.types import Category

_CAL_BATCH = 8


def rtdetr_yaml(
    things: Sequence[Category], *, splits: Sequence[str], size: NetworkInput, images: int
) -> str:
    """Data and INT8 calibration for ``tao model rtdetr`` and ``tao deploy rtdetr``.

    Args:
        things: Classes of objects by ascending id.
        splits: That have frames.
        size: Of the network's input.
        images: In the calibration set.
    """
    batch = min(_CAL_BATCH, images)
    training = 'train' if 'train' in splits else splits[0]
    validation = 'val' if 'val' in splits else splits[-1]
    warning = ''
    if validation == training:
        warning = '# There is no split for validation: these are the training images again.\n'
    return f"""\
# Category ids are used as they are, so num_classes is the largest id and one.
{warning}dataset:
  train_data_sources:
    - image_dir: /data/coco/images/{training}
      json_file: /data/coco/annotations/instances_{training}.json
  val_data_sources:
    image_dir: /data/coco/images/{validation}
    json_file: /data/coco/annotations/instances_{validation}.json
  num_classes: {things[-1].class_id + 1}
  remap_mscoco_category: false
gen_trt_engine:
  onnx_file: /results/rtdetr.onnx
  trt_engine: /results/rtdetr_int8.engine
  input_channel: 3
  input_width: {size.width}
  input_height: {size.height}
  tensorrt:
    data_type: int8
    workspace_size: 1024
    min_batch_size: 1
    opt_batch_size: 1
    max_batch_size: 1
    calibration:
      cal_image_dir:
        - /data/calibration/images
      cal_cache_file: /results/rtdetr_int8.cache
      cal_batch_size: {batch}
      cal_batches: {images // batch}
"""


def detectnet_specs(
    things: Sequence[Category], *, splits: Sequence[str], suffix: str
) -> Mapping[str, str]:
    """Files for ``tao model detectnet_v2``, by name.

    Args:
        things: Classes of objects by ascending id.
        splits: That have frames; each becomes TFRecords of its own.
        suffix: File name ending of images, with the dot.
    """
    mapping = ''.join(
        f'target_class_mapping {{\n  key: "{name}"\n  value: "{name}"\n}}\n'
        for name in (category.name for category in things)
    )
    specs = {
        f'detectnet_v2_{split}.txt': _converter(split, suffix=suffix) + mapping for split in splits
    }
    classes = ''.join(
        '  target_classes {\n'
        f'    name: "{category.name}"\n'
        '    class_weight: 1.0\n'
        '    coverage_foreground_weight: 0.05\n'
        '    objectives {\n      name: "cov"\n'
        '      initial_weight: 1.0\n      weight_target: 1.0\n    }\n'
        '    objectives {\n      name: "bbox"\n'
        '      initial_weight: 10.0\n      weight_target: 10.0\n    }\n'
        '  }\n'
        for category in things
    )
    specs['detectnet_v2_classes.txt'] = (
        f'{mapping}# The network emits classes in this order, that of labels/labels.txt.\n'
        f'cost_function_config {{\n{classes}  enable_autoweighting: true\n'
        '  max_objective_weight: 0.9999\n  min_objective_weight: 0.0001\n}\n'
    )
    return specs


def _converter(split: str, *, suffix: str) -> str:
    """Frames of one episode stay together: the sequence map says which they are."""
    return f"""\
kitti_config {{
  root_directory_path: "/data/kitti/{split}"
  image_dir_name: "image_2"
  label_dir_name: "label_2"
  image_extension: "{suffix}"
  kitti_sequence_to_frames_file: "kitti_seq_to_map.json"
  partition_mode: "sequence"
  num_partitions: 1
  num_shards: 10
}}
image_directory_path: "/data/kitti/{split}"
"""

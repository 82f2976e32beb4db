"""The list of formats. Modules load when they are asked for: some need libraries of their own."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from synth_ros.config.output import FormatName
from synth_ros.writers.formats.base import AnyFormat, FormatMaker, FormatSetup

_HERE = 'synth_ros.writers.formats'

MAKERS: Mapping[FormatName, tuple[str, str]] = MappingProxyType(
    {
        'coco': ('coco', 'CocoFormat'),
        'yolo-detect': ('yolo', 'yolo_detect'),
        'yolo-segment': ('yolo', 'yolo_segment'),
        'yolo-pose': ('yolo', 'yolo_pose'),
        'yolo-obb': ('yolo', 'yolo_obb'),
        'kitti': ('kitti', 'KittiFormat'),
        'bop': ('bop', 'BopFormat'),
        'voc': ('voc', 'VocFormat'),
        'masks': ('masks', 'MasksFormat'),
        'cityscapes': ('cityscapes', 'CityscapesFormat'),
        'dope': ('dope', 'DopeFormat'),
        'webdataset': ('webdataset', 'WebDatasetFormat'),
        'hf-imagefolder': ('hf_imagefolder', 'ImageFolderFormat'),
        'hf-parquet': ('hf_parquet', 'ParquetFormat'),
        'lerobot': ('lerobot', 'LeRobotFormat'),
    }
)
"""Module in this package and what in it makes the format."""


def make_format(name: FormatName, setup: FormatSetup) -> AnyFormat:
    """A format by name.

    Args:
        name: Which.
        setup: What it must know.

    Raises:
        UsageError: It needs a library that is not installed; says which.
    """
    module, attribute = MAKERS[name]
    maker = cast('FormatMaker', getattr(importlib.import_module(f'{_HERE}.{module}'), attribute))
    return maker(setup)

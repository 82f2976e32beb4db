"""The list of formats. Modules load when they are asked for: some need libraries of their own."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.output import FormatName
from synth_ros.errors import UsageError
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


LIBRARIES: Mapping[FormatName, tuple[str, str]] = MappingProxyType(
    {
        'hf-parquet': ('pyarrow', 'synth_ros[formats]'),
        'lerobot': ('pyarrow', 'synth_ros[formats]'),
    }
)
"""Library that a format needs beyond those always installed, and what installs it."""

PACKED: frozenset[FormatName] = frozenset({'webdataset', 'hf-parquet', 'lerobot'})
"""Formats with many frames in a file; the others implement ``FrameFormat``."""


def is_packed(name: FormatName) -> bool:
    """Whether a format is made from a finished dataset."""
    return name in PACKED


def check_library(name: FormatName) -> None:
    """See that a format's library is here.

    Raises:
        UsageError: It is not; says how to install it.
    """
    library, wanted = LIBRARIES.get(name, ('', ''))
    if library and importlib.util.find_spec(library) is None:
        raise UsageError(
            f"The format {name} needs {library}, which is not installed: pip install '{wanted}'"
        )


def check_wanted(name: FormatName, *, motion: str, labels: LabelsConfig) -> None:
    """See that a format can be made of what will be generated, before hours of it.

    Args:
        name: The format.
        motion: ``views`` or ``sequence``.
        labels: Which annotations there will be.

    Raises:
        UsageError: Its library is missing, or what it is made of will not be there.
    """
    check_library(name)
    if name == 'lerobot' and (motion != 'sequence' or not labels.wants('robot')):
        raise UsageError(
            'output.dataset.formats lists lerobot, which holds episodes of a robot in motion: it '
            'needs output.dataset.motion: sequence and labels.robot: true.'
        )


def make_format(name: FormatName, setup: FormatSetup) -> AnyFormat:
    """A format by name.

    Args:
        name: Which.
        setup: What it must know.

    Raises:
        UsageError: It needs a library that is not installed; says which.
    """
    check_library(name)
    module, attribute = MAKERS[name]
    maker = cast('FormatMaker', getattr(importlib.import_module(f'{_HERE}.{module}'), attribute))
    return maker(setup)

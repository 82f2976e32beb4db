"""All formats that can be checked, with their rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from synth_ros.readers.layouts.recognise import Kind
from synth_ros.validate import (
    bag,
    bop,
    bop_masks,
    bop_models,
    cityscapes,
    coco,
    coco_objects,
    coco_panoptic,
    huggingface,
    kitti,
    lerobot,
    masks,
    ndds,
    ours,
    ours_frames,
    ours_store,
    voc,
    webdataset,
    yolo,
)
from synth_ros.validate.base import Rule
from synth_ros.validate.common import COMMON
from synth_ros.validate.inspection import Inspection


class Format(NamedTuple):
    """A format that can be checked.

    Attributes:
        title: For people.
        check: Checks a dataset.
        rules: What it checks, the rules of all formats aside.
    """

    title: str
    check: Callable[[Inspection], None]
    rules: tuple[Rule, ...]

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Its own rules and those of all formats."""
        return (*self.rules, *COMMON)


def _with_prefix(rules: tuple[Rule, ...], *prefixes: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.id.partition('.')[0] in prefixes)


_MASK_TABLE = tuple(rule for rule in masks.RULES if rule.id in {'masks.table', 'masks.no-table'})
_TABLES = _with_prefix(huggingface.RULES, 'table')
_SHARDS = {'hf.shards', 'hf.columns'}
_ROWS = {'hf.row', 'hf.twice', 'hf.unlisted', 'hf.keys'}

FORMATS: Mapping[Kind, Format] = {
    'ours': Format(
        'dataset of synth-ros',
        ours.check,
        (*ours.RULES, *ours_frames.RULES, *ours_store.RULES, *coco_panoptic.RULES),
    ),
    'coco': Format('COCO', coco.check, (*coco.RULES, *coco_objects.RULES, *coco_panoptic.RULES)),
    'yolo': Format('Ultralytics YOLO', yolo.check, yolo.RULES),
    'kitti': Format('KITTI', kitti.check, kitti.RULES),
    'bop': Format('BOP', bop.check, (*bop.RULES, *bop_masks.RULES, *bop_models.RULES)),
    'voc': Format('Pascal VOC', voc.check, voc.RULES),
    'masks': Format('semantic masks', masks.check, masks.RULES),
    'cityscapes': Format('Cityscapes', cityscapes.check, (*cityscapes.RULES, *_MASK_TABLE)),
    'dope': Format('NDDS / DOPE', ndds.check, ndds.RULES),
    'webdataset': Format('WebDataset', webdataset.check, webdataset.RULES),
    'hf-imagefolder': Format(
        'Hugging Face imagefolder',
        huggingface.check_imagefolder,
        tuple(rule for rule in huggingface.RULES if rule.id not in _SHARDS),
    ),
    'hf-parquet': Format(
        'Hugging Face Parquet',
        huggingface.check_parquet,
        tuple(rule for rule in huggingface.RULES if rule.id not in _ROWS),
    ),
    'lerobot': Format('LeRobot v3', lerobot.check, (*lerobot.RULES, *_TABLES)),
    'bag': Format('rosbag2 (MCAP)', bag.check, bag.RULES),
}
"""By name, in the order of documentation."""

"""Opens any annotated dataset as a plain one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.readers.layouts.recognise import Kind, looked_for, recognise
from synth_ros.readers.plain.bop import BopPlain
from synth_ros.readers.plain.cityscapes import CityscapesPlain
from synth_ros.readers.plain.coco import CocoPlain
from synth_ros.readers.plain.kitti import KittiPlain
from synth_ros.readers.plain.masks import MasksPlain
from synth_ros.readers.plain.types import PlainDataset
from synth_ros.readers.plain.voc import VocPlain
from synth_ros.readers.plain.yolo import YoloPlain


def _ours(path: Path) -> PlainDataset:
    # Imported here: bags need libraries that datasets do not.
    from synth_ros.readers.plain.ours import OurPlain

    return OurPlain(path)


KINDS: Mapping[Kind, Callable[[Path], PlainDataset]] = {
    'ours': _ours,
    'bag': _ours,
    'coco': CocoPlain,
    'yolo': YoloPlain,
    'kitti': KittiPlain,
    'bop': BopPlain,
    'voc': VocPlain,
    'cityscapes': CityscapesPlain,
    'masks': MasksPlain,
}
"""How each kind of dataset is read."""


def open_plain(path: Path) -> PlainDataset:
    """Open a dataset of any kind that can be read.

    Args:
        path: Its folder: a dataset of ours, a bag, or one that somebody else made.

    Raises:
        UsageError: There is no such folder, it is of no kind that can be read, or it is damaged.
    """
    path = Path(path)
    if not path.is_dir():
        raise UsageError(f'There is no folder {path}.')
    found = recognise(path)
    for candidate in found:
        if candidate.kind in KINDS:
            return KINDS[candidate.kind](path)
    if found:
        raise UsageError(
            f'{path} is {found[0].kind} ({found[0].reason}), which synth-ros validate checks, but '
            f'which cannot be read here. Kinds that can: {", ".join(KINDS)}.'
        )
    raise UsageError(f'{path} is of no kind that can be read. Looked for:\n{looked_for(KINDS)}')

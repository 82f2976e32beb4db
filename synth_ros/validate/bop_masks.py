"""BOP: masks and depth of one image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synth_ros.readers.layouts.bop import BopInfo
from synth_ros.readers.layouts.folders import is_file
from synth_ros.types import MaskImage
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.images import check_image, read_pixels

RULES = (
    Rule(
        'bop.depth',
        'error',
        'depth images have one channel of 16 bits',
        'Save raw depth as 16-bit PNG; depth_scale turns it into millimetres.',
    ),
    Rule(
        'bop.mask',
        'error',
        'every object has mask/ and mask_visib/ where there are such folders; the visible mask is '
        'a part of the whole one',
        'Write IMAGE_OBJECT.png for each object, 255 inside.',
    ),
    Rule(
        'bop.mask-counts',
        'error',
        'px_count_visib and bbox_visib are those of mask_visib; mask has no more than '
        'px_count_all pixels',
        'Calculate scene_gt_info.json from the masks.',
    ),
)
Size = tuple[int, int]


@dataclass(frozen=True)
class MaskCheck:
    """Looks at the masks and the depth of an image; called with its size.

    Attributes:
        name: Makes names for findings.
        scene: Folder of the scene.
        number: Image id.
        count: Objects in the image.
        infos: Their counts; empty if they are not known.
        depth: The depth image; ``None`` without.
        fast: Whether they exist only.
    """

    name: Callable[[Path], str]
    scene: Path
    number: int
    count: int
    infos: tuple[BopInfo, ...]
    depth: Path | None
    fast: bool

    def __call__(self, sink: Sink, size: Size | None) -> None:
        """Look."""
        if self.depth is not None and is_file(self.depth):
            check_depth(self.depth, self.name(self.depth), sink, size=size, fast=self.fast)
        kinds = [kind for kind in ('mask', 'mask_visib') if (self.scene / kind).is_dir()]
        for place in range(self.count):
            found = {kind: self._mask(kind, place, sink=sink, size=size) for kind in kinds}
            whole, visible = found.get('mask'), found.get('mask_visib')
            file = f'{self.number:06d}_{place:06d}.png'
            if whole is not None and visible is not None and whole.shape == visible.shape:
                stray = int((visible & ~whole).sum())
                if stray:
                    where = self.name(self.scene / 'mask_visib' / file)
                    sink.add('bop.mask', where, f'{stray} pixels are not in the whole mask')
            if len(self.infos) == self.count:
                self._counts(place, whole, sink=sink, visible=visible)

    def _mask(self, kind: str, place: int, *, sink: Sink, size: Size | None) -> MaskImage | None:
        path = self.scene / kind / f'{self.number:06d}_{place:06d}.png'
        file = self.name(path)
        if not is_file(path):
            sink.add('bop.mask', file, 'there is no such mask')
            return None
        if self.fast:
            return None
        pixels = read_pixels(path, file, sink, size=size)
        if pixels is None:
            return None
        if pixels.ndim != 2:
            sink.add('bop.mask', file, f'it has {pixels.shape[2]} channels')
            return None
        mask: MaskImage = pixels != 0
        return mask

    def _counts(
        self, place: int, whole: MaskImage | None, *, sink: Sink, visible: MaskImage | None
    ) -> None:
        info = self.infos[place]
        file = self.name(self.scene / 'scene_gt_info.json')
        at = f'{self.number}[{place}]'
        if whole is not None and int(whole.sum()) > info.px_count_all:
            message = f'px_count_all is {info.px_count_all}, the mask has {int(whole.sum())}'
            sink.add('bop.mask-counts', file, message, at=at)
        if visible is None:
            return
        pixels = int(visible.sum())
        if pixels != info.px_count_visib:
            message = f'px_count_visib is {info.px_count_visib}, the mask has {pixels}'
            sink.add('bop.mask-counts', file, message, at=at)
        if pixels:
            rows, columns = np.flatnonzero(visible.any(1)), np.flatnonzero(visible.any(0))
            x, y = int(columns[0]), int(rows[0])
            box = [x, y, int(columns[-1]) - x, int(rows[-1]) - y]
            # The toolkit measures from the first to the last pixel; others count both.
            if max(abs(a - b) for a, b in zip(info.bbox_visib, box, strict=True)) > 1:
                message = f'bbox_visib is {info.bbox_visib}, that of the mask {box}'
                sink.add('bop.mask-counts', file, message, at=at)


def check_depth(path: Path, file: str, sink: Sink, *, size: Size | None, fast: bool) -> None:
    """Look at a depth image."""
    if fast:
        check_image(path, file, sink, size=size, fast=True)
        return
    pixels = read_pixels(path, file, sink, size=size)
    if pixels is not None and (pixels.ndim != 2 or pixels.dtype.itemsize < 2):
        sink.add('bop.depth', file, f'it is {pixels.dtype} of shape {pixels.shape}')

"""A bag of other cameras as a plain COCO dataset: images, depth, and the boxes in it.

Ours says far more (masks, poses, visibility, how frames were made), which nobody else publishes;
so this is no dataset of ours, but one that ``stats``, ``report``, ``validate`` and trainers read.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import JsonValue

from synth_ros.errors import OutputError, UsageError
from synth_ros.readers.foreign_bag import ForeignBag, ForeignCamera, ForeignFrame
from synth_ros.readers.recording import Detection2d
from synth_ros.writers.codecs import encode_depth, encode_png
from synth_ros.writers.folder import os_errors, write_synced

if TYPE_CHECKING:
    from synth_ros.pipeline.convert import Converted, ConvertRequest

# What 16 bits of millimetres hold.
_FARTHEST_M = 65.535
_ALWAYS = 'masks, poses, visibility and the origin of frames: others do not publish them'


class _Category(NamedTuple):
    id: int
    name: str


def convert_foreign(request: ConvertRequest, progress: Callable[[int, int], None]) -> Converted:
    """Make a COCO dataset of a bag of other cameras.

    Args:
        request: Which bag, and where to; a folder that does not exist.
        progress: Called with (frames done, frames in all).

    Raises:
        UsageError: No image has detections of its stamp, or a message is damaged.
        OutputError: The folder exists or cannot be written.
    """
    from synth_ros.pipeline.convert import Converted

    if '://' in str(request.out) or request.resume:
        raise UsageError(
            f'{request.source} has cameras of others. Such a bag becomes a dataset in one go, '
            'in a folder: leave out --resume, and give no URL.'
        )
    out = Path(request.out)
    if out.exists():
        raise OutputError(f'{out} exists already, and is not overwritten. Choose another folder.')
    with closing(ForeignBag(request.source)) as bag, _aside(out) as folder:
        work = _Conversion(bag, folder, skip_damaged=request.skip_damaged)
        work.run(progress)
    return Converted(work.frames, {}, dict(work.lost), tuple(work.damaged), 0)


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """A folder beside the one to make, which takes its name when all is written."""
    valid = 'Nothing was written.'
    with os_errors(out, valid=valid):
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f'.{out.name}.', suffix='.partial', dir=out.parent))
    try:
        with os_errors(out, valid=valid):
            yield folder
            folder.chmod(0o755)
            folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Conversion:
    """One conversion.

    Attributes:
        frames: Written.
        lost: What the dataset has not: sentences, and how many cases.
        damaged: Frames that were left out, a sentence each.
    """

    def __init__(self, bag: ForeignBag, folder: Path, *, skip_damaged: bool) -> None:
        self.frames = 0
        self.lost: Counter[str] = Counter({_ALWAYS: 1})
        self.damaged: list[str] = []
        self._bag = bag
        self._folder = folder
        self._skip_damaged = skip_damaged
        self._images: list[JsonValue] = []
        self._annotations: list[JsonValue] = []

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Write everything."""
        cameras = self._bag.cameras
        total = sum(len(camera.stamps) for camera in cameras)
        categories = self._categories()
        numbers = {category.name: category.id for category in categories}
        for name in ('images', 'depth'):
            if name == 'images' or any(camera.depth for camera in cameras):
                (self._folder / name).mkdir()
        for camera in cameras:
            if camera.unlabelled:
                self.lost[f'images of {camera.image} without detections of their stamp'] += (
                    camera.unlabelled
                )
            for stamp_ns in camera.stamps:
                self._frame(camera, stamp_ns, numbers)
                progress(self.frames + len(self.damaged), total)
        self._index(categories)

    def _frame(self, camera: ForeignCamera, stamp_ns: int, numbers: Mapping[str, int]) -> None:
        try:
            frame = self._bag.read(camera, stamp_ns)
        except UsageError as error:
            if not self._skip_damaged:
                raise UsageError(f'{error} --skip-damaged leaves such frames out.') from error
            self.damaged.append(f'{camera.image} at {stamp_ns} ns: {error}')
            return
        self.frames += 1
        stem = f'{camera.name}_{stamp_ns:020d}'
        write_synced(self._folder / 'images' / f'{stem}.png', encode_png(frame.rgb))
        height, width = frame.rgb.shape[:2]
        image: dict[str, JsonValue] = {
            'id': self.frames,
            'width': width,
            'height': height,
            'file_name': f'images/{stem}.png',
            'camera': camera.name,
            'stamp_ns': stamp_ns,
        }
        if frame.depth_m is not None:
            self._write_depth(f'depth/{stem}.png', frame)
            image['depth_file'] = f'depth/{stem}.png'
        elif camera.depth is not None:
            self.lost[f'images without depth of their stamp on {camera.depth}'] += 1
        if frame.calibration is not None:
            image['intrinsics'] = frame.calibration.k.tolist()
            image['distortion'] = list(frame.calibration.distortion)
        self._images.append(image)
        for box in frame.boxes:
            self._annotate(box, numbers)

    def _write_depth(self, name: str, frame: ForeignFrame) -> None:
        assert frame.depth_m is not None
        far = frame.depth_m > _FARTHEST_M
        if far.any():
            self.lost[f'depth images with more than {_FARTHEST_M:.1f} m, which is 0 here'] += 1
        depth_m = np.where(far | (frame.depth_m < 0), np.float32(0), frame.depth_m)
        write_synced(self._folder / name, encode_depth(depth_m))

    def _annotate(self, box: Detection2d, numbers: Mapping[str, int]) -> None:
        if not np.isfinite([*box.center, *box.size]).all() or min(box.size) < 0:
            self.lost['detections with numbers that are no box'] += 1
            return
        if box.theta_rad:
            self.lost['boxes that are turned; they stand here as if they were not'] += 1
        x, y = (centre - size / 2 for centre, size in zip(box.center, box.size, strict=True))
        self._annotations.append(
            {
                'id': len(self._annotations) + 1,
                'image_id': self.frames,
                'category_id': numbers[self._name(box)],
                # Detector coordinates are COCO's: from the outer edge of the first pixel.
                'bbox': [x, y, *box.size],
                'area': box.size[0] * box.size[1],
                'iscrowd': 0,
            }
        )

    def _name(self, box: Detection2d) -> str:
        return self._bag.names.get(box.class_id, box.class_id) or 'object'

    def _categories(self) -> list[_Category]:
        """Classes of all boxes; numbers that are published stay, where all are."""
        found: dict[str, str] = {}
        for camera in self._bag.cameras:
            for stamp_ns in camera.stamps:
                with _left_to_reading():
                    for box in self._bag.boxes(camera, stamp_ns):
                        found[self._name(box)] = box.class_id
        ids = [number for number in found.values() if number.isdecimal() and int(number) > 0]
        if len(ids) == len(found) == len(set(map(int, ids))):
            return sorted(_Category(int(number), name) for name, number in found.items())
        return [_Category(number, name) for number, name in enumerate(sorted(found), 1)]

    def _index(self, categories: Sequence[_Category]) -> None:
        index = {
            'info': {
                'description': f'bag {self._bag.path.name}, boxes as published',
                'contributor': 'synth_ros',
            },
            'licenses': [],
            'categories': [category._asdict() for category in categories],
            'images': self._images,
            'annotations': self._annotations,
        }
        text = json.dumps(index, separators=(',', ':'))
        write_synced(self._folder / 'annotations.json', f'{text}\n'.encode())


@contextmanager
def _left_to_reading() -> Iterator[None]:
    """Damaged messages are told of when their frame is read."""
    try:
        yield
    except UsageError:
        return

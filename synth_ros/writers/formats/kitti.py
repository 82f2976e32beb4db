"""KITTI's object detection format, as NVIDIA TAO and 3D detectors read it.

``<split>/`` has ``image_2/``, ``label_2/``, ``calib/`` and, where there is depth, ``velodyne/``;
files of one frame share its stem. ``ImageSets/<split>.txt`` lists the stems of each split, and
``<split>/kitti_seq_to_map.json`` those of each episode, so that TAO keeps scenes together.

A label has 15 fields: class, truncated, occluded, alpha, left, top, right, bottom, height, width,
length, x, y, z, rotation_y. See ``kitti_boxes`` for the 3D box and what is lost of it.

- Pixels count from 0 and boxes name their outermost pixels, as in KITTI's own files: (left, top,
  right, bottom) = (x0, y0, x1 - 1, y1 - 1) of the half-open edges in memory.
- truncated is the share of the silhouette outside the image.
- occluded is 0 up to 10 % of the silhouette inside the image hidden by other things, 1 up to 50 %,
  2 beyond. Level 3, unknown, is not used.
- Objects that are visible but below the dataset's thresholds are ``DontCare``: a box, and the
  values that stand for nothing elsewhere.

All four projection matrices are [K | 0] of the one camera, ``R0_rect`` is the identity. The
``velodyne`` frame is the camera's body: x forward, y left, z up, at the optical centre. Points
are the pixels of the sensed depth image, or of the ``points`` layer if there is none: float32
(x, y, z) in metres and an intensity, which is the grey value of the pixel from 0 to 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.geometry.transforms import LINK_FROM_OPTICAL, inverse
from synth_ros.types import Box2D, CameraModel, IdImage, InstanceLabel, Sample, SampleKey
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures
from synth_ros.writers.formats.kitti_boxes import KittiBox, camera_tilt_rad, kitti_box
from synth_ros.writers.formats.left_out import Content, left_out

DONT_CARE = 'DontCare'
MAX_POINTS = 2**17
"""Most points of one cloud: what a lidar of KITTI gives; more are thinned on a grid of pixels."""

_HELD: frozenset[Content] = frozenset({'camera', 'poses', 'visibility'})
_HELD_WITH_POINTS: frozenset[Content] = frozenset({*_HELD, 'depth'})
_OCCLUDED = (0.1, 0.5)
_UPRIGHT_RAD = math.radians(1.0)
# Files have four decimals of a metre.
_EXACT_M = 0.0001
_ERRORS_M = (
    (0.001, '1 mm'),
    (0.01, '1 cm'),
    (0.03, '3 cm'),
    (0.1, '10 cm'),
    (0.3, '30 cm'),
    (1.0, '1 m'),
)

CAMERA_TILTED = (
    "frames are of cameras tilted by more than 1 degree: KITTI takes the camera's y axis for the "
    'vertical'
)
OBJECT_TILTED = 'objects are tilted by more than 1 degree: KITTI keeps their turn about one axis'
CORNERS_OFF = (
    '3D boxes are not along the axes of their camera: with only rotation_y, their corners are off '
    'by {}'
)
NO_AREA = 'objects are one pixel wide or high: KITTI boxes name pixels, so theirs have no area'
CAMERA_POSE = 'frames have a camera pose: only intrinsics are stored'
LEVELS = 'objects have visibility and occlusion: KITTI keeps three levels'
THINNED = 'point clouds are thinned to 131072 points at most'


@dataclass(frozen=True, slots=True)
class KittiFormat:
    """Writes KITTI objects.

    Attributes:
        setup: Classes, splits, how colour is stored.

    Raises:
        UsageError: A class has a name that label files cannot hold.
    """

    setup: FormatSetup

    def __post_init__(self) -> None:
        """Check the names of classes."""
        for category in self.setup.things:
            if category.name.split() != [category.name] or category.name == DONT_CARE:
                raise UsageError(
                    f'kitti cannot hold the class {category.name!r}: fields are parted by spaces, '
                    f'and {DONT_CARE} means objects that do not count. Rename the class.'
                )

    @property
    def name(self) -> Literal['kitti']:
        """Of the format and of its folder."""
        return 'kitti'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """Image, labels, calibration and point cloud of one frame."""
        split, stem = self.setup.splits.of(sample.key.episode), sample.key.stem
        labels = label_rows(sample)
        files = {
            f'{split}/image_2/{stem}{self.setup.rgb_suffix}': pictures.rgb,
            f'{split}/label_2/{stem}.txt': ''.join(f'{row}\n' for row in labels.lines).encode(),
            f'{split}/calib/{stem}.txt': calibration(sample.frame.camera).encode(),
        }
        cloud = point_cloud(sample, depth=self.setup.options.depth)
        if cloud is not None:
            files[f'{split}/velodyne/{stem}.bin'] = cloud.points.astype('<f4').tobytes()
        held = _HELD if cloud is None else _HELD_WITH_POINTS
        losses = labels.losses | left_out(sample, held, depth=self.setup.options.depth)
        losses[THINNED] = int(cloud is not None and cloud.step > 1)
        return FrameProduct(files=files, losses={text: n for text, n in losses.items() if n})

    def finish(self, out: Path, committed: Committed) -> None:
        """Write the lists of frames."""
        (out / 'ImageSets').mkdir()
        with ExitStack() as stack:
            lists: dict[str, TextIO] = {}
            maps: dict[str, _SequenceMap] = {}
            for split in self.setup.splits.names:
                path = out / 'ImageSets' / f'{split}.txt'
                lists[split] = stack.enter_context(path.open('w', encoding='utf-8'))
                (out / split).mkdir()
                path = out / split / 'kitti_seq_to_map.json'
                maps[split] = _SequenceMap(stack.enter_context(path.open('w', encoding='utf-8')))
            for entry in committed.frames():
                split = self.setup.splits.of(entry.key.episode)
                lists[split].write(f'{entry.key.stem}\n')
                maps[split].add(entry.key)
            for sequence_map in maps.values():
                sequence_map.end()


class _SequenceMap:
    """A JSON object of the stems of each episode, written as they come, in the order of keys.

    Args:
        out: Takes the text.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._episode = -1
        self._out.write('{')

    def add(self, key: SampleKey) -> None:
        """List a frame with those of its episode."""
        if key.episode != self._episode:
            begin = '\n' if self._episode < 0 else '],\n'
            self._out.write(f'{begin}"{key.episode:06d}": [')
            self._episode = key.episode
        else:
            self._out.write(', ')
        self._out.write(json.dumps(key.stem))

    def end(self) -> None:
        """End the object."""
        self._out.write('}\n' if self._episode < 0 else ']\n}\n')


class LabelRows(NamedTuple):
    """The lines of a label file, and how much of the labels they do not hold."""

    lines: list[str]
    losses: dict[str, int]


class Cloud(NamedTuple):
    """What a depth camera saw as points.

    Attributes:
        points: x forward, y left, z up in metres, and the grey value; shape (n, 4), float32.
        step: Every how many rows and columns of pixels were taken.
    """

    points: NDArray[np.float32]
    step: int


def label_rows(sample: Sample) -> LabelRows:
    """Labelled objects, then what is visible but not labelled."""
    pose, labels = sample.frame.world_from_camera, sample.labels.instances
    lines = []
    losses = {
        CAMERA_POSE: 1,
        CAMERA_TILTED: int(camera_tilt_rad(pose) > _UPRIGHT_RAD),
        LEVELS: len(labels),
        NO_AREA: sum(1 in (label.box.width, label.box.height) for label in labels),
    }
    for label in labels:
        box = kitti_box(label.camera_from_box, label.instance.size_m, world_from_camera=pose)
        lines.append(_row(label, box))
        for sentence in (
            OBJECT_TILTED if box.tilt_rad > _UPRIGHT_RAD else '',
            _off(box.error_m),
        ):
            losses[sentence] = losses.get(sentence, 0) + 1
    losses.pop('', None)
    lines += [_dont_care(box) for box in _unlabelled(sample)]
    return LabelRows(lines, losses)


def calibration(camera: CameraModel) -> str:
    """The calibration file of a frame: one camera, and the point cloud's frame at its centre."""
    projection = np.hstack([camera.matrix, np.zeros((3, 1))])
    entries = [(f'P{number}', projection) for number in range(4)]
    entries += [
        ('R0_rect', np.eye(3)),
        ('Tr_velo_to_cam', inverse(LINK_FROM_OPTICAL)[:3]),
        ('Tr_imu_to_velo', np.eye(4)[:3]),
    ]
    # Readers count lines, so the order is part of the format; it ends with an empty one.
    lines = [f'{name}: {" ".join(f"{v + 0.0:.12e}" for v in m.flat)}' for name, m in entries]
    return '\n'.join([*lines, '', ''])


def point_cloud(sample: Sample, *, depth: bool) -> Cloud | None:
    """The frame as points; ``None`` without depth.

    Args:
        sample: The frame.
        depth: Whether the dataset has depth images.
    """
    layer = sample.labels.dense.points_m
    # Whole millimetres, as depth images are stored: later conversions give the same points.
    depth_m = np.rint(sample.depth_m * np.float32(1000)) / np.float32(1000)
    if depth and depth_m.any():
        there = depth_m > 0
    elif layer is not None:
        there = np.isfinite(layer[..., 2])
    else:
        return None
    step = 1
    while np.count_nonzero(there[::step, ::step]) > MAX_POINTS:
        step += 1
    rows, columns = (step * index for index in np.nonzero(there[::step, ::step]))
    grey = cv2.cvtColor(sample.rgb, cv2.COLOR_RGB2GRAY)[rows, columns] / 255
    if depth and depth_m.any():
        camera, z = sample.frame.camera, depth_m[rows, columns].astype(np.float64)
        x, y = (columns - camera.cx) / camera.fx * z, (rows - camera.cy) / camera.fy * z
    else:
        assert layer is not None
        x, y, z = layer[rows, columns].T
    # From the optical frame to x forward, y left, z up (LINK_FROM_OPTICAL).
    return Cloud(np.stack([z, -x, -y, grey], axis=1).astype(np.float32), step)


def _row(label: InstanceLabel, box: KittiBox) -> str:
    x0, y0, x1, y1 = label.box
    level = sum(label.occlusion > limit for limit in _OCCLUDED)
    words = [label.instance.class_name, _fixed([label.truncation], 2), str(level)]
    words.append(_fixed([box.alpha_rad], 4))
    words.append(_fixed([x0, y0, x1 - 1, y1 - 1], 2))
    sizes = [box.height_m, box.width_m, box.length_m]
    words.append(_fixed([*sizes, *box.location_m.tolist(), box.rotation_y_rad], 4))
    return ' '.join(words)


def _dont_care(box: Box2D) -> str:
    edges = _fixed([box.x0, box.y0, box.x1 - 1, box.y1 - 1], 2)
    return f'{DONT_CARE} -1 -1 -10 {edges} -1 -1 -1 -1000 -1000 -1000 -10'


def _unlabelled(sample: Sample) -> list[Box2D]:
    """Boxes of instances that are visible but below the thresholds, by ascending id."""
    ids = sample.labels.instance_id
    labelled = {label.instance.instance_id for label in sample.labels.instances}
    shown = np.flatnonzero(np.bincount(ids.ravel()))
    return [_tight(ids, int(k)) for k in shown if k and int(k) not in labelled]


def _tight(ids: IdImage, instance_id: int) -> Box2D:
    x, y, width, height = cv2.boundingRect((ids == instance_id).astype(np.uint8))
    return Box2D(x, y, x + width, y + height)


def _off(error_m: float) -> str:
    """The sentence for a box whose corners are off; empty if it is as good as exact."""
    if error_m <= _EXACT_M:
        return ''
    bound = next((name for limit, name in _ERRORS_M if error_m <= limit), None)
    return CORNERS_OFF.format('more than 1 m' if bound is None else f'up to {bound}')


def _fixed(values: Sequence[float], decimals: int) -> str:
    # Adding zero turns -0 into 0.
    return ' '.join(f'{round(value, decimals) + 0.0:.{decimals}f}' for value in values)

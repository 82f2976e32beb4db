"""Hugging Face Parquet: tables with the images inside, as datasets on the Hub are stored.

``data/<split>-00000-of-00003.parquet`` hold a row for each frame, in the order of episode, view
and camera. Columns carry the types of ``datasets`` in the file's schema, so images decode and
categories have their names wherever the file is read; ``README.md`` repeats them for the Hub.

Depth and masks are 16-bit or 8-bit PNGs as in the dataset itself: depth in millimetres, 0 invalid;
instance ids; class ids, with stuff where the dataset has panoptic masks. Boxes are COCO's (see
``hf_objects``); keypoints are (x, y, visibility) with integers at pixel centres, as in memory and
in COCO. Poses are 4x4 matrices in rows, metres, named ``target_from_source``; the camera frame is
the optical one. All of it is stored as it is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from synth_ros.types import FloatArray, InstanceLabel, Sample
from synth_ros.writers import codecs
from synth_ros.writers.coco_labels import keypoint_values
from synth_ros.writers.formats.base import FormatSetup, LossTally, Pictures
from synth_ros.writers.formats.hf_card import dataset_card
from synth_ros.writers.formats.hf_features import (
    Feature,
    Features,
    ListOf,
    Picture,
    Scalar,
    Struct,
)
from synth_ros.writers.formats.hf_objects import (
    OBJECTS_COLUMN,
    numbered,
    object_features,
    object_lists,
)
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.formats.parquet_files import (
    MIB,
    ParquetFile,
    Row,
    hf_schema,
    picture_cell,
)
from synth_ros.writers.formats.semantic import has_stuff, semantic_image

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS = 100
"""Rows that readers load at once; what the Hub advises for images."""
GROUP_BYTES = 32 * MIB
"""A group ends earlier when its images are this large, so memory has a bound."""
SHARD_BYTES = 500 * MIB
"""A file ends at this size, as those that ``push_to_hub`` makes."""

_HELD: frozenset[Content] = frozenset(
    {'camera', 'depth', 'instance_masks', 'stuff', 'poses', 'visibility', 'keypoints'}
)
_MATRIX = ListOf(ListOf(Scalar('float64'), 4), 4)


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Writes Parquet shards of each split and the dataset card.

    Attributes:
        setup: Classes, splits, which images are stored.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['hf-parquet']:
        """Of the format and of its folder."""
        return 'hf-parquet'

    def pack(self, samples: Iterable[Sample], out: Path, losses: LossTally) -> None:
        """Write all shards, then the card."""
        features = self._features()
        schema = hf_schema(features)
        splits: dict[str, _Split] = {}
        with ExitStack() as stack:
            for sample in samples:
                name = self.setup.splits.of(sample.key.episode)
                if name not in splits:
                    splits[name] = _Split(out / 'data', name, schema=schema)
                    stack.callback(splits[name].drop)
                losses.add(left_out(sample, self._held(), depth=self.setup.options.depth))
                self._add(splits[name], sample)
            for split in splits.values():
                split.finish()
        card = dataset_card(
            self.setup,
            features,
            data_files={
                name: f'data/{name}-*.parquet'
                for name in self.setup.splits.names
                if name in splits
            },
            columns=_columns(features),
        )
        (out / 'README.md').write_text(card, encoding='utf-8')

    def _add(self, split: _Split, sample: Sample) -> None:
        setup, key, frame = self.setup, sample.key, sample.frame
        pictures = Pictures(sample, setup.options, largest_class_id=setup.largest_class_id)
        images = {'image': (pictures.rgb, setup.rgb_suffix)}
        if setup.options.depth:
            images['depth'] = (pictures.depth, '.png')
        if setup.options.masks:
            images['instance_mask'] = (pictures.instances, '.png')
            images['semantic_mask'] = (self._classes(sample, pictures), '.png')
        row: Row = {
            **{
                name: picture_cell(content, f'{key.stem}{suffix}')
                for name, (content, suffix) in images.items()
            },
            'image_id': split.rows + 1,
            'width': frame.camera.width,
            'height': frame.camera.height,
            'camera': key.camera,
            'episode': key.episode,
            'view': key.view,
            'stamp_ns': int(frame.stamp_ns),
            'camera_matrix': frame.camera.matrix.tolist(),
            'world_from_camera': _rows(frame.world_from_camera),
            'objects': self._objects(sample, after=split.objects),
        }
        size = sum(len(content) for content, _ in images.values())
        split.add(row, size=size, objects=len(sample.labels.instances))

    def _objects(self, sample: Sample, *, after: int) -> Row:
        labels = sample.labels.instances
        lists: dict[str, object] = {
            **numbered(object_lists(sample, self.setup), after),
            'camera_from_object': [_rows(label.camera_from_object) for label in labels],
            'camera_from_box': [_rows(label.camera_from_box) for label in labels],
            'size_m': [label.instance.size_m.tolist() for label in labels],
        }
        if self._has_keypoints():
            lists['keypoints'] = [self._keypoints(label) for label in labels]
        return lists

    def _keypoints(self, label: InstanceLabel) -> list[list[float]]:
        if label.keypoints is None:
            return []
        names = {category.class_id: category.keypoints for category in self.setup.things}
        values = keypoint_values(label.keypoints, names[label.instance.class_id], label=label)
        return [values[k : k + 3] for k in range(0, len(values), 3)]

    def _classes(self, sample: Sample, pictures: Pictures) -> bytes:
        if not has_stuff(self.setup):
            return pictures.classes
        largest = max((item.class_id for item in self.setup.info.categories), default=0)
        return codecs.encode_classes(semantic_image(sample, stuff=True), largest)

    def _has_keypoints(self) -> bool:
        given = any(category.keypoints for category in self.setup.things)
        return given and 'keypoints' in self.setup.info.annotations

    def _held(self) -> frozenset[Content]:
        """What this dataset keeps: masks can be switched off."""
        return _HELD if self.setup.options.masks else _HELD - {'instance_masks', 'stuff'}

    def _features(self) -> Features:
        options = self.setup.options
        images = ['image'] + ['depth'] * options.depth
        images += ['instance_mask', 'semantic_mask'] * options.masks
        number = Scalar('int64')
        objects: dict[str, Feature] = {
            **object_features(self.setup),
            'camera_from_object': ListOf(_MATRIX),
            'camera_from_box': ListOf(_MATRIX),
            'size_m': ListOf(ListOf(Scalar('float64'), 3)),
        }
        if self._has_keypoints():
            objects['keypoints'] = ListOf(ListOf(ListOf(Scalar('float32'), 3)))
        return {
            **dict.fromkeys(images, Picture()),
            'image_id': number,
            'width': number,
            'height': number,
            'camera': Scalar('string'),
            'episode': number,
            'view': number,
            'stamp_ns': number,
            'camera_matrix': ListOf(ListOf(Scalar('float64'), 3), 3),
            'world_from_camera': _MATRIX,
            'objects': Struct(objects),
        }


class _Split:
    """The shards of one split. Their names tell how many there are, so they are given last.

    Args:
        folder: Where they lie.
        name: Of the split.
        schema: Of the table.
    """

    def __init__(self, folder: Path, name: str, *, schema: pa.Schema) -> None:
        self._folder = folder
        self._name = name
        self._schema = schema
        self._done: list[Path] = []
        self._file: ParquetFile | None = None
        self._group: list[Row] = []
        self._group_bytes = 0
        self.rows = 0
        self.objects = 0

    def add(self, row: Row, *, size: int, objects: int) -> None:
        """The next row.

        Args:
            row: Its cells.
            size: Bytes of its images.
            objects: How many it has.
        """
        self._group.append(row)
        self._group_bytes += size
        self.rows += 1
        self.objects += objects
        if len(self._group) >= GROUP_ROWS or self._group_bytes >= GROUP_BYTES:
            self._flush()

    def finish(self) -> None:
        """Write what is left and give the files their names."""
        self._flush()
        self._end_file()
        for number, path in enumerate(self._done):
            name = f'{self._name}-{number:05d}-of-{len(self._done):05d}.parquet'
            path.rename(self._folder / name)

    def drop(self) -> None:
        """Close the file that is open, whatever happened; after ``finish`` there is none."""
        if self._file is not None:
            self._file.close()

    def _flush(self) -> None:
        if not self._group:
            return
        if self._file is None:
            part = self._folder / f'{self._name}-{len(self._done):05d}.part'
            self._file = ParquetFile(part, self._schema)
        self._file.write(self._group)
        self._group, self._group_bytes = [], 0
        if self._file.size >= SHARD_BYTES:
            self._end_file()

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._done.append(self._file.path)
            self._file = None


_MEANINGS = (
    ('image', 'Colour.'),
    ('depth', '16-bit, millimetres along the optical axis, 0 invalid.'),
    ('instance_mask', '16-bit, `instance_id` of each pixel, 0 background.'),
    ('semantic_mask', 'Class id of each pixel (not `category`), 0 background.'),
    ('image_id', 'From 1 in each split, in the order of episode, view and camera.'),
    ('width, height', 'Pixels.'),
    ('camera, episode, view', 'Which frame this is; a split holds whole episodes.'),
    ('stamp_ns', 'Simulation time, nanoseconds.'),
    ('camera_matrix', 'K, 3x3, pixels; integers are pixel centres.'),
    ('world_from_camera', 'Pose of the optical frame (x right, y down, z forward), 4x4, metres.'),
    ('objects', OBJECTS_COLUMN),
    ('objects.camera_from_object', "Pose of the object's own frame in the optical frame."),
    ('objects.camera_from_box, size_m', 'Pose of the 3D box and its edge lengths, metres.'),
    ('objects.keypoints', '(x, y, v) for each keypoint of the class, as in COCO.'),
)


def _columns(features: Features) -> list[tuple[str, str]]:
    """Meanings of the columns that there are."""
    objects = features['objects']
    assert isinstance(objects, Struct)
    names = {*features, *(f'objects.{name}' for name in objects.fields)}
    return [(name, text) for name, text in _MEANINGS if name.partition(',')[0] in names]


def _rows(matrix: FloatArray) -> list[list[float]]:
    values: list[list[float]] = (matrix + 0.0).tolist()
    return values

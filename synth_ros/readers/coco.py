"""A dataset on disk back to typed, checked records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.images import read_depth_m, read_ids, read_rgb
from synth_ros.types import Box2D, ByteImage, Category, DepthImage, FloatArray, IdImage

INDEX = 'annotations.json'
FORMAT = 'synth_ros coco 1'

Row3 = tuple[float, float, float]
Row4 = tuple[float, float, float, float]
Matrix3 = tuple[Row3, Row3, Row3]
Matrix4 = tuple[Row4, Row4, Row4, Row4]
Xywh = tuple[int, int, Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
Share = Annotated[float, Field(ge=0, le=1)]
Id = Annotated[int, Field(ge=1)]


class _Record(BaseModel):
    """Frozen; keys that later versions add are no error."""

    model_config = ConfigDict(frozen=True, extra='ignore')


class DatasetHead(_Record):
    """What made the dataset."""

    description: str
    format: str
    version: str
    config_hash: str
    seed: int


class CategoryEntry(_Record):
    """One class."""

    id: Id
    name: str
    supercategory: str


class ImageEntry(_Record):
    """One image; paths are relative to the dataset folder."""

    id: Id
    width: Id
    height: Id
    file_name: str
    depth_file: str | None
    instance_mask_file: str | None
    semantic_mask_file: str | None
    provenance_file: str
    episode: int
    view: int
    camera: str
    stamp_ns: int
    intrinsics: Matrix3
    world_from_camera: Matrix4

    @property
    def stem(self) -> str:
        """Name shared by the files of this frame."""
        return Path(self.file_name).stem


class Segmentation(_Record):
    """A compressed COCO run-length mask."""

    size: tuple[int, int]
    counts: str


class Box3d(_Record):
    """An oriented 3D box in the optical frame."""

    camera_from_box: Matrix4
    size_m: Row3


class AnnotationEntry(_Record):
    """One visible object in one image."""

    id: Id
    image_id: Id
    category_id: Id
    bbox: Xywh
    area: Id
    iscrowd: int
    segmentation: Segmentation
    instance_id: Id
    instance_name: str
    model: str
    visibility: Share
    occlusion: Share
    truncation: Share
    bbox_amodal: Xywh
    pixels_visible: Id
    pixels_in_image: Id
    pixels_full: Id
    camera_from_object: Matrix4
    box3d: Box3d

    @property
    def box(self) -> Box2D:
        """The visible box as half-open pixel edges."""
        x, y, width, height = self.bbox
        return Box2D(x, y, x + width, y + height)

    @property
    def pose(self) -> FloatArray:
        """camera_from_object, shape (4, 4), metres."""
        return np.array(self.camera_from_object)


class _Index(_Record):
    """The whole file."""

    info: DatasetHead
    categories: tuple[CategoryEntry, ...]
    images: tuple[ImageEntry, ...]
    annotations: tuple[AnnotationEntry, ...]


class CocoDataset:
    """A finished dataset.

    Args:
        root: Its folder.

    Raises:
        UsageError: There is no finished dataset, or its index is damaged or contradicts itself.

    Attributes:
        root: Its folder.
        head: What made it.
        categories: Classes by ascending id.
        images: In key order.
        annotations: In image order.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        index = _read_index(self.root)
        self.head = index.info
        self.categories = tuple(Category(c.id, c.name, c.supercategory) for c in index.categories)
        self.images = index.images
        self.annotations = index.annotations
        self._by_image: Mapping[int, tuple[AnnotationEntry, ...]] = _group(index.annotations)
        problems = _contradictions(index)
        if problems:
            shown = '\n'.join(f'  {problem}' for problem in problems[:10])
            raise UsageError(
                f'{self.root / INDEX} contradicts itself in {len(problems)} places:\n{shown}'
            )

    def annotations_of(self, image: ImageEntry) -> tuple[AnnotationEntry, ...]:
        """The objects in one image, by ascending instance id."""
        return self._by_image.get(image.id, ())

    def image(self, stem: str) -> ImageEntry:
        """The image with a stem such as ``000012_003_head``.

        Raises:
            NotFoundError: There is none.
        """
        found = next((image for image in self.images if image.stem == stem), None)
        if found is None:
            names = [image.stem for image in self.images]
            raise NotFoundError('image', stem, available=names, where=str(self.root))
        return found

    def read_rgb(self, image: ImageEntry) -> ByteImage:
        """Colour, shape (height, width, 3), uint8."""
        return read_rgb(self.root / image.file_name)

    def read_depth_m(self, image: ImageEntry) -> DepthImage | None:
        """Depth in metres, 0 invalid; None if the dataset has none."""
        return read_depth_m(self.root / image.depth_file) if image.depth_file else None

    def read_instances(self, image: ImageEntry) -> IdImage | None:
        """Instance ids, 0 background; None if the dataset has no masks."""
        name = image.instance_mask_file
        return read_ids(self.root / name) if name else None

    def read_classes(self, image: ImageEntry) -> IdImage | None:
        """Class ids, 0 background; None if the dataset has no masks."""
        name = image.semantic_mask_file
        return read_ids(self.root / name) if name else None

    def read_provenance(self, image: ImageEntry) -> Mapping[str, object]:
        """How this frame was made.

        Raises:
            UsageError: The provenance file is missing or does not list the frame.
        """
        path = self.root / image.provenance_file
        try:
            record = json.loads(path.read_bytes())
            return {**record['common'], **record['frames'][image.stem]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f'{path} does not tell how {image.stem} was made: {error!r}'
            ) from None

    def missing_files(self) -> list[str]:
        """Files that the index names and the folder lacks, sorted."""
        named = {name for image in self.images for name in _files(image)}
        return sorted(name for name in named if not (self.root / name).is_file())


def _read_index(root: Path) -> _Index:
    path = root / INDEX
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(_why_missing(root)) from None
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    try:
        index = _Index.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = '.'.join(str(part) for part in first['loc']) or 'the file'
        raise UsageError(
            f'{path} is not a valid synth_ros dataset ({error.error_count()} problems). '
            f'The first, at {place}: {first["msg"]}.'
        ) from None
    if index.info.format != FORMAT:
        raise UsageError(f'{path} has the format {index.info.format!r}, expected {FORMAT!r}.')
    return index


def _why_missing(root: Path) -> str:
    if not root.is_dir():
        return (
            f'There is no dataset folder {root}. Make one: synth-ros generate CONFIG --out {root}'
        )
    committed = len(list((root / 'episodes').glob('[0-9]*.json')))
    if (root / 'dataset.json').is_file():
        return (
            f'{root} is unfinished: {committed} episodes are committed, but it has no {INDEX}. '
            'Go on with synth-ros generate ... --resume.'
        )
    return f'{root} is not a synth_ros dataset: it has no {INDEX}.'


def _group(annotations: Iterable[AnnotationEntry]) -> dict[int, tuple[AnnotationEntry, ...]]:
    groups: defaultdict[int, list[AnnotationEntry]] = defaultdict(list)
    for annotation in annotations:
        groups[annotation.image_id].append(annotation)
    return {image_id: tuple(group) for image_id, group in groups.items()}


def _contradictions(index: _Index) -> list[str]:
    """What each record says about others, checked."""
    images = {image.id: image for image in index.images}
    categories = {category.id for category in index.categories}
    problems = []
    if len(images) != len(index.images):
        problems.append('two images share an id')
    if len({a.id for a in index.annotations}) != len(index.annotations):
        problems.append('two annotations share an id')
    if len(categories) != len(index.categories):
        problems.append('two categories share an id')
    for annotation in index.annotations:
        image = images.get(annotation.image_id)
        if image is None:
            problems.append(f'annotation {annotation.id}: no image {annotation.image_id}')
        else:
            problems += _misfits(annotation, image)
        if annotation.category_id not in categories:
            problems.append(f'annotation {annotation.id}: no category {annotation.category_id}')
    return problems


def _misfits(annotation: AnnotationEntry, image: ImageEntry) -> list[str]:
    """How an annotation does not fit its image."""
    problems = []
    box = annotation.box
    if min(box.x0, box.y0) < 0 or box.x1 > image.width or box.y1 > image.height:
        problems.append(f'annotation {annotation.id}: bbox {annotation.bbox} leaves the image')
    if annotation.segmentation.size != (image.height, image.width):
        problems.append(f'annotation {annotation.id}: its mask has another size than its image')
    if annotation.area != annotation.pixels_visible:
        problems.append(f'annotation {annotation.id}: area is not pixels_visible')
    return problems


def _files(image: ImageEntry) -> list[str]:
    names = (
        image.file_name,
        image.depth_file,
        image.instance_mask_file,
        image.semantic_mask_file,
        image.provenance_file,
    )
    return [name for name in names if name]

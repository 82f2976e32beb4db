"""COCO: instances, boxes and keypoints."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.layouts.coco import CocoFile, coco_files, image_folder
from synth_ros.readers.layouts.folders import images_in
from synth_ros.readers.layouts.json_items import JsonDamageError, JsonDocument, JsonItem
from synth_ros.validate.base import Rule
from synth_ros.validate.coco_objects import check_keypoints, check_object
from synth_ros.validate.coco_panoptic import PanopticFile
from synth_ros.validate.common import problems
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'coco.schema',
        'error',
        'images, annotations and categories have the keys and types of COCO',
        'Write the records as cocodataset.org/#format-data says.',
    ),
    Rule(
        'coco.id-twice',
        'error',
        'ids of images, of annotations and of categories are unique in a file',
        'Number the records again; the later one replaces the earlier one in pycocotools.',
    ),
    Rule(
        'coco.id-zero',
        'warning',
        'ids of annotations and categories begin at 1',
        'Number from 1: pycocotools takes annotation 0 for "no match", trainers category 0 for '
        'background.',
    ),
    Rule(
        'coco.no-image',
        'error',
        'every annotation is of an image that is listed',
        'Remove the annotation, or list its image.',
    ),
    Rule(
        'coco.no-category',
        'error',
        'every annotation is of a category that is listed',
        'List the category, or correct category_id.',
    ),
    Rule(
        'coco.file-twice',
        'error',
        'no two images of a file have the same file_name',
        'Join the two records, or name the other file.',
    ),
    Rule(
        'coco.unlisted',
        'warning',
        'every image in the image folder is listed',
        'Remove the file or annotate it; trainers do not see it.',
    ),
    Rule(
        'coco.category-name-twice',
        'error',
        'names of categories are unique in a file and the same in all files',
        'Rename or join the categories.',
    ),
    Rule(
        'coco.skeleton',
        'error',
        "a skeleton joins keypoints 1 to n of its category, n the number of the category's names",
        'Count from 1, and name all keypoints.',
    ),
)


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')


class _Image(_Record):
    id: int
    width: Annotated[int, Field(ge=1, le=1_000_000)]
    height: Annotated[int, Field(ge=1, le=1_000_000)]
    file_name: Annotated[str, Field(min_length=1)]
    episode: int | str | None = None


class _Category(_Record):
    id: int
    name: Annotated[str, Field(min_length=1)]
    keypoints: list[str] | None = None
    skeleton: list[Annotated[list[int], Field(min_length=2, max_length=2)]] | None = None


class Annotation(_Record):
    """What is checked of an annotation; masks are looked at by hand."""

    id: int
    image_id: int
    category_id: int
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    area: float | None = None
    iscrowd: Annotated[int, Field(ge=0, le=1)] = 0
    segmentation: object = None
    keypoints: list[float] | None = None
    num_keypoints: int | None = None


_IMAGE, _CATEGORY = TypeAdapter(_Image), TypeAdapter(_Category)
_ANNOTATION = TypeAdapter(Annotation)
_LISTS = ('images', 'annotations', 'categories')


def check(run: Inspection) -> None:
    """Check all COCO files of a dataset and the images they list."""
    pictures: dict[str, Picture] = {}
    categories: dict[int, str] = {}
    for file in coco_files(run.root):
        found = PanopticFile(run, file) if file.panoptic else _File(run, file, known=categories)
        found.read()
        for picture in found.pictures():
            # The same image may be listed by instances, keypoints and panoptic files of a split.
            known = pictures.setdefault(run.name(picture.path), picture)
            if known.split != picture.split:
                run.splits.name(run.name(picture.path), split=known.split)
                run.splits.name(run.name(picture.path), split=picture.split)
    run.pictures(pictures.values(), what='images', total=len(pictures))
    _unlisted(run, pictures)


def _unlisted(run: Inspection, pictures: dict[str, Picture]) -> None:
    """Images beside listed ones that no file lists."""
    seen = {picture.path for picture in pictures.values() if isinstance(picture.path, Path)}
    for folder in dict.fromkeys(path.parent for path in sorted(seen)):
        if folder == run.root:
            continue
        for path in images_in(folder):
            if path not in seen:
                run.add('coco.unlisted', run.name(path), 'no COCO file lists it')


class _File:
    """One file of instances or keypoints.

    Args:
        run: Where to report.
        file: The file.
        known: Names of categories by id, over all files.
    """

    def __init__(self, run: Inspection, file: CocoFile, *, known: dict[int, str]) -> None:
        self._run = run
        self._file = file
        self._name = run.name(file.path)
        self._known = known
        self._document: JsonDocument | None = None
        self._images: dict[int, _Image] = {}
        self._categories: dict[int, _Category] = {}
        self._annotations: set[int] = set()
        self._places: dict[int, str] = {}

    def read(self) -> None:
        """Check the records; annotations last, wherever they stand."""
        document = self._document = self._run.json_document(self._file.path)
        if document is None:
            return
        self._run.progress.begin(f'records of {self._name}', None)
        starts = array('q')
        for item in self._items(document):
            if item.key == 'images':
                self._image(item)
            elif item.key == 'categories':
                self._category(item)
            elif item.key == 'annotations' and item.place is not None:
                # Images and categories may follow: only where the record begins is kept.
                starts.append(item.start)
        for key in _LISTS:
            if key not in document.keys:
                self._run.add('coco.schema', self._name, f'it has no list {key!r}')
        for index, start in enumerate(starts):
            self._annotation(JsonItem('annotations', index, document.value(start), start))
            self._run.progress.step()
        for category in self._categories.values():
            self._run.counts.classes[category.name] += 0

    def pictures(self) -> Iterator[Picture]:
        """The images that are listed and exist."""
        names = [image.file_name for image in self._images.values()]
        folder = image_folder(self._run.root, self._file, names[:: max(len(names) // 20, 1)])
        taken: set[str] = set()
        for image in self._images.values():
            at = self._places[image.id]
            if image.file_name in taken:
                self._run.add(
                    'coco.file-twice', self._name, f'{image.file_name} is listed again', at=at
                )
                continue
            taken.add(image.file_name)
            path = self._run.located(folder, image.file_name, file=self._name, at=at)
            if path is not None:
                group = '' if image.episode is None else f'episode {image.episode}'
                size = (image.width, image.height)
                yield Picture(path, size, self._file.split, group)

    def _items(self, document: JsonDocument) -> Iterable[JsonItem]:
        try:
            yield from document.items()
        except JsonDamageError as error:
            self._run.add('json.damaged', self._name, error.reason, at=f'line {error.line}')

    def _at(self, item: JsonItem, below: str = '') -> str:
        assert self._document is not None
        return f'line {self._document.line(item.start)}, {item.path}{below}'

    def _image(self, item: JsonItem) -> None:
        try:
            image = _IMAGE.validate_python(item.value)
        except ValidationError as error:
            self._schema(item, error)
            return
        if image.id in self._images:
            self._run.add('coco.id-twice', self._name, f'id {image.id} again', at=self._at(item))
            return
        self._images[image.id] = image
        self._places[image.id] = self._at(item)

    def _category(self, item: JsonItem) -> None:
        try:
            category = _CATEGORY.validate_python(item.value)
        except ValidationError as error:
            self._schema(item, error)
            return
        at = self._at(item)
        if category.id in self._categories:
            self._run.add('coco.id-twice', self._name, f'id {category.id} again', at=at)
            return
        if category.id == 0:
            self._run.add('coco.id-zero', self._name, f'category {category.name} is 0', at=at)
        names = {other.name for other in self._categories.values()}
        other = self._known.setdefault(category.id, category.name)
        if category.name in names:
            self._run.add(
                'coco.category-name-twice', self._name, f'{category.name!r} again', at=at
            )
        elif other != category.name:
            message = f'{category.id} is {category.name!r} here and {other!r} in another file'
            self._run.add('coco.category-name-twice', self._name, message, at=at)
        count = len(category.keypoints or ())
        for bone in category.skeleton or ():
            if not all(1 <= joint <= count for joint in bone):
                self._run.add('coco.skeleton', self._name, f'{bone} of {count} keypoints', at=at)
        self._categories[category.id] = category

    def _annotation(self, item: JsonItem) -> None:
        try:
            found = _ANNOTATION.validate_python(item.value)
        except ValidationError as error:
            self._schema(item, error)
            return
        run, at = self._run, self._at(item)
        if found.id in self._annotations:
            run.add('coco.id-twice', self._name, f'id {found.id} again', at=at)
        self._annotations.add(found.id)
        if found.id == 0:
            run.add('coco.id-zero', self._name, 'the annotation has id 0', at=at)
        image = self._images.get(found.image_id)
        category = self._categories.get(found.category_id)
        if image is None:
            run.add('coco.no-image', self._name, f'there is no image {found.image_id}', at=at)
        if category is None:
            message = f'there is no category {found.category_id}'
            run.add('coco.no-category', self._name, message, at=at)
        else:
            run.counts.object(category.name)
        size = (image.width, image.height) if image else None
        for rule, message in check_object(found, size, fast=run.fast):
            run.add(rule, self._name, message, at=at)
        names = category.keypoints if category else None
        for rule, message in check_keypoints(found, names, size):
            run.add(rule, self._name, message, at=at)

    def _schema(self, item: JsonItem, error: ValidationError) -> None:
        for below, message in problems(error):
            self._run.add('coco.schema', self._name, message, at=self._at(item, below))

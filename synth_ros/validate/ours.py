"""The dataset folder that synth-ros generate and the recorder write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from synth_ros.config.output import FormatName
from synth_ros.errors import UsageError
from synth_ros.readers.coco_entries import (
    FORMAT,
    AnnotationEntry,
    CategoryEntry,
    DatasetHead,
    ImageEntry,
)
from synth_ros.readers.container import Root, open_root
from synth_ros.readers.layouts.coco import CocoFile
from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.json_items import JsonDamageError, JsonItem
from synth_ros.readers.shared import MODELS, PARTS, read_models, read_parts_list
from synth_ros.readers.split_file import read_splits
from synth_ros.schema.splits import SPLITS
from synth_ros.validate.base import Rule
from synth_ros.validate.coco_panoptic import PanopticFile
from synth_ros.validate.common import problems
from synth_ros.validate.inspection import Inspection, Picture
from synth_ros.validate.ours_frames import FrameFiles, object_faults
from synth_ros.validate.ours_store import check_episodes

IDENTITY, INDEX, PANOPTIC = 'dataset.json', 'annotations.json', 'panoptic.json'
RULES = (
    Rule(
        'ours.version',
        'error',
        f'the dataset has the format {FORMAT!r}',
        'Generate it again with this version, or read it with the version that made it '
        '(dataset.json names it).',
    ),
    Rule(
        'ours.unfinished',
        'error',
        'the dataset is finished: annotations.json is there',
        'Go on with it: synth-ros generate CONFIG --out DATASET --resume.',
    ),
    Rule(
        'ours.schema',
        'error',
        'records have the keys and types of docs/dataset.md',
        'Copy the file again, or let --resume write it again after you removed it.',
    ),
    Rule(
        'ours.reference',
        'error',
        'ids are unique; annotations are of images and categories that are listed',
        'Remove annotations.json and compose it again with --resume.',
    ),
    Rule(
        'ours.splits',
        'error',
        'splits.json has each episode once, and no others',
        'Deal the episodes again: synth-ros split DATASET --replace.',
    ),
)
_ADAPTERS: dict[
    str, TypeAdapter[ImageEntry] | TypeAdapter[AnnotationEntry] | TypeAdapter[CategoryEntry]
] = {
    'images': TypeAdapter(ImageEntry),
    'annotations': TypeAdapter(AnnotationEntry),
    'categories': TypeAdapter(CategoryEntry),
}
_HEAD = TypeAdapter(DatasetHead)


def check(run: Inspection) -> None:
    """Check identity, index, commit markers, and every file of every frame."""
    _identity(run)
    index = _Index(run)
    if is_file(run.root / INDEX):
        index.read()
    else:
        message = f'{INDEX} is missing'
        run.add('ours.unfinished', '.', message)
    _shared(run)
    root = open_root(run.root)
    if is_file(run.root / PANOPTIC):
        file = CocoFile(run.root / PANOPTIC, '', panoptic=True)
        PanopticFile(
            run,
            file,
            masks=lambda name, at: run.stored(root, f'panoptic/{name}', file=PANOPTIC, at=at),
        ).read()
    index.look(root)
    check_episodes(run, {image.episode for image in index.images.values()})
    for name in get_args(FormatName):
        if (run.root / name).is_dir():
            run.counts.notes.append(
                f'{name}/ is checked alone: synth-ros validate {run.root / name}'
            )


def _identity(run: Inspection) -> None:
    path = run.root / IDENTITY
    if not is_file(path):
        run.add('file.missing', IDENTITY, 'there is no such file')
        return
    stored = run.json(path)
    if isinstance(stored, dict):
        _version(run, stored.get('format'), IDENTITY, by=stored.get('version'))
    elif stored is not None:
        run.add('ours.schema', IDENTITY, 'it is no JSON object')


def _version(run: Inspection, found: object, file: str, *, by: object) -> None:
    if found != FORMAT:
        message = f'format is {found!r}, written by version {by!r}'
        run.add('ours.version', file, message, at='format')


def _shared(run: Inspection) -> None:
    """Files that speak for all frames."""
    try:
        for name, model in (read_models(run.root / MODELS) or {}).items():
            if model.mesh is not None:
                run.located(run.root, model.mesh, file=MODELS, at=f'{name}.mesh')
    except UsageError as error:
        run.add('ours.schema', MODELS, str(error)[:300])
    try:
        read_parts_list(run.root / PARTS)
    except UsageError as error:
        run.add('ours.schema', PARTS, str(error)[:300])


class _Index:
    """``annotations.json``.

    Attributes:
        images: By id.
    """

    def __init__(self, run: Inspection) -> None:
        self._run = run
        self.images: dict[int, ImageEntry] = {}
        self._categories: dict[int, CategoryEntry] = {}
        self._objects: defaultdict[int, list[AnnotationEntry]] = defaultdict(list)
        self._seen: set[int] = set()

    def read(self) -> None:
        """Check the records."""
        run = self._run
        document = run.json_document(run.root / INDEX)
        if document is None:
            return
        try:
            for item in document.items():
                at = f'line {document.line(item.start)}, {item.path}'
                self._take(item, at)
        except JsonDamageError as error:
            run.add('json.damaged', INDEX, error.reason, at=f'line {error.line}')
        for key in ('info', *_ADAPTERS):
            if key not in document.keys:
                run.add('ours.schema', INDEX, f'it has no {key!r}')
        for image_id, objects in self._objects.items():
            self._references(image_id, objects)
        for category in self._categories.values():
            run.counts.classes[category.name] += 0

    def look(self, root: Root) -> None:
        """Look at the files of all frames."""
        pictures = self._pictures(root)
        self._run.pictures(pictures, what='frames', total=len(self.images))

    def _take(self, item: JsonItem, at: str) -> None:
        try:
            if item.key == 'info':
                head = _HEAD.validate_python(item.value)
                _version(self._run, head.format, INDEX, by=head.version)
            elif item.key in _ADAPTERS and item.place is not None:
                self._keep(_ADAPTERS[item.key].validate_python(item.value), at)
        except ValidationError as error:
            for below, message in problems(error):
                self._run.add('ours.schema', INDEX, message, at=at + below)

    def _keep(self, record: ImageEntry | AnnotationEntry | CategoryEntry, at: str) -> None:
        if isinstance(record, AnnotationEntry):
            if record.id in self._seen:
                self._run.add('ours.reference', INDEX, f'id {record.id} again', at=at)
            self._seen.add(record.id)
            self._objects[record.image_id].append(record)
            return
        known = self.images if isinstance(record, ImageEntry) else self._categories
        if record.id in known:
            self._run.add('ours.reference', INDEX, f'id {record.id} again', at=at)
        if isinstance(record, ImageEntry):
            self.images[record.id] = record
        else:
            self._categories[record.id] = record

    def _references(self, image_id: int, objects: list[AnnotationEntry]) -> None:
        run, image = self._run, self.images.get(image_id)
        for item in objects:
            at = f'annotation {item.id}'
            if image is None:
                run.add('ours.reference', INDEX, f'there is no image {image_id}', at=at)
                continue
            category = self._categories.get(item.category_id)
            if category is None:
                message = f'there is no category {item.category_id}'
                run.add('ours.reference', INDEX, message, at=at)
            else:
                run.counts.object(category.name)
            for rule, message in object_faults(item, image):
                run.add(rule, INDEX, message, at=at)

    def _splits(self) -> Mapping[int, str]:
        """Split of each episode."""
        episodes = {image.episode for image in self.images.values()}
        try:
            found = read_splits(self._run.root, episodes)
        except UsageError as error:
            message = str(error).replace(f'{self._run.root}/', '')
            self._run.add('ours.splits', SPLITS, message[:300])
            return {}
        return found.split_of() if found else {}

    def _pictures(self, root: Root) -> Iterator[Picture]:
        run = self._run
        files = FrameFiles(run, self.images.values(), root=root)
        splits = self._splits()
        for image in sorted(self.images.values(), key=lambda entry: entry.key):
            path = files.path(image.file_name, at=image.stem)
            also = files.check_of(image, tuple(self._objects.get(image.id, ())))
            if path is None:
                run.counts.images += 1
                continue
            size = (image.width, image.height)
            split = splits.get(image.episode, '')
            yield Picture(path, size, split, f'episode {image.episode}', also)

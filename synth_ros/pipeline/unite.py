"""Whether datasets can become one, and which numbers their classes and parts get then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.geometry.shapes import MeshSource, ModelMesh
from synth_ros.pipeline.renumber import Change
from synth_ros.pipeline.stored import StoredDataset
from synth_ros.readers.shared import PARTS, RecordedModel, read_parts_list
from synth_ros.schema.records import PartRecord
from synth_ros.types import Category
from synth_ros.writers.base import DatasetInfo

# Numbers of a model come from its file by sums of a few steps.
_SAME = 1e-6
_SAME_MESH = 1e-4


class United(NamedTuple):
    """What the merged dataset is.

    Attributes:
        info: What it says of itself.
        changes: What is another number in it, for each source.
        notes: Which numbers change, a sentence each.
    """

    info: DatasetInfo
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def unite(sources: Sequence[StoredDataset]) -> United:
    """Match classes, parts and models by name.

    Classes keep the ids of the first dataset that has them, unless two would share one.

    Args:
        sources: In the order of the merged episodes.

    Raises:
        UsageError: They cannot be one dataset; lists every reason.
    """
    faults = [*_different_labels(sources), *_different_classes(sources)]
    faults += _different_models(sources)
    if faults:
        shown = '\n'.join(f'  {fault}' for fault in faults[:20])
        raise UsageError(f'These datasets cannot be merged, for {len(faults)} reasons:\n{shown}')
    categories = _categories(sources)
    ids = {category.name: category.class_id for category in categories}
    largest = max((c.class_id for c in categories if c.is_thing), default=0)
    parts = _parts(sources)
    changes = []
    for source, own in zip(sources, parts.own, strict=True):
        classes = {c.class_id: ids[c.name] for c in source.info.categories}
        numbers = {part.part_id: parts.ids[part.owner, part.name] for part in own}
        changes.append(Change(classes, numbers, parts.all, largest, source.name))
    return United(
        _info(sources, categories),
        tuple(changes),
        tuple(
            note
            for source, change in zip(sources, changes, strict=True)
            for note in _notes(source, change)
        ),
    )


class _FirstThatKnows:
    """Surfaces of models from several datasets; implements ``MeshSource``."""

    def __init__(self, sources: Iterable[MeshSource | None]) -> None:
        self._sources = tuple(source for source in sources if source is not None)

    def __call__(self, model_name: str) -> ModelMesh | None:
        """Of the first dataset that has it."""
        found = (source(model_name) for source in self._sources)
        return next((mesh for mesh in found if mesh is not None), None)


def _info(sources: Sequence[StoredDataset], categories: tuple[Category, ...]) -> DatasetInfo:
    first = sources[0].info
    together = hashlib.sha256()
    for source in sources:
        together.update(f'{source.info.config_hash} {source.info.seed}\n'.encode())
    seeds = {source.info.seed for source in sources}
    return first._replace(
        categories=categories,
        # That of no config: none makes this dataset.
        config_hash=together.hexdigest(),
        seed=first.seed if len(seeds) == 1 else 0,
        version='+'.join(sorted({source.info.version for source in sources})),
        renderer='+'.join(sorted({source.info.renderer for source in sources})),
        description=f'synth_ros dataset merged from {", ".join(s.name for s in sources)}',
        meshes=_FirstThatKnows(source.info.meshes for source in sources),
        sources=tuple(source.note for source in sources),
        selection=None,
    )


def _different_labels(sources: Sequence[StoredDataset]) -> Iterator[str]:
    first = sources[0]
    one = first.info
    for other in sources[1:]:
        two = other.info
        limits = [(d.info.min_pixels, d.info.min_visibility) for d in (first, other)]
        if limits[0] != limits[1]:
            yield (
                f'labels.min_pixels and min_visibility are {limits[0]} in {first.root} and '
                f'{limits[1]} in {other.root}: a missing label would mean two things.'
            )
        odd = sorted(set(one.annotations) ^ set(two.annotations))
        if odd:
            yield (
                f'{first.root} and {other.root} differ in the labels {", ".join(odd)}: one has '
                'them and the other has not.'
            )
        for name in ('depth', 'masks'):
            if getattr(first.options, name) != getattr(other.options, name):
                yield f'output.dataset.{name} differs in {first.root} and {other.root}.'


def _different_classes(sources: Sequence[StoredDataset]) -> Iterator[str]:
    seen: dict[str, tuple[Category, StoredDataset]] = {}
    for source in sources:
        for category in source.info.categories:
            before, where = seen.setdefault(category.name, (category, source))
            odd = [
                name
                for name in ('supercategory', 'is_thing', 'keypoints', 'skeleton')
                if getattr(before, name) != getattr(category, name)
            ]
            for name in odd:
                yield (
                    f'class {category.name}: {name} is {getattr(before, name)} in {where.root} '
                    f'and {getattr(category, name)} in {source.root}.'
                )


def _different_models(sources: Sequence[StoredDataset]) -> Iterator[str]:
    seen: dict[str, tuple[RecordedModel, StoredDataset]] = {}
    for source in sources:
        names = {c.class_id: c.name for c in source.info.categories}
        for name, model in source.models.items():
            before, where = seen.setdefault(name, (model, source))
            if where is source:
                continue
            first_names = {c.class_id: c.name for c in where.info.categories}
            same_class = first_names.get(before.class_id) == names.get(model.class_id)
            if not same_class or not _same_shape(before, model):
                yield (
                    f'model {name} is another one in {source.root} than in {where.root}: its '
                    'class, proportions, symmetries or keypoints differ. Rename the class or the '
                    'variant in one of the configs and generate again.'
                )
            elif not _same_mesh(_mesh(where, name), _mesh(source, name)):
                yield (
                    f'model {name} has another surface in {source.root} than in {where.root}. '
                    'Rename the class or the variant in one of the configs and generate again.'
                )


def _mesh(source: StoredDataset, model: str) -> ModelMesh | None:
    return None if source.info.meshes is None else source.info.meshes(model)


def _same_shape(one: RecordedModel, other: RecordedModel) -> bool:
    """Whether two models are one, at two sizes perhaps."""
    if [(p.name, p.kind) for p in one.keypoints] != [(p.name, p.kind) for p in other.keypoints]:
        return False
    first, second = _numbers(one), _numbers(other)
    return first.shape == second.shape and bool(np.allclose(first, second, rtol=0, atol=_SAME))


def _numbers(model: RecordedModel) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """All numbers of a model, lengths as shares of its longest edge."""
    scale = max(model.size_m)
    values: list[float] = [edge / scale for edge in model.size_m]
    for motion in (model.object_from_box, *model.symmetry.discrete):
        rows = np.array(motion, np.float64)
        rows[:3, 3] /= scale
        values += rows.ravel().tolist()
    for axis in model.symmetry.continuous:
        values += [*axis.axis, *(x / scale for x in axis.offset_m)]
    for point in model.keypoints:
        values += [x / scale for x in point.object_from_point_m]
    return np.array(values)


def _same_mesh(one: ModelMesh | None, other: ModelMesh | None) -> bool:
    """Whether two surfaces are one, at two sizes perhaps; what is not kept cannot differ."""
    if one is None or other is None:
        return True
    first, second = (mesh.vertices_m / max(size) for mesh, size in (one, other))
    return (
        first.shape == second.shape
        and np.array_equal(one.mesh.faces, other.mesh.faces)
        and bool(np.allclose(first, second, rtol=0, atol=_SAME_MESH))
    )


def _categories(sources: Sequence[StoredDataset]) -> tuple[Category, ...]:
    """All classes, each once: those of objects first, stuff beyond them."""
    found: dict[str, Category] = {}
    for source in sources:
        for category in source.info.categories:
            found.setdefault(category.name, category)
    every = found.values()
    things = _numbered([c for c in every if c.is_thing], first_free=1)
    top = max((c.class_id for c in things), default=0)
    stuff = _numbered([c for c in every if not c.is_thing], first_free=top + 1)
    return tuple(sorted([*things, *stuff], key=lambda category: category.class_id))


def _numbered(categories: Sequence[Category], *, first_free: int) -> list[Category]:
    """Classes with ids of their own; the first to ask for one keeps it."""
    taken: dict[int, Category] = {}
    homeless = []
    for category in categories:
        if category.class_id >= first_free and category.class_id not in taken:
            taken[category.class_id] = category
        else:
            homeless.append(category)
    # Ids that any source has are not given to another class: they would be mixed up.
    used = {category.class_id for category in categories}
    following = max([first_free - 1, *used, *taken]) + 1
    for number, category in enumerate(homeless, following):
        taken[number] = category._replace(class_id=number)
    return list(taken.values())


class _Parts(NamedTuple):
    """Parts of all sources: their new ids, what they mean together, and those of each source."""

    ids: dict[tuple[str, str], int]
    all: tuple[PartRecord, ...] | None
    own: tuple[tuple[PartRecord, ...], ...]


def _parts(sources: Sequence[StoredDataset]) -> _Parts:
    own = tuple(read_parts_list(source.root / PARTS) or () for source in sources)
    if 'parts' not in sources[0].info.annotations:
        return _Parts({}, None, tuple(() for _ in sources))
    ids: dict[tuple[str, str], int] = {}
    used: set[int] = set()
    following = max((part.part_id for parts in own for part in parts), default=0) + 1
    for parts in own:
        for part in parts:
            if (part.owner, part.name) in ids:
                continue
            number = part.part_id
            if number in used:
                number, following = following, following + 1
            ids[part.owner, part.name] = number
            used.add(number)
    listed = (PartRecord(part_id=n, owner=o, name=name) for (o, name), n in ids.items())
    return _Parts(ids, tuple(sorted(listed, key=lambda part: part.part_id)), own)


def _notes(source: StoredDataset, change: Change) -> Iterator[str]:
    names = {category.class_id: category.name for category in source.info.categories}
    pairs = [(old, new) for old, new in change.classes.items() if old != new]
    if pairs:
        shown = ', '.join(f'{names[old]} {old} -> {new}' for old, new in pairs)
        yield f'{source.root}: {len(pairs)} classes have other ids now: {shown}.'
    moved = sum(old != new for old, new in change.parts.items())
    if moved:
        yield f'{source.root}: {moved} parts have other ids now; parts.json lists them.'

"""What a bag says of the dataset that it can become again: a text beside its messages.

Topics carry frames. What a dataset says once for all of them (classes with their keypoints,
thresholds, how files are stored) lies in the bag's custom data under ``DATASET``; surfaces of
object models are files in the bag's folder.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from synth_ros.errors import UsageError
from synth_ros.schema.faults import first_fault
from synth_ros.schema.records import Count, Positive, Record, Share, Vector3
from synth_ros.types import Category

DATASET = 'synth_ros_dataset'
"""Key of the note in the bag's custom data."""
MESHES = 'meshes/meshes.json'
"""Lists the surfaces in the bag's folder: a ``MeshList``."""


class CategoryNote(Record):
    """As ``types.Category``."""

    class_id: Positive
    name: str
    supercategory: str
    is_thing: bool
    keypoints: tuple[str, ...]
    skeleton: tuple[tuple[Count, Count], ...]


class OptionsNote(Record):
    """How the dataset's files are stored; as in ``config.output.DatasetConfig``."""

    rgb_format: Literal['png', 'jpeg']
    jpeg_quality: Positive
    depth: bool
    masks: bool
    views_per_episode: Positive
    motion: Literal['views', 'sequence']
    container: Literal['folder', 'shards']


class DatasetNote(Record):
    """What is said once for a whole dataset; as ``writers.base.DatasetInfo``.

    Attributes:
        format: Version of the note.
        description: One line for people.
        version: Of synth_ros that made the frames.
        config_hash: Of the config that made them.
        seed: Of the config.
        renderer: As the dataset names it.
        annotations: What is switched on.
        min_pixels: Fewest visible pixels of a labelled object.
        min_visibility: Smallest visible share of one.
        cameras: Their names.
        categories: All classes.
        options: How files are stored.
        rgb_lossy: Whether colour was JPEG before it came into the bag.
    """

    format: Literal['synth_ros/dataset/1'] = 'synth_ros/dataset/1'
    description: str
    version: str
    config_hash: str
    seed: Count
    renderer: str
    annotations: tuple[str, ...]
    min_pixels: Count
    min_visibility: Share
    cameras: tuple[str, ...]
    categories: tuple[CategoryNote, ...]
    options: OptionsNote
    rgb_lossy: bool = False


class MeshNote(Record):
    """The surface of a model.

    Attributes:
        file: PLY, relative to the bag's folder.
        size_m: Edges of the 3D box at the size of that file.
    """

    file: str
    size_m: Vector3


class MeshList(Record):
    """All surfaces of a bag, by model name."""

    format: Literal['synth_ros/meshes/1'] = 'synth_ros/meshes/1'
    models: dict[str, MeshNote]


def category_note(category: Category) -> CategoryNote:
    """A class as a note."""
    return CategoryNote(
        class_id=category.class_id,
        name=category.name,
        supercategory=category.supercategory,
        is_thing=category.is_thing,
        keypoints=category.keypoints,
        skeleton=category.skeleton,
    )


def category_of(note: CategoryNote) -> Category:
    """The class of a note."""
    return Category(
        note.class_id,
        note.name,
        note.supercategory,
        note.is_thing,
        note.keypoints,
        note.skeleton,
    )


def read_note(text: str, where: str) -> DatasetNote:
    """The note of a bag.

    Args:
        text: JSON.
        where: Name of the bag, for messages.

    Raises:
        UsageError: It is damaged, or made by a later version.
    """
    try:
        return DatasetNote.model_validate_json(text)
    except ValidationError as error:
        raise _damaged(error, f'the note {DATASET} of {where}') from None


def read_meshes(text: bytes, where: str) -> MeshList:
    """The list of a bag's surfaces.

    Args:
        text: JSON.
        where: Name of the file, for messages.

    Raises:
        UsageError: It is damaged, or made by a later version.
    """
    try:
        return MeshList.model_validate_json(text)
    except ValidationError as error:
        raise _damaged(error, where) from None


def _damaged(error: ValidationError, what: str) -> UsageError:
    fault = first_fault(error, whole='the text')
    return UsageError(
        f'Cannot read {what}: {fault}. It is damaged, or a later version of '
        'synth_ros made it: then use that version.'
    )

"""A finished dataset as its writer left it, to be copied elsewhere without decoding a pixel.

Readers give what files mean; here are the files themselves, each held against its checksum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.config.labels import Annotation
from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.readers.container import open_root
from synth_ros.readers.dataset_index import IndexedCategory
from synth_ros.readers.meshes import RecordedMeshes, surface_files
from synth_ros.readers.shared import MODELS, read_models
from synth_ros.schema.faults import first_fault
from synth_ros.schema.shards import shard_of
from synth_ros.types import SampleKey
from synth_ros.writers.base import DatasetInfo, SourceNote
from synth_ros.writers.coco_index import (
    EPISODES,
    IDENTITY,
    INDEX,
    episode_path,
    parse_episode,
)
from synth_ros.writers.coco_records import FORMAT, EpisodeRecord, FrameRecord, ImageRecord

_CHECK = 'Check it with "sha256sum --quiet -c SHA256SUMS" in its folder.'


class StoredFrame(NamedTuple):
    """One frame as it lies on the disk.

    Attributes:
        key: Which frame.
        record: Its share of the index.
        labels: Its line of structured labels.
        provenance: How it was made, JSON.
    """

    key: SampleKey
    record: FrameRecord
    labels: str
    provenance: str


class DrawnScene(NamedTuple):
    """Which scene an episode shows.

    Attributes:
        scenario: Name of the scenario it was drawn from; empty if it does not say.
        drawn: Config hash, seed and episode number that decide all draws; ``None`` if it does not
            say.
    """

    scenario: str
    drawn: tuple[str, int, int] | None


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')


class _Source(_Entry):
    dataset: str
    config_hash: str
    seed: int
    version: str
    renderer: str
    episodes: int


class _Thresholds(_Entry):
    min_pixels: int
    min_visibility: float


class _Options(_Entry):
    """Those of ``output.dataset`` that say which files there are."""

    rgb_format: Literal['png', 'jpeg']
    jpeg_quality: int
    depth: bool
    masks: bool
    views_per_episode: int
    motion: Literal['views', 'sequence']
    container: Literal['folder', 'shards'] = 'folder'
    formats: tuple[str, ...] = ()


class _Identity(_Entry):
    description: str
    format: str
    version: str
    config_hash: str
    seed: int
    renderer: str
    labels: tuple[Annotation, ...]
    thresholds: _Thresholds
    options: _Options
    categories: tuple[IndexedCategory, ...]
    panoptic_categories: tuple[IndexedCategory, ...]
    sources: tuple[_Source, ...] = ()


class StoredDataset:
    """A finished dataset.

    Args:
        root: Its folder.

    Raises:
        UsageError: There is no finished dataset, or it does not say what it is.

    Attributes:
        root: Its folder.
        info: What it is.
        models: What ``models.json`` says.
        options: Which files it has, and how they were written; no further formats.
        formats: Folders of further formats that were generated with it.
        episodes: Numbers of all episodes, ascending.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        identity = _read_identity(self.root)
        models = read_models(self.root / MODELS)
        meshes = None if models is None else RecordedMeshes(self.root, surface_files(models))
        self.info = _info(identity)._replace(meshes=meshes)
        self.models = models or {}
        self.options = DatasetConfig(**identity.options.model_dump(exclude={'formats'}))
        self.formats = identity.options.formats
        self.episodes = tuple(
            sorted(int(path.stem) for path in (self.root / EPISODES).glob('[0-9]*.json'))
        )
        if not self.episodes:
            raise UsageError(f'{self.root} has no episodes: {EPISODES} is empty.')

    @property
    def name(self) -> str:
        """Of the folder."""
        return self.root.resolve().name

    @property
    def note(self) -> SourceNote:
        """What datasets made from this one say of it."""
        info = self.info
        return SourceNote(
            dataset=self.name,
            config_hash=info.config_hash,
            seed=info.seed,
            version=info.version,
            renderer=info.renderer,
            episodes=len(self.episodes),
        )

    def marker(self, number: int) -> EpisodeRecord:
        """What an episode says of itself: its files, and its share of the index.

        Raises:
            UsageError: It is missing or damaged.
        """
        path = self.root / episode_path(number)
        try:
            return parse_episode(path.read_bytes())
        except (OSError, ValueError) as error:
            raise UsageError(f'{path} cannot be read: {error}. {_CHECK}') from None

    def episode(self, number: int) -> StoredEpisode:
        """One episode.

        Raises:
            UsageError: It is missing or damaged.
        """
        return StoredEpisode(self, number)


class StoredEpisode:
    """One episode of a finished dataset.

    Args:
        dataset: The dataset.
        number: Of the episode.

    Raises:
        UsageError: A file of it is missing or damaged.

    Attributes:
        number: Of the episode.
        marker: What it says of itself.
    """

    def __init__(self, dataset: StoredDataset, number: int) -> None:
        self.number = number
        self.marker = dataset.marker(number)
        self._folder = dataset.root
        self._root = open_root(dataset.root)
        self._sums = {entry['path']: entry['sha256'] for entry in self.marker['files']}
        self._checked: set[str] = set()

    def frames(self) -> Iterator[StoredFrame]:
        """All frames in key order; pixels are read by ``files_of``.

        Raises:
            UsageError: The files of labels or provenance are damaged.
        """
        records = self.marker['frames']
        if not records:
            return
        first = records[0]['image']
        # As bytes: some characters that JSON leaves as they are end a line of text.
        lines = self.read(first['labels_file']).splitlines()
        if len(lines) != len(records):
            raise UsageError(
                f'{self._root / first["labels_file"]} has {len(lines)} lines, but its episode has '
                f'{len(records)} frames. {_CHECK}'
            )
        made = self._provenance(first['provenance_file'])
        for record, line in zip(records, lines, strict=True):
            key = _key(record['image'])
            yield StoredFrame(key, record, line.decode('utf-8'), made[key.stem])

    def scenario(self) -> str:
        """Name of the scenario it was drawn from; empty if it does not say.

        Raises:
            UsageError: Its provenance is damaged.
        """
        return self.scene().scenario

    def scene(self) -> DrawnScene:
        """Which scene it shows, as its provenance tells.

        Raises:
            UsageError: The provenance is damaged.
        """
        frames = self.marker['frames']
        made = self._provenance(frames[0]['image']['provenance_file']) if frames else {}
        record = json.loads(next(iter(made.values()), '{}'))
        scene = record.get('scene')
        if not isinstance(scene, dict):
            return DrawnScene('', None)
        name = str(scene.get('scenario', ''))
        hashed, seed, episode = record.get('config_hash'), record.get('seed'), scene.get('episode')
        if hashed is None or seed is None or episode is None:
            return DrawnScene(name, None)
        return DrawnScene(name, (str(hashed), int(seed), int(episode)))

    def files_of(self, record: FrameRecord) -> dict[str, bytes]:
        """The files of one frame alone, by path relative to the dataset.

        Raises:
            UsageError: One is missing or damaged.
        """
        return {path: self.read(path) for path in own_files(record['image'])}

    def read(self, path: str) -> bytes:
        """A file of the episode, held against its checksum, or that of the shard it lies in.

        Raises:
            UsageError: It is missing or damaged.
        """
        try:
            data = (self._root / path).read_bytes()
            self._check(path, data)
        except OSError as error:
            raise UsageError(
                f'Cannot read {self._root / path}: {error.strerror}. {_CHECK}'
            ) from None
        return data

    def _check(self, path: str, data: bytes) -> None:
        """Hold what was read against the marker; a shard is read once."""
        if path in self._sums:
            found = hashlib.sha256(data).hexdigest()
        else:
            path = shard_of(path)
            if path in self._checked:
                return
            with (self._folder / path).open('rb') as file:
                found = hashlib.file_digest(file, 'sha256').hexdigest()
        if self._sums.get(path) != found:
            raise UsageError(
                f'{self._folder / path} is damaged: its checksum is not the one in '
                f'{episode_path(self.number)}. {_CHECK}'
            )
        self._checked.add(path)

    def _provenance(self, path: str) -> dict[str, str]:
        """How each frame was made, as JSON, by stem."""
        try:
            stored = json.loads(self.read(path))
            return {
                stem: json.dumps({**stored['common'], **own}, sort_keys=True)
                for stem, own in stored['frames'].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f'{self._folder / path} is damaged: {error!r}. {_CHECK}') from None


def own_files(image: ImageRecord) -> list[str]:
    """Paths of the files that belong to one image alone."""
    names = (
        image['file_name'],
        image['depth_file'],
        image['instance_mask_file'],
        image['semantic_mask_file'],
        image['part_mask_file'],
        image['panoptic_file'],
        image['layers_file'],
    )
    return [name for name in names if name]


def _key(image: ImageRecord) -> SampleKey:
    return SampleKey(image['episode'], image['view'], image['camera'])


def _read_identity(root: Path) -> _Identity:
    path = root / IDENTITY
    if not root.is_dir():
        raise UsageError(f'There is no folder {root}. Give the folder of a dataset.')
    if not path.is_file():
        raise UsageError(
            f'{root} is not a synth_ros dataset: it has no {IDENTITY}. Bags and other formats '
            'become one by synth-ros convert.'
        )
    try:
        identity = _Identity.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except ValidationError as error:
        fault = first_fault(error, whole='the file')
        raise UsageError(f'{path} is damaged, at {fault}. {_CHECK}') from None
    if identity.format != FORMAT:
        raise UsageError(
            f'{path} has the format {identity.format!r}, expected {FORMAT!r}: it was made by '
            'another version of synth_ros. Use that version, or generate it again.'
        )
    if not (root / INDEX).is_file():
        raise UsageError(
            f'{root} is unfinished: it has no {INDEX}. Go on with synth-ros generate ... --resume.'
        )
    return identity


def _info(identity: _Identity) -> DatasetInfo:
    points = {entry.id: entry for entry in identity.categories}
    return DatasetInfo(
        categories=tuple(
            points.get(entry.id, entry).category() for entry in identity.panoptic_categories
        ),
        config_hash=identity.config_hash,
        seed=identity.seed,
        version=identity.version,
        renderer=identity.renderer,
        description=identity.description,
        annotations=identity.labels,
        min_pixels=identity.thresholds.min_pixels,
        min_visibility=identity.thresholds.min_visibility,
        sources=tuple(SourceNote(**source.model_dump()) for source in identity.sources),
    )

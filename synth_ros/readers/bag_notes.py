"""What a bag says of its frames and of the dataset that it can become."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.meshes import RecordedMeshes, SurfaceFile
from synth_ros.readers.origin import Origin, annotations_named
from synth_ros.readers.recording import Thresholds
from synth_ros.readers.stored_options import StoredOptions
from synth_ros.schema.bag_note import DATASET, MESHES, DatasetNote, read_meshes, read_note


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')


class _Head(_Read):
    """What is needed of an annotations message to find it again."""

    stamp_ns: int
    episode: int
    view: int
    camera: str


class AnnotationsHead(_Read):
    """An annotations message without the labels."""

    session: str
    run: int
    frame: _Head
    provenance: str = ''
    dataset_stamp_ns: int | None = None


class _Thresholds(_Read):
    min_pixels: int
    min_visibility: float


class Made(_Read):
    """What is needed of the provenance of a frame."""

    config_hash: str = ''
    seed: int = 0
    renderer: str = ''
    synth_ros: str = ''
    thresholds: _Thresholds | None = None

    def limits(self) -> Thresholds | None:
        """From which size instances were labelled."""
        found = self.thresholds
        return None if found is None else Thresholds(found.min_pixels, found.min_visibility)


def read_made(provenance_json: str) -> Made:
    """What the provenance says; nothing if it is missing or not ours."""
    try:
        return Made.model_validate_json(provenance_json or '{}')
    except ValidationError:
        return Made()


def note_in(custom: Mapping[str, str], path: Path) -> DatasetNote | None:
    """What a bag says of the dataset that it can become; ``None`` if it was recorded plainly.

    Args:
        custom: Texts of the bag.
        path: Its folder.

    Raises:
        UsageError: It is damaged.
    """
    text = custom.get(DATASET)
    return None if text is None else read_note(text, str(path))


def limits_of(note: DatasetNote) -> Thresholds:
    """From which size instances were labelled."""
    return Thresholds(note.min_pixels, note.min_visibility)


def meshes_in(path: Path) -> RecordedMeshes | None:
    """Surfaces of models in a bag's folder; ``None`` if there are none.

    Raises:
        UsageError: Their list is damaged.
    """
    listed = path / MESHES
    try:
        data = listed.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f'Cannot read {listed}: {error.strerror}.') from None
    models = read_meshes(data, str(listed)).models
    return RecordedMeshes(
        path, {name: SurfaceFile(model.file, model.size_m) for name, model in models.items()}
    )


def noted_origin(note: DatasetNote, found: Origin) -> Origin:
    """What made a bag, by its own word.

    Args:
        note: That.
        found: What its frames tell.
    """
    options = note.options
    return Origin(
        version=note.version,
        description=note.description,
        annotations=annotations_named(note.annotations),
        cameras=note.cameras,
        # Encoded once more, JPEG would lose once more.
        rgb_format='png' if note.rgb_lossy else options.rgb_format,
        depth=options.depth and found.depth,
        masks=found.masks,
        stored=StoredOptions(
            jpeg_quality=options.jpeg_quality,
            views_per_episode=options.views_per_episode,
            motion=options.motion,
            container=options.container,
        ),
        keeps_container=True,
        renderer=note.renderer,
    )

"""NDDS and DOPE: a JSON file beside each image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from synth_ros.readers.layouts.folders import files_below, folders_in, listed, split_of, with_stem

CAMERA_SETTINGS, OBJECT_SETTINGS = '_camera_settings.json', '_object_settings.json'

Two = Annotated[list[float], Field(min_length=2, max_length=2)]
Three = Annotated[list[float], Field(min_length=3, max_length=3)]
Four = Annotated[list[float], Field(min_length=4, max_length=4)]


class NddsFile(NamedTuple):
    """An annotated image.

    Attributes:
        path: The JSON file.
        image: The image; ``None`` if it is missing.
        split: Its split; empty if there are none.
    """

    path: Path
    image: Path | None
    split: str


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')


class _Intrinsics(_Record):
    fx: float
    fy: float
    cx: float
    cy: float


class NddsCamera(_Record):
    """``camera_data``."""

    width: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    height: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    intrinsics: _Intrinsics | None = None


class _Bounds(_Record):
    top_left: Two
    bottom_right: Two


class NddsObject(_Record):
    """An item of ``objects``; lengths are centimetres in NDDS."""

    class_name: Annotated[str, Field(alias='class', min_length=1)]
    visibility: float | None = None
    location: Three | None = None
    quaternion_xyzw: Four | None = None
    projected_cuboid: list[Two] | None = None
    projected_cuboid_centroid: Two | None = None
    bounding_box: _Bounds | None = None


CAMERA, OBJECT = TypeAdapter(NddsCamera), TypeAdapter(NddsObject)


def looks_like_ndds(root: Path) -> str:
    """Why a folder is of this kind; empty if it is not."""
    for folder in (root, *folders_in(root)):
        if (folder / CAMERA_SETTINGS).is_file() or (folder / OBJECT_SETTINGS).is_file():
            return f'{CAMERA_SETTINGS} or {OBJECT_SETTINGS} is there'
        samples = [path for path in listed(folder) if path.suffix == '.json'][:5]
        for path in samples:
            try:
                data = path.read_bytes()[:200_000]
            except OSError:
                continue
            if b'"camera_data"' in data and b'"objects"' in data:
                return f'{path.relative_to(root)} has camera_data and objects'
    return ''


def files_of(root: Path) -> Iterator[NddsFile]:
    """All annotation files, sorted; settings are left out."""
    for path in files_below(root, '.json'):
        if path.name.startswith('_') or path.name in {'conversion.json', 'classes.json'}:
            continue
        parts = path.relative_to(root).parts[:-1]
        split = split_of(parts[0]) if parts else ''
        yield NddsFile(path, with_stem(path.parent, path.stem), split)

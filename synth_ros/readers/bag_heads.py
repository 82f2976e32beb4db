"""What a bag's recording needs of its annotations messages before it reads one in full."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.readers.recording import Thresholds


class _Head(BaseModel):
    """What is needed of an annotations message to find it again."""

    model_config = ConfigDict(frozen=True, extra='ignore')

    stamp_ns: int
    episode: int
    view: int
    camera: str


class AnnotationsHead(BaseModel):
    """Which frame a message is of, and how it was made."""

    model_config = ConfigDict(frozen=True, extra='ignore')

    session: str
    run: int
    frame: _Head
    provenance: str = ''


class _Thresholds(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')

    min_pixels: int
    min_visibility: float


class Made(BaseModel):
    """What is needed of the provenance of a frame."""

    model_config = ConfigDict(frozen=True, extra='ignore')

    config_hash: str = ''
    seed: int = 0
    renderer: str = ''
    synth_ros: str = ''
    thresholds: _Thresholds | None = None

    def limits(self) -> Thresholds | None:
        """From which size instances were labelled; ``None`` if it does not say."""
        found = self.thresholds
        return None if found is None else Thresholds(found.min_pixels, found.min_visibility)


def read_made(provenance_json: str) -> Made:
    """What the provenance says; nothing if it is missing or not ours."""
    try:
        return Made.model_validate_json(provenance_json or '{}')
    except ValidationError:
        return Made()

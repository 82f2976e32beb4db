"""What a bag holds, from its ``metadata.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.errors import UsageError


class BagTopicSummary(NamedTuple):
    """One topic of a bag."""

    name: str
    type_name: str
    messages: int


class BagSummary(NamedTuple):
    """One bag.

    Attributes:
        path: Its folder.
        topics: By name.
        message_count: All messages.
        duration_ns: From the first to the last message.
        size_bytes: Of all its files.
        custom_data: What the recorder noted.
    """

    path: Path
    topics: tuple[BagTopicSummary, ...]
    message_count: int
    duration_ns: int
    size_bytes: int
    custom_data: Mapping[str, str]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='ignore')


class _Topic(_Record):
    name: str
    type: str


class _Counted(_Record):
    topic_metadata: _Topic
    message_count: int


class _Duration(_Record):
    nanoseconds: int


class _Information(_Record):
    message_count: int
    duration: _Duration
    topics_with_message_count: tuple[_Counted, ...]
    custom_data: dict[str, str] | None = None


class _Metadata(_Record):
    rosbag2_bagfile_information: _Information


def read_bag_summary(path: Path) -> BagSummary:
    """Read what a bag says of itself.

    Args:
        path: The bag's folder.

    Raises:
        UsageError: It is no bag, unfinished, or its metadata are damaged.
    """
    path = Path(path)
    file = path / 'metadata.yaml'
    try:
        text = file.read_text(encoding='utf-8')
    except OSError as error:
        unfinished = path.is_dir() and any(path.glob('*.mcap'))
        advice = (
            f'It was not closed: run synth-ros recover {path} first.'
            if unfinished
            else 'Give the folder of a rosbag2 recording.'
        )
        raise UsageError(f'Cannot read {file}: {error.strerror}. {advice}') from None
    try:
        info = _Metadata.model_validate(yaml.safe_load(text)).rosbag2_bagfile_information
    except (yaml.YAMLError, ValidationError) as error:
        raise UsageError(f'{file} is no rosbag2 metadata: {error}') from None
    topics = (
        BagTopicSummary(t.topic_metadata.name, t.topic_metadata.type, t.message_count)
        for t in info.topics_with_message_count
    )
    return BagSummary(
        path=path,
        topics=tuple(sorted(topics)),
        message_count=info.message_count,
        duration_ns=info.duration.nanoseconds,
        size_bytes=sum(p.stat().st_size for p in path.iterdir() if p.is_file()),
        custom_data=info.custom_data or {},
    )

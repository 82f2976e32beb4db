"""What a bag holds, from its ``metadata.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from synth_ros.errors import UsageError
from synth_ros.schema.bag_files import LOSS, REPEATED
from synth_ros.schema.faults import first_fault

_AGAIN = 'Write it again: remove it and run synth-ros recover on the folder.'


class LossProof(BaseModel):
    """What became of a topic's messages, by the numbers that the middleware gave them.

    Attributes:
        received: Messages received.
        lost: Messages that were sent while recording and never came.
        before: Messages that were sent before recording began.
        provable: Whether the numbers prove it.
    """

    model_config = ConfigDict(frozen=True, extra='ignore')

    received: int
    lost: int
    before: int
    provable: bool


class BagTopicSummary(NamedTuple):
    """One topic of a bag.

    Attributes:
        name: Topic name.
        type_name: Message type.
        messages: Messages in the bag.
        proof: The recorder's count; None in bags of other recorders.
        repeated: How many of the messages stand in the bag a second time, at the start of a file.
    """

    name: str
    type_name: str
    messages: int
    proof: LossProof | None
    repeated: int = 0

    @property
    def lost(self) -> int:
        """Messages known to be missing: lost on the way, or received and not in the bag."""
        if self.proof is None:
            return 0
        written = self.messages - self.repeated
        return self.proof.lost + max(self.proof.received - written, 0)

    @property
    def proven(self) -> bool:
        """Whether it is proven that none is missing."""
        return self.proof is not None and self.proof.provable and self.lost == 0


class BagSummary(NamedTuple):
    """One bag.

    Attributes:
        path: Its folder.
        topics: By name.
        message_count: All messages.
        duration_ns: From the first to the last message.
        size_bytes: Of all its files.
        custom_data: What the recorder noted, proof and repeated messages aside.
    """

    path: Path
    topics: tuple[BagTopicSummary, ...]
    message_count: int
    duration_ns: int
    size_bytes: int
    custom_data: Mapping[str, str]

    @property
    def lost(self) -> int:
        """Messages known to be missing."""
        return sum(topic.lost for topic in self.topics)

    @property
    def unproven(self) -> tuple[str, ...]:
        """Topics of which nothing is known to be missing, without proof."""
        return tuple(t.name for t in self.topics if t.lost == 0 and not t.proven)


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


_PROOFS = TypeAdapter(dict[str, LossProof])
_REPEATS = TypeAdapter(dict[str, int])


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
        custom = dict(info.custom_data or {})
        proofs = _PROOFS.validate_json(custom.pop(LOSS, '{}'))
        repeats = _REPEATS.validate_json(custom.pop(REPEATED, '{}'))
    except ValidationError as error:
        raise UsageError(
            f'{file} is no rosbag2 metadata: {first_fault(error)}. {_AGAIN}'
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = ' '.join(str(error).split())
        raise UsageError(f'{file} is no YAML: {reason}. {_AGAIN}') from None
    topics = (
        BagTopicSummary(
            name=t.topic_metadata.name,
            type_name=t.topic_metadata.type,
            messages=t.message_count,
            proof=proofs.get(t.topic_metadata.name),
            repeated=repeats.get(t.topic_metadata.name, 0),
        )
        for t in info.topics_with_message_count
    )
    return BagSummary(
        path=path,
        topics=tuple(sorted(topics, key=lambda topic: topic.name)),
        message_count=info.message_count,
        duration_ns=info.duration.nanoseconds,
        size_bytes=sum(p.stat().st_size for p in path.iterdir() if p.is_file()),
        custom_data=custom,
    )

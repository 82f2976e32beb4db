"""What rosbag2 wants to know about a bag: topics, QoS and ``metadata.yaml`` version 9."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import yaml

from synth_ros.writers.mcap_file import Contents

INFINITE_NS = 2**63 - 1
"""A duration without end, as ROS writes it."""


class QosProfile(NamedTuple):
    """The quality of service that one publisher offers; names as in rosbag2."""

    history: Literal['keep_last', 'keep_all', 'system_default', 'unknown'] = 'keep_last'
    depth: int = 10
    reliability: Literal['reliable', 'best_effort', 'system_default', 'unknown'] = 'reliable'
    durability: Literal['volatile', 'transient_local', 'system_default', 'unknown'] = 'volatile'
    liveliness: Literal['automatic', 'manual_by_topic', 'system_default', 'unknown'] = 'automatic'
    deadline_ns: int = INFINITE_NS
    lifespan_ns: int = INFINITE_NS
    liveliness_lease_ns: int = INFINITE_NS


LATCHED = QosProfile(depth=1, durability='transient_local')
"""What ``/tf_static``, ``robot_description`` and label tables offer."""


class BagTopic(NamedTuple):
    """A topic to record.

    Attributes:
        name: Absolute name.
        type_name: Such as ``sensor_msgs/msg/Image``.
        definition: The full definition text, dependencies included, as ``ros2msg``.
        type_hash: ``RIHS01_...``, or an empty string.
        qos: One profile for each publisher.
    """

    name: str
    type_name: str
    definition: str
    type_hash: str
    qos: tuple[QosProfile, ...] = (QosProfile(),)


def qos_yaml(topic: BagTopic) -> str:
    """The offered profiles as a channel's metadata holds them."""
    return _dump([_qos(profile) for profile in topic.qos]).strip()


class FileSummary(NamedTuple):
    """What one file of a bag holds.

    Attributes:
        name: Its name.
        counts: Messages by channel.
        first_ns: Earliest log time; 0 without messages.
        last_ns: Latest log time; 0 without messages.
    """

    name: str
    counts: Mapping[int, int]
    first_ns: int
    last_ns: int

    @property
    def message_count(self) -> int:
        """All messages."""
        return sum(self.counts.values())


def file_summary(name: str, contents: Contents) -> FileSummary:
    """What a file holds.

    Args:
        name: Of the file.
        contents: What was written to it.
    """
    return FileSummary(name, dict(contents.counts), contents.first_ns, contents.last_ns)


def metadata_yaml(
    topics: Mapping[int, BagTopic],
    files: Sequence[FileSummary],
    *,
    custom_data: Mapping[str, str],
    ros_distro: str,
) -> str:
    """The text of ``metadata.yaml``, which rosbag2 reads before the files themselves.

    Args:
        topics: By channel id, in the order of their appearance.
        files: What is in the files, in their order; at least one.
        custom_data: Free texts.
        ros_distro: Name of the ROS distribution.
    """
    counts = Counter[int]()
    for file in files:
        counts.update(file.counts)
    full = [file for file in files if file.message_count]
    whole = FileSummary(
        name='',
        counts=counts,
        first_ns=min((file.first_ns for file in full), default=0),
        last_ns=max((file.last_ns for file in full), default=0),
    )
    counted = [
        {
            'topic_metadata': {
                'name': topic.name,
                'type': topic.type_name,
                'serialization_format': 'cdr',
                'offered_qos_profiles': [_qos(profile) for profile in topic.qos],
                'type_description_hash': topic.type_hash,
            },
            'message_count': counts[channel],
        }
        for channel, topic in topics.items()
    ]
    information = {
        'version': 9,
        'storage_identifier': 'mcap',
        'duration': _span(whole)['duration'],
        'starting_time': _span(whole)['starting_time'],
        'message_count': whole.message_count,
        'topics_with_message_count': counted,
        'compression_format': '',
        'compression_mode': '',
        'relative_file_paths': [file.name for file in files],
        'files': [
            {'path': file.name, **_span(file), 'message_count': file.message_count}
            for file in files
        ],
        'custom_data': dict(custom_data) or None,
        'ros_distro': ros_distro,
    }
    return _dump({'rosbag2_bagfile_information': information})


def _span(file: FileSummary) -> dict[str, dict[str, int]]:
    """When a file begins and how long it is."""
    start = file.first_ns if file.message_count else INFINITE_NS
    return {
        'starting_time': {'nanoseconds_since_epoch': start},
        'duration': {'nanoseconds': file.last_ns - file.first_ns},
    }


def topic_from_channel(
    name: str, type_name: str, *, definition: str, texts: Mapping[str, str]
) -> BagTopic:
    """A topic as a recorded channel describes it.

    Args:
        name: Topic name.
        type_name: Message type.
        definition: Its definition.
        texts: The channel's metadata.
    """
    profiles = yaml.safe_load(texts.get('offered_qos_profiles', '')) or []
    return BagTopic(
        name, type_name, definition, texts.get('topic_type_hash', ''), tuple(map(_parse, profiles))
    )


class _Plain(yaml.SafeDumper):
    """Writes repeated values in full: rosbag2's reader knows no YAML anchors."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _dump(value: object) -> str:
    text: str = yaml.dump(value, Dumper=_Plain, sort_keys=False, width=1000)
    return text


def _qos(profile: QosProfile) -> dict[str, object]:
    return {
        'history': profile.history,
        'depth': profile.depth,
        'reliability': profile.reliability,
        'durability': profile.durability,
        'deadline': _duration(profile.deadline_ns),
        'lifespan': _duration(profile.lifespan_ns),
        'liveliness': profile.liveliness,
        'liveliness_lease_duration': _duration(profile.liveliness_lease_ns),
        'avoid_ros_namespace_conventions': False,
    }


def _parse(values: Mapping[str, object]) -> QosProfile:
    times = {
        'deadline_ns': _nanoseconds(values['deadline']),
        'lifespan_ns': _nanoseconds(values['lifespan']),
        'liveliness_lease_ns': _nanoseconds(values['liveliness_lease_duration']),
    }
    kept = {key: values[key] for key in QosProfile._fields if key in values}
    return QosProfile(**kept, **times)  # type: ignore[arg-type]


def _duration(nanoseconds: int) -> dict[str, int]:
    sec, nsec = divmod(nanoseconds, 10**9)
    return {'sec': sec, 'nsec': nsec}


def _nanoseconds(value: object) -> int:
    assert isinstance(value, dict)
    return int(value['sec']) * 10**9 + int(value['nsec'])

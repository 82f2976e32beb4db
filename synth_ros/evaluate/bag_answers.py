"""What a stack said, out of the topics of a bag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.evaluate import messages
from synth_ros.evaluate.answers import Kind, Taker
from synth_ros.evaluate.types import FoundFrame
from synth_ros.readers.bag_index import BagIndex, Place

TYPES: dict[str, Kind] = {
    'vision_msgs/msg/Detection2DArray': 'boxes',
    'vision_msgs/msg/Detection3DArray': 'solids',
    'geometry_msgs/msg/PoseStamped': 'poses',
    'geometry_msgs/msg/PoseArray': 'poses',
    'sensor_msgs/msg/Image': 'semantic',
}
"""Kinds of answers by message type."""


class BagAnswers:
    """Answers in the topics of a bag, by stamp.

    Args:
        path: The bag.
        topics: Topics to read; at most one of boxes, one of poses and one of masks.

    Raises:
        NotFoundError: A topic is not in the bag.
        UsageError: It is no bag, or a topic has a type that is no answer.

    Attributes:
        kinds: Kind of each topic: as in ``answers.Kind``.
    """

    def __init__(self, path: Path, topics: Sequence[str]) -> None:
        self._index = BagIndex(path)
        self.kinds: dict[str, Kind] = {}
        self._places: dict[str, dict[int, Place]] = {}
        try:
            for topic in topics:
                self._add(topic)
        except BaseException:
            self.close()
            raise

    def _add(self, topic: str) -> None:
        known = self._index.types
        if topic not in known:
            raise NotFoundError(
                'topic', topic, available=sorted(known), where=str(self._index.path)
            )
        kind = TYPES.get(known[topic])
        if kind is None:
            raise UsageError(
                f'Topic {topic} has type {known[topic]}. Give topics of these types: '
                f'{", ".join(TYPES)}.'
            )
        said = 'poses' if kind == 'solids' else kind
        if said in {'poses' if k == 'solids' else k for k in self.kinds.values()}:
            raise UsageError(
                f'Topic {topic} is the second one with {said}. Evaluate one of each kind.'
            )
        self.kinds[topic] = kind
        stamped = self._index.stamped.get(topic)
        if stamped is None:
            # Types with a header that readers have no use for otherwise.
            stamped = {}
            for place in self._index.plain.get(topic, ()):
                stamp = messages.stamp_of(self._index.read(topic, place))
                stamped.setdefault(stamp, place)
        self._places[topic] = stamped

    def stamps(self, topic: str) -> Mapping[int, int]:
        """When each answer was logged, nanoseconds, by its stamp."""
        return {stamp: place.log_ns for stamp, place in self._places[topic].items()}

    def begun(self, camera: str) -> Mapping[int, int]:
        """When the first message of each frame of a camera was logged, nanoseconds, by its stamp.

        Empty for a bag that holds no such messages.
        """
        ending = f'{camera}/color/camera_info'
        topics = [topic for topic in self._index.stamped if topic.endswith(ending)]
        if len(topics) != 1:
            return {}
        return {stamp: place.log_ns for stamp, place in self._index.stamped[topics[0]].items()}

    def read(self, answers: Mapping[str, int], taker: Taker) -> FoundFrame:
        """What was said of a frame.

        Args:
            answers: Stamp of the answer of each topic that has one.
            taker: Takes it in.

        Raises:
            UsageError: A message is damaged.
        """
        found = FoundFrame()
        for topic, stamp in sorted(answers.items()):
            message = self._index.read(topic, self._places[topic][stamp])
            found = taker.take(self.kinds[topic], message, found)
        return found

    def close(self) -> None:
        """Close its files."""
        self._index.close()

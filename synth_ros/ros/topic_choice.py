"""Which topics are recorded besides those of the config: by name, by pattern, or all."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import NamedTuple

_WILD = frozenset('*?[')
# Of every program in the graph: recorded only where they are named.
_EVERYWHERE = ('/rosout', '/parameter_events')


class TopicChoice(NamedTuple):
    """What a user asks for.

    In patterns ``*`` stands for any text, slashes included, ``?`` for one letter, ``[ab]`` for one
    of several.

    Attributes:
        patterns: Names and patterns of topics to record.
        everything: Record all topics but hidden ones, ``/rosout`` and ``/parameter_events``.
        exclude: Names and patterns of topics to leave out, whatever else chooses them.
    """

    patterns: tuple[str, ...] = ()
    everything: bool = False
    exclude: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything is asked for."""
        return self.everything or bool(self.patterns)

    @property
    def names(self) -> tuple[str, ...]:
        """What is asked for by its whole name, and not left out."""
        plain = (name for name in self.patterns if not is_pattern(name))
        return tuple(name for name in plain if not matches(name, self.exclude))

    def wants(self, topic: str) -> bool:
        """Whether a topic is recorded.

        Args:
            topic: Its absolute name.
        """
        if matches(topic, self.exclude):
            return False
        if matches(topic, self.patterns):
            # A hidden topic must be meant.
            return not is_hidden(topic) or topic in self.patterns
        return self.everything and topic not in _EVERYWHERE and not is_hidden(topic)

    def resolved(self, resolve: Callable[[str], str], *, namespace: str) -> TopicChoice:
        """The same with absolute names.

        Args:
            resolve: Gives the absolute name of a topic, remapped.
            namespace: Where patterns that do not begin with a slash belong.
        """

        def absolute(name: str) -> str:
            if not is_pattern(name):
                return resolve(name)
            return name if name.startswith('/') else f'{namespace.rstrip("/")}/{name}'

        return TopicChoice(
            tuple(map(absolute, self.patterns)),
            self.everything,
            tuple(map(absolute, self.exclude)),
        )

    def told(self) -> str:
        """What is asked for but by its whole name, in words; empty for nothing."""
        words = ['all topics'] if self.everything else []
        return ', '.join([*words, *filter(is_pattern, self.patterns)])


def is_pattern(name: str) -> bool:
    """Whether a name stands for several topics."""
    return not _WILD.isdisjoint(name)


def matches(topic: str, patterns: tuple[str, ...]) -> bool:
    """Whether a topic has one of several names or patterns."""
    return any(fnmatchcase(topic, pattern) for pattern in patterns)


def is_hidden(topic: str) -> bool:
    """Whether a part of a name begins with an underscore, as those of actions do."""
    return any(part.startswith('_') for part in topic.split('/'))

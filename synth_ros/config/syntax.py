"""The YAML parser: its events without what a config cannot hold, its complaints in plain words.

The only file that knows PyYAML. Its parser is used, its loaders are not: they build objects from
tags, keep the last of two equal keys, and forget where values stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import yaml

EventKind = Literal['document', 'scalar', 'list', 'mapping', 'alias', 'end']

# What PyYAML says, and what a person can do about it. The first that is contained wins.
_IN_WORDS: Final = {
    "found character '\\t'": 'a tab here; YAML wants spaces',
    'mapping values are not allowed here': (
        'a ":" where none can be; put a text that holds one in quotes, line up the keys of a '
        'mapping, and end each key with ":"'
    ),
    'sequence entries are not allowed here': (
        'a "-" that starts no list entry; begin the list on the next line'
    ),
    "expected '<document start>'": 'more text after the end of the document',
    "could not find expected ':'": 'a key without ":" just above',
    "but found '<scalar>'": 'text after the end of a value; put the whole of it in quotes',
    "but found '-'": 'a list entry that does not line up with what is above it',
    "but found '<block sequence start>'": 'a list that does not line up with what is above it',
    "but found '<block mapping start>'": 'a key that does not line up with the keys above it',
    "but found '?'": 'a key where a list goes on; line up what belongs together',
    "expected ',' or ']'": 'a "[" without its "]", or a missing ","',
    "expected ',' or '}'": 'a "{" without its "}", or a missing ","',
    "but found '<stream end>'": 'the file ends within "[" or "{"',
    "but found ','": 'a "," with nothing before it',
    "but found ']'": 'a "]" without its "["',
    "but found '}'": 'a "}" without its "{"',
    'found unexpected end of stream': 'a quote that is never closed',
    'found unexpected document separator': 'a quote that is never closed',
    'found unknown escape character': 'a backslash that starts no escape; use single quotes',
    'incompatible YAML document': 'a %YAML line for a version other than 1',
    'that cannot start any token': 'a character that cannot start a value; put it in quotes',
    "but found ':'": 'a ":" with no key before it',
    'expected <block end>': 'something that does not line up with what is above it',
    'expected the node content': 'a value is missing before this',
}

_KINDS: Final[dict[type[yaml.Event], EventKind]] = {
    yaml.DocumentStartEvent: 'document',
    yaml.ScalarEvent: 'scalar',
    yaml.SequenceStartEvent: 'list',
    yaml.MappingStartEvent: 'mapping',
    yaml.AliasEvent: 'alias',
    yaml.SequenceEndEvent: 'end',
    yaml.MappingEndEvent: 'end',
    yaml.DocumentEndEvent: 'end',
}


class Event(NamedTuple):
    """A step through a YAML text.

    Attributes:
        kind: What begins; ``end`` closes the innermost list, mapping or document.
        at: Character of the text at which it starts, from 0.
        text: A scalar's text, or an alias's name.
        quoted: Whether a scalar stands in quotes or is a block of text.
        anchor: Name that aliases may refer to, or an empty string.
        tag: Explicit tag, or an empty string.
    """

    kind: EventKind
    at: int
    text: str = ''
    quoted: bool = False
    anchor: str = ''
    tag: str = ''


class YamlSyntaxError(Exception):
    """The text is not YAML.

    Args:
        at: Character at which it shows.
        message: What is wrong there, in plain words.
    """

    def __init__(self, at: int, message: str) -> None:
        self.at = at
        self.message = message
        super().__init__(message)


def events(text: str) -> Iterator[Event]:
    """Parse a text.

    Args:
        text: YAML; its lines end in a line feed.

    Yields:
        Its events, in file order.

    Raises:
        YamlSyntaxError: Where the text is not YAML.
    """
    at = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            ours = _event(event)
            if ours is not None:
                at = ours.at
                yield ours
    except yaml.reader.ReaderError as error:
        message = f'the character U+{error.character:04X} is not allowed'
        raise YamlSyntaxError(error.position, message) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if _ends_early(error):
            mark = error.context_mark  # where the quote or bracket opens
        raise YamlSyntaxError(mark.index if mark else at, _in_words(error)) from None
    except (ValueError, OverflowError):
        # PyYAML converts \UFFFFFFFF and the version in %YAML without looking at their size.
        message = 'too large a number in an escape or in a %YAML line'
        raise YamlSyntaxError(at, message) from None


def _event(event: yaml.Event) -> Event | None:
    """Our view of an event, or None for the ends of the stream."""
    kind = _KINDS.get(type(event))
    if kind is None:
        return None
    at = event.start_mark.index if event.start_mark else 0
    if isinstance(event, yaml.AliasEvent):
        return Event(kind, at, event.anchor or '')
    if isinstance(event, yaml.ScalarEvent):
        quoted = event.style is not None
        return Event(kind, at, event.value, quoted, event.anchor or '', event.tag or '')
    if isinstance(event, yaml.CollectionStartEvent):
        return Event(kind, at, anchor=event.anchor or '', tag=event.tag or '')
    return Event(kind, at)


def _ends_early(error: yaml.MarkedYAMLError) -> bool:
    """Whether the file ends within quotes or brackets."""
    problem, context = error.problem or '', error.context or ''
    if 'quoted scalar' in context:
        return problem.startswith('found unexpected')
    return 'while parsing a flow' in context and '<stream end>' in problem


def _in_words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or 'it cannot be read'
    return next((words for said, words in _IN_WORDS.items() if said in problem), problem)

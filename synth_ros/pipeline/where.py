"""The small language that says which objects are wanted.

``visibility > 0.3 and class in {mug, bowl}``: comparisons of fields with numbers and words, joined
by ``and``, ``or``, ``not`` and parentheses. ``docs/curate.md`` lists the fields. Nothing of it is
ever executed as Python.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from synth_ros.errors import UsageError, suggest


class Subject(NamedTuple):
    """One labelled object in one frame, as conditions see it.

    Attributes:
        class_name: Of its class.
        model: Asset variant.
        instance: Name of the instance.
        camera: Name.
        scenario: That the episode belongs to; empty without scenarios.
        split: That the episode belongs to; empty without splits.
        visibility: Visible share of its silhouette.
        truncation: Share outside the image.
        occlusion: Share inside the image that something hides.
        area: Visible pixels.
        width: Of the visible box, pixels.
        height: Of the visible box, pixels.
        distance: From the camera to the object's origin, metres.
        episode: Number.
        view: Number of the frame in the episode.
        objects: Labelled objects in the frame.
    """

    class_name: str
    model: str
    instance: str
    camera: str
    scenario: str
    split: str
    visibility: float
    truncation: float
    occlusion: float
    area: float
    width: float
    height: float
    distance: float
    episode: float
    view: float
    objects: float


_T = TypeVar('_T')
Test = Callable[[Subject], bool]
_Number = Callable[[Subject], float]
_Text = Callable[[Subject], str]

NUMBERS: Mapping[str, _Number] = MappingProxyType(
    {
        'visibility': lambda subject: subject.visibility,
        'truncation': lambda subject: subject.truncation,
        'occlusion': lambda subject: subject.occlusion,
        'area': lambda subject: subject.area,
        'width': lambda subject: subject.width,
        'height': lambda subject: subject.height,
        'distance': lambda subject: subject.distance,
        'episode': lambda subject: subject.episode,
        'view': lambda subject: subject.view,
        'objects': lambda subject: subject.objects,
    }
)
TEXTS: Mapping[str, _Text] = MappingProxyType(
    {
        'class': lambda subject: subject.class_name,
        'model': lambda subject: subject.model,
        'instance': lambda subject: subject.instance,
        'camera': lambda subject: subject.camera,
        'scenario': lambda subject: subject.scenario,
        'split': lambda subject: subject.split,
    }
)
_FIELDS = (*TEXTS, *NUMBERS)
_ORDER: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        '<': operator.lt,
        '<=': operator.le,
        '>': operator.gt,
        '>=': operator.ge,
        '==': operator.eq,
        '!=': operator.ne,
    }
)
_TOKEN = re.compile(
    r'\s*(?:(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z_0-9]))'
    r"""|(?P<quoted>'[^']*'|"[^"]*")"""
    r'|(?P<word>[A-Za-z_0-9][A-Za-z_0-9./:@-]*)'
    r'|(?P<mark><=|>=|==|!=|[<>(){},])'
    r'|(?P<end>$))'
)
_KEYWORDS = frozenset({'and', 'or', 'not', 'in', 'true', 'false'})
_DEEPEST = 50


class Mention(NamedTuple):
    """A word that a field is compared with.

    Attributes:
        field: The field.
        word: What it is compared with.
        column: Where it stands, from 0.
    """

    field: str
    word: str
    column: int


class Condition:
    """A condition that objects meet or not.

    Args:
        text: As the user wrote it.
        test: What it says.
        mentions: All words in it.
    """

    def __init__(self, text: str, test: Test, mentions: Iterable[Mention]) -> None:
        self.text = text
        self._test = test
        self.mentions = tuple(mentions)

    @property
    def fields(self) -> frozenset[str]:
        """Fields that are compared with words."""
        return frozenset(mention.field for mention in self.mentions)

    def __call__(self, subject: Subject) -> bool:
        """Whether an object meets the condition."""
        return self._test(subject)

    def check(self, known: Mapping[str, Collection[str]]) -> None:
        """See that every word is one that the dataset knows.

        Args:
            known: All words that a field can have, by field; other fields are not checked.

        Raises:
            UsageError: A word is unknown: the condition could never be met.
        """
        for field, word, column in self.mentions:
            if field in known and word not in known[field]:
                raise _wrong(
                    self.text,
                    column,
                    f'the dataset has no {field} {word!r}. {suggest(word, sorted(known[field]))}',
                )


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def parse(text: str) -> Condition:
    """Read a condition.

    Args:
        text: Such as ``visibility > 0.3 and class in {mug, bowl}``.

    Raises:
        UsageError: It is no condition; says at which column, and what can stand there.
    """
    reader = _Reader(text)
    test = reader.condition()
    return Condition(text, test, reader.mentions)


class _Reader:
    """Reads from left to right; each method reads one kind of phrase."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0
        self.mentions: list[Mention] = []

    def condition(self) -> Test:
        """The whole text."""
        test = self._any_of()
        if self._next.kind != 'end':
            raise self._error('expected and, or, or the end')
        return test

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _skip(self, *texts: str) -> bool:
        """Step over certain tokens, all of them or none."""
        ahead = self._tokens[self._place : self._place + len(texts)]
        if [token.text for token in ahead] != list(texts):
            return False
        self._place += len(texts)
        return True

    def _error(self, words: str) -> UsageError:
        found = 'the condition ends' if self._next.kind == 'end' else f'found {self._next.text}'
        return _wrong(self._text, self._next.column, f'{found}, {words}.')

    def _any_of(self) -> Test:
        tests = [self._all_of()]
        while self._skip('or'):
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._single()]
        while self._skip('and'):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _single(self) -> Test:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f'which is nested more than {_DEEPEST} deep')
        try:
            return self._one()
        finally:
            self._depth -= 1

    def _one(self) -> Test:
        if self._skip('not'):
            test = self._single()
            return lambda item: not test(item)
        if self._skip('('):
            test = self._any_of()
            if not self._skip(')'):
                raise self._error('expected )')
            return test
        if self._skip('true'):
            return lambda _item: True
        if self._skip('false'):
            return lambda _item: False
        token = self._next
        if token.kind == 'word' and token.text in TEXTS:
            return self._about_text(self._take())
        return self._about_numbers()

    def _about_text(self, field: _Token) -> Test:
        """``class == mug``, ``class != mug``, ``class in {mug, bowl}``, ``class not in {mug}``."""
        read = TEXTS[field.text]
        refuse = self._skip('not', 'in')
        if refuse or self._skip('in'):
            words = frozenset(self._set_of(lambda: self._word(field)))
            return lambda item: (read(item) in words) != refuse
        for mark in ('==', '!='):
            if self._skip(mark):
                word, equal = self._word(field), mark == '=='
                return lambda item: (read(item) == word) == equal
        raise self._error(f'expected ==, !=, in or not in after {field.text}')

    def _about_numbers(self) -> Test:
        """``area >= 400``, ``0.2 < visibility <= 0.9``, ``episode in {1, 2}``."""
        first = self._number()
        refuse = self._skip('not', 'in')
        if refuse or self._skip('in'):
            values = frozenset(self._set_of(self._plain_number))
            return lambda item: (first(item) in values) != refuse
        tests: list[Test] = []
        while self._next.kind == 'mark' and self._next.text in _ORDER:
            compare, second = _ORDER[self._take().text], self._number()
            tests.append(_compared(first, compare, second))
            first = second
        if not tests:
            raise self._error(f'expected one of {" ".join(_ORDER)} or in')
        return lambda item: all(test(item) for test in tests)

    def _number(self) -> _Number:
        """A number or the field that holds one."""
        token = self._next
        if token.kind == 'number':
            value = float(self._take().text)
            return lambda _item: value
        if token.kind == 'word' and token.text in NUMBERS:
            return NUMBERS[self._take().text]
        if token.kind != 'word' or token.text in _KEYWORDS:
            raise self._error('expected a field or a number')
        if token.text in TEXTS:
            raise self._error('which is no number: words are compared by ==, != and in')
        raise _wrong(
            self._text, token.column, f'no field {token.text!r}. {suggest(token.text, _FIELDS)}'
        )

    def _plain_number(self) -> float:
        if self._next.kind != 'number':
            raise self._error('expected a number')
        return float(self._take().text)

    def _word(self, field: _Token) -> str:
        token = self._next
        if token.kind not in {'word', 'quoted', 'number'} or token.text in _KEYWORDS:
            raise self._error(f'expected a {field.text}, such as mug or "mug"')
        self._take()
        word = token.text[1:-1] if token.kind == 'quoted' else token.text
        self.mentions.append(Mention(field.text, word, token.column))
        return word

    def _set_of(self, read: Callable[[], _T]) -> list[_T]:
        if not self._skip('{'):
            raise self._error('expected a set such as {a, b}')
        found = [read()]
        while self._skip(','):
            found.append(read())
        if not self._skip('}'):
            raise self._error('expected , or }')
        return found


def _compared(first: _Number, compare: Callable[[float, float], bool], second: _Number) -> Test:
    return lambda item: compare(first(item), second(item))


def _tokens(text: str) -> Iterator[_Token]:
    """All tokens; the last one has the kind ``end``.

    Raises:
        UsageError: A character cannot be part of any.
    """
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            raise _wrong(
                text,
                column,
                f'{text[column]!r} cannot stand here. Join comparisons such as visibility > 0.3 '
                'by and, or, not; put words with other characters into quotes.',
            )
        kind = str(found.lastgroup)
        yield _Token(kind, found.group(kind), found.start(kind))
        if kind == 'end':
            return
        at = found.end()


def _wrong(text: str, column: int, reason: str) -> UsageError:
    """An error that points at a column."""
    return UsageError(f'--where, column {column + 1}: {reason}\n  {text}\n  {" " * column}^')

"""A large JSON document item by item: memory for its text and one item, and line numbers.

``json.loads`` of COCO's training annotations takes gigabytes and tells of a damaged file nothing
but that; here everything before the damage is still read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

_SPACE = re.compile(r'[ \t\n\r]*')

_ENDLESS = 'unterminated string'
_QUOTE = 'a text that begins here has no closing quote'


class JsonDamageError(Exception):
    """The text is no whole JSON object.

    Args:
        line: Where, from 1.
        reason: What is wrong, as a clause.
    """

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f'line {line}: {reason}')


class JsonItem(NamedTuple):
    """A value of the document, or an item of one of its lists.

    Attributes:
        key: Key of the document's object.
        place: Place in the list under the key; ``None`` if there is no list.
        value: The value, as ``json`` gives it.
        start: Its first character in the text.
    """

    key: str
    place: int | None
    value: object
    start: int

    @property
    def path(self) -> str:
        """The key path, such as ``annotations[12]``."""
        return self.key if self.place is None else f'{self.key}[{self.place}]'


class JsonDocument:
    """A JSON object whose lists are read item by item.

    Args:
        data: The whole file, UTF-8 with or without byte order mark.

    Attributes:
        keys: Keys seen so far.
    """

    def __init__(self, data: bytes) -> None:
        # Damaged bytes are replaced: they then fail where they stand, with a line number.
        self._text = data.decode('utf-8-sig', errors='replace')
        self._decoder = json.JSONDecoder()
        self._line = 1
        self._counted = 0
        self.keys: list[str] = []

    @classmethod
    def of(cls, path: Path) -> JsonDocument:
        """Read a file.

        Raises:
            OSError: It cannot be read.
        """
        return cls(path.read_bytes())

    def line(self, start: int) -> int:
        """Number of the line of a character; cheap if asked in ascending order."""
        if start < self._counted:
            self._line, self._counted = 1, 0
        self._line += self._text.count('\n', self._counted, start)
        self._counted = start
        return self._line

    def value(self, start: int) -> object:
        """The value that begins at a character, parsed again.

        Raises:
            JsonDamageError: It is damaged.
        """
        return self._value(start)[0]

    def items(self) -> Iterator[JsonItem]:
        """All values in order, lists of the outer object item by item.

        Raises:
            JsonDamageError: The text is cut or damaged; all before has been given.
        """
        position = self._expect(self._skip(0), '{')
        if self._text[position : position + 1] == '}':
            self._end(position + 1)
            return
        while True:
            key, position = self._value(position)
            if not isinstance(key, str):
                raise self._damage(position, 'a key is no text')
            self.keys.append(key)
            position = self._expect(self._skip(position), ':')
            if self._text[position : position + 1] == '[':
                position = yield from self._list(key, self._skip(position + 1))
            else:
                value, after = self._value(position)
                yield JsonItem(key, None, value, position)
                position = after
            position, more = self._comma(position, '}')
            if not more:
                self._end(position)
                return

    def _list(self, key: str, position: int) -> Generator[JsonItem, None, int]:
        """Items of a list; returns the place after it."""
        if self._text[position : position + 1] == ']':
            return position + 1
        place = 0
        while True:
            value, after = self._value(position)
            yield JsonItem(key, place, value, position)
            place += 1
            position, more = self._comma(after, ']')
            if not more:
                return position

    def _value(self, position: int) -> tuple[object, int]:
        try:
            value, after = self._decoder.raw_decode(self._text, position)
        except json.JSONDecodeError as error:
            raise self._damage(error.pos, error.msg) from None
        except (RecursionError, ValueError) as error:
            raise self._damage(position, str(error)) from None
        return value, after

    def _comma(self, position: int, closing: str) -> tuple[int, bool]:
        """The place after a comma or the closing bracket, and whether more comes."""
        position = self._skip(position)
        found = self._text[position : position + 1]
        if found == closing:
            return position + 1, False
        return self._expect(position, ',', or_else=closing), True

    def _expect(self, position: int, wanted: str, *, or_else: str = '') -> int:
        found = self._text[position : position + 1]
        if found != wanted:
            options = f'{wanted!r} or {or_else!r}' if or_else else repr(wanted)
            there = repr(found) if found else 'the end of the file'
            raise self._damage(position, f'{options} is expected, but there is {there}')
        return self._skip(position + 1)

    def _end(self, position: int) -> None:
        position = self._skip(position)
        if position != len(self._text):
            raise self._damage(position, 'something follows the end of the document')

    def _skip(self, position: int) -> int:
        match = _SPACE.match(self._text, position)
        return match.end() if match else position

    def _damage(self, position: int, reason: str) -> JsonDamageError:
        reason = reason[:1].lower() + reason[1:]
        if reason.startswith(_ENDLESS):
            reason = f'the file ends too early ({_QUOTE})'
        elif position >= len(self._text):
            reason = f'the file ends too early ({reason})'
        return JsonDamageError(self._text.count('\n', 0, position) + 1, reason)


def read_json(data: bytes) -> object:
    """A whole, small JSON document.

    Raises:
        JsonDamageError: It is damaged; says in which line.
    """
    try:
        return json.loads(data.decode('utf-8-sig'))
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        if reason.startswith(_ENDLESS):
            reason = f'the file ends too early ({_QUOTE})'
        elif error.pos >= len(error.doc.rstrip()):
            reason = 'the file ends too early'
        raise JsonDamageError(error.lineno, reason) from None
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise JsonDamageError(line, f'byte {error.start} is no UTF-8') from None
    except (RecursionError, ValueError) as error:
        raise JsonDamageError(1, str(error)) from None

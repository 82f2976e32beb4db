"""What a stack calls a class, as a class of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import yaml

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.types import Category

UNKNOWN: Final = 'unknown'
LEFT_OUT: Final = 'left_out'
Answer = int | Literal['unknown', 'left_out']


class ClassMap:
    """Answers which class of ours is meant.

    Without a table, a name of ours or an id of ours in decimal is taken at its word. With one,
    only what it lists is known; ``null`` there leaves a class out on purpose.

    Args:
        categories: Our classes.
        table: What the stack says, and our name or id of it.

    Raises:
        NotFoundError: The table names a class that we do not have.
    """

    def __init__(
        self,
        categories: Sequence[Category],
        table: Mapping[str, str | int | None] | None = None,
    ) -> None:
        self.names = {c.class_id: c.name for c in categories}
        self._own = {name: number for number, name in self.names.items()}
        self._table: dict[str, Answer] | None = None
        if table is not None:
            self._table = {
                str(said).strip(): LEFT_OUT if ours is None else self._of_ours(ours)
                for said, ours in table.items()
            }

    def __call__(self, said: str) -> Answer:
        """Our class id, ``unknown``, or ``left_out``."""
        said = said.strip()
        if self._table is not None:
            return self._table.get(said, UNKNOWN)
        found = self._find(said)
        return UNKNOWN if found is None else found

    def _find(self, said: str) -> int | None:
        if said in self._own:
            return self._own[said]
        # int() would read other alphabets' digits and any number of them.
        if not (said.isascii() and said.isdigit() and len(said) < 10):
            return None
        return int(said) if int(said) in self.names else None

    def _of_ours(self, ours: str | int) -> int:
        found = self._find(str(ours))
        if found is None:
            known = [*self._own, *map(str, self.names)]
            raise NotFoundError('class', str(ours), available=known, where='the class map')
        return found


def read_table(text: str) -> Mapping[str, str | int | None] | None:
    """A table from a YAML file or from YAML text such as ``{0: mug, 1: box}``.

    Args:
        text: Path of the file, or the text itself; empty for no table. A list counts from 0, and
            ``names`` of a YOLO data.yaml is taken for the table.

    Raises:
        UsageError: It cannot be read, or is no such table.
    """
    if not text.strip():
        return None
    inline = text.lstrip().startswith(('{', '['))
    where = 'the class map' if inline else text
    try:
        found = yaml.safe_load(text if inline else Path(text).read_text(encoding='utf-8'))
    except OSError as error:
        raise UsageError(
            f'Cannot read the class map {text}: {error.strerror}. Give a YAML file, or the table '
            "itself, such as '{0: mug, 1: box}'."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f'{where} is no YAML: {" ".join(str(error).split())}.') from None
    if isinstance(found, dict) and isinstance(found.get('names'), dict | list):
        found = found['names']
    if isinstance(found, list):
        found = dict(enumerate(found))
    if not isinstance(found, dict) or not all(
        isinstance(key, str | int) and (value is None or isinstance(value, str | int))
        for key, value in found.items()
    ):
        raise UsageError(
            f'{where} is no table of classes. Give what the stack says and our name or id of it, '
            'such as {0: mug, 1: box, 2: null}; null leaves a class out.'
        )
    return {str(key): value for key, value in found.items()}

"""Names and patterns of names, in which ``*`` stands for any letters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase


def matches(pattern: str, names: Collection[str]) -> bool:
    """Whether a pattern means one of some names."""
    # Brackets and question marks are letters here, as only the asterisk is documented.
    literal = re.sub(r'([\[?])', r'[\1]', pattern)
    return any(fnmatchcase(name, literal) for name in names)


def matching(patterns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The names that any of some patterns means, in their order."""
    return tuple(name for name in names if any(matches(p, (name,)) for p in patterns))


def unmatched(patterns: Sequence[str], names: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the patterns that mean none of some names, with their places in the list."""
    for place, pattern in enumerate(patterns):
        if not matches(pattern, names):
            yield place, pattern

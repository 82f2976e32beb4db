"""What is wrong with a record, in words."""

from __future__ import annotations

from pydantic import ValidationError


def first_fault(error: ValidationError, *, whole: str = '') -> str:
    """The first thing that pydantic found and its place: ``labels.0.box: Field required``.

    Args:
        error: What it found.
        whole: What to call the place of a fault in all of it, such as a text that is no JSON;
            empty: no place is named.
    """
    first = error.errors(include_url=False)[0]
    place = '.'.join(str(part) for part in first['loc']) or whole
    return f'{place}: {first["msg"]}' if place else str(first['msg'])

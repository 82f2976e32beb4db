"""Options that several commands share."""

from __future__ import annotations

from synth_ros.errors import NotFoundError


def container_named(name: str | None) -> str | None:
    """A container by its name; ``None`` stays.

    Raises:
        NotFoundError: There is no such container.
    """
    known = ('folder', 'shards')
    if name is not None and name not in known:
        raise NotFoundError('container', name, available=known, where='--container')
    return name

"""Every error a user can cause, under one root.

A message states what happened and where, shows the value, lists what is allowed, and names
the next step. Commands print the message and leave with ``exit_code``; a traceback is always
a bug of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path


class SynthRosError(Exception):
    """Root of all errors that a user or the machine can cause."""

    exit_code = 1


class UsageError(SynthRosError):
    """The user asked for something that cannot be: wrong file, key, name or option."""

    exit_code = 2


class ForeignBagError(UsageError):
    """A bag is none of our topics; cameras of others may be in it."""


class ConfigError(UsageError):
    """A configuration file is wrong.

    Args:
        problems: One finished sentence for each problem found, in file order.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__('\n'.join(self.problems))


class NotFoundError(UsageError):
    """A name is not among the names that exist.

    Args:
        kind: What was looked for, as a noun (``'camera'``).
        name: The name that was asked for.
        available: All names that exist.
        where: Where it was looked for (``'robot model tiago.xml'``), or an empty string.
    """

    def __init__(self, kind: str, name: str, *, available: Sequence[str], where: str = '') -> None:
        self.kind = kind
        self.name = name
        self.available = tuple(available)
        place = f' in {where}' if where else ''
        super().__init__(f'No {kind} {name!r}{place}. {suggest(name, available)}')


class AssetError(UsageError):
    """A robot, object, environment or texture file cannot be used.

    Args:
        path: The file.
        reason: What is wrong with it and what to do, as a sentence.
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = str(path)
        super().__init__(f'{path}: {reason}')


class OutputError(SynthRosError):
    """An output cannot be written: it exists already, is read-only, or the disk is full."""


class RenderError(SynthRosError):
    """No image can be rendered on this machine as asked."""


class PlacementError(SynthRosError):
    """No valid scene was found within the allowed number of attempts."""


class RosError(SynthRosError):
    """ROS 2 is missing or cannot be used as asked."""


class InternalError(SynthRosError):
    """One of our own checks failed: a bug, reported with what is needed to repeat it."""


def suggest(name: str, available: Sequence[str]) -> str:
    """Words that help after a name was not found.

    Args:
        name: The name that was asked for.
        available: All names that exist.

    Returns:
        ``'Did you mean x? Available: a, b, x.'``, or a sentence that there are none.
    """
    if not available:
        return 'None are available.'
    close = difflib.get_close_matches(name, available, n=1, cutoff=0.6)
    hint = f'Did you mean {close[0]!r}? ' if close else ''
    shown = ', '.join(sorted(available)[:30])
    more = f' and {len(available) - 30} more' if len(available) > 30 else ''
    return f'{hint}Available: {shown}{more}.'

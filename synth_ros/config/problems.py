"""One problem of a config file, and the line that tells of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from synth_ros.config.base import KeyPath
from synth_ros.config.nodes import Place
from synth_ros.errors import ConfigError

_PLAIN_KEY = re.compile(r'[A-Za-z_][A-Za-z0-9_-]*')


class Problem(NamedTuple):
    """Something wrong in a config file.

    Attributes:
        place: Where.
        path: Of which value.
        message: What, and what is allowed.
    """

    place: Place
    path: KeyPath
    message: str


def config_error(name: str, problems: Iterable[Problem]) -> ConfigError:
    """The error that tells of all problems of a file, in file order.

    Args:
        name: The file, as its user named it.
        problems: At least one.
    """
    ordered = sorted(problems, key=lambda problem: problem.place)
    lines = dict.fromkeys(_sentence(name, problem) for problem in ordered)
    return ConfigError(tuple(lines))


def _sentence(name: str, problem: Problem) -> str:
    where = f'{name}:{problem.place.line}: '
    if problem.path:
        where += f'{path_text(problem.path)}: '
    # Some messages repeat names of the file's, whatever they hold.
    return where + printable(problem.message)


def printable(text: str) -> str:
    """A text with escapes for what does not print, such as line ends and terminal codes."""
    return ''.join(c if c.isprintable() else c.encode('unicode_escape').decode() for c in text)


def path_text(path: KeyPath) -> str:
    """A key path in words: ``cameras[0].mount.link``, ``robot.joints['odd key']``."""
    text = ''
    for step in path:
        if isinstance(step, int):
            text += f'[{step}]'
        elif _PLAIN_KEY.fullmatch(step):
            text += f'.{step}' if text else step
        else:
            text += f'[{step!r}]'
    return text


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The name that was most likely meant, or None."""
    lower = name.lower()
    by_lower = {candidate.lower(): candidate for candidate in names}
    # A forgotten unit (fovy for fovy_deg) is likelier than a slip that leads to another name.
    begun = [candidate for candidate in by_lower if candidate.startswith(f'{lower}_')]
    close = begun or difflib.get_close_matches(lower, by_lower, n=1, cutoff=0.55)
    return by_lower[close[0]] if close else None

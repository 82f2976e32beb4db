"""Files that set the middleware and the kernel for images, and which of them is in use."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args
from xml.etree.ElementTree import ParseError

from synth_ros.errors import NotFoundError

ShippedFile = Literal['fastdds', 'fastdds-network', 'cyclonedds', 'sysctl']
SHIPPED: tuple[ShippedFile, ...] = get_args(ShippedFile)

# Fast DDS up to Jazzy's 2.14 reads the first one, later ones the second.
PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
TRANSPORTS_VARIABLE = 'FASTDDS_BUILTIN_TRANSPORTS'
_OVER_TCP = 'LARGE_DATA'

_NAMES: Mapping[ShippedFile, str] = {
    'fastdds': 'fastdds.xml',
    'fastdds-network': 'fastdds_network.xml',
    'cyclonedds': 'cyclonedds.xml',
    'sysctl': '60-synth-ros.conf',
}
# With either of them Fast DDS takes a file as profiles.
_ROOTS = ('profiles', 'dds')


def shipped_file(name: str) -> Path:
    """A file that comes with the package.

    Args:
        name: One of ``SHIPPED``.

    Raises:
        NotFoundError: There is none of that name.
    """
    for known, file in _NAMES.items():
        if name == known:
            return Path(str(importlib.resources.files('synth_ros') / 'assets' / 'network' / file))
    raise NotFoundError('network file', name, available=SHIPPED)


def variables_to_set(environment: Mapping[str, str]) -> dict[str, str]:
    """What our nodes add to their environment so that Fast DDS has room for images.

    The user's choice wins: a profile of their own holds under both names that Fast DDS has given
    the variable, and transports that they named are not hidden behind our profile.

    Args:
        environment: Variables of the process.
    """
    chosen = chosen_profile(environment)
    if chosen is None:
        if environment.get(TRANSPORTS_VARIABLE):
            return {}
        chosen = str(shipped_file('fastdds'))
    return {name: chosen for name in PROFILE_VARIABLES if not environment.get(name)}


def chosen_profile(environment: Mapping[str, str]) -> str | None:
    """The profile that the user has named, whichever release's variable they set."""
    return next((environment[name] for name in PROFILE_VARIABLES if environment.get(name)), None)


def goes_over_tcp(environment: Mapping[str, str]) -> bool:
    """Whether Fast DDS sends data to other machines over TCP, which needs nothing of the kernel.

    Args:
        environment: Variables of the process.
    """
    chosen = chosen_profile(environment)
    if chosen is None:
        return environment.get(TRANSPORTS_VARIABLE, '').startswith(_OVER_TCP)
    try:
        return f'>{_OVER_TCP}' in Path(chosen).read_text(encoding='utf-8', errors='replace')
    except OSError:
        return False


def profile_problem(path: str) -> str:
    """Why Fast DDS would go on without a profile, as a sentence; empty if nothing is wrong.

    Args:
        path: Of the XML file, as the variable has it.
    """
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        return f'{path} cannot be read ({error.strerror}); Fast DDS goes on with its defaults.'
    except (ParseError, DefusedXmlException) as error:
        return f'{path} is no valid XML ({error}); Fast DDS goes on with its defaults.'
    name = root.tag.rpartition('}')[2]
    if name not in _ROOTS:
        return (
            f'{path} begins with <{name}>, not with <profiles> or <dds>, so Fast DDS finds no '
            'profile in it and goes on with its defaults.'
        )
    return ''

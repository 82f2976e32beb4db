"""Where everything is in the viewer: entity paths, and nothing else.

The camera's images and what is drawn over them lie under ``image``, depth under ``depth``: two
pinholes, because the viewer counts pixels in two ways (see ``pinholes``).
"""

from __future__ import annotations

import rerun as rr

WORLD = 'world'
OBJECTS = 'world/objects'
MODELS = 'world/models'
ROBOT = 'world/robot'
CONTACTS = 'world/contacts'
TRAILS = 'world/trails'
CAMERAS = 'world/cameras'
LABELLED = 'plots/labelled'
JOINTS = 'plots/joints'
VISIBILITY = 'plots/visibility'
EVENTS = 'events'
ABOUT = 'about'
PROVENANCE = 'provenance'


def below(parent: str, name: str) -> str:
    """The path of a named thing; special characters of the name are escaped."""
    return f'{parent}/{rr.escape_entity_path_part(name)}'


def camera(name: str) -> str:
    """Pose of a camera's optical frame."""
    return below(CAMERAS, name)


def image(name: str) -> str:
    """Image plane of a camera; everything with pixel coordinates lies under it."""
    return f'{camera(name)}/image'


def depth(name: str) -> str:
    """Image plane of a camera for depth, which becomes a point cloud."""
    return f'{camera(name)}/depth'


def points(name: str) -> str:
    """Recorded point cloud of a camera, in its optical frame."""
    return f'{camera(name)}/points'

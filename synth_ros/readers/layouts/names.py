"""What file names tell."""

from __future__ import annotations

import re

# Frames of ours, whatever format they were converted to: episode, view, camera.
_OURS = re.compile(r'(?:^|/)(\d{6})_\d{3}_[^/]+\.\w+$')


def scene_of(name: str) -> str:
    """The episode in the name of a frame of ours; empty for other names."""
    found = _OURS.search(name)
    return found.group(1) if found else ''

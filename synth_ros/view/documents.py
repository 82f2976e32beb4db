"""Texts beside the pictures: what the recording is, and how each scene was made."""

from __future__ import annotations

import json
from collections.abc import Sequence

import rerun as rr

from synth_ros.readers.recording import RecordedFrame, Recording
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.selection import Instant, cameras_of

_TIMELINES = """\
## Timelines

* `stamp`: simulation time. It begins anew with every episode, so the second shown episode and
  those after it are moved: each begins one second after the one before has ended.
* `frame`: instants of the recording, from 0. The cameras of an instant share its number.
* `episode`: the number of the episode.

## Where things are

* `world/objects`: pose, axes, 3D box and keypoints of every object, seen or not.
* `world/cameras/NAME/image`: colour and everything that is drawn over it.
* `world/cameras/NAME/depth`: depth, as an image and as a cloud of points.
* `world/robot`, `world/contacts`, `world/trails`: as far as they are recorded.
"""


class Provenance:
    """How a scene was made, as JSON, once a scene.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._new = True

    def begin(self) -> None:
        """The next provenance is that of another scene."""
        self._new = True

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the provenance of the first frame of the scene that has one."""
        made = frames[0].provenance_json
        if not self._new or not made:
            return
        self._new = False
        try:
            shown = json.dumps(json.loads(made), indent=1)
        except ValueError:
            shown = made
        text = f'Frame {frames[0].key.stem}\n\n```json\n{shown}\n```\n'
        self._log.note(paths.PROVENANCE, _markdown(text))


def tell_about(log: Log, recording: Recording, instants: Sequence[Instant]) -> None:
    """Log what the recording is, for all times.

    Args:
        log: Where to log.
        recording: What is shown.
        instants: Which of it.
    """
    log.fix(paths.ABOUT, _markdown(about(recording, instants)))


def about(recording: Recording, instants: Sequence[Instant]) -> str:
    """What the recording is, as Markdown."""
    frames = sum(len(instant.keys) for instant in instants)
    runs = {instant.run for instant in instants}
    classes = ', '.join(f'{item.name} ({item.class_id})' for item in recording.categories)
    rows = {
        'Kind': recording.kind,
        'Shown': f'{frames} of {len(recording.frames)} frames, {len(instants)} instants, '
        f'{len(runs)} episodes',
        'Cameras': ', '.join(cameras_of(instants)),
        'Renderer': recording.renderer,
        'Seed': str(recording.seed),
        'Config hash': recording.config_hash,
        'Classes': classes,
    }
    table = '\n'.join(f'| {name} | {value or "not recorded"} |' for name, value in rows.items())
    return f'# {recording.path.resolve().name}\n\n| | |\n|---|---|\n{table}\n\n{_TIMELINES}'


def _markdown(text: str) -> rr.TextDocument:
    return rr.TextDocument(text, media_type=rr.MediaType.MARKDOWN)

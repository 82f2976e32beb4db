"""Frames that share one image although they show different things."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from synth_ros.audit.measure import Finder, Measure
from synth_ros.readers.recording import RecordedFrame


class CopyWatch:
    """Remembers every image of an audit by its checksum."""

    def __init__(self) -> None:
        self._seen: dict[bytes, tuple[str, bytes]] = {}

    def see(self, frame: RecordedFrame) -> Iterator[Measure]:
        """Compare a frame with those before it."""
        if frame.instance_id is None:
            return
        image = hashlib.sha256(frame.rgb.tobytes()).digest()
        masks = hashlib.sha256(frame.instance_id.tobytes()).digest()
        stem = frame.key.stem
        first, first_masks = self._seen.setdefault(image, (stem, masks))
        wrong = first_masks != masks
        yield Finder(stem).wrong(
            'image.copied',
            int(wrong),
            subject='colour',
            detail=f'the image is that of {first}, whose masks are others' if wrong else '',
        )

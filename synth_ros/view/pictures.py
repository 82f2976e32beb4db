"""What the sensor gave: colour and depth, in the bytes of the files where there are files."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import rerun as rr

from synth_ros.errors import UsageError
from synth_ros.readers.container import StoredFile, open_root
from synth_ros.readers.recording import RecordedFrame, Recording
from synth_ros.types import DepthImage
from synth_ros.view import paths
from synth_ros.view.encoded import PNG, encoded_image, png_of
from synth_ros.view.log import Log

_MILLIMETRES = 1000.0  # how many units of a 16-bit depth image make a metre


class Pictures:
    """Colour and depth images.

    Args:
        log: Where to log.
        recording: Has the files.
    """

    def __init__(self, log: Log, recording: Recording) -> None:
        self._log = log
        self._recording = recording
        self._files = open_root(recording.path)
        self._ranges: dict[str, tuple[float, float]] = {}

    def begin(self) -> None:
        """Depth colours are chosen anew: by the first depth image of the scene."""
        self._ranges.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the images of each camera.

        Raises:
            UsageError: A file of the dataset cannot be read.
        """
        for frame in frames:
            self._log.show(f'{paths.image(frame.record.camera)}/rgb', self._colour(frame))
            if frame.depth_m is not None:
                self._show_depth(frame, frame.depth_m)

    def _colour(self, frame: RecordedFrame) -> rr.EncodedImage:
        stored = self._recording.rgb_file(frame.key)
        if stored is None:
            stored = png_of(cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR))
        return encoded_image(stored)

    def _show_depth(self, frame: RecordedFrame, depth_m: DepthImage) -> None:
        camera = frame.record.camera
        near, far = self._ranges.setdefault(camera, _range(depth_m))
        entity = f'{paths.depth(camera)}/depth'
        blob = self._depth_bytes(frame, depth_m)
        if blob is None:
            scale, units = 1.0, (near, far)
            image: rr.DepthImage | rr.EncodedDepthImage = rr.DepthImage(
                depth_m,
                meter=scale,
                colormap=rr.components.Colormap.Viridis,
                depth_range=units,
            )
        else:
            image = rr.EncodedDepthImage(
                blob,
                media_type=PNG,
                meter=_MILLIMETRES,
                colormap=rr.components.Colormap.Viridis,
                depth_range=(near * _MILLIMETRES, far * _MILLIMETRES),
            )
        self._log.show(entity, image)

    def _depth_bytes(self, frame: RecordedFrame, depth_m: DepthImage) -> bytes | None:
        """A 16-bit PNG in millimetres; ``None`` where depth is finer than that."""
        if frame.image is not None and frame.image.depth_file:
            return _read(self._files / frame.image.depth_file)
        if frame.messages is not None and frame.messages.depth_rounded:
            return png_of(np.rint(depth_m * _MILLIMETRES).astype(np.uint16))
        return None


def _read(path: StoredFile) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None


def _range(depth_m: DepthImage) -> tuple[float, float]:
    """Depths, metres, between which colours change: all valid ones but outliers."""
    valid = depth_m[depth_m > 0]
    if not valid.size:
        return 0.0, 1.0
    near, far = (float(d) for d in np.percentile(valid, [1, 99]))
    return near, max(far, near + 0.001)

"""From an image to named boxes: preprocessing, network, decoding."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.errors import AssetError, UsageError
from synth_ros.geometry.fitting import Fit, Placement, place
from synth_ros.perceive.kinds import KINDS, Kind, recognise
from synth_ros.perceive.model import OnnxModel, RunOptions
from synth_ros.perceive.preprocess import Scaling, network_input
from synth_ros.perceive.types import Found, Thresholds
from synth_ros.types import ByteImage, FloatArray


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """How a detector is used.

    Attributes:
        kind: What it is; ``None`` to find out.
        fit: How images are brought to its size; ``None`` as its kind is trained.
        scaling: What becomes of the bytes.
        run: How the network is run.
    """

    kind: Kind | None = None
    fit: Fit | None = None
    scaling: Scaling = 'unit'
    run: RunOptions = field(default_factory=RunOptions)


class Answer(NamedTuple):
    """What a detector says of an image.

    Attributes:
        found: Detections in pixels of the network's input.
        where: How the image lay in it.
        seconds: How long preprocessing, network and decoding took, together.
    """

    found: Found
    where: Placement
    seconds: float

    def in_image(self) -> Found:
        """Detections in pixels of the image, clipped to it; those without area are left out."""
        boxes = self.where.to_image(self.found.boxes)
        size = np.tile(self.where.image, 2).astype(np.float64)
        return self._with_area(np.clip(boxes, 0.0, size))

    def in_network(self) -> Found:
        """Detections in pixels of the network's input, as it gave them, but none without area."""
        return self._with_area(self.found.boxes)

    def _with_area(self, boxes: FloatArray) -> Found:
        seen = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        found = self.found
        return Found(boxes[seen], found.scores[seen], found.classes[seen], found.nonsense)


class Detector:
    """A network for objects, ready to run.

    Args:
        path: The ONNX file.
        options: How it is used.

    Raises:
        AssetError: The file is missing, damaged, or of no kind of detector that is known.
        UsageError: onnxruntime is missing, or not installed with what was asked for.

    Attributes:
        model: The network.
        kind: What it is.
        fit: How images are brought to its size.
        names: Classes that its file names, by number.
    """

    def __init__(self, path: Path, options: DetectorOptions | None = None) -> None:
        chosen = options or DetectorOptions()
        self.model = OnnxModel(path, chosen.run)
        try:
            recognised = recognise(
                self.model.outputs,
                takes_size=self.model.takes_size,
                written=self.model.written,
                told=chosen.kind,
            )
        except UsageError as error:
            raise AssetError(path, str(error)) from error
        self.kind = recognised.kind
        self._order = recognised.order
        spec = KINDS[self.kind]
        self._decode = spec.decode
        self.fit: Fit = chosen.fit or spec.fit
        self._scaling = chosen.scaling
        self.names: Mapping[int, str] = self.model.names

    def detect(self, rgb: ByteImage, keep: Thresholds) -> Answer:
        """What is in an image.

        Args:
            rgb: Shape (height, width, 3), uint8.
            keep: What of the output is kept.

        Raises:
            AssetError: The network fails.
        """
        begun = time.perf_counter()
        height, width = rgb.shape[:2]
        where = place((width, height), self.model.network, self.fit)
        outputs = self.model.run(network_input(rgb, where, fit=self.fit, scaling=self._scaling))
        found = self._decode([outputs[k] for k in self._order], self.model.network, keep)
        return Answer(found, where, time.perf_counter() - begun)

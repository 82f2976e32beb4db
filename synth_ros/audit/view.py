"""What a check is given: one recorded frame, its neighbours, and what the whole recording says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Finder, Measure, Place
from synth_ros.audit.run_lengths import decode
from synth_ros.audit.truth import SceneTruth
from synth_ros.readers.recording import RecordedFrame, Thresholds
from synth_ros.readers.shared import Shared
from synth_ros.schema.records import InstanceRecord, LabelRecord, Vector3
from synth_ros.types import CameraModel, Category, DepthImage, FloatArray, MaskImage


class Facts(NamedTuple):
    """What the whole recording says.

    Attributes:
        categories: Classes; empty if it does not say.
        shared: What it says once for all frames.
        first_sizes_m: Edges of the 3D box of the first instance of each model.
        least: The smallest label in it: thresholds are not larger.
    """

    categories: tuple[Category, ...]
    shared: Shared
    first_sizes_m: Mapping[str, Vector3]
    least: Thresholds


@dataclass(frozen=True)
class View:
    """One frame to check.

    Attributes:
        frame: The frame.
        before: The frame before of the same camera and scene, if it was recorded.
        after: The frame after.
        others: The nearest frames of the same camera in the recording, of this scene or not.
        facts: Of the whole recording.
        scene: The scene of the frame, if the config is at hand.
        rng: Draws samples of pixels.
    """

    frame: RecordedFrame
    before: RecordedFrame | None
    after: RecordedFrame | None
    others: tuple[RecordedFrame, ...]
    facts: Facts
    scene: SceneTruth | None
    rng: np.random.Generator

    @cached_property
    def find(self) -> Finder:
        """Makes measures of this frame."""
        return Finder(self.frame.key.stem)

    @property
    def camera(self) -> CameraModel:
        """Intrinsics as the record has them."""
        return self.frame.camera

    @cached_property
    def instances(self) -> Mapping[int, InstanceRecord]:
        """Objects of the scene by id."""
        return {item.instance_id: item for item in self.frame.record.instances}

    @property
    def labels(self) -> tuple[LabelRecord, ...]:
        """Labels of the frame."""
        return self.frame.record.labels

    @cached_property
    def camera_from_world(self) -> FloatArray:
        """Inverse of the recorded camera pose, (4, 4)."""
        return pinhole.invert(pinhole.rigid(self.frame.record.world_from_camera))

    @cached_property
    def clean_depth_m(self) -> DepthImage | None:
        """Clean depth if any layer has it: depth, ray distance or points."""
        layers = self.frame.layers
        if layers.depth_m is not None:
            return layers.depth_m
        if layers.points_m is not None:
            return np.nan_to_num(layers.points_m[..., 2], nan=0.0)
        if layers.distance_m is not None:
            ones = np.ones(layers.distance_m.shape, np.float32)
            rays = np.linalg.norm(pinhole.image_points(self.camera, ones), axis=2)
            return np.asarray(layers.distance_m / rays, dtype=np.float32)
        return None

    @property
    def best_depth_m(self) -> DepthImage | None:
        """Clean depth, or else the sensed one; 0 where there is none."""
        return self.frame.depth_m if self.clean_depth_m is None else self.clean_depth_m

    def mask(self, instance_id: int) -> MaskImage | None:
        """Visible pixels of an instance, from the mask or else from COCO; shape of the image."""
        if self.frame.instance_id is not None:
            return np.asarray(self.frame.instance_id == instance_id)
        for item in self.frame.objects or ():
            if item.instance_id == instance_id:
                try:
                    return decode(item.mask_counts, item.mask_size)
                except ValueError:
                    return None
        return None

    def place(self, instance_id: int) -> Place | None:
        """Where an instance is in the image: its box, or else its mask."""
        for label in self.labels:
            if label.instance_id == instance_id:
                return edges(label.box)
        mask = self.mask(instance_id)
        return edges(pinhole.bounds(mask)) if mask is not None and mask.any() else None

    def name(self, instance_id: int) -> str:
        """How to call an instance."""
        item = self.instances.get(instance_id)
        return f'{item.name} (id {instance_id})' if item else f'id {instance_id}'


def edges(box: tuple[int, int, int, int]) -> Place:
    """A box as a place to point at."""
    x0, y0, x1, y1 = box
    return float(x0), float(y0), float(x1), float(y1)


Check = Callable[[View], Iterator[Measure]]

"""Frames made by hand, for tests that need no scene."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from synth_ros.types import CameraModel, Frame, IdImage, Instance, MaskImage, Silhouette


def make_instance(key: int, class_id: int = 1) -> Instance:
    return Instance(
        instance_id=key,
        name=f'thing_{key}',
        class_id=class_id,
        class_name=f'class{class_id}',
        model_name='thing/plain',
        world_from_object=np.eye(4),
        object_from_box=np.eye(4),
        size_m=np.ones(3),
    )


def make_frame(
    ids: IdImage,
    *,
    instances: tuple[Instance, ...] | None = None,
    silhouettes: Mapping[int, Silhouette] | None = None,
) -> Frame:
    """A frame with these ids; by default each id is listed and nothing is hidden."""
    shown = [int(key) for key in np.unique(ids) if key]
    if instances is None:
        instances = tuple(make_instance(key, class_id=1 + key % 5) for key in shown)
    if silhouettes is None:
        silhouettes = {key: Silhouette(0, 0, ids == key) for key in shown}
    height, width = ids.shape
    return Frame(
        camera=CameraModel('eye', width, height, 50.0, 50.0, (width - 1) / 2, (height - 1) / 2),
        stamp_ns=0,
        world_from_camera=np.eye(4),
        rgb=np.zeros((height, width, 3), np.uint8),
        depth_m=np.ones((height, width), np.float32),
        instance_id=ids,
        instances=instances,
        silhouettes=silhouettes,
    )


def on_canvas(silhouette: Silhouette | None, size: tuple[int, int]) -> MaskImage:
    """A silhouette painted on the whole canvas of three by three images."""
    width, height = size
    full = np.zeros((3 * height, 3 * width), np.bool_)
    if silhouette is not None:
        x0, y0, mask = silhouette
        rows, columns = mask.shape
        full[height + y0 : height + y0 + rows, width + x0 : width + x0 + columns] = mask
    return full

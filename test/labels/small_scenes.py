"""Frames with a scene made by hand: surfaces that are only ids, no shapes behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from small_frames import make_frame, make_instance

from synth_ros.types import (
    NO_MESH,
    Frame,
    IdImage,
    SceneGeometry,
    SceneState,
    Silhouette,
    Surface,
    Thing,
)


def make_surface(thing: int, *, part_id: int = 0, stuff_id: int = 0) -> Surface:
    return Surface('box', (1.0, 1.0, 1.0), NO_MESH, thing, part_id, stuff_id, drawn=True)


def make_state(things: Sequence[Thing], surfaces: Sequence[Surface]) -> SceneState:
    return SceneState(
        geometry=SceneGeometry(tuple(things), tuple(surfaces), ()),
        world_from_geom=np.tile(np.eye(4), (len(surfaces), 1, 1)),
        links=(),
        joints=(),
        skeleton_world_m=np.zeros((0, 3)),
        contacts=(),
    )


def scene_frame(
    geom_id: IdImage,
    state: SceneState,
    *,
    silhouettes: Mapping[int, Silhouette] | None = None,
    class_of: Mapping[int, int] | None = None,
) -> Frame:
    """A frame of a scene: ids follow from the surfaces; by default nothing is hidden."""
    things = state.geometry.things
    owner = [things[surface.thing].instance_id for surface in state.geometry.surfaces]
    ids = np.array([*owner, 0], np.int32)[geom_id]
    keys = sorted({thing.instance_id for thing in things if thing.kind == 'object'})
    classes = class_of or {}
    instances = tuple(make_instance(key, classes.get(key, 1 + key % 5)) for key in keys)
    if silhouettes is None:
        silhouettes = {key: Silhouette(0, 0, ids == key) for key in keys if (ids == key).any()}
    frame = make_frame(ids, instances=instances, silhouettes=silhouettes)
    return replace(frame, geom_id=geom_id, scene=state)

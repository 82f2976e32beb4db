"""Lets fingers touch what a hand holds."""

from __future__ import annotations

from collections.abc import Iterable

import mujoco

from synth_ros.scene.solid import Solid


def pair_fingers(spec: mujoco.MjSpec, solid: Solid, *, prefix: str, bodies: Iterable[str]) -> None:
    """Add a contact pair of each finger's geoms with each of a held object's.

    A held object is fixed to the hand, and between a body and its parent MuJoCo looks for no
    contact, unless it is told to.

    Args:
        spec: The scene.
        solid: What the object is made of.
        prefix: Of its names in the scene; the geoms come second in the pairs.
        bodies: Names of the fingers' bodies.
    """
    touched = [f'{prefix}geom{index}' for index, geom in enumerate(solid.geoms) if geom.collides]
    for name in bodies:
        for number, geom in enumerate(spec.body(name).geoms):
            if not (geom.contype or geom.conaffinity):
                continue
            if not geom.name:
                geom.name = f'{name}/geom{number}'
            for index, other in enumerate(touched):
                spec.add_pair(
                    name=f'{prefix}grip/{name}/{number}/{index}',
                    geomname1=geom.name,
                    geomname2=other,
                )

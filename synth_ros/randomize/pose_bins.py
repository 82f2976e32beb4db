"""The poses of the pose curriculum: which object is shown how in which frame.

A plan without state: what frame ``view`` of episode ``episode`` shows follows from these two
numbers, so that any worker can make it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.geometry.transforms import matrix_from_rotation_vector
from synth_ros.randomize.streams import Streams
from synth_ros.types import FloatArray


class PoseBin(NamedTuple):
    """A planned pose.

    Attributes:
        direction: Place in the lattice of directions.
        roll: Number of the turn about the viewing ray.
        distance: Place in ``distances_m``.
    """

    direction: int
    roll: int
    distance: int


def bin_count(config: PoseCurriculum) -> int:
    """Frames after which an object has been in each pose once."""
    return config.directions * config.rolls * len(config.distances_m)


def items_of_episode(config: PoseCurriculum, episode: int, *, items: int) -> tuple[int, ...]:
    """Which objects an episode shows: they take turns.

    Args:
        config: The curriculum.
        episode: Number of the episode.
        items: How many objects (variants of classes) there are.
    """
    first = episode * config.objects
    return tuple((first + slot) % items for slot in range(config.objects))


def bin_of(config: PoseCurriculum, *, item: int, turn: int, seed: int) -> PoseBin:
    """The pose of an object in one of its frames.

    Args:
        config: The curriculum.
        item: Number of the object.
        turn: How many frames of it there were before.
        seed: Of the dataset; each object has an order of its own.
    """
    total = bin_count(config)
    epoch, place = divmod(turn, total)
    per_distance = config.directions * config.rolls
    # A stream of the dataset, not of an episode: the order reaches over many.
    rng = Streams(seed, epoch).generator(f'curriculum/{item}')
    if config.order == 'shuffled':
        place = int(rng.permutation(total)[place])
        distance, pose = divmod(place, per_distance)
    else:
        distance, pose = divmod(place, per_distance)
        orders = [rng.permutation(per_distance) for _ in config.distances_m]
        pose = int(orders[distance][pose])
    direction, roll = divmod(pose, config.rolls)
    return PoseBin(direction, roll, distance)


def turn_of(config: PoseCurriculum, *, slot: int, items: int, view: tuple[int, int, int]) -> int:
    """How many frames of an object there were before this one.

    Args:
        config: The curriculum.
        slot: Place of the object in the episode.
        items: How many objects there are.
        view: Episode, number of the view in it, views of every episode.
    """
    episode, number, views = view
    occurrence = (episode * config.objects + slot) // items
    return occurrence * views + number


def directions(count: int) -> FloatArray:
    """Unit vectors spread evenly over the sphere: a Fibonacci lattice.

    Alvaro Gonzalez 2010, Measurement of areas on a sphere using Fibonacci and latitude-longitude
    lattices; each point stands for the same area.

    Returns:
        Shape (count, 3).
    """
    k = np.arange(count)
    z = 1 - (2 * k + 1) / count
    angle = math.pi * (1 + math.sqrt(5)) * k
    radius = np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def camera_from_object(config: PoseCurriculum, planned: PoseBin) -> FloatArray:
    """Rotation of an object that lies on the optical axis, (3, 3).

    The camera (x right, y down, z forward) looks at it from its direction; with roll 0 the
    object's z axis points up in the image.
    """
    towards_camera = directions(config.directions)[planned.direction]
    forward = -towards_camera
    up = np.array([0.0, 0.0, 1.0])
    if abs(forward[2]) > 1 - 1e-9:
        up = np.array([1.0, 0.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    upright = np.stack([right, np.cross(forward, right), forward])
    roll = 2 * math.pi * planned.roll / config.rolls
    rotation: FloatArray = matrix_from_rotation_vector((0.0, 0.0, roll)) @ upright
    return rotation

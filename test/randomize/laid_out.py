"""Drawings of items at places, and what is asked of them."""

import itertools
import math

import numpy as np
from scipy.spatial.transform import Rotation

from synth_ros.config.placement import Place, Placement
from synth_ros.config.points import InBox, Points
from synth_ros.geometry.boxes import NO_BOXES
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import PlaceInfo, SurfaceInfo
from synth_ros.randomize.placement.poses import Layout
from synth_ros.randomize.placement.room import Item, Room
from synth_ros.randomize.streams import Streams

SURFACE = SurfaceInfo('table', (0.8, 0.1, 0.74), (0.5, 0.3), 0.4)
TABLE = PlaceInfo(Place(name='table'), (SURFACE,))
BIN = PlaceInfo(
    Place(name='cell', kind='bin'), (SURFACE._replace(half_size_m=(0.2, 0.3), rim_m=0.2),)
)
BOARDS = tuple(
    SurfaceInfo(f'board_{k}', (1.0, 0.0, z), (0.2, 0.5), math.pi, clear_height_m=0.35)
    for k, z in enumerate((0.4, 0.8))
)
SHELF = PlaceInfo(Place(name='shelf', kind='shelf'), BOARDS)
SMALL = (0.03, 0.02, 0.05)


def lay_out(items, *places, seed=0, solids=NO_BOXES, placement=None, attempt=0):
    """A drawing of items (class, half extents) that all go to the first place, or to their own."""
    draws = Draws(Streams(seed, 0))
    layout = Layout(
        placement or Placement(),
        places,
        room=Room(solids),
        draws=draws.below(f'{attempt}/'),
        held=draws.below('held/'),
    )
    return layout.place(
        [
            Item(k, str(k), *(item if len(item) == 3 else (*item, places[0].config.name)))
            for k, item in enumerate(items, start=1)
        ]
    )


def alike(number, half=SMALL):
    return [('thing', half)] * number


def in_box(center_m, size_m):
    return Points(in_box=InBox(center_m=center_m, size_m=size_m))


def config(place, **changes):
    return place._replace(config=place.config.model_copy(update=changes))


def rotation(pose):
    w, x, y, z = pose.quat_wxyz
    return Rotation.from_quat([x, y, z, w])


def corners(half, pose):
    signs = np.array(list(itertools.product((-1, 1), repeat=3)))
    return rotation(pose).apply(signs * half) + pose.position_m


def local(surface, points):
    """World points in a surface's frame."""
    turn = Rotation.from_euler('z', -surface.yaw_rad)
    return turn.apply(np.asarray(points) - surface.center_m)


def apart(one, other, half):
    """Whether two boxes are apart along one of 15 axes (a slow reference)."""
    turns = [rotation(pose).as_matrix() for pose in (one, other)]
    axes = [*turns[0].T, *turns[1].T]
    axes += [np.cross(a, b) for a in turns[0].T for b in turns[1].T]
    clouds = [corners(half, pose) for pose in (one, other)]
    for axis in axes:
        if np.linalg.norm(axis) > 1e-9:
            spans = [cloud @ axis for cloud in clouds]
            if spans[0].max() < spans[1].min() or spans[1].max() < spans[0].min():
                return True
    return False


def poses_of(drawing):
    assert not any(placed.unplaced for placed in drawing.placed)
    return [placed.pose for placed in drawing.placed]

"""The runs of a frame's id images, worked out once for all annotations that need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.boxes import RowRuns, VisibleRegion, row_runs, visible_regions
from synth_ros.labels.lookup import known_scene
from synth_ros.types import Frame, IdImage

Result = TypeVar('Result')
Number = TypeVar('Number', bound=np.integer)


def once(frame: Frame, make: Callable[[Frame], Result]) -> Result:
    """What a function makes of a frame; it runs the first time only.

    Two threads may both find nothing and run it, with the same result.

    Args:
        frame: The frame.
        make: A pure function of the module level. What it returns is shared: nobody changes it.
    """
    if make not in frame.memo:
        frame.memo[make] = make(frame)
    return cast('Result', frame.memo[make])


def instance_runs(frame: Frame) -> RowRuns:
    """Of ``frame.instance_id``."""
    return once(frame, _instance_runs)


def surface_runs(frame: Frame) -> RowRuns:
    """Of ``frame.geom_id``; -1 where nothing is.

    Raises:
        InternalError: The frame has none.
    """
    return once(frame, _surface_runs)


def surface_regions(frame: Frame) -> Mapping[int, VisibleRegion]:
    """Box and pixels of each surface in the image by ascending geom id.

    Raises:
        InternalError: The frame has no surface ids.
    """
    return once(frame, _surface_regions)


def remember(frame: Frame, surfaces: RowRuns, instances: RowRuns) -> None:
    """Tell a new frame its runs, so that nobody looks for them again.

    Args:
        frame: The frame.
        surfaces: Of its ``geom_id``.
        instances: Of its ``instance_id``.
    """
    frame.memo[_surface_runs] = surfaces
    frame.memo[_instance_runs] = instances


def renamed(runs: RowRuns, values: NDArray[np.int32]) -> RowRuns:
    """The runs of an image whose ids are replaced by others.

    Args:
        runs: Of an image whose ids are indices into ``values``, -1 where nothing is.
        values: New id of each, shape (n,); nothing becomes 0.
    """
    # Index -1 reads the last entry: nothing.
    ids = np.append(values, np.int32(0)).astype(np.int32)[runs.ids]
    begins = np.ones(ids.size, np.bool_)
    begins[1:] = (ids[1:] != ids[:-1]) | (runs.starts[1:] % runs.width == 0)
    first = np.flatnonzero(begins)
    lengths = np.add.reduceat(runs.lengths, first)
    return RowRuns(ids[first], runs.starts[first], lengths, runs.width)


def image_of(runs: RowRuns) -> IdImage:
    """The image that has these runs, shape (height, width), int32."""
    return np.repeat(runs.ids, runs.lengths).reshape(-1, runs.width)


def paint(runs: RowRuns, values: Sequence[int], dtype: type[Number]) -> NDArray[Number]:
    """The value of the id at each pixel.

    Args:
        runs: Of an image whose ids are indices into ``values``, -1 where nothing is.
        values: Of each id.
        dtype: Of the result.

    Returns:
        Shape (height, width), 0 where nothing is.
    """
    # Index -1 reads the last entry: nothing.
    table = np.array([*values, 0], dtype)
    return np.repeat(table[runs.ids], runs.lengths).reshape(-1, runs.width)


def _instance_runs(frame: Frame) -> RowRuns:
    return row_runs(frame.instance_id)


def _surface_runs(frame: Frame) -> RowRuns:
    geom_id, _ = known_scene(frame)
    return row_runs(geom_id)


def _surface_regions(frame: Frame) -> Mapping[int, VisibleRegion]:
    runs = surface_runs(frame)
    # Of ids from 1 on, with 0 where nothing is.
    regions = visible_regions(runs._replace(ids=runs.ids + 1))
    return {key - 1: region for key, region in regions.items()}

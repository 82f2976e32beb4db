"""Every pixel of a frame and of its masks against rays, and every edge that they decide."""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ray_reference import brute_box
from render_agreement import FACET_PX, SNAP_PX
from small_frames import on_canvas
from truth_rays import Truth

from synth_ros.types import Frame, InstanceLabel, Labels, MaskImage

_EDGES = 4
TIE = 2e-7
"""Relative difference of two depths that a 32-bit float can hardly tell apart."""


class Verdict(IntEnum):
    """What is to be said of a pixel."""

    SAME = 0
    GRID = 1
    """Differs; an outline is within the rasterizer's grid, ``SNAP_PX``."""
    FACET = 2
    """Differs; the outline of a round geom, drawn as a polygon, is within ``FACET_PX``."""
    WRONG = 3
    """Differs, and nothing explains it."""
    TIE = 4
    """Another thing is shown, at the same depth to the last bits of a float: either is right."""


_EXPLAINED = (Verdict.GRID, Verdict.FACET, Verdict.TIE)


class Masks(NamedTuple):
    """Counts of one comparison of masks.

    Attributes:
        pixels: Compared: of the image, or of the objects on the canvas.
        verdicts: How many pixels of each ``Verdict``, (4,).
        inside: Pixels whose 3 x 3 neighbourhood is of one thing by rays.
        interior: Those that differ.
        edges: Edges of boxes compared.
        edges_explained: Those that differ where an explained pixel decides.
        edges_wrong: The others that differ.
    """

    pixels: int
    verdicts: NDArray[np.int64]
    inside: int
    interior: int
    edges: int
    edges_explained: int
    edges_wrong: int


class Counted(NamedTuple):
    """Counts and orders of labels.

    Attributes:
        labels: Instances labelled.
        broken: Labels that break visible <= in image <= full, their own masks or their boxes.
        hidden: Hidden pixels by rays.
        hidden_explained: Pixels with another occluder, or hidden in one only, on an outline.
        hidden_wrong: The same off all outlines.
        occluders_wrong: Labels whose occluders are not those of the frame's own pixels.
        missing: Instances that rays see and labels lack, or the other way, unexplained.
        cut: Labels that the border cuts.
        covered: Labels of which something hides a part.
        whole: Labels that are wholly visible.
    """

    labels: int
    broken: int
    hidden: int
    hidden_explained: int
    hidden_wrong: int
    occluders_wrong: int
    missing: int
    cut: int
    covered: int
    whole: int


class Pixels(NamedTuple):
    """All of it for one frame."""

    visible: Masks
    amodal: Masks
    counted: Counted


def compare_pixels(truth: Truth, frame: Frame, labels: Labels) -> Pixels:
    """Compare masks, boxes, counts and occluders of a frame with rays."""
    image = _image_verdicts(truth, frame)
    canvases = {key: _canvas_verdicts(truth, frame, key) for key in truth.alone}
    given = {label.instance.instance_id: label for label in labels.instances}
    return Pixels(
        _visible(truth, frame, image=image, given=given),
        _amodal(truth, canvases, given),
        _counted(truth, frame, given=given, verdicts=(image, canvases)),
    )


def _image_verdicts(truth: Truth, frame: Frame) -> NDArray[np.int8]:
    """Verdict on each pixel's thing."""
    assert frame.geom_id is not None
    out = np.zeros(frame.geom_id.shape, np.int8)
    v, u = np.nonzero(truth.things != truth.drawn(frame))
    geoms = np.stack([truth.cast.geom_id[v, u], frame.geom_id[v, u]])
    out[v, u] = _outline_verdicts(truth, (u, v), geoms, only=None)
    rays_m, drawn_m = truth.cast.depth_m[v, u], frame.depth_m[v, u]
    tie = (drawn_m > 0) & (np.abs(drawn_m - rays_m) <= TIE * rays_m)
    out[v[tie], u[tie]] = Verdict.TIE
    return out


def _canvas_verdicts(truth: Truth, frame: Frame, key: int) -> NDArray[np.int8]:
    """Verdict on each pixel of an object's amodal mask, on the extended canvas."""
    camera = truth.scene.camera
    drawn = on_canvas(frame.silhouettes.get(key), (camera.width, camera.height))
    drawn[camera.height : 2 * camera.height, camera.width : 2 * camera.width] |= (
        frame.instance_id == key
    )
    out = np.zeros(drawn.shape, np.int8)
    v, u = np.nonzero(drawn != truth.alone[key])
    geoms = np.tile(truth.geoms(key), (len(u), 1)).T
    place = (u - camera.width, v - camera.height)
    out[v, u] = _outline_verdicts(truth, place, geoms, only=truth.geoms(key))
    return out


def _outline_verdicts(
    truth: Truth,
    place: tuple[NDArray[np.int64], NDArray[np.int64]],
    geoms: NDArray[np.int64],
    *,
    only: list[int] | None,
) -> NDArray[np.int8]:
    """Whether outlines explain pixels that differ; geoms (k, n) take part in each."""
    u, v = place
    out = np.full(len(u), Verdict.WRONG, np.int8)
    if not len(u):
        return out
    grid = truth.caster.undecided(u, v, reach_px=SNAP_PX, same=truth.thing_of, only=only)
    facet = truth.caster.undecided(u, v, reach_px=FACET_PX, same=truth.thing_of, only=only)
    facet &= np.append(truth.is_round, False)[geoms].any(axis=0)
    out[facet] = Verdict.FACET
    out[grid] = Verdict.GRID
    return out


def _visible(
    truth: Truth,
    frame: Frame,
    *,
    image: NDArray[np.int8],
    given: dict[int, InstanceLabel],
) -> Masks:
    edges = np.zeros(3, int)
    for key in truth.alone:
        true = truth.things == key
        if true.any() and key in given:
            edges += _edges(true, frame.instance_id == key, tuple(given[key].box), image=image)
    return Masks(
        image.size,
        np.bincount(image.ravel(), minlength=len(Verdict)),
        int(interior(truth.things).sum()),
        int((~np.isin(image, (Verdict.SAME, Verdict.TIE)) & interior(truth.things)).sum()),
        *edges.tolist(),
    )


def _amodal(
    truth: Truth, canvases: dict[int, NDArray[np.int8]], given: dict[int, InstanceLabel]
) -> Masks:
    camera = truth.scene.camera
    pixels = inside = differ = 0
    verdicts, edges = np.zeros(len(Verdict), np.int64), np.zeros(3, int)
    for key, canvas in canvases.items():
        true = truth.alone[key]
        pixels += int(true.sum())
        verdicts += np.bincount(canvas.ravel(), minlength=len(Verdict))
        inner = interior(true.astype(np.int32))
        inside += int((inner & true).sum())
        differ += int(((canvas > 0) & inner).sum())
        if key in given and true.any():
            x0, y0, x1, y1 = given[key].amodal_box
            w, h = camera.width, camera.height
            drawn = true ^ (canvas > 0)
            edges += _edges(true, drawn, (x0 + w, y0 + h, x1 + w, y1 + h), image=canvas)
    return Masks(pixels, verdicts, inside, differ, *edges.tolist())


def _edges(
    true: MaskImage, drawn: MaskImage, box: tuple[int, ...], *, image: NDArray[np.int8]
) -> NDArray[np.int64]:
    """Edges compared, explained and wrong, of one box.

    An edge that differs is decided by the pixels that one mask has beyond the other's edge: all
    of them must be explained.
    """
    right = brute_box(true)
    out = np.array([_EDGES, 0, 0])
    for side in range(_EDGES):
        mine, other = box[side], right[side]
        if mine == other:
            continue
        beyond = np.zeros(true.shape, np.bool_)
        rows_or_columns = slice(min(mine, other), max(mine, other))
        beyond[(slice(None), rows_or_columns) if side % 2 == 0 else rows_or_columns] = True
        deciding = image[beyond & (true ^ drawn)]
        explained = deciding.size > 0 and bool((deciding != Verdict.WRONG).all())
        out[1 if explained else 2] += 1
    return out


def _counted(
    truth: Truth,
    frame: Frame,
    *,
    given: dict[int, InstanceLabel],
    verdicts: tuple[NDArray[np.int8], dict[int, NDArray[np.int8]]],
) -> Counted:
    image, canvases = verdicts
    camera = truth.scene.camera
    window = (slice(camera.height, 2 * camera.height), slice(camera.width, 2 * camera.width))
    broken = hidden = explained = wrong = occluders = missing = 0
    for key, alone in truth.alone.items():
        true = truth.things == key
        if key not in given:
            missing += bool(np.isin(image[true], (Verdict.SAME, Verdict.WRONG)).any())
            continue
        label = given[key]
        drawn = alone ^ (canvases[key] > 0)
        missing += not true.any() and bool(
            (image[frame.instance_id == key] == Verdict.WRONG).any()
        )
        broken += _is_broken(label, frame, drawn)
        rays = np.where(alone[window] & ~true, truth.things, key)
        mine = np.where(drawn[window] & (frame.instance_id != key), truth.drawn(frame), key)
        occluders += _by_name(mine[mine != key], truth.names) != {
            entry.thing.name: entry.pixels for entry in label.occluders or ()
        }
        differ = rays != mine
        told = np.isin(image, _EXPLAINED) | np.isin(canvases[key][window], _EXPLAINED)
        hidden += int((rays != key).sum())
        explained += int((differ & told).sum())
        wrong += int((differ & ~told).sum())
    cut = sum(label.truncation > 0 for label in given.values())
    covered = sum(label.occlusion > 0 for label in given.values())
    whole = sum(label.visibility == 1 for label in given.values())
    return Counted(
        len(given), broken, hidden, explained, wrong, occluders, missing, cut, covered, whole
    )


def _is_broken(label: InstanceLabel, frame: Frame, full: MaskImage) -> bool:
    """Whether a label's counts, boxes and amodal mask contradict the frame's own pixels."""
    camera = frame.camera
    w, h = camera.width, camera.height
    visible = frame.instance_id == label.instance.instance_id
    inside = full[h : 2 * h, w : 2 * w]
    x0, y0, x1, y1 = brute_box(full)
    given = on_canvas(label.amodal_mask, (w, h))
    return not (
        label.pixels_visible == visible.sum()
        and label.pixels_in_image == inside.sum()
        and label.pixels_full == full.sum()
        and not (visible & ~inside).any()
        and label.pixels_visible <= label.pixels_in_image <= label.pixels_full
        and tuple(label.box) == brute_box(visible)
        and tuple(label.amodal_box) == (x0 - w, y0 - h, x1 - w, y1 - h)
        and np.array_equal(given, full)
        and label.visibility == visible.sum() / full.sum()
    )


def _by_name(things: NDArray[np.int32], names: dict[int, str]) -> dict[str, int]:
    shown: Counter[str] = Counter()
    for thing, pixels in Counter(things.tolist()).items():
        shown[names[thing]] += pixels
    return dict(shown)


def interior(image: NDArray[np.int32]) -> MaskImage:
    """Pixels whose 3 x 3 neighbourhood, cut at the border, has one value."""
    padded = np.pad(image, 1, mode='edge')
    h, w = image.shape
    same = np.ones(image.shape, np.bool_)
    for i in range(3):
        for j in range(3):
            same &= padded[i : i + h, j : j + w] == image
    return same

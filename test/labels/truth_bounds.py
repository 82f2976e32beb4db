"""All bounds of the labels in one table: measured over many scenes, for tests and for the docs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from truth_pixels import Masks, Pixels, Verdict, compare_pixels
from truth_points import Points, compare_points
from truth_rays import Truth, truth
from truth_scenes import Studio
from truth_surfaces import Surfaces, compare_surfaces

from synth_ros.config.labels import LabelsConfig
from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import capture
from synth_ros.render.base import Renderer
from synth_ros.types import FloatArray, Frame, Labels

_FEW = 20
_ROUNDING = 1e-6
ALL = LabelsConfig(min_pixels=1, min_visibility=0.0, everything=True)


class Found(NamedTuple):
    """What one renderer's frame of one scene was found to be."""

    scene: int
    pixels: Pixels
    surfaces: Surfaces
    points: Points


class Row(NamedTuple):
    """One bound and what was measured.

    Attributes:
        what: Is measured, in words.
        bound: In words.
        count: Of what was compared.
        measured: In words; of errors: median / 99.9 % are within / worst.
        worst_scene: Where the worst error was; -1 where there is none.
        holds: Whether the bound does.
    """

    what: str
    bound: str
    count: int
    measured: str
    worst_scene: int
    holds: bool


def measure(
    studio: Studio, models: Iterable[int], renderers: Sequence[Renderer]
) -> tuple[list[Found], ...]:
    """Render, label and compare all scenes of some models; one list for each renderer.

    Each scene is cast once for all renderers.
    """
    out: tuple[list[Found], ...] = tuple([] for _ in renderers)
    for model in models:
        for index, scene in enumerate(studio.scenes(model)):
            right = truth(scene)
            for renderer, found in zip(renderers, out, strict=True):
                if index == 0:
                    renderer.load(scene.world.model)
                scene.pose(1)
                after = capture(scene.world, renderer, scene.part)
                scene.pose(0)
                frame = capture(scene.world, renderer, scene.part)
                labels = annotate(frame, ALL, after=after)
                found.append(compare(right, frame, labels))
    return out


def compare(right: Truth, frame: Frame, labels: Labels) -> Found:
    """Hold a frame and its labels against what rays say of their scene."""
    return Found(
        right.scene.number,
        compare_pixels(right, frame, labels),
        compare_surfaces(right, frame, labels),
        compare_points(right, frame, labels),
    )


def rows(found: Sequence[Found]) -> list[Row]:
    """Every bound, held against all frames of a renderer."""
    return [
        *_mask_rows('visible', found, lambda one: one.pixels.visible),
        *_mask_rows('amodal', found, lambda one: one.pixels.amodal),
        *_count_rows(found),
        *_depth_rows(found),
        *_normal_rows(found),
        *_flow_rows(found),
        *_point_rows(found),
    ]


def _mask_rows(name: str, found: Sequence[Found], pick: Callable[[Found], Masks]) -> Iterable[Row]:
    masks = [pick(one) for one in found]
    edges = sum(one.edges for one in masks)
    explained = sum(one.edges_explained for one in masks)
    wrong = [one.edges_wrong for one in masks]
    yield Row(
        f'edges of {name} boxes',
        'exact to the pixel; an edge may differ only where an outline decides',
        edges,
        f'{edges - explained - sum(wrong)} equal, {explained} decided on an outline, '
        f'{sum(wrong)} unexplained',
        _worst([one.edges_explained + one.edges_wrong for one in masks], found),
        sum(wrong) == 0 and explained <= 0.01 * edges,
    )
    verdicts = np.sum([one.verdicts for one in masks], axis=0)
    yield Row(
        f'pixels of {name} masks',
        '0 differ off an outline',
        sum(one.pixels for one in masks),
        f'{verdicts[1:].sum()} differ: {verdicts[Verdict.GRID]} within the grid, '
        f'{verdicts[Verdict.FACET]} within a facet, {verdicts[Verdict.WRONG]} unexplained',
        _worst([one.verdicts[1:].sum() for one in masks], found),
        verdicts[Verdict.WRONG] == 0,
    )
    inside = [one.interior for one in masks]
    yield Row(
        f'pixels inside {name} masks',
        '0 differ',
        sum(one.inside for one in masks),
        f'{sum(inside)} differ',
        _worst(inside, found),
        sum(inside) == 0,
    )


def _count_rows(found: Sequence[Found]) -> Iterable[Row]:
    counted = [one.pixels.counted for one in found]
    labels = sum(one.labels for one in counted)
    broken = [one.broken for one in counted]
    yield Row(
        'visible <= in image <= full; counts and boxes are those of the masks',
        'always',
        labels,
        f'{sum(broken)} broken',
        _worst(broken, found),
        sum(broken) == 0,
    )
    missing = [one.missing for one in counted]
    yield Row(
        'instances seen by rays and labels alike',
        'always',
        labels,
        f'{sum(missing)} missing or made up',
        _worst(missing, found),
        sum(missing) == 0,
    )
    hidden = sum(one.hidden for one in counted)
    wrong = [one.hidden_wrong + one.occluders_wrong for one in counted]
    yield Row(
        'hidden pixels and what hides them',
        '0 differ off an outline',
        hidden,
        f'{sum(one.hidden_explained for one in counted)} differ on an outline, '
        f'{sum(wrong)} unexplained',
        _worst([one.hidden_explained + one.hidden_wrong for one in counted], found),
        sum(wrong) == 0,
    )


def _depth_rows(found: Sequence[Found]) -> Iterable[Row]:
    bound = 'at 1 m: median < 0.1 mm, worst < 1 mm'

    def series(name: str) -> list[FloatArray]:
        return [1e3 * getattr(one.surfaces, name) for one in found]

    flat, curved, mesh = series('flat_m'), series('round_m'), series('mesh_m')
    yield _row('depth of boxes', bound, 'mm', flat, found=found, median=0.1, worst=1)
    yield _row('depth of round primitives', bound, 'mm', curved, found=found, median=0.1, worst=1)
    yield _row('depth of meshes', bound, 'mm', mesh, found=found, median=0.1, worst=1)
    outline = series('round_outline_m')
    none = 'none: seen along the surface, where a facet reaches far'
    yield _row('depth of round primitives, pixels on outlines', none, 'mm', outline, found=found)
    off = series('round_off_m')
    yield _row(
        'distance from the true round surface, all pixels',
        '< 0.1 mm, the depth of a facet',
        'mm',
        off,
        found=found,
        worst=0.1,
    )
    steps = [one.surfaces.mesh_steps for one in found]
    wrong = [one.surfaces.mesh_wrong for one in found]
    yield Row(
        'mesh pixels left out above',
        'only where the mesh hides itself, within the grid',
        sum(steps) + sum(wrong),
        f'{sum(steps)} on such an outline, {sum(wrong)} unexplained',
        _worst([a + b for a, b in zip(steps, wrong, strict=True)], found),
        sum(wrong) == 0,
    )


def _normal_rows(found: Sequence[Found]) -> Iterable[Row]:
    shapes = [one.surfaces.shapes_deg for one in found]
    yield _row('normals of primitives', 'median < 0.1 deg', 'deg', shapes, found=found, median=0.1)
    facets = [one.surfaces.facets_deg for one in found]
    yield _row('normals of meshes', "the facet's own", 'deg', facets, found=found, worst=0.01)
    other = [one.surfaces.other_facet for one in found]
    wrong = [one.surfaces.facet_wrong for one in found]
    yield Row(
        'mesh pixels with the normal of another facet',
        'only of one that a ray within the grid meets',
        sum(other) + sum(wrong),
        f'{sum(other)} of such a facet, {sum(wrong)} unexplained',
        _worst([a + b for a, b in zip(other, wrong, strict=True)], found),
        sum(wrong) == 0,
    )


def _flow_rows(found: Sequence[Found]) -> Iterable[Row]:
    flow = [one.surfaces.flow_px for one in found]
    yield _row('flow, end point', 'median < 0.02 px', 'px', flow, found=found, median=0.02)
    inner = [one.surfaces.flow_flat_px for one in found]
    yield _row(
        'flow of boxes, end point', 'median < 0.02 px', 'px', inner, found=found, median=0.02
    )
    motion = [1e3 * one.surfaces.scene_flow_m for one in found]
    yield _row('scene flow', 'none', 'mm', motion, found=found)
    wrong = [one.surfaces.state_wrong for one in found]
    yield Row(
        'flow that leaves the image is called so',
        'always',
        sum(map(len, flow)),
        f'{sum(wrong)} wrong',
        _worst(wrong, found),
        sum(wrong) == 0,
    )
    right = [(one.surfaces.hidden_right, one.surfaces.seen_right) for one in found]
    hidden, seen = np.sum(right, axis=0)
    wrong = [one.surfaces.hidden_wrong for one in found]
    yield Row(
        'points hidden later, sampled where rays decide',
        'at most 1 in 1000 of those hidden wrong',
        hidden + seen + sum(wrong),
        f'{hidden} hidden and {seen} visible called so, {sum(wrong)} wrong',
        _worst(wrong, found),
        sum(wrong) <= 1e-3 * hidden,
    )


def _point_rows(found: Sequence[Found]) -> Iterable[Row]:
    for what, name, unit, limit in (
        ('3D box corners', 'corners_mm', 'mm', 0.01),
        ('faces of 3D boxes touch the geometry', 'gaps_mm', 'mm', 0.01),
        ('projected origins and box centres', 'centers_px', 'px', 0.05),
        ('keypoints', 'keypoints_px', 'px', 0.05),
        ('keypoints on compiled mesh vertices', 'vertices_px', 'px', 0.05),
        ('robot joints', 'skeleton_px', 'px', 0.05),
        ('robot links', 'links_mm', 'mm', 0.01),
        ('corners where three planes of the image meet', 'image_corners_px', 'px', 0.05),
        ('centres of spheres fitted to the image', 'image_spheres_px', 'px', 0.05),
    ):
        series = [np.abs(getattr(one.points, name)) for one in found]
        yield _row(what, f'< {limit} {unit}', unit, series, found=found, worst=limit)
    offsets = np.concatenate([one.points.centroids_px for one in found])
    mean = float(np.abs(offsets.mean(axis=0)).max()) if len(offsets) else 0.0
    single = np.linalg.norm(offsets, axis=1)
    yield Row(
        'centroids of spheres drawn alone',
        'mean < 0.05 px; one disk of pixels is no finer than its grid',
        len(offsets),
        f'mean {mean:.2g} px, worst {single.max(initial=0):.2g} px',
        -1,
        # Of few disks, the mean still shows their grids.
        mean < 0.05 or len(offsets) < _FEW,
    )


def _row(
    what: str,
    bound: str,
    unit: str,
    series: Sequence[FloatArray],
    *,
    found: Sequence[Found],
    median: float = np.inf,
    worst: float = np.inf,
) -> Row:
    errors = np.concatenate(series)
    if not errors.size:
        return Row(what, bound, 0, 'nothing to compare', -1, holds=True)
    middle, high, most = np.percentile(errors, [50, 99.9, 100])
    return Row(
        what,
        bound,
        errors.size,
        f'{_short(middle)} / {_short(high)} / {_short(most)} {unit}',
        _worst([one.max(initial=0) for one in series], found),
        bool(middle < median and most < worst),
    )


def _short(error: float) -> str:
    """Two digits; what is but rounding is not spelled out."""
    return f'{error:.2g}' if error >= _ROUNDING else f'< {_ROUNDING:.0e}'


def _worst(errors: Sequence[float], found: Sequence[Found]) -> int:
    """The scene of the largest error; -1 if all are 0."""
    index = int(np.argmax(errors))
    return found[index].scene if errors[index] > 0 else -1

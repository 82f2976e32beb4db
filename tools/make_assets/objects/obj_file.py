"""Wavefront OBJ text of a surface."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.surface import FloatArray, IntArray, Surface


def obj_text(surface: Surface) -> str:
    """OBJ with shared positions, normals and texture coordinates, and quads where possible.

    Positions keep 10 micrometres, normals 1/1000, texture coordinates 1/10000. Faces that
    rounding collapses are left out.
    """
    points, p_index = _shared(surface.points, 5)
    normals, n_index = _shared(surface.normals, 3)
    uvs, t_index = _shared(surface.uv, 4)
    lines = ['# synth_ros built-in object']
    lines += [f'v {_row(row, 5)}' for row in points]
    lines += [f'vt {_row(row, 4)}' for row in uvs]
    lines += [f'vn {_row(row, 3)}' for row in normals]
    for face in surface.faces:
        corners = [i for k, i in enumerate(face) if p_index[i] != p_index[face[k - 1]]]
        if len({p_index[i] for i in corners}) >= 3:
            items = (f'{p_index[i] + 1}/{t_index[i] + 1}/{n_index[i] + 1}' for i in corners)
            lines.append('f ' + ' '.join(items))
    return '\n'.join(lines) + '\n'


def _shared(values: FloatArray, decimals: int) -> tuple[FloatArray, IntArray]:
    """Distinct rounded rows in order of first use, and the row of every input."""
    scaled = np.rint(values * 10**decimals).astype(np.int64)
    _, first, inverse = np.unique(scaled, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return scaled[first[order]] / 10.0**decimals, rank[inverse.ravel()]


def _row(values: FloatArray, decimals: int) -> str:
    texts = (f'{value:.{decimals}f}'.rstrip('0').rstrip('.') for value in values)
    return ' '.join('0' if text in ('-0', '') else text for text in texts)

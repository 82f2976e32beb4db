"""Collision shapes of meshes: one convex hull, or a convex decomposition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.spatial
import trimesh

from synth_ros.errors import AssetError
from synth_ros.scene.solid import SolidMesh
from synth_ros.types import FloatArray


def hull_mesh(vertices_m: FloatArray, path: Path) -> SolidMesh:
    """The convex hull of points as a mesh.

    Args:
        vertices_m: Shape (n, 3).
        path: Named in the error.

    Raises:
        AssetError: If the points lie in a plane or a line.
    """
    try:
        hull = trimesh.convex.convex_hull(vertices_m)
    except (scipy.spatial.QhullError, ValueError) as error:
        raise AssetError(
            path, 'the mesh is flat, so it has no volume to collide with; give it thickness.'
        ) from error
    return SolidMesh(np.array(hull.vertices, np.float64), np.array(hull.faces, np.int32))

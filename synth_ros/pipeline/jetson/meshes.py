"""Surfaces of objects as Wavefront OBJ files in metres, which FoundationPose reads."""

from __future__ import annotations

import re
from pathlib import Path

from synth_ros.geometry.shapes import ModelMesh
from synth_ros.readers.recording import Recording
from synth_ros.types import TriangleMesh


def write_meshes(out: Path, recording: Recording) -> list[str]:
    """Write the surface of each object model that the recording keeps.

    Args:
        out: Folder; made if there is a mesh.
        recording: A dataset; bags keep no meshes.

    Returns:
        Names of the files.
    """
    source = recording.shared.meshes
    if source is None:
        return []
    names = []
    for model in sorted(recording.shared.models or {}):
        found: ModelMesh | None = source(model)
        if found is None:
            continue
        out.mkdir(exist_ok=True)
        name = f'{re.sub(r"[^A-Za-z0-9_.-]", "_", model)}.obj'
        assert name not in names
        (out / name).write_text(obj_text(found.mesh), encoding='ascii')
        names.append(name)
    return names


def obj_text(mesh: TriangleMesh) -> str:
    """An OBJ file: vertices in metres, object frame; triangles counter-clockwise from outside."""
    vertices = [f'v {x:.6f} {y:.6f} {z:.6f}' for x, y, z in (mesh.vertices_m + 0.0).tolist()]
    faces = [f'f {a} {b} {c}' for a, b, c in (mesh.faces + 1).tolist()]
    return '\n'.join([*vertices, *faces, ''])

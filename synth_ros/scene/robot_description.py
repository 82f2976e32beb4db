"""The robot as URDF: the file of the user, or one written from the model."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.scene.collision import cache_dir
from synth_ros.scene.robot import LoadedRobot
from synth_ros.scene.urdf import is_urdf
from synth_ros.scene.urdf_write import urdf_text
from synth_ros.types import TriangleMesh

_STL = np.dtype([('normal', '<f4', 3), ('corners', '<f4', (3, 3)), ('attribute', '<u2')])


class RobotDescription(NamedTuple):
    """A robot as URDF.

    Attributes:
        text: The XML.
        warnings: What it lacks, a sentence each.
    """

    text: str
    warnings: tuple[str, ...] = ()


def robot_description(robot: LoadedRobot, *, folder: Path | None = None) -> RobotDescription:
    """The URDF of a robot: its own file as it is, or one written from its model.

    Args:
        robot: The robot.
        folder: Keeps the meshes of a written one, a file for each content; one in the user's
            cache by default.
    """
    if is_urdf(robot.path):
        return RobotDescription(robot.path.read_text(encoding='utf-8', errors='replace'))
    store = StlStore(folder or cache_dir() / 'robot_meshes')
    couplings = {n: j.coupling for n, j in robot.joints.items() if j.coupling is not None}
    text = urdf_text(robot.model, name=robot.path.stem, couplings=couplings, meshes=store)
    if not store.lost:
        return RobotDescription(text)
    reason = f'The robot description lacks {store.lost} meshes: {store.folder} is not writable.'
    return RobotDescription(text, (reason,))


class StlStore:
    """Keeps meshes as binary STL files that are named by their content.

    Args:
        folder: Made when the first one comes.

    Attributes:
        folder: Of the files.
        lost: Meshes that could not be kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost = 0

    def __call__(self, mesh: TriangleMesh) -> str | None:
        """The ``file://`` address of a mesh; ``None`` if it cannot be kept."""
        data = stl_bytes(mesh)
        file = self.folder.absolute() / f'{hashlib.sha256(data).hexdigest()[:32]}.stl'
        try:
            if not file.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as temporary:
                    temporary.write(data)
                Path(temporary.name).chmod(0o644)
                Path(temporary.name).replace(file)
        except OSError:
            self.lost += 1
            return None
        return file.as_uri()


def stl_bytes(mesh: TriangleMesh) -> bytes:
    """A mesh as binary STL, metres."""
    corners = mesh.vertices_m[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    triangles = np.zeros(len(corners), _STL)
    triangles['normal'] = np.divide(
        normals, lengths, out=np.zeros_like(normals), where=lengths > 0
    )
    triangles['corners'] = corners
    return bytes(80) + np.uint32(len(corners)).tobytes() + triangles.tobytes()

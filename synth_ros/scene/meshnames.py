"""Names of the parts of a mesh file, where the file itself gives any."""

from __future__ import annotations

import re
from pathlib import Path

import trimesh

# A CAD export may name every face; each name would cost a geom.
MAX_NAMES = 64

_GLTF = ('.glb', '.gltf')
_PRIMITIVE = re.compile(r'_[0-9a-f]{6}')


class ObjNames:
    """Objects (``o``) or else groups (``g``) of an OBJ file.

    Attributes:
        names: Of the file; empty unless there are several, and not too many.
        split_objects: Whether trimesh must keep objects apart.
        split_groups: Whether trimesh must keep groups apart.
    """

    def __init__(self, path: Path) -> None:
        found: dict[str, dict[str, None]] = {'o': {}, 'g': {}}
        if path.suffix.lower() == '.obj':
            with path.open(encoding='utf-8', errors='replace') as lines:
                for line in lines:
                    if line[:2] in ('o ', 'g '):
                        found[line[0]][line[2:].strip()] = None
        kind = next((k for k in 'og' if 1 < len(found[k]) <= MAX_NAMES), '')
        self.names = tuple(found[kind]) if kind else ()
        self.split_objects = kind == 'o'
        self.split_groups = kind == 'g'

    def of_node(self, node: str) -> str:
        """The name that a node of trimesh's scene stands for; it may end with a material."""
        fitting = [name for name in self.names if node == name or node.startswith(f'{name}_')]
        return max(fitting, key=len, default='')


def gltf_name(scene: trimesh.Scene, node: str, path: Path) -> str:
    """Name of a node of a glTF file; empty for other files and for nodes without a name.

    trimesh calls nodes without a name by their number, and puts a random ending to the name of
    a node that has several materials.
    """
    if path.suffix.lower() not in _GLTF:
        return ''
    parent = str(scene.graph.transforms.parents.get(node, ''))
    if node.startswith(parent) and _PRIMITIVE.fullmatch(node[len(parent) :]):
        node = parent
    return '' if node.isdigit() else node

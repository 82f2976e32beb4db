"""Reads URDF robots: resolves and converts their meshes, then lets MuJoCo parse the rest.

MuJoCo alone cannot resolve ``package://``, cannot read DAE, and drops visual meshes by
default. Here every mesh of the file is found, read and coloured, or there is an error.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import mujoco

from synth_ros.errors import AssetError, UsageError
from synth_ros.scene.coupling import add_mimic_joints
from synth_ros.scene.mjspec import one_line
from synth_ros.scene.resolve import resolve_mesh
from synth_ros.scene.solid_spec import set_look, set_mesh, set_texture

if TYPE_CHECKING:
    from synth_ros.scene.meshfile import MeshFile, MeshPiece

# MuJoCo reads these itself, and keeps them cached between compilations.
_DIRECT = ('.stl',)

# Links without mass are common in URDF (frames of sensors); MuJoCo wants a little.
_LEAST_MASS_KG = 1e-4
_LEAST_INERTIA_KG_M2 = 1e-7


def is_urdf(path: Path) -> bool:
    """Whether the file is URDF: by its suffix, or by its root element."""
    if path.suffix.lower() in {'.urdf', '.xacro'}:
        return True
    try:
        return _root(path).tag == 'robot'
    except AssetError:
        return False


def read_urdf(path: Path) -> mujoco.MjSpec:
    """Parse a URDF file with all its meshes.

    Raises:
        AssetError: If it is not valid, is xacro, or one of its meshes is missing or
            unreadable.
    """
    root = _root(path)
    if any('xacro' in element.tag for element in root.iter()) or path.suffix == '.xacro':
        raise AssetError(
            path, 'it is a xacro file; expand it first: `xacro robot.urdf.xacro > robot.urdf`.'
        )
    pieces = _Pieces(path)
    for link in root.iter('link'):
        for tag in ('visual', 'collision'):
            for element in list(link.findall(tag)):
                pieces.take(link, element)
    _set_compiler(root)
    try:
        spec = mujoco.MjSpec.from_string(ET.tostring(root, encoding='unicode'))
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(path, f'MuJoCo cannot read it: {one_line(error)}') from error
    pieces.put_into(spec)
    add_mimic_joints(spec, root)
    return spec


def velocity_limits(path: Path) -> dict[str, float]:
    """The most that joints of a URDF file may move, rad/s or m/s, by name.

    What is no positive number says nothing: many files have 0 there for want of a value.
    """
    found = {}
    for joint in _root(path).iter('joint'):
        limit = joint.find('limit')
        try:
            most = float(limit.get('velocity', '0')) if limit is not None else 0.0
        except ValueError:
            continue
        if most > 0:
            found[joint.get('name', '')] = most
    return found


def _root(path: Path) -> ET.Element:
    try:
        return ET.parse(path).getroot()  # noqa: S314  a robot description of the user's own
    except (ET.ParseError, OSError, UnicodeDecodeError) as error:
        raise AssetError(path, f'it cannot be read as XML: {error}.') from error


def _set_compiler(root: ET.Element) -> None:
    """Ask MuJoCo's URDF reader to keep everything."""
    extension = root.find('mujoco')
    if extension is None:
        extension = ET.SubElement(root, 'mujoco')
    compiler = extension.find('compiler')
    if compiler is None:
        compiler = ET.SubElement(extension, 'compiler')
    compiler.attrib.pop('meshdir', None)
    compiler.attrib.update(
        strippath='false',
        discardvisual='false',
        fusestatic='false',
        balanceinertia='true',
        boundmass=str(_LEAST_MASS_KG),
        boundinertia=str(_LEAST_INERTIA_KG_M2),
    )


@dataclass
class _Pieces:
    """The meshes of a URDF file, each under a name of its own.

    Attributes:
        path: The URDF file.
        direct: Files that MuJoCo reads, by the name in the rewritten URDF.
        converted: Meshes that we read, by that name.
    """

    path: Path
    direct: dict[str, Path] = field(default_factory=dict)
    converted: dict[str, MeshPiece] = field(default_factory=dict)
    _files: dict[Path, MeshFile] = field(default_factory=dict)
    _names: dict[tuple[Path, str, int], str] = field(default_factory=dict)

    def take(self, link: ET.Element, element: ET.Element) -> None:
        """Point a visual or collision element at named meshes, one element per material."""
        mesh = element.find('geometry/mesh')
        if mesh is None:
            return
        uri = mesh.get('filename', '')
        file = self._find(uri, link)
        scale = mesh.get('scale', '1 1 1')
        if file.suffix.lower() in _DIRECT:
            mesh.set('filename', self._name(file, scale, 0))
            self.direct[mesh.attrib['filename']] = file
            return
        position = list(link).index(element)
        link.remove(element)
        for number, piece in enumerate(self._read(file, link).pieces):
            name = self._name(file, scale, number)
            self.converted[name] = piece
            part = copy.deepcopy(element)
            target = part.find('geometry/mesh')
            assert target is not None
            target.set('filename', name)
            link.insert(position + number, part)

    def put_into(self, spec: mujoco.MjSpec) -> None:
        """Give the parsed meshes their contents, and uncoloured geoms the files' colours."""
        for mesh in spec.meshes:
            if mesh.file in self.direct:
                mesh.file = str(self.direct[mesh.file])
        for name, piece in self.converted.items():
            found = [mesh for mesh in spec.meshes if mesh.file == name]
            for mesh in found:
                mesh.file = ''
                set_mesh(mesh, piece.mesh)
                self._color(spec, mesh.name, piece)

    def _color(self, spec: mujoco.MjSpec, mesh_name: str, piece: MeshPiece) -> None:
        if piece.is_plain:
            return
        plain = [
            geom
            for geom in spec.geoms
            # MuJoCo's default grey: the URDF gives this visual no material of its own.
            if geom.meshname == mesh_name
            and not geom.material
            and list(geom.rgba) == [0.5, 0.5, 0.5, 1.0]
        ]
        name = f'{mesh_name}.material'
        if plain:
            if piece.texture is not None:
                set_texture(spec, piece.texture, name=f'{name}.tex0')
            set_look(spec, piece.look, name=name, textures=f'{name}.')
        for geom in plain:
            geom.material = name

    def _find(self, uri: str, link: ET.Element) -> Path:
        try:
            return resolve_mesh(uri, self.path)
        except UsageError as error:
            raise AssetError(
                self.path, f'mesh {uri!r} of link {link.get("name")!r} was not found: {error}'
            ) from error

    def _read(self, file: Path, link: ET.Element) -> MeshFile:
        # Half a second of imports that only mesh files need.
        from synth_ros.scene.meshfile import load_mesh_file

        if file not in self._files:
            try:
                self._files[file] = load_mesh_file(file)
            except AssetError as error:
                raise AssetError(
                    self.path, f'a mesh of link {link.get("name")!r} is unusable: {error}'
                ) from error
        return self._files[file]

    def _name(self, file: Path, scale: str, number: int) -> str:
        """A name for a piece at a scale; MuJoCo takes the stem as the mesh's own name."""
        key = (file, scale, number)
        if key not in self._names:
            self._names[key] = f'{file.stem}_{len(self._names)}.stl'
        return self._names[key]

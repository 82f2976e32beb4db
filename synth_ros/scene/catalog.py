"""The labelled object classes of a config and their variants, loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import mujoco

from synth_ros.config.objects import ObjectClass, ObjectsConfig
from synth_ros.errors import NotFoundError
from synth_ros.randomize.inventory import ClassInfo, VariantInfo
from synth_ros.scene import mass
from synth_ros.scene.mjcf_object import LoadedSolid, load_mjcf_object
from synth_ros.scene.primitives import load_primitive
from synth_ros.scene.resolve import BUILTIN, builtin_variants, resolve_file
from synth_ros.scene.solid import Solid, scaled
from synth_ros.scene.solid_spec import template


@dataclass(frozen=True)
class Variant:
    """One asset of a class, ready to be put into scenes.

    Attributes:
        name: Unique within the class.
        solid: Geometry, look and mass, the class's fixed scale included.
        spec: Template to attach copies of.
        warnings: What was mended, as sentences that name the file.
    """

    name: str
    solid: Solid
    spec: mujoco.MjSpec = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def info(self) -> VariantInfo:
        """Name and bounding box, for drawing scenes."""
        half, centre = self.solid.bounds.half_size_m, self.solid.bounds.center_m
        return VariantInfo(
            self.name,
            (float(half[0]), float(half[1]), float(half[2])),
            (float(centre[0]), float(centre[1]), float(centre[2])),
        )


@dataclass(frozen=True)
class LoadedClass:
    """A class and its variants by name.

    Attributes:
        class_id: Category id, from 1.
        name: Category name.
        weight: Relative frequency.
        variants: In config order.
    """

    class_id: int
    name: str
    weight: float
    variants: Mapping[str, Variant]

    @property
    def info(self) -> ClassInfo:
        """What drawing needs to know."""
        variants = tuple(variant.info for variant in self.variants.values())
        return ClassInfo(self.class_id, self.name, self.weight, variants)


class Catalog:
    """All object classes of a config, read from disk once."""

    def __init__(self, config: ObjectsConfig, base_dir: Path) -> None:
        """Load every variant of every class.

        Raises:
            AssetError: If a file is missing or cannot be used.
            NotFoundError: If a built-in class or package does not exist.
        """
        self.classes = tuple(
            load_class(entry, number, base_dir)
            for number, entry in enumerate(config.classes, start=1)
        )
        self._by_name = {loaded.name: loaded for loaded in self.classes}
        self.warnings = tuple(
            warning
            for loaded in self.classes
            for variant in loaded.variants.values()
            for warning in variant.warnings
        )

    def variant(self, class_name: str, variant: str) -> Variant:
        """The variant that a sampled object names.

        Raises:
            NotFoundError: If the config has no such class or variant (a replayed scene of
                another config).
        """
        if class_name not in self._by_name:
            raise NotFoundError('object class', class_name, available=list(self._by_name))
        variants = self._by_name[class_name].variants
        if variant not in variants:
            raise NotFoundError(
                'variant', variant, available=list(variants), where=f'class {class_name}'
            )
        return variants[variant]


def load_class(entry: ObjectClass, class_id: int, base_dir: Path) -> LoadedClass:
    """Load the variants of one class.

    Raises:
        AssetError: If a file is missing or cannot be used.
        NotFoundError: If a built-in class or package does not exist.
    """
    if entry.primitives is not None:
        variants = [
            _finish(f'{item.shape}_{number}', entry, _primitive(entry, number))
            for number, item in enumerate(entry.primitives)
        ]
    else:
        files = _source_files(entry, base_dir)
        variants = [_finish(name, entry, _load(path, entry)) for name, path in files.items()]
    by_name = {variant.name: variant for variant in variants}
    return LoadedClass(class_id, entry.name, entry.weight, MappingProxyType(by_name))


def _primitive(entry: ObjectClass, number: int) -> LoadedSolid:
    assert entry.primitives is not None
    solid = load_primitive(entry.primitives[number], density_kg_m3=entry.density_kg_m3)
    return LoadedSolid(solid, ())


def _source_files(entry: ObjectClass, base_dir: Path) -> dict[str, Path]:
    """Files by variant name, in config order."""
    files: dict[str, Path] = {}
    for source in entry.sources or (f'{BUILTIN}{entry.name}',):
        if source.startswith(BUILTIN):
            found = builtin_variants(source.removeprefix(BUILTIN))
        else:
            path = resolve_file(source, base_dir)
            found = {path.name: path}
        for name, path in found.items():
            files[_unused(name, path, files)] = path
    return files


def _unused(name: str, path: Path, taken: Mapping[str, Path]) -> str:
    """The name, with its folder in front when another file has it already."""
    if name not in taken:
        return name
    longer = f'{path.parent.name}/{path.name}'
    number = 2
    while longer in taken:
        longer = f'{path.parent.name}/{path.name}#{number}'
        number += 1
    return longer


def _load(path: Path, entry: ObjectClass) -> LoadedSolid:
    loaded = load_mjcf_object(path, density_kg_m3=entry.density_kg_m3, inertia=entry.inertia)
    notes = tuple(f'{path}: {note}.' for note in loaded.notes)
    return LoadedSolid(loaded.solid, notes)


def _finish(name: str, entry: ObjectClass, loaded: LoadedSolid) -> Variant:
    """Apply the class's fixed scale and mass."""
    solid = scaled(loaded.solid, entry.scale)
    if entry.mass_kg is not None:
        solid = replace(solid, mass=mass.with_mass(solid.mass, entry.mass_kg))
    return Variant(name, solid, template(solid), loaded.notes)

"""The labelled object classes of a config and their variants, loaded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import mujoco

from synth_ros.config.objects import ObjectClass, SymmetryConfig
from synth_ros.errors import NotFoundError
from synth_ros.randomize.inventory import ClassInfo, VariantInfo
from synth_ros.scene import mass
from synth_ros.scene.keypoints import (
    BOX_SKELETON,
    box_keypoints,
    common_names,
    in_order,
    skeleton_of,
    with_declared,
)
from synth_ros.scene.mesh_object import load_mesh_object
from synth_ros.scene.mjcf_object import load_mjcf_object
from synth_ros.scene.primitives import load_primitive
from synth_ros.scene.resolve import BUILTIN, builtin_variants, resolve_file
from synth_ros.scene.solid import LoadedSolid, Solid, scaled
from synth_ros.scene.solid_spec import template
from synth_ros.scene.symmetry import symmetry_of
from synth_ros.types import Category, KeypointSpec, Symmetry

_FOUND_BY_SHAPE = SymmetryConfig()
_MJCF_SUFFIXES = ('.xml', '.mjcf')


@dataclass(frozen=True)
class Variant:
    """One asset of a class, ready to be put into scenes.

    Attributes:
        name: Unique within the class.
        solid: Geometry, look and mass, the class's fixed scale included.
        keypoints: Its named points, in the order of its class; at the class's fixed scale.
        declared: What config or file say of its symmetries.
        warnings: What was mended, as sentences that name the file.
    """

    name: str
    solid: Solid
    keypoints: tuple[KeypointSpec, ...] = ()
    declared: SymmetryConfig = _FOUND_BY_SHAPE
    warnings: tuple[str, ...] = ()

    @cached_property
    def symmetry(self) -> Symmetry:
        """Symmetries of its shape; searched for when first asked."""
        return symmetry_of(self.solid, self.declared)

    @cached_property
    def spec(self) -> mujoco.MjSpec:
        """Template to attach copies of; made when first asked."""
        return template(self.solid)

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
    """A class and its variants.

    Attributes:
        class_id: Category id, from 1.
        name: Category name.
        weight: Relative frequency.
        variants: In config order.
        keypoints: Names of the keypoints of all variants.
        skeleton: Pairs of places in ``keypoints`` that a line connects.
        tags: Of its objects.
    """

    class_id: int
    name: str
    weight: float
    variants: tuple[Variant, ...]
    keypoints: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def category(self) -> Category:
        """What a dataset says of the class."""
        return Category(self.class_id, self.name, keypoints=self.keypoints, skeleton=self.skeleton)

    @property
    def info(self) -> ClassInfo:
        """What drawing needs to know."""
        variants = tuple(variant.info for variant in self.variants)
        return ClassInfo(self.class_id, self.name, self.weight, variants, self.tags)


def make_class(entry: ObjectClass, *, class_id: int, variants: Sequence[Variant]) -> LoadedClass:
    """A class of loaded variants, with keypoints that all of them share.

    A class whose variants have no keypoints gets the corners and the centre of the 3D box.

    Raises:
        NotFoundError: If its skeleton names a keypoint that no variant has.
    """
    skeleton = None
    if not any(variant.keypoints for variant in variants):
        variants = [replace(v, keypoints=box_keypoints(v.solid.bounds)) for v in variants]
        skeleton = None if entry.skeleton else BOX_SKELETON
    names = common_names(variant.keypoints for variant in variants)
    if skeleton is None:
        skeleton = skeleton_of(entry, names)
    ordered = tuple(replace(v, keypoints=in_order(v.keypoints, names)) for v in variants)
    return LoadedClass(
        class_id, entry.name, entry.weight, ordered, names, skeleton, tags=entry.tags
    )


class Catalog:
    """All object classes of a config."""

    def __init__(self, classes: tuple[LoadedClass, ...]) -> None:
        self.classes = classes
        self._variants = {
            loaded.name: {variant.name: variant for variant in loaded.variants}
            for loaded in classes
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was mended while loading, one sentence each."""
        return tuple(
            warning
            for loaded in self.classes
            for variant in loaded.variants
            for warning in variant.warnings
        )

    def variant(self, class_name: str, variant: str) -> Variant:
        """The variant that a sampled object names.

        Raises:
            NotFoundError: If the config has no such class or variant (a replayed scene of
                another config).
        """
        if class_name not in self._variants:
            raise NotFoundError('object class', class_name, available=list(self._variants))
        variants = self._variants[class_name]
        if variant not in variants:
            raise NotFoundError(
                'variant', variant, available=list(variants), where=f'class {class_name}'
            )
        return variants[variant]


def load_variants(entry: ObjectClass) -> tuple[Variant, ...]:
    """The variants of a class of primitives, or of the built-in class of its name.

    Raises:
        NotFoundError: If there is no such built-in class.
    """
    if entry.primitives is None:
        return load_sources(entry, f'{BUILTIN}{entry.name}', base_dir=Path(), taken=())
    return tuple(
        _finish(
            f'{item.shape}_{number}',
            entry,
            LoadedSolid(load_primitive(item, density_kg_m3=entry.density_kg_m3), ()),
        )
        for number, item in enumerate(entry.primitives)
    )


def load_sources(
    entry: ObjectClass, source: str, *, base_dir: Path, taken: Sequence[str]
) -> tuple[Variant, ...]:
    """The variants that one source stands for: a file, or all of a built-in class.

    Args:
        entry: The class.
        source: One of its sources.
        base_dir: Folder that relative paths start from.
        taken: Variant names in use; others get a longer name.

    Raises:
        AssetError: If a file is missing or cannot be used.
        NotFoundError: If a built-in class or package does not exist.
    """
    if source.startswith(BUILTIN):
        files = builtin_variants(source.removeprefix(BUILTIN))
    else:
        path = resolve_file(source, base_dir)
        files = {path.name: path}
    return tuple(
        _finish(_unused(name, path, taken), entry, _load(path, entry))
        for name, path in files.items()
    )


def _unused(name: str, path: Path, taken: Sequence[str]) -> str:
    """The name, with its folder in front when another variant has it already."""
    if name not in taken:
        return name
    longer = f'{path.parent.name}/{path.name}'
    number, candidate = 2, longer
    while candidate in taken:
        candidate = f'{longer}#{number}'
        number += 1
    return candidate


def _load(path: Path, entry: ObjectClass) -> LoadedSolid:
    if path.suffix.lower() in _MJCF_SUFFIXES:
        loaded = load_mjcf_object(path, density_kg_m3=entry.density_kg_m3, inertia=entry.inertia)
    else:
        loaded = load_mesh_object(
            path, density_kg_m3=entry.density_kg_m3, collision=entry.collision
        )
    notes = tuple(f'{path}: {note}.' for note in loaded.notes)
    return loaded._replace(notes=notes)


def _finish(name: str, entry: ObjectClass, loaded: LoadedSolid) -> Variant:
    """Apply the class's fixed scale and mass."""
    solid = scaled(loaded.solid, entry.scale)
    if entry.mass_kg is not None:
        solid = replace(solid, mass=mass.with_mass(solid.mass, entry.mass_kg))
    chosen = entry.symmetry
    if loaded.symmetry is not None and chosen == _FOUND_BY_SHAPE:
        chosen = loaded.symmetry
    return Variant(
        name,
        solid,
        keypoints=with_declared(loaded.keypoints, entry),
        declared=chosen,
        warnings=loaded.notes,
    )

"""Loads everything a config names, and locates every problem in the config file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

from synth_ros.config.base import Fault, KeyPath
from synth_ros.config.cameras import CameraConfig
from synth_ros.config.load import LoadedConfig
from synth_ros.config.objects import ObjectClass
from synth_ros.config.patterns import matches
from synth_ros.config.root import Config
from synth_ros.errors import NotFoundError, UsageError
from synth_ros.geometry.boxes import Boxes
from synth_ros.randomize.inventory import JointLog, PlaceInfo, SurfaceInfo
from synth_ros.randomize.phases import SequenceStock
from synth_ros.randomize.vary import scale_limits
from synth_ros.scene.cameras import PlannedCamera, plan_camera
from synth_ros.scene.catalog import (
    Catalog,
    LoadedClass,
    Variant,
    load_sources,
    load_variants,
    make_class,
)
from synth_ros.scene.environment import LoadedEnvironment, load_environment
from synth_ros.scene.image_folders import load_images, load_pictures
from synth_ros.scene.joint_log import load_joint_log
from synth_ros.scene.pictures import PictureFiles
from synth_ros.scene.places import Stage as PlaceStage
from synth_ros.scene.places import find_places, ground, obstacles, size_faults
from synth_ros.scene.posture import home_positions, position_fault, scalar_joint
from synth_ros.scene.resolve import resolve_environment, resolve_robot
from synth_ros.scene.robot import LoadedRobot, load_robot
from synth_ros.scene.sequence import SequenceLoader
from synth_ros.scene.symmetry import NO_GROUP, combines
from synth_ros.scene.texture_images import ImageFiles
from synth_ros.scene.viewpoint_check import joint_faults, viewpoint_faults

T = TypeVar('T')

# More threads than this wait for each other.
_LOADERS = 4


@dataclass(frozen=True)
class SceneAssets:
    """All that scenes of one config are made of.

    Attributes:
        robot: The robot.
        joints: Home position of each of its joints.
        cameras: In config order.
        environment: The surroundings.
        surface: Where objects are dropped by default.
        catalog: The labelled classes.
        places: Where objects go, in config order.
        obstacles: Boxes around everything solid.
        distractors: Classes that are never labelled.
        images: Folders of textures.
        sequence: What phases of a sequence are made of.
        pictures: Folders of panoramas and backdrops.
        joint_log: Logged postures of the robot, or ``None``.
    """

    robot: LoadedRobot
    joints: dict[str, tuple[float, ...]]
    cameras: tuple[PlannedCamera, ...]
    environment: LoadedEnvironment
    surface: SurfaceInfo
    catalog: Catalog
    places: tuple[PlaceInfo, ...]
    obstacles: Boxes
    distractors: Catalog
    images: ImageFiles
    sequence: SequenceStock
    pictures: PictureFiles
    joint_log: JointLog | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was mended while loading, one sentence each."""
        return (*self.robot.warnings, *self.catalog.warnings, *self.distractors.warnings)


class KnownAssets(NamedTuple):
    """Assets that are loaded already.

    Attributes:
        config: Whose they are.
        assets: They.
    """

    config: Config
    assets: SceneAssets


def load_assets(loaded: LoadedConfig, *, like: KnownAssets | None = None) -> SceneAssets:
    """Load the robot, the environment and all objects of a config.

    Args:
        loaded: The config.
        like: Assets of another config of the same file; what both name is not loaded again.

    Raises:
        ConfigError: With every problem found, each with file, line and key.
    """
    faults = _Faults(loaded)
    config = loaded.config
    robot, environment = _load_robot(faults, like), _load_environment(faults, like)
    if like is not None and like.config.objects.classes == config.objects.classes:
        catalog = like.assets.catalog
    else:
        catalog = Catalog(_load_classes(faults, config.objects.classes, ('objects', 'classes')))
    clutter = config.distractors.contextual.classes
    if like is not None and like.config.distractors.contextual.classes == clutter:
        distractors = like.assets.distractors
    else:
        key: KeyPath = ('distractors', 'contextual', 'classes')
        distractors = Catalog(_load_classes(faults, clutter, key))
    images = load_images(config, loaded.base_dir, attempt=faults.attempt)
    pictures = load_pictures(config, loaded.base_dir, attempt=faults.attempt)
    log: JointLog | None = None
    # A kind of stuff may be found in one scenario's environment alone.
    if environment is not None and like is None:
        _check_stuff(faults, environment)
    if robot is not None:
        _check_joints(faults, robot)
        cameras = _plan_cameras(faults, robot)
        log = _load_log(faults, robot)
        faults.note_all(joint_faults(config, robot))
        faults.note_all(viewpoint_faults(config, robot, cameras))
    if robot is not None and environment is not None:
        stage = PlaceStage(environment, robot, home_positions(config.robot, robot), config.robot)
        places = _find_places(faults, stage, catalog)
        surface = _main_surface(places, stage)
        loader = SequenceLoader(loaded, robot, environment)
        sequence = loader.load(surface=surface)
        faults.note_all(loader.faults)
    _check_told(faults, catalog)
    faults.raise_any()
    # Whatever is missing would have been a fault.
    assert robot is not None
    assert environment is not None
    return SceneAssets(
        robot,
        dict(stage.joints),
        cameras,
        environment,
        surface,
        catalog,
        places,
        obstacles(stage),
        distractors,
        images,
        sequence,
        pictures,
        log,
    )


def _load_robot(faults: _Faults, like: KnownAssets | None) -> LoadedRobot | None:
    robot, base_dir = faults.loaded.config.robot, faults.loaded.base_dir
    if like is not None and (
        (like.config.robot.model, like.config.robot.control) == (robot.model, robot.control)
    ):
        return like.assets.robot
    actuated = robot.control == 'actuated'
    loaded = faults.attempt(
        ('robot', 'model'),
        lambda: load_robot(resolve_robot(robot.model, base_dir), actuated=actuated),
    )
    if loaded is not None and actuated and not loaded.spec.actuators:
        message = (
            f'{loaded.path} has no position servo of a hinge or slide joint (MJCF: '
            'actuator/position), so nothing of it can be actuated'
        )
        faults.note(('robot', 'control'), message)
    return loaded


def _load_environment(faults: _Faults, like: KnownAssets | None) -> LoadedEnvironment | None:
    model, base_dir = faults.loaded.config.environment.model, faults.loaded.base_dir
    if like is not None and like.config.environment.model == model:
        return like.assets.environment
    return faults.attempt(
        ('environment', 'model'),
        lambda: load_environment(resolve_environment(model, base_dir)),
    )


def _find_places(faults: _Faults, stage: PlaceStage, catalog: Catalog) -> tuple[PlaceInfo, ...]:
    objects = faults.loaded.config.objects
    found = find_places(objects, stage)
    for fault in found.faults:
        faults.note(('objects', 'placement', *fault.path), fault.message)
    if not found.faults:
        classes = [entry.info for entry in catalog.classes]
        least, _ = scale_limits(faults.loaded.config)
        for fault in size_faults(found.places, classes, least_scale=least):
            faults.note(('objects', *fault.path), fault.message)
    return found.places


def _main_surface(places: Sequence[PlaceInfo], stage: PlaceStage) -> SurfaceInfo:
    """The surface that all is about: the first place's that has one, or the environment's."""
    surfaces = [surface for place in places for surface in place.surfaces]
    surfaces += stage.environment.surfaces
    return surfaces[0] if surfaces else ground(stage.config)


class _Faults:
    """Collects problems so that a user sees all of them at once."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self.loaded = loaded
        self._faults: list[Fault] = []

    def attempt(self, key_path: KeyPath, work: Callable[[], T]) -> T | None:
        """The result of the work; ``None`` after noting its error at the key."""
        try:
            return work()
        except UsageError as error:
            self.note(key_path, str(error))
            return None

    def note(self, key_path: KeyPath, message: str) -> None:
        """Keep a problem."""
        self._faults.append(Fault(key_path, message))

    def take(self, other: _Faults) -> None:
        """Keep the problems that were noted elsewhere."""
        self.note_all(other._faults)

    def note_all(self, faults: Iterable[Fault]) -> None:
        """Keep several problems."""
        self._faults += faults

    def raise_any(self) -> None:
        """Raise all problems as one error, if there are any."""
        if self._faults:
            raise self.loaded.problems(self._faults)


def _check_joints(faults: _Faults, robot: LoadedRobot) -> None:
    config = faults.loaded.config
    drawn, variables = config.randomization.robot.joints, config.randomization.variables
    base: KeyPath = ('randomization', 'robot', 'joints')
    wanted: list[tuple[KeyPath, str, tuple[float, ...]]] = [
        *((('robot', 'joints', name), name, (at,)) for name, at in config.robot.joints.items()),
        *(
            (('script', 'views', i, 'joints', name), name, (at,))
            for i, view in enumerate(config.script.views or ())
            for name, at in view.joints.items()
        ),
        *(((*base, name), name, each.support(variables)) for name, each in drawn.items()),
    ]
    for key_path, name, values in wanted:
        joint = faults.attempt(key_path, partial(scalar_joint, robot, name))
        if joint is None:
            continue
        fault = next(filter(None, (position_fault(joint, value) for value in values)), None)
        if fault is not None:
            faults.note(key_path, fault)


def _load_log(faults: _Faults, robot: LoadedRobot) -> JointLog | None:
    entry = faults.loaded.config.randomization.robot.joint_log
    if entry is None:
        return None
    path = faults.loaded.base_dir / entry.path
    return faults.attempt(
        ('randomization', 'robot', 'joint_log', 'path'),
        lambda: load_joint_log(path, robot, ignore=entry.ignore),
    )


def _check_stuff(faults: _Faults, environment: LoadedEnvironment) -> None:
    config = faults.loaded.config
    names = environment.names
    for number, entry in enumerate(config.labels.stuff):
        for place, pattern in enumerate(entry.bodies):
            if not matches(pattern, names):
                error = NotFoundError(
                    'body or geom',
                    pattern,
                    available=names,
                    where=f'environment {environment.path}',
                )
                faults.note(('labels', 'stuff', number, 'bodies', place), str(error))


def _check_told(faults: _Faults, catalog: Catalog) -> None:
    """Note variants of a script that there are not, and planned distances inside an object."""
    config = faults.loaded.config
    classes = {entry.name: entry.info for entry in catalog.classes}
    for i, item in enumerate(config.script.objects or ()):
        entry = classes.get(item.class_name)
        names = [variant.name for variant in entry.variants] if entry else []
        if entry is not None and item.variant is not None and item.variant not in names:
            error = NotFoundError(
                'variant', item.variant, available=names, where=f'class {item.class_name}'
            )
            faults.note(('script', 'objects', i, 'variant'), str(error))
    poses = config.curriculum.poses
    if poses is None or not classes:
        return
    scale = config.objects.scale.support(config.randomization.variables).high
    radius, name = max(
        (math.hypot(*variant.half_size_m), f'{entry.name}/{variant.name}')
        for entry in classes.values()
        for variant in entry.variants
    )
    for i, distance in enumerate(poses.distances_m):
        if distance <= radius * scale:
            message = (
                f'{name} reaches {radius * scale:.3g} m from its middle, so at {distance:g} m the '
                'camera would be inside it; ask for a larger distance'
            )
            faults.note(('curriculum', 'poses', 'distances_m', i), message)


def _plan_cameras(faults: _Faults, robot: LoadedRobot) -> tuple[PlannedCamera, ...]:
    planned = []
    for number, entry in enumerate(faults.loaded.config.cameras):
        camera = faults.attempt(
            ('cameras', number, *_camera_key(entry)), partial(plan_camera, entry, robot)
        )
        if camera is not None:
            planned.append(camera)
    return tuple(planned)


def _camera_key(entry: CameraConfig) -> KeyPath:
    """The key that names what a camera looks for."""
    if entry.mount is not None:
        return ('mount', 'link')
    return ('model_camera',) if entry.model_camera is not None else ('name',)


def _load_classes(
    faults: _Faults, entries: Sequence[ObjectClass], key: KeyPath
) -> tuple[LoadedClass, ...]:
    loaded = []
    # MuJoCo compiles without Python's lock, which is half of the work.
    with ThreadPoolExecutor(_LOADERS, 'synth_ros assets') as loaders:
        found = loaders.map(
            partial(_apart, faults.loaded), ((*key, n) for n in range(len(entries))), entries
        )
    for number, (entry, (variants, noted)) in enumerate(zip(entries, found, strict=True)):
        base: KeyPath = (*key, number)
        faults.take(noted)
        if not combines(entry.symmetry):
            faults.note((*base, 'symmetry', 'discrete'), NO_GROUP)
        if not variants:
            continue
        made = faults.attempt(
            (*base, 'skeleton'),
            partial(make_class, entry, class_id=entry.id or number + 1, variants=variants),
        )
        if made is not None:
            loaded.append(made)
    return tuple(loaded)


def _apart(
    loaded: LoadedConfig, base: KeyPath, entry: ObjectClass
) -> tuple[tuple[Variant, ...], _Faults]:
    """The variants of a class and the problems with them, on a thread of its own."""
    faults = _Faults(loaded)
    return _class_variants(faults, entry, base), faults


def _class_variants(faults: _Faults, entry: ObjectClass, base: KeyPath) -> tuple[Variant, ...]:
    if entry.primitives is not None:
        return load_variants(entry)
    found: list[Variant] = []
    if entry.sources is None:
        loaded = faults.attempt((*base, 'name'), lambda: load_variants(entry))
        return loaded or ()
    for place, source in enumerate(entry.sources):
        taken = tuple(variant.name for variant in found)
        more = faults.attempt(
            (*base, 'sources', place),
            partial(load_sources, entry, source, base_dir=faults.loaded.base_dir, taken=taken),
        )
        found += more or ()
    return tuple(found)

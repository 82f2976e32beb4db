"""The whole configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Fault, KeyPath, Section, WholeNumber, repeated_names
from synth_ros.config.cameras import CameraConfig
from synth_ros.config.constraints import ConstraintsConfig, constraint_faults
from synth_ros.config.curriculum import CurriculumConfig
from synth_ros.config.distractors import DistractorsConfig
from synth_ros.config.environment import EnvironmentConfig
from synth_ros.config.labels import LabelsConfig
from synth_ros.config.objects import ObjectsConfig
from synth_ros.config.output import OutputConfig
from synth_ros.config.physics import PhysicsConfig
from synth_ros.config.problems import nearest
from synth_ros.config.randomization import RandomizationConfig
from synth_ros.config.render import RenderConfig
from synth_ros.config.robot import RobotConfig
from synth_ros.config.scenarios import ScenarioConfig, weightless
from synth_ros.config.script import ScriptConfig
from synth_ros.config.sequence import Drop, Push, SequenceConfig
from synth_ros.errors import suggest


class Config(Section):
    """A distribution of labelled scenes."""

    version: Annotated[Literal[1], WholeNumber] = 1
    """Version of this file format."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """Frame N is a pure function of this file, this seed and N."""
    robot: RobotConfig = RobotConfig()
    """Which robot, where it stands and how it is posed."""
    cameras: Annotated[tuple[CameraConfig, ...], Field(min_length=1)]
    """The robot's RGB-D cameras."""
    environment: EnvironmentConfig = EnvironmentConfig()
    """The room around the robot and its light."""
    objects: ObjectsConfig
    """What lies in the scene and gets labels."""
    distractors: DistractorsConfig = DistractorsConfig()
    """What is in the scene and never labelled."""
    physics: PhysicsConfig = PhysicsConfig()
    """How the scene moves and settles."""
    randomization: RandomizationConfig = RandomizationConfig()
    """What varies about viewpoint and sensor."""
    sequence: SequenceConfig = SequenceConfig()
    """What happens in time, where the scene is not at rest."""
    constraints: ConstraintsConfig = ConstraintsConfig()
    """What scenes and views must show."""
    curriculum: CurriculumConfig = CurriculumConfig()
    """What is planned over the whole run."""
    script: ScriptConfig = ScriptConfig()
    """Objects and postures that are told instead of drawn."""
    render: RenderConfig = RenderConfig()
    """Which engine makes the images and how good they are."""
    labels: LabelsConfig = LabelsConfig()
    """From which size on an object counts."""
    output: OutputConfig = OutputConfig()
    """How much is made and in which form."""
    scenarios: tuple[ScenarioConfig, ...] = ()
    """Kinds of scene that the dataset mixes, each a change of this file; without any, all scenes
    are what the rest of the file says."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for each name that is taken: of cameras, and of stuff by classes."""
        yield from repeated_names('cameras', [camera.name for camera in self.cameras])
        yield from self._rate_faults()
        yield from self._size_faults()
        yield from self._sequence_faults()
        if self.render.backend == 'classic':
            yield from self.environment.lights.classic_faults(('environment', 'lights'))
        yield from repeated_names('scenarios', [entry.name for entry in self.scenarios])
        yield from weightless(self.scenarios)
        yield from constraint_faults(
            self.constraints,
            classes=tuple(entry.name for entry in self.objects.classes),
            cameras=tuple(camera.name for camera in self.cameras),
            most=self._most_objects(),
        )
        yield from self._viewpoint_faults()
        yield from self._told_faults()
        classes = {entry.name: number for number, entry in enumerate(self.objects.classes)}
        for number, distractor in enumerate(self.distractors.contextual.classes):
            if distractor.name in classes:
                key = f'objects.classes[{classes[distractor.name]}]'
                message = (
                    f'"{distractor.name}" is taken: {key} has this name already, and what is '
                    'labelled in one place must not go without a label in another'
                )
                yield Fault(('distractors', 'contextual', 'classes', number, 'name'), message)
        for number, stuff in enumerate(self.labels.stuff):
            if stuff.name in classes:
                key = f'objects.classes[{classes[stuff.name]}]'
                message = f'"{stuff.name}" is taken: {key} has this name already'
                yield Fault(('labels', 'stuff', number, 'name'), message)

    def _viewpoint_faults(self) -> Iterator[Fault]:
        """Yield a fault for each name in viewpoints that means nothing."""
        cameras = [camera.name for camera in self.cameras]
        classes = [entry.name for entry in self.objects.classes]
        tags = sorted({tag for entry in self.objects.classes for tag in entry.tags})
        for number, entry in enumerate(self.randomization.viewpoints):
            path = ('randomization', 'viewpoints', number)
            if entry.camera not in cameras:
                message = f'there is no camera "{entry.camera}". {suggest(entry.camera, cameras)}'
                yield Fault((*path, 'camera'), message, because=(('cameras',),))
            for place, name in enumerate(entry.targets.classes):
                if name not in classes:
                    message = f'there is no class "{name}". {suggest(name, classes)}'
                    key = (*path, 'targets', 'classes', place)
                    yield Fault(key, message, because=(('objects', 'classes'),))
            for place, tag in enumerate(entry.targets.tags):
                if tag not in tags:
                    message = f'no class has the tag "{tag}". {suggest(tag, tags)}'
                    key = (*path, 'targets', 'tags', place)
                    yield Fault(key, message, because=(('objects', 'classes'),))

    def _most_objects(self) -> float:
        """How many labelled objects a scene can have."""
        if self.curriculum.poses is not None:
            return self.curriculum.poses.objects
        if self.script.objects is not None:
            return len(self.script.objects)
        objects, variables = self.objects, self.randomization.variables
        counts = [objects.count, *(place.count for place in objects.placement.all_places())]
        counts += [drop.count for _, drop in self.sequence.drops()]
        return sum(count.support(variables).high for count in counts if count is not None)

    def _told_faults(self) -> Iterator[Fault]:
        """Yield faults of what is told or planned: names that there are not, and two at once."""
        classes = [entry.name for entry in self.objects.classes]
        for i, item in enumerate(self.script.objects or ()):
            if item.class_name not in classes:
                message = (
                    f'there is no class "{item.class_name}". {suggest(item.class_name, classes)}'
                )
                yield Fault(('script', 'objects', i, 'class_name'), message)
        poses = self.curriculum.poses
        if poses is None:
            return
        path = ('curriculum', 'poses')
        cameras = [camera.name for camera in self.cameras]
        if poses.camera not in cameras:
            message = f'there is no camera "{poses.camera}". {suggest(poses.camera, cameras)}'
            yield Fault((*path, 'camera'), message)
        if not classes:
            yield Fault(path, 'there is nothing to show: list objects.classes')
        if self.script.objects is not None:
            yield Fault(path, 'give curriculum.poses or script.objects, not both')
        if self.output.dataset.motion == 'sequence':
            yield Fault(path, 'it plans views; set output.dataset.motion to views')
        if self.sequence.phases:
            yield Fault(path, 'it plans views; give curriculum.poses or sequence.phases')

    def _sequence_faults(self) -> Iterator[Fault]:
        """Yield a fault for each class that events name and the config lacks."""
        known = [entry.name for entry in self.objects.classes]
        for i, phase in enumerate(self.sequence.phases):
            for j, event in enumerate(phase.events):
                for kind in ('push', 'drop'):
                    chosen: Push | Drop | None = getattr(event, kind)
                    for k, name in enumerate(chosen.classes if chosen else ()):
                        if name not in known:
                            path = ('sequence', 'phases', i, 'events', j, kind, 'classes', k)
                            near = nearest(name, known)
                            guess = f' Did you mean "{near}"?' if near else ''
                            listed = ', '.join(known) or 'none'
                            message = f'no class "{name}" is in objects.classes.{guess}'
                            yield Fault(path, f'{message} Classes: {listed}')

    def _size_faults(self) -> Iterator[Fault]:
        """Yield a fault for each odd size, where sizes must be even."""
        if not self.output.live.even_size:
            return
        for number, camera in enumerate(self.cameras):
            for key, pixels in (('width', camera.width), ('height', camera.height)):
                if pixels % 2:
                    message = (
                        f'camera "{camera.name}" has the odd {key} {pixels}, and '
                        f'output.live.even_size asks for even ones; take {pixels - 1} or '
                        f'{pixels + 1}'
                    )
                    because = (('output', 'live', 'even_size'),)
                    yield Fault(('cameras', number, key), message, because=because)

    def _rate_faults(self) -> Iterator[Fault]:
        """Yield a fault for each rate at which two frames or samples fall on one time step."""
        rates: list[tuple[KeyPath, float | None]] = [
            (('cameras', number, 'rate_hz'), camera.rate_hz)
            for number, camera in enumerate(self.cameras)
        ]
        rates.append((('output', 'live', 'rate_hz'), self.output.live.rate_hz))
        rates += [
            (('cameras', number, 'imu', 'rate_hz'), camera.imu.rate_hz)
            for number, camera in enumerate(self.cameras)
            if camera.imu is not None
        ]
        most_hz = 1 / self.physics.timestep_s
        for path, rate_hz in rates:
            if rate_hz is not None and rate_hz > most_hz * (1 + 1e-9):
                what = 'samples' if 'imu' in path else 'frames'
                message = (
                    f'{rate_hz:g} {what} a second are more than there are time steps: at most '
                    f'{most_hz:g} with physics.timestep_s {self.physics.timestep_s:g}'
                )
                yield Fault(path, message, because=(('physics', 'timestep_s'),))

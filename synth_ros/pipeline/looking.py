"""Which cameras look at an instant, how closely, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from synth_ros.pipeline.capture import Exposure, Latent, Still
from synth_ros.pipeline.demand import Attention, FramePart, Idle, Plan
from synth_ros.pipeline.instant import Course, Glimpsed, Taken, Window
from synth_ros.pipeline.sensing import Sensors
from synth_ros.pipeline.timing import Due
from synth_ros.scene.compiled import CameraPart
from synth_ros.sim.kept import KeptState
from synth_ros.sim.world import World
from synth_ros.types import Frame, Glimpse, Instance, SampleKey, Seen

if TYPE_CHECKING:
    from synth_ros.pipeline.episode import Episode, Stage


class Look(NamedTuple):
    """A camera whose frame is due.

    Attributes:
        due: Which camera and frame.
        part: The camera.
        baseline_m: How far its right eye is from the left one, metres; ``None`` without one.
        plan: What becomes of the frame.
    """

    due: Due
    part: CameraPart
    baseline_m: float | None
    plan: Plan


class Looks:
    """The cameras whose frames are due at an instant.

    Args:
        looks: One for each, in config order.

    Attributes:
        rested: Numbers of those that do not look, as nobody wants what they would see.
    """

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = tuple(looks)
        self._drawn = [look for look in looks if look.plan.draws != 'nothing']
        self.rested = tuple(look.due.camera for look in looks if look.plan.draws == 'nothing')

    @property
    def cameras(self) -> list[CameraPart]:
        """Those that look."""
        return [look.part for look in self._drawn]

    @property
    def unlabelled(self) -> list[Look]:
        """All whose frames are not drawn for labels."""
        return [look for look in self._looks if look.plan.draws != 'labels']

    @property
    def look_back(self) -> list[int]:
        """Numbers of those whose labels look at a frame that was not drawn for labels."""
        return [look.due.camera for look in self._looks if look.plan.looks_back]

    @property
    def glimpsed(self) -> list[str]:
        """Names of those whose frames are not labelled."""
        return [look.part.model.name for look in self._drawn if look.plan.draws == 'picture']

    @property
    def baselines_m(self) -> list[float | None]:
        """For each that looks, where its right eye is, metres to the right, if that is wanted."""
        return [look.baseline_m if 'infra2' in look.plan.parts else None for look in self._drawn]

    def sort(self, frames: Sequence[Glimpse]) -> tuple[tuple[Taken, ...], tuple[Glimpsed, ...]]:
        """What they saw: to be labelled, and only to look at.

        Args:
            frames: One for each that looks.
        """
        taken, glimpsed = [], []
        for look, frame in zip(self._drawn, frames, strict=True):
            if isinstance(frame, Frame):
                taken.append(Taken(*look.due, frame, look.plan.parts))
            else:
                glimpsed.append(Glimpsed(*look.due, frame, look.plan.parts))
        return tuple(taken), tuple(glimpsed)


class Looked(NamedTuple):
    """What came of an instant; as in ``Instant``."""

    stamp_ns: int
    taken: tuple[Taken, ...]
    glimpsed: tuple[Glimpsed, ...]
    rested: tuple[int, ...]
    late: Mapping[int, Frame]
    instances: tuple[Instance, ...]


class Lookout:
    """Looks at the instants of an episode, for who wants it.

    Of each frame that is not drawn for labels it keeps the state, in case that those of the next
    frame look at it: who begins to want labels gets them from the next frame on, whole.

    Args:
        world: Of the episode.
        stage: Draws it.
    """

    def __init__(self, world: World, stage: Stage) -> None:
        # Not the episode itself, which has this: a scene that is over would stay in memory until
        # the collector of cycles came around.
        self._world, self._stage = world, stage
        self._attention = Attention(ahead=stage.needs_after, back=stage.needs_before)
        self._kept: dict[int, KeptState] = {}
        self._latent: dict[int, Latent] = {}

    def begin(self, due: Sequence[Due], *, exposure_ev: float) -> Callable[[], Looked]:
        """Begin to draw the world as it is now; it may move on.

        Args:
            due: Whose frames are due.
            exposure_ev: Of all cameras, stops.

        Returns:
            Waits for the pictures; to be called once, on the renderer's thread.
        """
        world, renderer = self._world, self._stage.renderer
        looks = Looks([self._look(one) for one in due])
        late = {camera: self._latent[camera].begin(renderer) for camera in looks.look_back}
        exposure = Exposure(
            world,
            renderer,
            looks.cameras,
            glimpsed=looks.glimpsed,
            exposure_ev=exposure_ev,
            baselines_m=looks.baselines_m,
            state=self._stage.needs_after,
        )
        still = exposure.still
        self._keep(looks, still)

        def wait() -> Looked:
            before = {camera: frame() for camera, frame in late.items()}
            taken, glimpsed = looks.sort(exposure.collect())
            return Looked(still.stamp_ns, taken, glimpsed, looks.rested, before, still.instances)

        return wait

    def _look(self, due: Due) -> Look:
        """How closely a camera looks: as somebody wants it now."""
        camera = self._stage.config.cameras[due.camera]
        plan = self._attention.plan(camera.name, self._stage.wanted.parts(camera.name))
        baseline_m = None if camera.stereo is None else camera.stereo.baseline_m
        return Look(due, self._world.scene.cameras[due.camera], baseline_m, plan)

    def _keep(self, looks: Looks, still: Still) -> None:
        """Keep what was not drawn for labels, as far as labels could look back at it."""
        world = self._world
        for look in looks.unlabelled if self._stage.needs_before else ():
            camera = look.due.camera
            if camera not in self._kept:
                self._kept[camera] = KeptState(world)
            kept = self._kept[camera]
            self._latent[camera] = Latent(world, look.part, kept=kept, still=still)


def sensors_of(episode: Episode, picture: Taken | Glimpsed) -> Sensors:
    """What senses a frame, for any thread."""
    part = episode.world.scene.cameras[picture.camera]
    return Sensors(picture.frame, part, number=picture.number, chance=episode.chance)


def seen(episode: Episode, window: Window, course: Course, *, idle: Idle) -> tuple[Seen, ...]:
    """All that somebody wants of an instant, in config order of the cameras.

    Args:
        episode: Whose instant it is.
        window: The instant, with the neighbours that labels need.
        course: Of the episode, for the provenance.
        idle: Annotations that are not to be made.
    """
    now, found = window.now, dict[int, Seen]()
    pictures: list[Taken | Glimpsed] = [*now.glimpsed]
    for place, taken in enumerate(now.taken):
        if 'labels' in taken.parts:
            found[taken.camera] = episode.sample(window, course, place=place, idle=idle)
        else:
            pictures.append(taken)
    for picture in pictures:
        parts = picture.parts - {'labels'}
        if parts:
            found[picture.camera] = _picture(episode, picture, parts)
    return tuple(found[camera] for camera in sorted(found))


def _picture(episode: Episode, picture: Taken | Glimpsed, parts: frozenset[FramePart]) -> Seen:
    """What a camera gives of a frame that is not labelled."""
    with episode.clock.measure('sense'):
        images = sensors_of(episode, picture).some(parts)
    name = picture.frame.camera.name
    return Seen(
        SampleKey(episode.sampled.episode, picture.number, name),
        picture.frame,
        images.rgb,
        images.depth_m,
        infra1=images.pair.infra1,
        infra2=images.pair.infra2,
    )

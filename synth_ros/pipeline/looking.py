"""Which cameras look at an instant, how closely, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from synth_ros.pipeline.demand import FramePart, Idle, Plan
from synth_ros.pipeline.instant import Course, Glimpsed, Taken, Window
from synth_ros.pipeline.sensing import Sensors
from synth_ros.pipeline.timing import Due
from synth_ros.scene.compiled import CameraPart
from synth_ros.types import Frame, Glimpse, SampleKey, Seen

if TYPE_CHECKING:
    from synth_ros.pipeline.episode import Episode


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
        self._drawn = [look for look in looks if look.plan.draws != 'nothing']
        self.rested = tuple(look.due.camera for look in looks if look.plan.draws == 'nothing')

    @property
    def cameras(self) -> list[CameraPart]:
        """Those that look."""
        return [look.part for look in self._drawn]

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


def looks_of(episode: Episode, due: Sequence[Due]) -> Looks:
    """Who looks at an instant, and how closely: as somebody wants it now.

    Args:
        episode: Whose instant it is.
        due: Whose frames are due.
    """
    looks, stage = [], episode.stage
    for one in due:
        camera, part = stage.config.cameras[one.camera], episode.world.scene.cameras[one.camera]
        plan = episode.attention.plan(camera.name, stage.wanted.parts(camera.name))
        baseline_m = None if camera.stereo is None else camera.stereo.baseline_m
        looks.append(Look(one, part, baseline_m, plan))
    return Looks(looks)


def sensors_of(episode: Episode, picture: Taken | Glimpsed) -> Sensors:
    """What senses a frame, for any thread."""
    part = episode.world.scene.cameras[picture.camera]
    return Sensors(picture.frame, part, number=picture.number, chance=episode.chance)


def seen(episode: Episode, window: Window, course: Course, *, idle: Idle) -> tuple[Seen, ...]:
    """All that somebody wants of an instant, in config order of the cameras.

    Labels that look at the frame before need it, unless theirs is the first: who begins to want
    them within an episode gets them from its second frame on.

    Args:
        episode: Whose instant it is.
        window: The instant, with the neighbours that labels need.
        course: Of the episode, for the provenance.
        idle: Annotations that are not to be made.
    """
    now, found = window.now, dict[int, Seen]()
    pictures: list[Taken | Glimpsed] = [*now.glimpsed]
    for place, taken in enumerate(now.taken):
        if 'labels' in taken.parts and _has_neighbours(episode, window, place):
            found[taken.camera] = episode.sample(window, course, place=place, idle=idle)
        else:
            pictures.append(taken)
    for picture in pictures:
        parts = picture.parts - {'labels'}
        if parts:
            found[picture.camera] = _picture(episode, picture, parts)
    return tuple(found[camera] for camera in sorted(found))


def _has_neighbours(episode: Episode, window: Window, place: int) -> bool:
    """Whether there is all that the labels of a frame look at."""
    first = window.now.taken[place].number == 0
    return first or window.before[place] is not None or not episode.stage.needs_before


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

"""Curricula: what is shown is planned over the whole run instead of drawn frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from synth_ros.config.base import Fault, Name, Positive, Section, UnitInterval


class PoseCurriculum(Section):
    """Every object in every pose and at every distance, equally often.

    After Hinterstoisser et al. 2019 (An Annotation Saved is an Annotation Earned): objects hang in
    front of the camera; each is shown from directions spread evenly over the sphere, turned about
    the viewing ray and at a list of distances. After ``directions`` x ``rolls`` x distances frames
    an object has been in each of these poses once, and begins again.
    """

    camera: Name
    """The camera in front of which the objects hang."""
    distances_m: Annotated[tuple[Positive, ...], Field(min_length=1)]
    """Distances from the camera to the centre of an object's 3D box: the scales."""
    directions: Annotated[int, Field(ge=1, le=10_000)] = 48
    """Directions from which objects are seen, evenly on the sphere (a Fibonacci lattice)."""
    rolls: Annotated[int, Field(ge=1, le=360)] = 4
    """Turns about the viewing ray in a full circle."""
    objects: Annotated[int, Field(ge=1, le=200)] = 4
    """Objects in each frame; they take turns in the order of the classes and their variants."""
    order: Literal['near_to_far', 'shuffled'] = 'near_to_far'
    """``near_to_far``: all poses at one distance before the next distance, as in the paper; within
    a distance, and with ``shuffled`` altogether, the order is drawn for each object."""
    overlap: UnitInterval = 0.5
    """How far two objects may reach into each other in the image, as a share of the smaller one's
    typical radius. Their 3D boxes never do."""
    jitter_deg: Annotated[float, Field(ge=0, le=90)] = 0.0
    """Largest random turn away from the planned pose."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for distances that do not grow."""
        for i, (near, far) in enumerate(
            zip(self.distances_m, self.distances_m[1:], strict=False), start=1
        ):
            if far <= near:
                yield Fault(('distances_m', i), 'distances must grow from entry to entry')


class CurriculumConfig(Section):
    """Plans over the whole run.

    A distribution that changes over the run (``schedule``) and a scenario's ``weight_at_end`` are
    further ways to begin with what is easy.
    """

    poses: PoseCurriculum | None = None
    """Show every object in every pose equally often. Takes the place of ``objects.count``,
    ``objects.placement`` and settling."""

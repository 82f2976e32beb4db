"""Distributions of points, for keys that draw a place.

Each kind is a map from the unit cube that keeps equal volumes equal, so that ``across: episodes``
spreads points as evenly as it does numbers. The maps are in ``randomize.points``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, GetJsonSchemaHandler, JsonValue, PrivateAttr, model_validator
from pydantic_core import CoreSchema

from synth_ros.config.base import Axis, Fault, NonNegative, Range, Section, Text, Vector3
from synth_ros.config.distribution_kinds import weight_faults, with_shares
from synth_ros.config.distributions import Drawn, DrawnNonNegative, frozen, uniform
from synth_ros.config.one_kind import OneKind

_Extent = tuple[NonNegative, NonNegative, NonNegative]

_ORIGIN = (0.0, 0.0, 0.0)
_UP = (0.0, 0.0, 1.0)


class InBox(Section):
    """Anywhere in a box."""

    center_m: Vector3 = _ORIGIN
    """Its middle."""
    size_m: _Extent
    """Its full extents; 0 makes it a rectangle or a line."""
    yaw_deg: float = 0.0
    """Its rotation about z."""


class OnBox(Section):
    """Anywhere on the six faces of a box, in proportion to their areas."""

    center_m: Vector3 = _ORIGIN
    """Its middle."""
    size_m: _Extent
    """Its full extents; at most one may be 0."""
    yaw_deg: float = 0.0
    """Its rotation about z."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for a box without faces."""
        if sum(size > 0 for size in self.size_m) < 2:
            yield Fault(('size_m',), 'at least two extents must be above 0: there is no face')


class InBall(Section):
    """Anywhere in a ball, or between two spheres."""

    center_m: Vector3 = _ORIGIN
    """Its middle."""
    radius_m: NonNegative
    """Its radius."""
    inner_radius_m: NonNegative = 0.0
    """Radius of a smaller ball that is left out."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for a hole larger than the ball."""
        yield from _hole_faults(self.inner_radius_m, self.radius_m)


class OnSphere(Section):
    """Anywhere on a sphere."""

    center_m: Vector3 = _ORIGIN
    """Its middle."""
    radius_m: DrawnNonNegative
    """Its radius."""


class OnDome(Section):
    """Anywhere on a part of a sphere, in proportion to its area: where cameras look from."""

    center_m: Vector3 = _ORIGIN
    """Middle of the sphere."""
    radius_m: DrawnNonNegative
    """Its radius."""
    elevation_deg: Range = (0.0, 90.0)
    """[lowest, highest] angle above the horizon, from -90 to 90."""
    azimuth_deg: Range = (-180.0, 180.0)
    """[first, last] angle about z, counter-clockwise from x."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for angles that do not exist."""
        if self.elevation_deg[0] < -90 or self.elevation_deg[1] > 90:
            yield Fault(('elevation_deg',), 'angles above the horizon lie between -90 and 90')
        if self.azimuth_deg[1] - self.azimuth_deg[0] > 360:
            yield Fault(('azimuth_deg',), 'this is more than a full turn')


class OnDisc(Section):
    """Anywhere on a disc, or on a ring."""

    center_m: Vector3 = _ORIGIN
    """Its middle."""
    radius_m: NonNegative
    """Its radius."""
    inner_radius_m: NonNegative = 0.0
    """Radius of the hole."""
    normal: Axis = _UP
    """What it faces."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for a hole larger than the disc."""
        yield from _hole_faults(self.inner_radius_m, self.radius_m)


class InCylinder(Section):
    """Anywhere in an upright cylinder, or in a pipe."""

    center_m: Vector3 = _ORIGIN
    """Its middle."""
    radius_m: NonNegative
    """Its radius."""
    height_m: NonNegative
    """Its full height."""
    inner_radius_m: NonNegative = 0.0
    """Radius of a smaller cylinder that is left out."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for a hole larger than the cylinder."""
        yield from _hole_faults(self.inner_radius_m, self.radius_m)


class OnLine(Section):
    """Anywhere between two points."""

    start_m: Vector3
    """One end."""
    end_m: Vector3
    """The other."""


class Coordinates(Section):
    """Each coordinate by itself."""

    x_m: Drawn = uniform(0, 0)
    """Along x."""
    y_m: Drawn = uniform(0, 0)
    """Along y."""
    z_m: Drawn = uniform(0, 0)
    """Along z."""


class FilePoints(Section):
    """The rows of a file."""

    path: Text
    """A CSV file whose first line names its columns; relative to the config file."""
    columns: tuple[Text, Text, Text] = ('x', 'y', 'z')
    """Names of the columns of x, y and z, in metres."""
    order: Literal['random', 'episode'] = 'random'
    """``random``: each row is as likely as any other. ``episode``: episode N gets the Nth row,
    and after the last comes the first again."""

    _rows: tuple[Vector3, ...] = PrivateAttr(())

    @property
    def rows(self) -> tuple[Vector3, ...]:
        """The points in file order; empty until the config's loader has read them."""
        return self._rows

    def attach(self, columns: Sequence[tuple[float, ...]]) -> None:
        """Keep what the file holds; for the config's loader."""
        xs, ys, zs = columns
        self._rows = tuple(zip(xs, ys, zs, strict=True))


PointKind = Literal[
    'constant',
    'in_box',
    'on_box',
    'in_ball',
    'on_sphere',
    'on_dome',
    'on_disc',
    'in_cylinder',
    'on_line',
    'coordinates',
    'file',
]


class PlainPoints(OneKind):
    """A point: exactly one of the kinds below. ``[x, y, z]`` is short for ``constant``."""

    constant: Vector3 | None = None
    """Always this one, metres."""
    in_box: InBox | None = None
    """In a box."""
    on_box: OnBox | None = None
    """On the faces of a box."""
    in_ball: InBall | None = None
    """In a ball."""
    on_sphere: OnSphere | None = None
    """On a sphere."""
    on_dome: OnDome | None = None
    """On a part of a sphere."""
    on_disc: OnDisc | None = None
    """On a disc."""
    in_cylinder: InCylinder | None = None
    """In an upright cylinder."""
    on_line: OnLine | None = None
    """On a line."""
    coordinates: Coordinates | None = None
    """Each coordinate by itself."""
    file: FilePoints | None = None
    """From the rows of a file."""

    @model_validator(mode='before')
    @classmethod
    def _long_form(cls, value: object) -> object:
        data = frozen(value)
        return {'constant': data} if isinstance(data, tuple) else data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, JsonValue]:
        """Either the mapping, marked with the key that a list stands for, or a list."""
        reference = handler(schema)
        mapping = handler.resolve_ref_schema(reference)
        point = {'type': 'array', 'items': {'type': 'number'}, 'minItems': 3, 'maxItems': 3}
        whole = {'anyOf': [{**mapping, 'x-list': 'constant'}, point]}
        mapping.clear()
        mapping.update(whole)
        return reference


class MixedPoints(Section):
    """Several distributions of points; each draw comes from one of them."""

    of: Annotated[tuple[PlainPoints, ...], Field(min_length=1)]
    """The distributions."""
    weights: tuple[NonNegative, ...] | None = None
    """How often each is drawn from, relative to the others; equally often by default."""

    def weighted(self) -> tuple[tuple[PlainPoints, float], ...]:
        """The distributions that are drawn from at all, with their shares."""
        return with_shares(self.of, self.weights)

    def rules(self) -> Iterator[Fault]:
        """Yield faults of the weights."""
        yield from weight_faults(self.weights, len(self.of), 'of')


class Points(PlainPoints):
    """A point: exactly one of the kinds below. ``[x, y, z]`` is short for ``constant``."""

    mixture: MixedPoints | None = None
    """From one of several distributions."""
    across: Literal['episodes'] | None = None
    """Spreads the draws of successive episodes evenly (scrambled Sobol points) instead of
    independently."""


def _hole_faults(inner_m: float, radius_m: float) -> Iterator[Fault]:
    if inner_m > radius_m:
        message = f'is larger than radius_m, {radius_m:g}: nothing is left between them'
        yield Fault(('inner_radius_m',), message, because=(('radius_m',),))

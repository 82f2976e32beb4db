"""The sampled scene: every draw of an episode as plain, serialisable data.

It is stored with each sample as provenance, and is all that building needs beside the config
and the assets.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from synth_ros.config.distractors import FlatShape, HangingShape
from synth_ros.config.lights import LampKind
from synth_ros.config.targets import Operation
from synth_ros.config.textures import TextureFamily

Triple = tuple[float, float, float]
Quat = tuple[float, float, float, float]


class _Drawn(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class SampledTexture(_Drawn):
    """A texture in place of a thing's own."""

    family: TextureFamily | Literal['image']
    seed: int
    """All that the family draws (numbers, angles, blends) comes from this."""
    colors: tuple[Triple, ...] = ()
    """Screen colours (sRGB, 0 to 1) of the pattern; none for an image."""
    tile_m: float
    """Edge of one repeat."""
    file: str = ''
    """Name of the image in its folder."""
    sha256: str = ''
    """Of the image's bytes."""


class SampledObject(_Drawn):
    """One object and the pose from which it is dropped.

    A distractor has instance and class 0: it is never labelled.
    """

    instance_id: int
    name: str
    class_id: int
    class_name: str
    variant: str
    position_m: Triple
    """Centre of the object's bounding box in the world."""
    quat_wxyz: Quat
    """World from object."""
    scale: float
    hue_shift_deg: float
    value_scale: float
    friction_scale: float
    mass_scale: float
    place: str = ''
    """Name of the place it is at."""
    hangs: bool = False
    """Whether it hangs where it was drawn, whatever happens."""
    link: str = ''
    """Link of the robot that holds it; position and rotation are then in the link's frame."""
    unplaced: str = ''
    """Why no place had room for it; the drawing is then not used."""
    tags: tuple[str, ...] = ('target',)
    """What it is for (``target``), then the tags of its class."""
    texture: SampledTexture | None = None
    waits: str = ''
    """Name of the event that lets it fall in; until then it rests far below the scene and has no
    label."""


class SampledShape(_Drawn):
    """A shape without physics that hangs where it is put; never labelled."""

    name: str
    role: Literal['flying', 'occluder', 'background']
    shape: HangingShape | FlatShape
    size_m: Triple
    """Full extents along its own axes."""
    seed: int
    """Form of a blob or leaf."""
    rgb: Triple
    """Screen colour (sRGB, 0 to 1) where it has no texture."""
    roughness: float
    metallic: float
    texture: SampledTexture | None
    places_m: tuple[Triple, ...] = ()
    """Centres to try, the first free one is used; shapes that are put anew for every view have
    none."""
    quat_wxyz: Quat = (1.0, 0.0, 0.0, 0.0)
    """World from shape, at such a place."""


class SampledRefusal(_Drawn):
    """Objects that a place could not take, so that another place or object was drawn."""

    place: str
    reason: str
    count: int


class SampledLamp(_Drawn):
    """One lamp of the scene, aimed at the placement surface."""

    position_m: Triple
    target_m: Triple
    rgb: Triple
    """Linear colour, largest component 1."""
    intensity: float
    """Brightness relative to a well-lit room."""
    cast_shadow: bool
    kind: LampKind = 'spot'
    cutoff_deg: float = 60.0
    """Half the angle of a spot's cone."""
    radius_m: float = 0.06
    """Of what shines."""
    specular: float = 0.3 / 1.1
    """Strength of highlights relative to its other light."""


class SampledMaterial(_Drawn):
    """The look drawn for one role of the environment (``wall``, ``floor``, ...)."""

    role: str
    variant: str
    """Full name of the material that replaces all others of the role."""
    rgb: Triple
    """Factor on its colour."""
    texture: SampledTexture | None = None


class CameraOffset(_Drawn):
    """Mounting error of one camera, in its optical frame."""

    camera: str
    position_m: Triple
    rotation_rad: Triple
    """Rotation vector."""


class Occlusion(_Drawn):
    """An object that was to be hidden in part from a camera, and how far that came true."""

    camera: str
    instance_id: int
    asked: float
    """Share of the pixels that are visible without occluders, to be hidden by them."""
    reached: float
    """Share that is hidden, by rays through the object's pixels."""
    occluder: str = ''
    """The shape that was put before it; empty where none fits."""
    missed: Literal['', 'too_small', 'no_free_place', 'no_shape_left'] = ''
    """Why it was given up; empty where it was not."""


class Filling(_Drawn):
    """How much of a camera's background is clutter."""

    camera: str
    asked: float
    reached: float
    """By rays."""


class ViewClutter(_Drawn):
    """What was put into place for one view, beside the robot."""

    occlusions: tuple[Occlusion, ...] = ()
    backgrounds: tuple[Filling, ...] = ()
    removed: tuple[str, ...] = ()
    """Shapes in the air that were taken out because a robot or a lens is in their place."""


class SampledValue(_Drawn):
    """What one randomizer drew for one item."""

    randomizer: str
    target: str
    item: str
    """Name of the item: of an object, a material role, a lamp, a camera, a joint, ``scene``."""
    operation: Operation
    value: float
    """The draw, not the value that came of it."""


class PlannedPose(_Drawn):
    """Where the pose curriculum hangs an object in a view."""

    instance_id: int
    position_m: Triple
    """Centre of the 3D box in the camera's optical frame."""
    quat_wxyz: Quat
    """Camera from object."""
    direction: int
    """Place in the lattice of directions."""
    roll: int
    distance: int
    """Place in the list of distances."""


class SampledView(_Drawn):
    """One posture of the robot."""

    view: int
    attempt: int
    x_m: float
    y_m: float
    yaw_rad: float
    """Offsets of the root from its configured pose."""
    joints: dict[str, float]
    """Drawn joint positions, radians or metres; the others keep the configured ones."""
    values: tuple[SampledValue, ...] = ()
    """What was drawn for named targets for this view alone."""
    exposure_ev: float = 0.0
    """Exposure of all cameras, stops."""
    planned: tuple[PlannedPose, ...] = ()
    """Poses of the pose curriculum."""
    refused: dict[str, int] = {}
    """How many drawings of this view each constraint refused before this one."""
    unmet: tuple[str, ...] = ()
    """Constraints that the view does not meet, where the config keeps such views."""
    clutter: ViewClutter | None = None


class SampledScene(_Drawn):
    """All draws of an episode except its views, which are drawn by their number."""

    episode: int
    attempt: int
    objects: tuple[SampledObject, ...]
    lamps: tuple[SampledLamp, ...]
    ambient: float
    materials: tuple[SampledMaterial, ...]
    camera_offsets: tuple[CameraOffset, ...]
    values: tuple[SampledValue, ...] = ()
    """What was drawn for named targets for the whole episode."""
    idle: tuple[str, ...] = ()
    """Randomizers of named targets that found nothing to act on in this scene."""
    scenario: str = ''
    """Name of the scenario, empty where the config has none."""
    refusals: tuple[SampledRefusal, ...] = ()
    """By place and reason."""
    variables: dict[str, float] = {}
    """Values of ``randomization.variables``."""
    distractors: tuple[SampledObject, ...] = ()
    """Clutter that falls with the objects and is never labelled."""
    shapes: tuple[SampledShape, ...] = ()
    """What hangs in the air, is put before objects or behind them, and is never labelled."""

    @property
    def dropped(self) -> tuple[SampledObject, ...]:
        """All that falls and settles: the objects, then the distractors."""
        return self.objects + self.distractors

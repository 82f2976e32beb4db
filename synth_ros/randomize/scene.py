"""The sampled scene: every draw of an episode as plain, serialisable data.

It is stored with each sample as provenance, and is all that building needs beside the config
and the assets.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from synth_ros.config.distractors import FlatShape, HangingShape
from synth_ros.config.lights import LampKind
from synth_ros.config.surroundings import LightSource
from synth_ros.config.targets import Operation
from synth_ros.config.textures import TextureFamily

Triple = tuple[float, float, float]
Quat = tuple[float, float, float, float]
Pair = tuple[float, float]


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
    hue_shift_deg: float = 0.0
    """How far its own hues are turned."""
    saturation_scale: float = 1.0
    value_scale: float = 1.0
    texture: SampledTexture | None = None


class Pose(_Drawn):
    """A place and a rotation in the world."""

    position_m: Triple
    quat_wxyz: Quat


class SampledImage(_Drawn):
    """A file of a folder that the config names."""

    file: str
    sha256: str


class SampledSky(_Drawn):
    """What shows where there is nothing: three screen colours, or a panorama."""

    zenith: Triple = (0.0, 0.0, 0.0)
    horizon: Triple = (0.0, 0.0, 0.0)
    ground: Triple = (0.0, 0.0, 0.0)
    image: SampledImage | None = None
    yaw_deg: float = 0.0
    """How far a panorama is turned: its middle lies in this direction, 0 for the world's x."""


class SampledImageLight(_Drawn):
    """Light from all around that is not that of the built-in room."""

    source: LightSource
    sky: SampledSky | None = None
    """What shines, if that is a sky or a panorama."""
    white_balance: float = 0.0
    """Share of its cast that the camera takes out."""


class SampledBackdrop(_Drawn):
    """A picture behind the scene."""

    image: SampledImage
    foot_m: Triple
    """Middle of its lower edge, world frame."""
    yaw_deg: float
    """Direction in which one looks at it, 0 for the world's x."""
    height_m: float
    glow: float


class CameraOffset(_Drawn):
    """Mounting error of one camera, in its optical frame."""

    camera: str
    position_m: Triple
    rotation_rad: Triple
    """Rotation vector."""


class SampledCamera(_Drawn):
    """What a view changes of one camera."""

    camera: str
    focal_scale: Pair = (1.0, 1.0)
    """Factors on fx and fy."""
    principal_px: Pair = (0.0, 0.0)
    """Added to cx and cy."""
    position_m: Triple = (0.0, 0.0, 0.0)
    """Mounting error, in the optical frame."""
    rotation_rad: Triple = (0.0, 0.0, 0.0)
    """Likewise, as a rotation vector."""
    world_from_camera: Pose | None = None
    """Where a camera is that the view placed in the world; without mounting error."""


class SampledViewpoint(_Drawn):
    """How one camera was to see a target; what is ``None`` was free."""

    camera: str
    target: str
    """Name of the object, or ``point``."""
    offset_px: Pair
    """Where the target was to be, from the middle of the image: columns and rows."""
    aim_error_rad: float
    """Angle by which the camera was to look past that."""
    aim_direction_rad: float
    """In which direction: from the image's right, clockwise."""
    distance_m: float | None
    elevation_rad: float | None
    azimuth_rad: float | None
    roll_rad: float | None
    target_m: Triple | None = None
    """Where the target was, in the world: of an object once it was found."""
    visibility: float | None = None
    """Share of the target that rays found visible; once they did."""


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
    """One posture of the robot, and what its cameras do."""

    view: int
    attempt: int
    x_m: float
    y_m: float
    yaw_rad: float
    """Offsets of the root from its configured pose."""
    joints: dict[str, float]
    """Drawn or searched joint positions, radians or metres; the others keep the configured
    ones."""
    cameras: tuple[SampledCamera, ...] = ()
    """What the view changes of cameras."""
    viewpoints: tuple[SampledViewpoint, ...] = ()
    """How cameras were to see targets."""
    values: tuple[SampledValue, ...] = ()
    """What was drawn for named targets for this view alone."""
    exposure_ev: float = 0.0
    """Exposure of all cameras, stops."""
    planned: tuple[PlannedPose, ...] = ()
    """Poses of the pose curriculum."""
    refused: dict[str, int] = {}
    """How many drawings of this view were refused before this one, by constraint or reason."""
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
    sky: SampledSky | None = None
    """In place of the environment's own."""
    image_light: SampledImageLight | None = None
    """In place of the built-in room."""
    backdrop: SampledBackdrop | None = None
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

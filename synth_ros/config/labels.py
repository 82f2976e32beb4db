"""Labels: which are made and from which size an object counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal, Self, get_args

from pydantic import Field

from synth_ros.config.base import Fault, Name, Section, Text, UnitInterval, repeated_names

Annotation = Literal[
    'oriented_boxes',
    'occluders',
    'keypoints',
    'robot',
    'contacts',
    'relations',
    'tracks',
    'amodal_masks',
    'parts',
    'panoptic',
    'clean_depth',
    'distance',
    'normals',
    'points',
    'flow',
    'scene_flow',
]
"""Everything that can be switched on or off; boxes, masks, poses and 3D boxes always are made."""


class StuffClass(Section):
    """Bodies of the environment that are one kind of stuff in panoptic masks."""

    name: Name
    """Category name; must differ from all object classes."""
    bodies: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Names of the environment's bodies or geoms; ``*`` stands for any letters."""


class LabelsConfig(Section):
    """Thresholds apply to boxes, poses and detections; masks keep every true pixel.

    Boxes, amodal boxes, visibility, instance and semantic masks, 3D boxes, poses and symmetries
    are always there. The rest can be switched; ``docs/labels.md`` shows a picture of each.
    """

    min_pixels: Annotated[int, Field(ge=1)] = 16
    """Fewest visible pixels of a labelled object."""
    min_visibility: UnitInterval = 0.05
    """Smallest visible share of a labelled object's full silhouette."""
    everything: bool = False
    """Makes every annotation, whatever the switches below say."""
    oriented_boxes: bool = True
    """Rectangles of least area around the visible pixels."""
    occluders: bool = True
    """Who hides whom, by how many pixels."""
    keypoints: bool = True
    """Named points of objects, with visibility."""
    robot: bool = True
    """Joints, link poses and the robot's skeleton in the image."""
    contacts: bool = True
    """Where things touch, and how strongly."""
    relations: bool = True
    """Supported by, inside, touching, held by."""
    tracks: bool = True
    """Which objects enter, leave, become hidden or come to sight."""
    amodal_masks: bool = False
    """Full masks, hidden parts and parts beyond the border included."""
    parts: bool = False
    """Masks of robot links and object parts."""
    panoptic: bool = False
    """Things and stuff in one mask."""
    clean_depth: bool = False
    """Depth in metres without any sensor effect, to the last bit."""
    distance: bool = False
    """Length of each pixel's ray."""
    normals: bool = False
    """Surface normals in the camera frame."""
    points: bool = False
    """Organised point cloud of the clean depth."""
    flow: bool = False
    """Optical flow to the next and to the previous frame."""
    scene_flow: bool = False
    """Motion of surface points in three dimensions; makes ``flow`` too."""
    stuff: tuple[StuffClass, ...] = ()
    """Kinds of stuff in panoptic masks, first match wins; without any, each top-level body of
    the environment is one, named as the body is without a trailing number. The robot is
    always one, ``robot``."""

    def wants(self, annotation: Annotation) -> bool:
        """Whether an annotation is to be made."""
        if annotation == 'flow' and self.scene_flow:
            return True
        return self.everything or bool(getattr(self, annotation))

    def without(self, unwanted: Collection[Annotation]) -> Self:
        """The same, but for annotations that are not to be made; ``scene_flow`` keeps ``flow``."""
        if not unwanted:
            return self
        names: tuple[Annotation, ...] = get_args(Annotation)
        update: dict[str, bool] = {
            name: self.wants(name) and name not in unwanted for name in names
        }
        return self.model_copy(update={**update, 'everything': False})

    @property
    def needs_neighbours(self) -> bool:
        """Whether a frame's labels need the frame after it."""
        return self.wants('flow')

    def rules(self) -> Iterator[Fault]:
        """Yield faults for kinds of stuff that share a name."""
        yield from repeated_names('stuff', [entry.name for entry in self.stuff])

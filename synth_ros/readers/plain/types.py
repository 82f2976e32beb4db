"""What any annotated dataset says of an image: the least that all formats share.

A dataset of ours, a bag, and a folder of COCO, YOLO, KITTI, VOC or BOP that somebody else made are
all read as a :class:`PlainDataset`, so that statistics, comparisons and pictures work on each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from synth_ros.types import ByteImage, FloatArray, MaskImage

PlainKind = str
"""How a dataset is laid out; see ``readers.plain.open.KINDS``."""


class PlainObject(NamedTuple):
    """One annotated object.

    Attributes:
        class_name: Its class.
        box: (x0, y0, x1, y1), half-open pixel edges, floats; ``None`` where it is not known.
        area_px: Pixels of its mask, else of its box; ``None`` where neither is known.
        visibility: Visible share, 0 to 1; ``None`` where the format has no word for it.
        truncation: Share outside the image, 0 to 1; ``None`` likewise.
        camera_from_object: Pose in the optical frame, (4, 4), metres; ``None`` likewise.
        size_m: Edges of its 3D box, x, y, z of the box's frame; ``None`` likewise.
        ignored: A crowd or DontCare region: no object to count.
    """

    class_name: str
    box: tuple[float, float, float, float] | None
    area_px: float | None = None
    visibility: float | None = None
    truncation: float | None = None
    camera_from_object: FloatArray | None = None
    size_m: tuple[float, float, float] | None = None
    ignored: bool = False


class PlainImage(NamedTuple):
    """One annotated image; pixels are read by the dataset.

    Attributes:
        name: Unique in the dataset; with a file, its path relative to the dataset.
        width: Pixels.
        height: Pixels.
        split: ``train``, ``val`` ... ; empty where there are none.
        group: Images of one group belong together (an episode, a scene); empty if not known.
        objects: What is annotated.
    """

    name: str
    width: int
    height: int
    split: str
    group: str
    objects: tuple[PlainObject, ...]


class PlainDataset(Protocol):
    """A dataset as a sequence of annotated images."""

    @property
    def path(self) -> Path:
        """Its folder."""
        ...

    @property
    def kind(self) -> PlainKind:
        """How it is laid out."""
        ...

    @property
    def class_names(self) -> Sequence[str]:
        """All classes, those without an object included, in the order of their ids."""
        ...

    def __len__(self) -> int:
        """Number of images."""
        ...

    def __iter__(self) -> Iterator[PlainImage]:
        """All images, in a fixed order.

        Raises:
            UsageError: A file is missing or damaged; says which.
        """
        ...

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image, (height, width, 3), uint8.

        Raises:
            UsageError: The file is missing or damaged.
        """
        ...

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Mask of each object of an image in their order, (height, width); ``None`` without."""
        ...

"""Every label of a frame that is not made of pixels, as one JSON message.

vision_msgs has no fields for most of it. The recorder makes full samples of it again, so that a
dataset recorded from topics carries what a dataset generated without ROS carries.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.errors import RosError
from synth_ros.schema import convert as schema
from synth_ros.schema.faults import first_fault
from synth_ros.schema.records import FrameRecord
from synth_ros.types import Sample


class Annotations(BaseModel):
    """What the topic ``labels/annotations`` carries.

    Attributes:
        format: Version of this message.
        session: Which run of the simulator: names differ between runs.
        run: How many scenes this run of the simulator had opened before, resets included.
        frame: The labels; the dataset's native store holds the same record.
        provenance: The frame's ``provenance_json``.
        dataset_stamp_ns: Stamp that the frame has in the dataset that it was taken from, where
            scenes may begin at the same time; left out of live messages.
    """

    model_config = ConfigDict(frozen=True, extra='forbid', strict=True)

    format: Literal['synth_ros/annotations/2'] = 'synth_ros/annotations/2'
    session: str
    run: int
    frame: FrameRecord
    provenance: str
    dataset_stamp_ns: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether a simulator made it."""
        return self.dataset_stamp_ns is None


def to_json(sample: Sample, *, session: str, run: int, dataset_stamp_ns: int | None = None) -> str:
    """The message of a sample as JSON text.

    Args:
        sample: The sample.
        session: Name of this run of the simulator.
        run: Scenes that it had opened before this one.
        dataset_stamp_ns: Stamp of the frame in the dataset that it comes from; ``None`` for a
            live one.
    """
    message = Annotations(
        session=session,
        run=run,
        frame=schema.record_of(sample),
        provenance=sample.provenance_json,
        dataset_stamp_ns=dataset_stamp_ns,
    )
    return message.model_dump_json(exclude={'dataset_stamp_ns'} if message.is_live else None)


def from_json(text: str) -> Annotations:
    """The message of a JSON text.

    Raises:
        RosError: If the text is not such a message.
    """
    try:
        return Annotations.model_validate_json(text)
    except ValidationError as error:
        raise RosError(
            f'An annotations message is not one of ours: {first_fault(error)}.'
        ) from error

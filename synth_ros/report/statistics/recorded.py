"""What only recordings of ours know: occlusion, depth, cameras, relations."""

from __future__ import annotations

from typing import Self

import numpy as np

from synth_ros.report.statistics.facts import Seen
from synth_ros.report.statistics.tally import Axis, NameTally, NumberTally

_AXES = (
    Axis('occlusion', 'Occlusion (hidden share of what is in the image)', '%', 0, 100, 100),
    Axis('depth', 'Depth of pixels', 'm', 0.02, 200, 160, log=True),
    Axis('depth_missing', 'Pixels without depth', '%', 0, 100, 400),
    Axis('camera_height', 'Height of the camera', 'm', -2, 10, 240),
    Axis('camera_pitch', 'Downward pitch of the camera', 'deg', -90, 90, 90),
    Axis(
        'unlabelled',
        'Objects without a label, per image',
        '',
        -0.5,
        255.5,
        256,
        whole=True,
    ),
    Axis('contacts', 'Contacts per image', '', -0.5, 511.5, 512, whole=True),
)


class Recorded:
    """Statistics of what stands in the records of a recording of ours.

    Attributes:
        numbers: By name of the axis.
        relations: By kind: ``supported_by`` ...
        cameras: Images by camera name.
        occluders: What hides labelled objects, by kind of thing.
    """

    def __init__(self) -> None:
        self.numbers = {axis.name: NumberTally(axis) for axis in _AXES}
        self.relations, self.cameras, self.occluders = NameTally(), NameTally(), NameTally()

    def add(self, seen: Seen) -> None:
        """Count an image."""
        record, side = seen.record, seen.side
        if seen.depth is not None:
            self.numbers['depth'].add(seen.depth.values_m, side)
            self.numbers['depth_missing'].add(100 * seen.depth.missing, side)
        if record is None:
            return
        pose = np.array(record.world_from_camera)
        self.cameras.add(record.camera, side)
        self.numbers['camera_height'].add(pose[2, 3], side)
        pitch = np.degrees(np.arcsin(np.clip(-pose[2, 2], -1, 1)))
        self.numbers['camera_pitch'].add(pitch, side)
        self.numbers['occlusion'].add([100 * k.occlusion for k in record.labels], side)
        self.numbers['unlabelled'].add(len(record.instances) - len(record.labels), side)
        if record.contacts is not None:
            self.numbers['contacts'].add(len(record.contacts), side)
        for relation in record.relations or ():
            self.relations.add(str(relation.kind), side)
        for label in record.labels:
            for occluder in label.occluders or ():
                self.occluders.add(str(occluder.thing.kind), side)

    def merge(self, other: Self) -> None:
        """Count what another one has counted."""
        for name, tally in self.numbers.items():
            tally.merge(other.numbers[name])
        self.relations.merge(other.relations)
        self.cameras.merge(other.cameras)
        self.occluders.merge(other.occluders)

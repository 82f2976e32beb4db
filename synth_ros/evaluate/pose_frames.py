"""Poses of one frame against the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.evaluate.pose_error import (
    MSPD_LIMITS,
    MSSD_LIMITS,
    PoseErrors,
    PoseModel,
    Shape,
    match_poses,
    pose_errors,
    pose_model,
)
from synth_ros.evaluate.types import FoundPose, TrueFrame, TrueObject
from synth_ros.geometry.shapes import MeshSource
from synth_ros.geometry.transforms import inverse
from synth_ros.types import FloatArray

MOST_POSES = 100
_MOST_MODELS = 512
_ADD_LIMIT = 0.1
"""Share of the diameter below which ADD takes a pose for right (Hinterstoisser)."""


class PoseOutcome(NamedTuple):
    """What became of one object's pose.

    Attributes:
        errors: Of the estimate that belongs to it by MSSD; ``None`` if none is within a diameter.
        diameter_m: Of the object.
        symmetric: Whether it has symmetries.
        from_mesh: Whether errors were measured on its mesh.
        add_right: Whether ADD is below a tenth of the diameter.
        adds_right: Whether ADD-S is.
        mssd_right: For how many of BOP's ten limits the pose is right.
        mspd_right: Likewise.
    """

    errors: PoseErrors | None
    diameter_m: float
    symmetric: bool
    from_mesh: bool
    add_right: bool
    adds_right: bool
    mssd_right: int
    mspd_right: int


class PoseJudge:
    """Judges poses; what it learns of a model it keeps.

    Args:
        meshes: Surfaces of models; ``None`` for none.
    """

    def __init__(self, meshes: MeshSource | None) -> None:
        self._meshes = meshes
        self._known: dict[tuple[object, ...], PoseModel] = {}

    def judge(self, truth: TrueFrame, poses: Sequence[FoundPose]) -> list[PoseOutcome | None]:
        """What became of each object of a frame; ``None`` for those that are not to be found.

        Args:
            truth: The frame.
            poses: What was estimated; the surest ``MOST_POSES`` count.
        """
        poses = sorted(poses, key=lambda pose: -pose.score)[:MOST_POSES]
        models = [self._model(thing) for thing in truth.objects]
        table = [
            [
                self._errors(pose, thing, model, truth=truth)
                for thing, model in zip(truth.objects, models, strict=True)
            ]
            for pose in poses
        ]
        scores = [pose.score for pose in poses]

        def taken(values: FloatArray, limits: FloatArray) -> NDArray[np.int64]:
            return match_poses(scores, values, limits)

        sizes = np.array([math.inf if m is None else max(m.diameter_m, 1e-9) for m in models])
        add, adds, mssd, mspd = (_column(table, name, len(models)) for name in _COLUMNS)
        pairs = taken(mssd / sizes, np.array([1.0]))[0]
        zoom = truth.width / 640
        hits = (
            taken(add / sizes, np.array([_ADD_LIMIT]))[0] >= 0,
            taken(adds / sizes, np.array([_ADD_LIMIT]))[0] >= 0,
            (taken(mssd / sizes, MSSD_LIMITS) >= 0).sum(axis=0),
            (taken(mspd, MSPD_LIMITS * zoom) >= 0).sum(axis=0),
        )
        return [
            None
            if model is None or thing.ignored or thing.crowd
            else PoseOutcome(
                errors=None if pairs[g] < 0 else table[int(pairs[g])][g],
                diameter_m=model.diameter_m,
                symmetric=len(model.symmetries) > 1,
                from_mesh=model.from_mesh,
                add_right=bool(hits[0][g]),
                adds_right=bool(hits[1][g]),
                mssd_right=int(hits[2][g]),
                mspd_right=int(hits[3][g]),
            )
            for g, (thing, model) in enumerate(zip(truth.objects, models, strict=True))
        ]

    def _model(self, thing: TrueObject) -> PoseModel | None:
        solid = thing.solid
        if solid is None:
            return None
        key = (thing.model, solid.size_m.tobytes(), solid.object_from_box.tobytes())
        if key not in self._known:
            if len(self._known) >= _MOST_MODELS:
                self._known.clear()
            shape = Shape(thing.model, solid.object_from_box, solid.size_m, solid.symmetry)
            self._known[key] = pose_model(shape, self._meshes)
        return self._known[key]

    @staticmethod
    def _errors(
        pose: FoundPose, thing: TrueObject, model: PoseModel | None, *, truth: TrueFrame
    ) -> PoseErrors | None:
        """``None`` if the pose cannot be meant for the object."""
        if model is None or thing.solid is None:
            return None
        if pose.class_id is not None and pose.class_id != thing.class_id:
            return None
        estimate = pose.camera_from_object
        if pose.of_box:
            estimate = estimate @ inverse(thing.solid.object_from_box)
        return pose_errors(
            estimate, thing.solid.camera_from_object, model, intrinsics=truth.intrinsics
        )


_COLUMNS = ('add_m', 'adds_m', 'mssd_m', 'mspd_px')


def _column(table: list[list[PoseErrors | None]], name: str, objects: int) -> FloatArray:
    """One error of all pairs, (poses, objects); infinite where they do not belong together."""
    values = [[math.inf if e is None else getattr(e, name) for e in row] for row in table]
    return np.array(values, np.float64).reshape(len(table), objects)

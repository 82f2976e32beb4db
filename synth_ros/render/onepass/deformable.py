"""What bends, as slots beside those of the geoms: new vertices and capsules for every state."""

from __future__ import annotations

from typing import Literal, NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.render.onepass.geometry import VERTEX, Shape
from synth_ros.render.onepass.materials import Layers, Look, look
from synth_ros.scene.soft import SoftMesh, SoftSource, SoftSurface, has_soft
from synth_ros.types import FloatArray, Tubes

# The radius of a slot that shows nothing: no frustum reaches it.
_NOWHERE = -np.inf


class SoftSlot(NamedTuple):
    """Something that is drawn with one command: a mesh, or one capsule of a cable or tendon.

    Attributes:
        surface: Its surface id.
        family: How it is drawn.
        look: What it looks like.
        shape: Triangles whose vertices come with each state; ``None`` for a capsule.
    """

    surface: int
    family: Literal['mesh', 'capsule']
    look: Look
    shape: Shape | None


class Bent(NamedTuple):
    """All soft slots at one instant.

    Attributes:
        rotation: World from slot, (n, 3, 3).
        position_m: Origin, (n, 3).
        radius_m: Of a ball about the origin that holds it, (n,); -inf for one that is not used.
        extent: Sizes of the slot, (n, 4), float32.
        vertices: Of all meshes, one after another, in their slots' frames, ``VERTEX``.
    """

    rotation: FloatArray
    position_m: FloatArray
    radius_m: FloatArray
    extent: NDArray[np.float32]
    vertices: NDArray[np.void]


class Deformables:
    """The soft surfaces of a model that are drawn.

    Args:
        model: The model; only read.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._source = SoftSource(model) if has_soft(model) else None
        self._counts: dict[int, int] = {}
        self.slots: list[SoftSlot] = []
        if self._source is None:
            return
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        forms = self._source.forms(data)
        for number, (surface, form) in enumerate(zip(self._source.surfaces, forms, strict=True)):
            if form is not None:
                self.slots += _slots(model, surface, form, surface_id=model.ngeom + number)
                self._counts[number] = _size(form) if isinstance(form, SoftMesh) else surface.tubes

    def bent(self, data: mujoco.MjData) -> Bent:
        """Where everything is now.

        Args:
            data: The state; kinematics must be current.

        Raises:
            InternalError: MuJoCo makes more of a surface than when the model was loaded.
        """
        count = len(self.slots)
        bent = Bent(
            np.tile(np.eye(3), (count, 1, 1)),
            np.zeros((count, 3)),
            np.full(count, _NOWHERE),
            np.ones((count, 4), np.float32),
            np.zeros(sum(len(s.shape.vertices) for s in self.slots if s.shape), VERTEX),
        )
        slot = vertex = 0
        forms = self._source.forms(data) if self._source else ()
        for number, form in enumerate(forms):
            if form is None:
                continue
            planned = self._counts[number]
            if _size(form) > planned or (isinstance(form, SoftMesh) and _size(form) != planned):
                raise InternalError(
                    f'Soft surface {number} has {_size(form)} elements, not {planned} as planned.'
                )
            if isinstance(form, SoftMesh):
                _place_mesh(bent, form, slot=slot, vertex=vertex)
                slot, vertex = slot + 1, vertex + planned
            else:
                _place_tubes(bent, form, slot=slot)
                slot += planned
        return bent


def _slots(
    model: mujoco.MjModel, surface: SoftSurface, form: SoftMesh | Tubes, *, surface_id: int
) -> list[SoftSlot]:
    painted = look(model, surface.material, surface.rgba)
    if isinstance(form, Tubes):
        # MuJoCo wraps textures about capsules; along a cable they would begin anew at each.
        slot = SoftSlot(surface_id, 'capsule', painted._replace(layers=Layers()), None)
        return [slot] * surface.tubes
    if form.uv is None:
        painted = painted._replace(layers=Layers())
    shape = Shape(
        np.zeros(len(form.vertices_m), VERTEX),
        form.faces.astype(np.uint32),
        has_uv=form.uv is not None,
    )
    return [SoftSlot(surface_id, 'mesh', painted, shape)]


def _size(form: SoftMesh | Tubes) -> int:
    return len(form.vertices_m if isinstance(form, SoftMesh) else form.radius_m)


def _place_mesh(bent: Bent, form: SoftMesh, *, slot: int, vertex: int) -> None:
    exact = form.vertices_m.astype(np.float64)
    # Small numbers keep their digits wherever in the world the cloth hangs.
    middle = (exact.min(axis=0) + exact.max(axis=0)) / 2
    local = exact - middle
    bent.position_m[slot] = middle
    bent.radius_m[slot] = np.sqrt((local**2).sum(axis=1).max())
    mine = bent.vertices[vertex : vertex + len(local)]
    mine['position'] = local
    mine['normal'] = form.normals
    if form.uv is not None:
        mine['uv'] = form.uv


def _place_tubes(bent: Bent, tubes: Tubes, *, slot: int) -> None:
    mine = slice(slot, slot + len(tubes.radius_m))
    bent.rotation[mine], bent.position_m[mine] = tubes.rotation, tubes.center_m
    bent.radius_m[mine] = tubes.half_m + tubes.radius_m
    bent.extent[mine, 0] = tubes.radius_m
    bent.extent[mine, 1] = tubes.half_m

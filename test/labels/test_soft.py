"""What bends: exact normals, and points that go with their triangle or capsule."""

from __future__ import annotations

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from synth_ros.errors import InternalError
from synth_ros.geometry.camera import pixel_rays
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.flow import flow
from synth_ros.labels.normals import surface_normals
from synth_ros.labels.soft_motion import soft_points
from synth_ros.scene.soft import SoftSource
from synth_ros.scene.surfaces import GeomOwners, surfaces_and_meshes, world_from_geom
from synth_ros.sim.rays import camera_rays, cast_as_drawn, model_for_rays
from synth_ros.types import (
    NO_MESH,
    CameraModel,
    FlowState,
    Frame,
    SceneGeometry,
    SceneState,
    SoftShape,
    Surface,
    Thing,
    TriangleMesh,
    Tubes,
)

CAMERA = CameraModel('eye', 80, 60, 90.0, 92.0, 38.0, 31.0)
_EDGE = '<edge equality="true"/><contact selfcollide="none"/>'
_MODEL = f"""<mujoco><worldbody>
  <geom type="box" size="2 2 .01" pos="0 0 -.3"/>
  <flexcomp name="cloth" type="grid" dim="2" count="6 6 1" spacing=".05 .05 .05" pos="-.15 0 0"
      radius=".005" mass=".1">{_EDGE}</flexcomp>
  <flexcomp name="cable" type="grid" dim="1" count="7 1 1" spacing=".06 .05 .05" pos=".1 .25 .05"
      radius=".02" mass=".1">{_EDGE}</flexcomp>
  <site name="a" pos=".05 -.2 .1"/><site name="b" pos=".35 -.1 .1"/>
</worldbody>
<tendon><spatial name="rope" width=".015"><site site="a"/><site site="b"/></spatial></tendon>
</mujoco>"""
CLOTH, CABLE, ROPE = 1, 2, 3


class Scene:
    """A model whose vertices are moved about, and rays into it."""

    def __init__(self) -> None:
        self.model = mujoco.MjModel.from_xml_string(_MODEL)
        none = np.zeros(self.model.ngeom, np.int32)
        surfaces, meshes = surfaces_and_meshes(self.model, GeomOwners(none, none, none))
        soft = [Surface('soft', (0.0, 0.0, 0.0), NO_MESH, 0, 0, 0, drawn=True)] * 3
        world = (Thing('environment', 'world'),)
        self.geometry = SceneGeometry(world, (*surfaces, *soft), meshes)

    def at(self, seed: int) -> mujoco.MjData:
        data = mujoco.MjData(self.model)
        data.qpos[:] = np.random.default_rng(seed).uniform(-0.01, 0.01, self.model.nq)
        mujoco.mj_forward(self.model, data)
        return data

    def frame(
        self, data: mujoco.MjData, world_from_camera: np.ndarray
    ) -> tuple[Frame, np.ndarray]:
        """What rays see, and the normals that they meet in the optical frame."""
        v, u = (np.ravel(a).astype(float) for a in np.mgrid[0 : CAMERA.height, 0 : CAMERA.width])
        origin, ways = camera_rays(CAMERA, world_from_camera, u=u, v=v)
        rays_model = model_for_rays(self.model)
        hits = cast_as_drawn(rays_model, data, origin=origin, directions=ways, clip=(0.02, 50))
        size = (CAMERA.height, CAMERA.width)
        soft = SoftSource(self.model).shapes(data)
        frame = Frame(
            camera=CAMERA,
            stamp_ns=0,
            world_from_camera=world_from_camera,
            rgb=np.zeros((*size, 3), np.uint8),
            depth_m=hits.distance.astype(np.float32).reshape(size),
            instance_id=np.zeros(size, np.int32),
            instances=(),
            silhouettes={},
            geom_id=hits.geom_id.reshape(size),
            scene=SceneState(
                self.geometry,
                world_from_geom(data, soft=3),
                (),
                (),
                np.zeros((0, 3)),
                (),
                soft,
            ),
        )
        return frame, (hits.normal @ world_from_camera[:3, :3]).reshape(*size, 3)


def above(x: float = 0.05, y: float = 0.0, tilt: float = 0.3) -> np.ndarray:
    """A camera that looks down at a tilt."""
    c, s = np.cos(tilt), np.sin(tilt)
    pose = np.eye(4)
    pose[:3, :3] = [[1, 0, 0], [0, -c, s], [0, -s, -c]]
    pose[:3, 3] = (x, y - 0.25, 0.8)
    return pose


@pytest.fixture(scope='module')
def scene() -> Scene:
    return Scene()


def test_normals_are_those_that_rays_meet(scene: Scene) -> None:
    frame, truth = scene.frame(scene.at(1), above())
    found = surface_normals(frame)
    for surface in (CLOTH, CABLE, ROPE):
        mine = frame.geom_id == surface
        assert mine.sum() > 60, surface
        cosine = np.sum(found[mine] * truth[mine], axis=1)
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 0.1, surface
    assert np.linalg.norm(found[frame.depth_m > 0], axis=1) == pytest.approx(1, abs=1e-5)


def test_normals_that_a_renderer_gives_do_not_count_for_cloth(scene: Scene) -> None:
    frame, truth = scene.frame(scene.at(1), above())
    given = truth.astype(np.float32)
    given[frame.geom_id == CLOTH] = (0, 0, -1)
    found = surface_normals(replace(frame, normals=given))
    shown = frame.depth_m > 0
    assert found[shown] == pytest.approx(truth[shown], abs=2e-3)


def test_cloth_flows_with_its_vertices(scene: Scene) -> None:
    """A point's neighbours say where it goes: weights of its triangle, found by least squares."""
    now, then = scene.at(1), scene.at(2)
    frame, _ = scene.frame(now, above())
    other, _ = scene.frame(then, above(0.08, 0.02, 0.33))
    points = soft_points(frame, other)
    here, there = (SoftSource(scene.model).shapes(data)[0].mesh for data in (now, then))
    assert here is not None
    assert there is not None
    pose = frame.world_from_camera
    rows, columns = np.nonzero(frame.geom_id == CLOTH)
    for v, u in list(zip(rows, columns, strict=True))[::17]:
        world = pose[:3, :3] @ (pixel_rays(CAMERA)[v, u] * frame.depth_m[v, u]) + pose[:3, 3]
        corners = here.vertices_m[here.faces]
        # Shares of the corners, and how far the point is off the triangle.
        best, expected = np.inf, None
        for triangle, later in zip(corners, there.vertices_m[there.faces], strict=True):
            system = np.vstack([triangle.T, np.ones(3)])
            shares, *_ = np.linalg.lstsq(system, np.append(world, 1), rcond=None)
            off = np.linalg.norm(shares @ triangle - world) + max(0.0, -shares.min())
            if off < best:
                best, expected = off, shares @ later
        assert best < 1e-5
        seen = (inverse(other.world_from_camera) @ np.append(expected, 1))[:3]
        assert points[v, u] == pytest.approx(seen, abs=2e-5)


def test_what_does_not_move_flows_with_the_camera(scene: Scene) -> None:
    data = scene.at(1)
    frame, _ = scene.frame(data, above())
    other, _ = scene.frame(data, above(0.09, -0.01, 0.28))
    moved = flow(frame, other, scene_flow=True)
    points = pixel_rays(CAMERA) * frame.depth_m[..., None]
    turn = inverse(other.world_from_camera) @ frame.world_from_camera
    there = points @ turn[:3, :3].T + turn[:3, 3]
    shown = frame.depth_m > 0
    assert moved.scene_flow_m is not None
    assert moved.scene_flow_m[shown] == pytest.approx((there - points)[shown], abs=2e-6)
    pixel = np.stack(
        [
            CAMERA.fx * there[..., 0] / there[..., 2] + CAMERA.cx,
            CAMERA.fy * there[..., 1] / there[..., 2] + CAMERA.cy,
        ],
        axis=-1,
    )
    v, u = np.mgrid[0 : CAMERA.height, 0 : CAMERA.width]
    expected = pixel - np.stack([u, v], axis=-1)
    assert moved.flow_px[shown] == pytest.approx(expected[shown], abs=1e-3)
    for surface in (CLOTH, CABLE, ROPE):
        states = moved.state[frame.geom_id == surface]
        assert np.mean(states == FlowState.VISIBLE) > 0.5, surface


def test_a_cable_turns_the_shortest_way(scene: Scene) -> None:
    now, then = scene.at(1), scene.at(2)
    frame, _ = scene.frame(now, above())
    other, _ = scene.frame(then, above())
    points = soft_points(frame, other)
    pose = other.world_from_camera
    tubes = SoftSource(scene.model).shapes(then)[1].tubes
    assert tubes is not None
    mine = frame.geom_id == CABLE
    world = points[mine] @ pose[:3, :3].T + pose[:3, 3]
    apart = world[:, None] - tubes.center_m
    axis = tubes.rotation[:, :, 2]
    along = np.clip(np.einsum('nkc,kc->nk', apart, axis), -tubes.half_m, tubes.half_m)
    off = np.linalg.norm(apart - along[..., None] * axis, axis=2) - tubes.radius_m
    # On the surface of the cable as it is then.
    assert np.abs(off).min(axis=1).max() < 1e-4
    start = pixel_rays(CAMERA)[mine] * frame.depth_m[mine][:, None]
    assert np.linalg.norm(points[mine] - start, axis=1).max() < 0.05


def test_a_tendon_of_another_number_of_pieces_is_lost(scene: Scene) -> None:
    data = scene.at(1)
    frame, _ = scene.frame(data, above())
    other, _ = scene.frame(data, above(0.06))
    assert other.scene is not None
    state = other.scene
    rope = state.soft[2].tubes
    assert rope is not None
    longer = SoftShape(None, Tubes(*(np.concatenate([array, array]) for array in rope)))
    cut = SceneState(
        state.geometry,
        state.world_from_geom,
        (),
        (),
        state.skeleton_world_m,
        (),
        (*state.soft[:2], longer),
    )
    lost = flow(frame, _with_scene(other, cut), scene_flow=True)
    mine = frame.geom_id == ROPE
    assert (lost.state[mine] == FlowState.INVALID).all()
    assert (lost.flow_px[mine] == 0).all()
    assert lost.scene_flow_m is not None
    assert (lost.scene_flow_m[mine] == 0).all()
    assert (lost.state[frame.geom_id == CLOTH] != FlowState.INVALID).all()


def test_a_soft_surface_that_is_not_drawn_has_no_normal(scene: Scene) -> None:
    frame, _ = scene.frame(scene.at(1), above())
    state = frame.scene
    assert state is not None
    hidden = SceneState(
        state.geometry,
        state.world_from_geom,
        (),
        (),
        state.skeleton_world_m,
        (),
        (SoftShape(None, None), *state.soft[1:]),
    )
    with pytest.raises(InternalError, match='not drawn'):
        surface_normals(_with_scene(frame, hidden))


def test_a_surface_knows_its_form() -> None:
    mesh = TriangleMesh(np.zeros((3, 3)), np.array([[0, 1, 2]], np.int32))
    box = Surface('box', (1.0, 1.0, 1.0), NO_MESH, 0, 0, 0, drawn=True)
    soft = Surface('soft', (0.0, 0.0, 0.0), NO_MESH, 0, 0, 0, drawn=True)
    geometry = SceneGeometry((Thing('environment', 'world'),), (box, soft), ())
    shape = SoftShape(mesh, None)
    poses = np.tile(np.eye(4), (2, 1, 1))
    state = SceneState(geometry, poses, (), (), np.zeros((0, 3)), (), (shape,))
    assert state.soft_shape(0) is None
    assert state.soft_shape(1) is shape


def _with_scene(frame: Frame, scene: SceneState) -> Frame:
    return Frame(
        camera=frame.camera,
        stamp_ns=frame.stamp_ns,
        world_from_camera=frame.world_from_camera,
        rgb=frame.rgb,
        depth_m=frame.depth_m,
        instance_id=frame.instance_id,
        instances=(),
        silhouettes={},
        geom_id=frame.geom_id,
        scene=scene,
    )

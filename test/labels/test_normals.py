"""Exact normals: meshes of every make, rays along axes and beside outlines, and layers."""

from dataclasses import replace

import numpy as np
import pytest
from random_scenes import look_down, mesh_asset, odd_camera, plain_scene, subdivided_ball
from surface_truth import angles_deg, caster, make_renderer, pair, picture

from synth_ros.errors import InternalError
from synth_ros.labels.normals import surface_normals
from synth_ros.labels.shape_normals import Rays, shape_normals, towards_camera
from synth_ros.types import (
    NO_MESH,
    CameraModel,
    Frame,
    SceneGeometry,
    SceneState,
    Surface,
    Thing,
    TriangleMesh,
)

_CUBE = [(x, y, z) for z in (-1.0, 1.0) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
_INWARDS = [
    (0, 1, 2), (0, 2, 3), (4, 6, 5), (4, 7, 6), (0, 5, 1), (0, 4, 5),
    (1, 6, 2), (1, 5, 6), (2, 7, 3), (2, 6, 7), (3, 4, 0), (3, 7, 4),
]  # fmt: skip
_BALL = subdivided_ball(0.1, rings=9, slices=11)
_HEIGHTS = ' '.join(f'{z:.3f}' for z in np.random.default_rng(0).uniform(0, 1, 30))
_PLANES = """
<geom type="plane" size="1 1 .1"/>
<geom type="plane" size=".2 .1 .1" pos="0 0 .3" euler="12 20 0"/>
"""
_MIRRORED = """
<geom type="mesh" mesh="a" pos=".2 0 0"/>
<geom type="mesh" mesh="b" pos="-.2 0 0" euler="10 40 60"/>
<geom type="mesh" mesh="c" pos="0 .2 0" euler="10 40 60"/>
"""
_SCALES = {'a': '-1 1 2', 'b': '1 -1.5 -1', 'c': '-1 -1 -1'}
_HILLS = (
    '<geom type="hfield" hfield="hills" euler="10 20 30"/>',
    f'<hfield name="hills" nrow="5" ncol="6" size=".3 .2 .2 .05" elevation="{_HEIGHTS}"/>',
)
SPECIAL = {
    'planes': (_PLANES, ''),
    'endless plane': ('<geom type="plane" size="0 0 .1"/>', ''),
    'mirrored meshes': (
        _MIRRORED,
        ''.join(mesh_asset(k, *_BALL, more=f'scale="{scale}"') for k, scale in _SCALES.items()),
    ),
    # Twelve large triangles around the camera, most of them partly behind it.
    'room': (
        '<geom type="mesh" mesh="room" pos=".1 .2 .3"/>',
        mesh_asset('room', _CUBE, _INWARDS, more='inertia="shell"'),
    ),
}


@pytest.fixture(scope='module', params=['classic', 'filament', 'onepass'])
def renderer(request):
    with make_renderer(request.param) as made:
        yield made


@pytest.fixture(scope='module')
def classic():
    with make_renderer('classic') as made:
        yield made


def _worst_deg(renderer, seed, *, body, assets):
    """Largest angle to the normal that the ray finds, where both show the same geom."""
    rng = np.random.default_rng(seed)
    camera, pose = odd_camera(rng, (97, 73)), look_down(rng)
    scene = plain_scene(body, assets=assets, camera=camera, world_from_camera=pose)
    renderer.load(scene.model)
    frame = picture(scene, renderer)
    cast, truth = caster(scene).image_surface()
    shown = (frame.geom_id == cast.geom_id) & (cast.geom_id >= 0)
    assert shown.sum() > 1000
    return angles_deg(surface_normals(frame), truth)[shown].max()


@pytest.mark.parametrize('seed', range(2))
@pytest.mark.parametrize('kind', SPECIAL)
def test_special_surfaces_agree_with_rays(renderer, kind, seed):
    body, assets = SPECIAL[kind]

    assert _worst_deg(renderer, seed, body=body, assets=assets) < 1e-3


@pytest.mark.parametrize('seed', range(2))
def test_height_fields_agree_with_rays(classic, seed):
    """Of MuJoCo's OpenGL renderer: Filament draws other heights near the rim."""
    body, assets = _HILLS

    assert _worst_deg(classic, seed, body=body, assets=assets) < 1e-3


def test_normals_are_unit_and_on_the_cameras_side(renderer):
    frame = pair(11, renderer).before.frame
    camera = frame.camera

    normals = surface_normals(frame)

    there = frame.depth_m > 0
    u, v = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    rays = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1 + 0 * u], -1)
    assert np.linalg.norm(normals, axis=2)[there] == pytest.approx(1, abs=1e-6)
    assert (normals * rays).sum(axis=2)[there].max() < 1e-6
    assert there.all() or not normals[~there].any()
    assert normals.dtype == np.float32
    assert not normals.flags.writeable


def test_pixels_without_surface_have_no_normal(renderer):
    found = pair(12, renderer).before.frame
    ids, depth = found.geom_id.copy(), found.depth_m.copy()
    ids[:20], depth[:20] = -1, 0

    normals = surface_normals(replace(found, geom_id=ids, depth_m=depth))

    assert not normals[:20].any()
    assert np.array_equal(normals[20:], surface_normals(found)[20:])


def _surface(shape, size_m):
    return Surface(shape, size_m, NO_MESH, 0, 0, 0, drawn=True)


@pytest.mark.parametrize('shape', ['box', 'cylinder', 'capsule', 'ellipsoid', 'sphere'])
@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_rays_along_an_axis(shape, sign):
    surface = _surface(shape, (0.1, 0.2, 0.3))
    for axis in range(2 if shape in {'cylinder', 'capsule'} else 0, 3):
        direction = np.zeros((1, 3))
        direction[0, axis] = -sign
        origin = np.zeros(3)
        origin[axis] = 2 * sign

        normal = shape_normals(surface, Rays(origin, direction))

        assert normal == pytest.approx(-direction)


@pytest.mark.parametrize('miss_m', [1e-9, 1e-4])
def test_rays_that_just_miss_a_round_shape_graze_it(miss_m):
    rng = np.random.default_rng(4)
    for shape, size_m in {
        'sphere': (0.1, 0, 0),
        'capsule': (0.1, 0.2, 0),
        'cylinder': (0.1, 0.2, 0),
    }.items():
        # Past the middle of the shape, across its axis.
        turn = rng.uniform(0, 6)
        outwards = np.array([np.cos(turn), np.sin(turn), 0])
        along = np.array([-np.sin(turn), np.cos(turn), 0])
        origin = (0.1 + miss_m) * outwards - along

        normal = shape_normals(_surface(shape, size_m), Rays(origin, along[None]))

        assert normal == pytest.approx(outwards[None], abs=1e-9)


def test_a_ray_that_just_misses_an_ellipsoid_grazes_it():
    origin, along = np.array([-1.0, 0, 0.3001]), np.array([[1.0, 0, 0]])

    normal = shape_normals(_surface('ellipsoid', (0.1, 0.2, 0.3)), Rays(origin, along))

    assert normal == pytest.approx(np.array([[0, 0, 1.0]]), abs=1e-9)


def test_normals_that_look_away_are_turned():
    normals = towards_camera(np.array([[0, 0, 1.0], [0, 0, -1]]), np.array([[0, 0.1, 1]] * 2))

    assert normals[:, 2].tolist() == [-1, -1]


def _two_layers(depth_m):
    """Two panels that face the camera in one mesh, at 1 m straight and at 2 m tilted."""
    near = [(-9.0, -9.0, 1.0), (-9.0, 9.0, 1.0), (9.0, 9.0, 1.0), (9.0, -9.0, 1.0)]
    far = [(x, y, 2 + 0.5 * x) for x, y, _ in near]
    faces = [(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)]
    mesh = TriangleMesh(np.array(near + far), np.array(faces, np.int32))
    return _frame(Surface('mesh', (0, 0, 0), 0, 0, 0, 0, drawn=True), depth_m, meshes=(mesh,))


def _frame(surface, depth_m, *, meshes=()):
    height, width = depth_m.shape
    geometry = SceneGeometry((Thing('environment', 'world'),), (surface,), meshes)
    pose = np.eye(4)[None].copy()
    return Frame(
        camera=CameraModel('eye', width, height, 20.0, 20.0, (width - 1) / 2, (height - 1) / 2),
        stamp_ns=0,
        world_from_camera=np.eye(4),
        rgb=np.zeros((height, width, 3), np.uint8),
        depth_m=depth_m.astype(np.float32),
        instance_id=np.zeros((height, width), np.int32),
        instances=(),
        geom_id=np.zeros((height, width), np.int32),
        scene=SceneState(geometry, pose, (), (), np.zeros((0, 3)), ()),
    )


@pytest.mark.parametrize(('far', 'expected'), [(False, (0, 0, -1)), (True, (0.5, 0, -1))])
def test_depth_tells_which_layer_of_a_mesh_a_pixel_shows(far, expected):
    x = (np.arange(5) - 2) / 20
    depth = np.tile(2 / (1 - 0.5 * x) if far else np.ones(5), (3, 1))

    normals = surface_normals(_two_layers(depth))

    unit = np.array(expected) / np.linalg.norm(expected)
    assert normals == pytest.approx(np.broadcast_to(unit, (3, 5, 3)), abs=1e-6)


@pytest.mark.parametrize(
    ('beyond_px', 'found'), [(0.003, True), (0.1, True), (1.5, True), (9, False)]
)
def test_a_pixel_beside_its_mesh_takes_the_nearest_facet(beyond_px, found):
    """Rasterizers move outlines; a facet is looked for ever farther, but not everywhere."""
    right = -beyond_px / 20
    corners = [(-9.0, -9.0, 1.0), (-9.0, 9.0, 1.0), (right, 9.0, 1.0), (right, -9.0, 1.0)]
    mesh = TriangleMesh(np.array(corners), np.array([(0, 1, 2), (0, 2, 3)], np.int32))
    depth = np.zeros((3, 25))
    depth[:, 12] = 1
    surface = Surface('mesh', (0, 0, 0), 0, 0, 0, 0, drawn=True)

    normals = surface_normals(_frame(surface, depth, meshes=(mesh,)))

    assert normals[1, 12].tolist() == ([0, 0, -1] if found else [0, 0, 0])


def test_back_faces_are_never_shown():
    mesh = TriangleMesh(
        np.array([(-9.0, -9.0, 1.0), (-9.0, 9.0, 1.0), (9.0, 0.0, 1.0)]),
        np.array([(0, 2, 1)], np.int32),
    )
    surface = Surface('mesh', (0, 0, 0), 0, 0, 0, 0, drawn=True)

    normals = surface_normals(_frame(surface, np.ones((3, 5)), meshes=(mesh,)))

    assert not normals.any()


def test_a_frame_without_its_scene_is_refused(classic):
    frame = replace(pair(1, classic).before.frame, scene=None)

    with pytest.raises(InternalError, match='without its scene'):
        surface_normals(frame)


def test_a_shape_that_nobody_draws_is_refused():
    with pytest.raises(InternalError, match="shape 'other', without a normal"):
        surface_normals(_frame(_surface('other', (1, 1, 1)), np.ones((2, 2))))

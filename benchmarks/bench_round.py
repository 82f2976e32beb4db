"""Round shapes met by rays against the same shapes as polygons: time and truth.

The one-pass renderer draws a box around a sphere, capsule, cylinder or ellipsoid and meets the
exact shape with the pixel's ray. Here the same shapes stand beside as meshes of 128 slices and 64
stacks (what the classic renderer is set to) and of 32 and 16, drawn by the same renderer, in turn.

    python benchmarks/bench_round.py [--rounds 15] [--objects 40]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

os.environ.setdefault('MUJOCO_GL', 'egl')

import mujoco
import numpy as np
from common import alternate, machine, ratio

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.geometry.transforms import make_transform
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer

RADIUS_M = 0.05
EXACT, FINE, COARSE = 'met by rays', '128 x 64 polygons', '32 x 16 polygons'
SLICES = {FINE: (128, 64), COARSE: (32, 16)}


def sphere_mesh(slices: int, stacks: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and faces of a sphere."""
    latitude = np.linspace(0, np.pi, stacks + 1)
    longitude = np.linspace(0, 2 * np.pi, slices, endpoint=False)
    a, b = np.meshgrid(latitude, longitude, indexing='ij')
    ring = RADIUS_M * np.stack([np.sin(a) * np.cos(b), np.sin(a) * np.sin(b), np.cos(a)], -1)
    number = np.arange((stacks + 1) * slices).reshape(stacks + 1, slices)
    left, right = number, np.roll(number, -1, axis=1)
    quads = np.stack([left[:-1], left[1:], right[1:], right[:-1]], -1).reshape(-1, 4)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return ring.reshape(-1, 3), faces


def scene(count: int, mesh: tuple[int, int] | None) -> mujoco.MjModel:
    """Balls in rows over a floor, as primitives or as meshes."""
    spec = mujoco.MjSpec()
    spec.worldbody.add_light(pos=[0, -0.5, 2], dir=[0, 0.25, -1])
    spec.worldbody.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX, size=[1, 1, 0.01], pos=[0, 0, -0.06], rgba=[0.6] * 3 + [1]
    )
    if mesh:
        vertices, faces = sphere_mesh(*mesh)
        spec.add_mesh(name='ball', uservert=vertices.ravel(), userface=faces.ravel())
    for i in range(count):
        place = [(i % 8 - 3.5) * 0.13, (i // 8 - 2) * 0.13, 0.0]
        geom = spec.worldbody.add_geom(pos=place, rgba=[0.7, 0.3, 0.2, 1])
        geom.type = mujoco.mjtGeom.mjGEOM_MESH if mesh else mujoco.mjtGeom.mjGEOM_SPHERE
        if mesh:
            geom.meshname = 'ball'
        else:
            geom.size = [RADIUS_M, 0, 0]
    return spec.compile()


def viewpoint() -> Viewpoint:
    """From above and aside."""
    forward = np.array([0.0, 0.7, -0.7]) / np.hypot(0.7, 0.7)
    right = np.array([1.0, 0, 0])
    turn = np.stack([right, np.cross(forward, right), forward], 1)
    camera = camera_from_fovy('eye', (640, 480), fovy_rad=0.8)
    return Viewpoint(camera, make_transform(turn, (0, -0.9, 0.85)))


def error(seen: Layers, truth: Layers) -> str:
    """Pixels with another id, and depth along the rays to round surfaces."""
    other = int((seen.geom_id != truth.geom_id).sum())
    same = (seen.geom_id == truth.geom_id) & (truth.geom_id > 0)
    depth_mm = 1000 * np.abs(seen.depth_m - truth.depth_m)[same]
    middle, worst = np.median(depth_mm), depth_mm.max()
    return f'{other} ids differ; depth median {middle:.2g}, worst {worst:.2g} mm'


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--objects', type=int, default=40)
    options = parser.parse_args()
    view = viewpoint()
    ways = {EXACT: None, **SLICES}
    models = {name: scene(options.objects, mesh) for name, mesh in ways.items()}
    data = {name: mujoco.MjData(model) for name, model in models.items()}
    for name, model in models.items():
        mujoco.mj_forward(model, data[name])
    with RaycastRenderer() as rays:
        rays.load(models[EXACT])
        truth = rays.render(data[EXACT], view)
    config = RenderConfig(shadow_size=0, samples=0)
    renderers = {name: OnepassRenderer(config) for name in ways}
    for name, renderer in renderers.items():
        renderer.load(models[name])
    bodies = {name: lambda n=name: renderers[n].render(data[n], view) for name in ways}
    times = alternate(bodies, options.rounds, clock=time.process_time)
    print(f'{machine()}; {renderers[EXACT].device}')
    print(f'{options.objects} balls, 640x480, no shadows, no antialiasing; processor time')
    for name in ways:
        low, middle, high = ratio(times, name, EXACT)
        seen = renderers[name].render(data[name], view)
        print(
            f'{name:<18} {1000 * statistics.median(times[name]):6.1f} ms, '
            f'{middle:.2f} ({low:.2f} to {high:.2f}) of the exact one; {error(seen, truth)}'
        )
    for renderer in renderers.values():
        renderer.close()


if __name__ == '__main__':
    main()

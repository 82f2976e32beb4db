"""pybullet: colour, depth and ids of one ``getCameraImage``; TinyRenderer, or its EGL plugin."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from protocol import Channel

channel = Channel()

import pkgutil

import numpy as np
import pybullet as pb
from peer_scene import LIGHT, PeerScene, world_from_camera

NEAR_M, FAR_M = 0.01, 10.0


def main() -> None:
    """Serve frames."""
    scene = PeerScene(str(channel.options['scene']))
    shadows = int(bool(channel.options['shadows']))
    pb.connect(pb.DIRECT)
    renderer = pb.ER_TINY_RENDERER
    if channel.options.get('egl'):
        found = pkgutil.get_loader('eglRenderer')
        if found is None or pb.loadPlugin(found.get_filename(), '_eglRendererPlugin') < 0:
            sys.exit('the EGL plugin does not load')
        renderer = pb.ER_BULLET_HARDWARE_OPENGL
    for part in scene.parts:
        shape = pb.createVisualShape(
            pb.GEOM_MESH,
            fileName=str(scene.folder / part['mesh']),
            meshScale=[part['scale']] * 3,
        )
        w, x, y, z = part['quat_wxyz']
        body = pb.createMultiBody(0, -1, shape, part['position'], [x, y, z, w])
        if part['texture']:
            texture = pb.loadTexture(str(scene.folder / part['texture']))
            pb.changeVisualShape(body, -1, textureUniqueId=texture)
    size = scene.width, scene.height
    projection = pb.computeProjectionMatrixFOV(
        scene.fovy_deg, scene.width / scene.height, NEAR_M, FAR_M
    )
    views = scene.endless_views()

    def frames(count: int) -> None:
        for _ in range(count):
            view = np.linalg.inv(world_from_camera(next(views))).T.ravel().tolist()
            _, _, rgba, raw, ids = pb.getCameraImage(
                *size,
                view,
                projection,
                lightDirection=LIGHT,
                shadow=shadows,
                renderer=renderer,
            )
            depth = FAR_M * NEAR_M / (FAR_M - (FAR_M - NEAR_M) * np.asarray(raw))
            assert np.asarray(ids).max() > 0
            assert depth.shape == np.asarray(rgba).shape[:2]

    channel.serve(frames, device='TinyRenderer' if not channel.options.get('egl') else 'EGL')


main()

"""pyrender: a pass for colour and depth, another for ids."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ['PYOPENGL_PLATFORM'] = 'egl'
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from protocol import Channel

channel = Channel()

import math

import numpy as np
import pyrender
import trimesh
from peer_scene import LIGHT, PeerScene, rotation_matrix, world_from_camera


def main() -> None:
    """Serve frames."""
    peer = PeerScene(str(channel.options['scene']))
    scene = pyrender.Scene(ambient_light=[0.3] * 3)
    colours = {}
    for part in peer.parts:
        loaded = trimesh.load(peer.folder / part['mesh'], process=False, force='mesh')
        pose = np.eye(4)
        pose[:3, :3] = rotation_matrix(part['quat_wxyz']) * part['scale']
        pose[:3, 3] = part['position']
        node = scene.add(pyrender.Mesh.from_trimesh(loaded, smooth=True), pose=pose)
        colours[node] = (part['id'], 0, 0)
    light_pose = np.eye(4)
    z = np.array(LIGHT) / np.linalg.norm(LIGHT)
    x = np.cross([0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    light_pose[:3, :3] = np.stack([x, np.cross(z, x), z], 1)
    light_pose[:3, 3] = LIGHT
    light = pyrender.SpotLight(
        intensity=20.0, innerConeAngle=math.pi / 6, outerConeAngle=math.pi / 4
    )
    scene.add(light, pose=light_pose)
    camera = scene.add(pyrender.PerspectiveCamera(math.radians(peer.fovy_deg), znear=0.01))
    renderer = pyrender.OffscreenRenderer(peer.width, peer.height)
    flags = pyrender.RenderFlags.NONE
    if channel.options['shadows']:
        flags |= pyrender.RenderFlags.SHADOWS_SPOT
    views = peer.endless_views()

    def frames(count: int) -> None:
        for _ in range(count):
            scene.set_pose(camera, world_from_camera(next(views)))
            _, depth = renderer.render(scene, flags)
            ids, _ = renderer.render(scene, pyrender.RenderFlags.SEG, seg_node_map=colours)
            assert ids.max() > 0
            assert depth.max() > 0

    channel.serve(frames, device='OpenGL through EGL')


main()

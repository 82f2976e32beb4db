"""Genesis on the processor with its rasterizer: colour, depth and segmentation of one call."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ['PYOPENGL_PLATFORM'] = 'egl'
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from protocol import Channel

channel = Channel()

import genesis as gs
from peer_scene import LIGHT, PeerScene, world_from_camera


def main() -> None:
    """Serve frames."""
    peer = PeerScene(str(channel.options['scene']))
    gs.init(backend=gs.cpu, logging_level='error')
    scene = gs.Scene(
        show_viewer=False,
        renderer=gs.renderers.Rasterizer(),
        vis_options=gs.options.VisOptions(
            shadow=bool(channel.options['shadows']),
            plane_reflection=False,
            lights=[
                {
                    'type': 'directional',
                    'dir': tuple(-v for v in LIGHT),
                    'color': (1.0, 1.0, 1.0),
                    'intensity': 5.0,
                }
            ],
        ),
    )
    for part in peer.parts:
        scene.add_entity(
            gs.morphs.Mesh(
                file=str(peer.folder / part['mesh']),
                scale=part['scale'],
                pos=tuple(part['position']),
                quat=tuple(part['quat_wxyz']),
                fixed=True,
                collision=False,
            )
        )
    camera = scene.add_camera(res=(peer.width, peer.height), fov=peer.fovy_deg, GUI=False)
    scene.build()
    views = peer.endless_views()

    def frames(count: int) -> None:
        for _ in range(count):
            camera.set_pose(transform=world_from_camera(next(views)))
            _, depth, ids, _ = camera.render(rgb=True, depth=True, segmentation=True)
            assert ids.max() > 0
            assert depth.max() > 0

    channel.serve(frames, device='OpenGL through EGL')


main()

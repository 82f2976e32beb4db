"""dm_control: ``physics.render`` for colour, for depth and for segmentation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ['MUJOCO_GL'] = 'egl'
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from protocol import Channel

channel = Channel()

from dm_control import mujoco
from peer_scene import LIGHT, PeerScene


def main() -> None:
    """Serve frames."""
    peer = PeerScene(str(channel.options['scene']))
    model = peer.folder / 'peers.xml'
    model.write_text(_model(peer, shadows=bool(channel.options['shadows'])), encoding='utf-8')
    physics = mujoco.Physics.from_xml_path(str(model))
    views = peer.endless_views()
    look = {'height': peer.height, 'width': peer.width, 'camera_id': 'eye'}

    def frames(count: int) -> None:
        for _ in range(count):
            view = next(views)
            physics.data.mocap_pos[0] = view['position']
            physics.data.mocap_quat[0] = view['quat_wxyz']
            physics.forward()
            physics.render(**look)
            physics.render(**look, depth=True)
            ids = physics.render(**look, segmentation=True)
            assert ids.max() > 0

    channel.serve(frames, device='OpenGL through EGL')


def _model(peer: PeerScene, *, shadows: bool) -> str:
    """The scene in MuJoCo's format: the same meshes, a lamp with shadows and one without."""
    assets, geoms = [], []
    for number, part in enumerate(peer.parts):
        scale = ' '.join([str(part['scale'])] * 3)
        assets.append(f'<mesh name="m{number}" file="{part["mesh"]}" scale="{scale}"/>')
        look = 'rgba="0.5 0.4 0.3 1"'
        if part['texture']:
            assets.append(f'<texture name="t{number}" type="2d" file="{part["texture"]}"/>')
            assets.append(f'<material name="t{number}" texture="t{number}" specular="0.3"/>')
            look = f'material="t{number}"'
        place = ' '.join(map(str, part['position']))
        turn = ' '.join(map(str, part['quat_wxyz']))
        geoms.append(f'<geom type="mesh" mesh="m{number}" pos="{place}" quat="{turn}" {look}/>')
    lamp = ' '.join(map(str, LIGHT))
    aim = ' '.join(str(-v) for v in LIGHT)
    cast = str(shadows).lower()
    return f"""<mujoco>
  <visual><quality shadowsize="4096" offsamples="4"/>
    <global offwidth="{peer.width}" offheight="{peer.height}"/></visual>
  <asset>{''.join(assets)}</asset>
  <worldbody>
    <light pos="{lamp}" dir="{aim}" cutoff="60" castshadow="{cast}"/>
    <light pos="-1 1 2" dir="1 -1 -2" cutoff="60" castshadow="false"/>
    {''.join(geoms)}
    <body mocap="true"><camera name="eye" fovy="{peer.fovy_deg}"/></body>
  </worldbody>
</mujoco>
"""


main()

"""Two thousand objects in one scene: every id is right, from the draw to the labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synth_ros.config.load import load_config_text
from synth_ros.config.render import RenderConfig
from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import capture, check_scene
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams
from synth_ros.render.classic import ClassicRenderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.world import World

BOT = '<mujoco><worldbody><body name="base"><geom size=".02"/></body></worldbody></mujoco>'
CONFIG = """
robot: {model: bot.xml}
cameras:
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 3.7], look_at_m: [0.8, 0.001, 0.7]}
    intrinsics: {fx: 300.0, fy: 300.0, cx: 109.5, cy: 89.5}
    width: 220
    height: 180
environment: {model: 'builtin://table'}
objects:
  count: [2000, 2000]
  scale: [1.0, 1.0]
  classes:
    - {name: brick, primitives: [{shape: box, size_m: [0.03, 0.03, 0.001]}]}
    - {name: tile, primitives: [{shape: box, size_m: [0.03, 0.03, 0.001]}]}
labels: {min_pixels: 4, everything: true}
"""


def test_two_thousand_objects(tmp_path: Path) -> None:
    (tmp_path / 'bot.xml').write_text(BOT)
    loaded = load_config_text(CONFIG, base_dir=tmp_path)
    builder = SceneBuilder(loaded)
    scene = builder.build(sample_scene(loaded.config, builder.inventory, streams=Streams(0, 0)))
    check_scene(scene)
    # Classic MuJoCo renders up to a thousand materials.
    assert scene.model.nmat < 10
    world = World(scene, loaded.config.robot)
    qpos = world.data.qpos.copy()
    for k, part in enumerate(scene.objects):
        at = part.qpos_address
        # A carpet of 50 by 40 above the table, 4 cm apart.
        x, y = 0.8 + (k % 50 - 24.5) * 0.04, (k // 50 - 19.5) * 0.04
        qpos[at : at + 7] = (x, y, 0.9, 1, 0, 0, 0)
    world.set_objects(qpos)
    config = RenderConfig(shadow_size=512, samples=0)
    with ClassicRenderer(config, (220, 180)) as renderer:
        renderer.load(scene.model)
        frame = capture(world, renderer, scene.cameras[0])
    assert np.unique(frame.instance_id).tolist() == list(range(2001))
    labels = annotate(frame, loaded.config.labels)
    assert [item.instance.instance_id for item in labels.instances] == list(range(1, 2001))
    assert frame.scene is not None
    things = frame.scene.geometry.things
    assert [thing.instance_id for thing in things[:2000]] == list(range(1, 2001))
    camera_from_world = np.linalg.inv(frame.world_from_camera)
    for item in labels.instances:
        centre = camera_from_world @ item.instance.world_from_object[:, 3]
        u = 300 * centre[0] / centre[2] + 109.5
        v = 300 * centre[1] / centre[2] + 89.5
        assert frame.instance_id[round(v), round(u)] == item.instance.instance_id
        assert item.visibility == 1

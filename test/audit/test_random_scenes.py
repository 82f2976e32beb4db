"""A hundred drawn scenes with both renderers: every bound holds."""

import pytest
from audit_subjects import ROBOT, knowing
from planting import audited, told

from synth_ros.pipeline.generate import GenerateRequest, generate

CONFIG = """
seed: {seed}
robot: {{model: bot.xml}}
cameras:
  - name: left
    mount: {{link: world, position_m: [0.5, 0.6, 1.5], look_at_m: [0.75, 0.05, 0.74]}}
    intrinsics: {{fx: 110.0, fy: 124.0, cx: 31.3, cy: 40.7}}
    width: 96
    height: 72
environment: {{model: 'builtin://table'}}
objects:
  count: [4, 8]
  scale: [0.7, 1.2]
  placement: {{upright_probability: 0.5}}
  classes:
    - {{name: ball, primitives: [{{shape: sphere, size_m: [0.09, 0.09, 0.09]}}]}}
    - {{name: brick, primitives: [{{shape: box, size_m: [0.14, 0.08, 0.06]}}]}}
    - {{name: tin, primitives: [{{shape: cylinder, size_m: [0.08, 0.08, 0.12]}}]}}
    - {{name: pill, primitives: [{{shape: capsule, size_m: [0.05, 0.05, 0.14]}}]}}
    - {{name: mug}}
    - {{name: hammer}}
    - {{name: banana}}
randomization:
  robot: {{joints: {{pan: [-0.3, 0.3], nod: [-0.5, 0.5]}}}}
  cameras: {{position_m: 0.05, rotation_deg: 6.0}}
  sensor: {{rgb_noise: 2.0, depth_noise_m: 0.001, depth_dropout: 0.01}}
labels: {{everything: true, min_pixels: 16}}
render: {{backend: {backend}, shadow_size: 256, samples: 0}}
output:
  dataset: {{episodes: {episodes}, views_per_episode: 2, motion: sequence}}
  live: {{rate_hz: 10.0, view_period_s: 0.3}}
"""

BOUNDS = {
    # What is asked of the labels: figure, worst, median.
    'rays.ids': (0, None),
    'rays.box': (0, None),
    'rays.depth_flat': (1.0, 0.1),
    'keypoint.pixel': (0.05, None),
    'box3d.outline': (0.05, None),
    'flow.pixels': (0.05, 0.02),
    'rays.normals': (3.0, 0.1),
    'pose.roads': (0.01, None),
    'scene.box3d': (0.01, None),
}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize('backend', ['classic', 'filament', 'onepass'])
@pytest.mark.parametrize('seed', [1, 2])
def test_bounds_hold_in_random_scenes(tmp_path, backend, seed):
    """Four times 25 scenes: off-centre cameras, primitives, meshes, robot and objects move."""
    (tmp_path / 'bot.xml').write_text(ROBOT)
    config = tmp_path / 'config.yaml'
    config.write_text(CONFIG.format(seed=seed, backend=backend, episodes=25))
    generate(GenerateRequest(config, tmp_path / 'dataset'), lambda progress: None)
    with knowing(config) as oracle:
        result = audited(tmp_path / 'dataset', oracle=oracle)
    broken = {row.name: row.broken for row in result.rows if row.broken}
    if backend == 'filament':
        # A pixel whose corner shows a facet from its edge may get a depth before all of it.
        assert broken.pop('box3d.points', 0) <= 2
    assert not broken, told(result)
    assert not result.problems
    assert len(result.frames) == 50
    rows = {row.name: row for row in result.rows}
    for name, (worst, median) in BOUNDS.items():
        assert rows[name].worst.worst <= worst, name
        assert median is None or rows[name].median < median, name
        assert rows[name].frames >= 30, name

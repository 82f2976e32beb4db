"""A simulated sequence, rendered and labelled, in every format that masks or packs frames."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from format_driver import write_all
from rendered_samples import render
from small_robot import ROBOT as SMALL

from synth_ros.writers.formats.base import LossTally
from synth_ros.writers.formats.registry import is_packed, make_format

ROBOT = SMALL.replace(
    '<joint name="pan" axis="0 0 1" range="-1 1"/>',
    '<joint name="pan" axis="0 0 1" range="-1 1"/>\n'
    '        <joint name="tilt" axis="0 1 0" range="-.2 .2"/>',
)
CONFIG = """
seed: 3
robot: {model: post.xml}
cameras:
  - {name: head, width: 96, height: 72, rate_hz: 30}
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 2.0], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fx: 90.0, fy: 95.0, cx: 40.0, cy: 30.0}
    width: 80
    height: 64
environment: {model: 'builtin://table'}
objects:
  count: 4
  classes:
    - {name: ball, id: 2, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
    - {name: mug, id: 9}
randomization: {robot: {joints: {pan: [-0.3, 0.3], tilt: [-0.1, 0.1]}}}
labels: {panoptic: true}
render: {backend: classic, shadow_size: 512, samples: 0}
output:
  dataset: {episodes: 2, views_per_episode: 3, motion: sequence}
  live: {rate_hz: 10.0, view_period_s: 0.3}
"""


@pytest.fixture(scope='module')
def simulated(tmp_path_factory):
    """Two episodes of 0.3 s: nine frames of one camera, three of the other."""
    folder = tmp_path_factory.mktemp('sequence')
    samples, setup = render(folder, CONFIG, robot=ROBOT, splits=('train', 'val'))
    return sorted(samples, key=lambda sample: sample.key), setup


def test_lerobot_takes_the_instants_of_the_slower_camera(simulated, tmp_path):
    samples, setup = simulated
    tally = LossTally()
    make_format('lerobot', setup).pack(iter(samples), tmp_path, tally)
    for episode, split in enumerate(('train', 'val')):
        info = json.loads((tmp_path / split / 'meta/info.json').read_bytes())
        assert (info['fps'], info['total_frames']) == (10, 3)
        assert info['features']['action']['names'] == ['pan', 'tilt']
        rows = pq.read_table(tmp_path / split / 'data/chunk-000/file-000.parquet').to_pylist()
        tops = [s for s in samples if (s.key.episode, s.key.camera) == (episode, 'top')]
        assert [row['stamp_ns'] for row in rows] == [s.frame.stamp_ns for s in tops]
        for row, sample in zip(rows, tops, strict=True):
            state = [joint.position for joint in sample.labels.scene.robot.joints]
            np.testing.assert_allclose(row['observation.state'], state, atol=1e-6)
    # The robot moves.
    assert len({tuple(row['observation.state']) for row in rows}) == 3
    lost = [count for text, count in tally.counts.items() if text.startswith('frames fall')]
    assert lost == [2 * 6]


@pytest.mark.parametrize(
    'name',
    ['coco', 'masks', 'cityscapes', 'hf-imagefolder', 'hf-parquet', 'webdataset', 'lerobot'],
)
def test_every_frame_of_a_real_sequence_fits(name, simulated, tmp_path):
    samples, setup = simulated
    # Surfaces come from compiled models here, which stay in their process.
    setup = replace(setup, info=setup.info._replace(meshes=None))
    wanted = make_format(name, setup)
    assert wanted.name == name
    # Formats are sent to worker processes.
    wanted = pickle.loads(pickle.dumps(wanted))
    if is_packed(name):
        (tmp_path / 'out').mkdir()
        wanted.pack(iter(samples), tmp_path / 'out', LossTally())
    else:
        write_all(wanted, samples, setup, tmp_path / 'out')
    made = [path for path in (tmp_path / 'out').rglob('*') if path.is_file()]
    assert len(made) > 2
    assert all(path.stat().st_size > 0 for path in made)
    assert not [path.name for path in made if path.suffix in {'.part', '.tmp'}]

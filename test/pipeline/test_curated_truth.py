"""What is merged or selected from true datasets is true: the audit derives every label again."""

from contextlib import closing

import pytest

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.pipeline.merge import MergeRequest, merge
from synth_ros.pipeline.subset import SubsetRequest, subset
from synth_ros.readers.open_recording import open_recording

pytestmark = pytest.mark.slow

CLASSES = """    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
    - {name: brick, primitives: [{shape: box, size_m: [0.14, 0.08, 0.06]}]}
"""
OTHERS = """    - {name: brick, primitives: [{shape: box, size_m: [0.14, 0.08, 0.06]}]}
    - {name: peg, primitives: [{shape: cylinder, size_m: [0.05, 0.05, 0.12]}]}
    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
"""


def quiet(*_):
    pass


@pytest.fixture(scope='module')
def sources(tmp_path_factory, config_texts):
    """Two datasets whose classes have other ids: a folder of views, and shards of a sequence."""
    config, robot = config_texts
    folder = tmp_path_factory.mktemp('truth')
    (folder / 'bot.xml').write_text(robot)
    assert CLASSES in config
    short = config.replace('episodes: 3', 'episodes: 2')
    texts = {
        'a': short,
        'b': short.replace(CLASSES, OTHERS)
        .replace('seed: 11', 'seed: 12')
        .replace(
            'views_per_episode: 2', 'views_per_episode: 3, container: shards, motion: sequence'
        ),
    }
    for name, text in texts.items():
        (folder / f'{name}.yaml').write_text(
            f'labels: {{everything: true, min_pixels: 4}}\n{text}'
        )
        generate(GenerateRequest(folder / f'{name}.yaml', folder / name), quiet)
    return folder


def faults(root):
    """Every broken bound of an audit of all frames."""
    with closing(open_recording(root)) as recording:
        result = audit(recording, AuditRequest())
    assert not result.problems
    return [(row.name, row.worst) for row in result.rows if row.status == 'broken']


def test_a_merge_passes_the_audit(sources, tmp_path):
    made = merge(MergeRequest((sources / 'a', sources / 'b'), tmp_path / 'm'))
    assert made.episodes == 4
    assert any('classes have other ids now: brick 1 -> 2, peg 2 -> 3' in n for n in made.notes)
    assert faults(tmp_path / 'm') == []


@pytest.mark.parametrize(
    'wanted', [{'where': 'camera == top and view > 0'}, {'every': 2}, {'max_frames': 3}]
)
def test_a_subset_passes_the_audit(sources, tmp_path, wanted):
    made = subset(SubsetRequest(sources / 'b', tmp_path / 's', **wanted))
    assert 0 < made.frames < made.frames_before
    assert faults(tmp_path / 's') == []

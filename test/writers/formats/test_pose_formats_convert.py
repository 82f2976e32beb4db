"""Made with the dataset or converted from it later: the same files."""

import pytest
from rendered_samples import CONFIG, ROBOT
from sample_factory import tree

from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.generate import GenerateRequest, generate

FORMATS = ('bop', 'dope', 'voc')
CHANGES = {
    # Sizes that single precision does not hold.
    'scale: 1.0': 'scale: [0.9, 1.1]',
    'views_per_episode: 2': f'views_per_episode: 1, formats: [{", ".join(FORMATS)}], '
    'splits: [{name: train, share: 1}]',
    'seed: 5': 'seed: 5\nlabels: {amodal_masks: true}',
}


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp('both')
    (folder / 'post.xml').write_text(ROBOT)
    text = CONFIG
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    (folder / 'config.yaml').write_text(text)
    generate(GenerateRequest(folder / 'config.yaml', folder / 'dataset'), lambda _: None)
    return folder / 'dataset'


@pytest.mark.parametrize('name', FORMATS)
def test_both_ways_give_the_same_bytes(dataset, tmp_path, name):
    convert(ConvertRequest(dataset, tmp_path / name, name), lambda *_: None)
    converted = {
        path: data
        for path, data in tree(tmp_path / name).items()
        if not path.startswith('.synth_ros/')
    }
    assert len(converted) > 10
    assert converted == tree(dataset / name)

"""The pages of the formats describe every file, and their code runs."""

import contextlib
import io
import re
from pathlib import Path

import pytest
import test_lerobot
from format_driver import write_all
from full_factory import FULL, full_episode
from sample_factory import PLAIN, tree

from synth_ros.writers.formats.base import FormatSetup, LossTally
from synth_ros.writers.formats.registry import is_packed, make_format
from synth_ros.writers.splits import OneSplit

PAGES = Path(__file__).parents[3] / 'docs/formats'
OF_PAGE = {
    'coco': ('coco',),
    'masks': ('masks', 'cityscapes'),
    'huggingface': ('hf-imagefolder', 'hf-parquet'),
    'webdataset': ('webdataset',),
    'lerobot': ('lerobot',),
}
CODES = [
    (page, code)
    for page in OF_PAGE
    for code in re.findall(r'```python\n(.*?)```', (PAGES / f'{page}.md').read_text(), re.DOTALL)
]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Each format in a folder of its own, as the pages have it."""
    root = tmp_path_factory.mktemp('docs')
    setup = FormatSetup(FULL, PLAIN, OneSplit())
    for name in (name for names in OF_PAGE.values() for name in names):
        wanted = make_format(name, setup)
        samples = test_lerobot.moving(12) if name == 'lerobot' else full_episode(12, views=4)
        if is_packed(name):
            (root / name).mkdir()
            wanted.pack(iter(samples), root / name, LossTally())
        else:
            write_all(wanted, samples, setup, root / name)
    return root


@pytest.mark.filterwarnings(
    # Of the libraries that the pages show, and of files that they leave open for brevity.
    'ignore:__array__ implementation:DeprecationWarning',
    'ignore:unclosed file:ResourceWarning',
)
@pytest.mark.parametrize(('page', 'code'), CODES)
def test_python_runs(folder, monkeypatch, tmp_path, page, code):
    monkeypatch.chdir(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('datasets.config.HF_DATASETS_CACHE', tmp_path)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, f'docs/formats/{page}.md', 'exec'), {'__name__': page})
    assert len(printed.getvalue().splitlines()) > 3


def plain(path):
    """The name of a file as the pages write it: one frame, one camera, three shards."""
    name = re.sub(r'^\d{6}_\d{3}_(head|wrist)', '000012_003_head', Path(path).name)
    name = re.sub(r'^\d{6}_(head|wrist)_\d{6}', '000012_head_000003', name)
    return name.replace('of-00001', 'of-00003')


@pytest.mark.parametrize('page', OF_PAGE)
def test_every_file_is_shown(folder, page):
    text = (PAGES / f'{page}.md').read_text()
    for name in OF_PAGE[page]:
        listing = re.search(rf'```\n{name}/\n(.*?)```', text, re.DOTALL).group(1)
        lines = re.findall(r'^ +(\S+[^/\s])(?:\s|$)', listing, re.MULTILINE)
        shown = {plain(path) for path in lines}
        made = {plain(path) for path in tree(folder / name)}
        # Datasets of one split and a few frames lack the second shards.
        assert made == shown - {'train-000001.tar', 'val-000000.tar'}

"""docs/validate.md lists the rules that there are, and its snippets run."""

import json
import re
from pathlib import Path

from PIL import Image

from synth_ros.readers.layouts.recognise import looked_for
from synth_ros.validate.page import with_rules
from synth_ros.validate.registry import FORMATS

PAGE = Path(__file__).parents[2] / 'docs' / 'validate.md'


def write_coco(root):
    """One image whose annotation has an empty box."""
    root.mkdir()
    Image.new('RGB', (8, 6)).save(root / 'a.png')
    record = {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [1, 1, 0, 3], 'area': 3}
    index = {
        'images': [{'id': 1, 'width': 8, 'height': 6, 'file_name': 'a.png'}],
        'annotations': [record],
        'categories': [{'id': 1, 'name': 'mug'}],
    }
    (root / 'annotations.json').write_text(json.dumps(index))


def page():
    return PAGE.read_text(encoding='utf-8')


def test_rules_are_those_of_the_registry():
    assert page() == with_rules(page()), 'Write them again: python tools/validate_rules.py'


def test_formats_are_listed_in_the_order_in_which_they_are_looked_for():
    listed = re.findall(r'^\| `([\w-]+)` \| [^|]*\|$', page(), re.MULTILINE)
    known = [line.split()[0] for line in looked_for().splitlines()]
    assert [name for name in listed if name in FORMATS] == known
    assert set(known) == set(FORMATS)


def test_the_snippet_runs(tmp_path, monkeypatch, capsys):
    write_coco(tmp_path / 'dataset')
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r'```python\n(.*?)```', page(), re.DOTALL)
    exec(compile(code, 'validate.md', 'exec'), {})
    said = capsys.readouterr().out.splitlines()
    assert said[0] == 'coco 1 1'
    assert said[1].startswith('coco.bbox 1 Write [x, y, width, height]')

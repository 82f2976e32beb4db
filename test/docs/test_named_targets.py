"""What docs/randomization.md says of named targets is what there is."""

import re
from pathlib import Path

import pytest
import yaml

from synth_ros.config.load import load_config_text
from synth_ros.config.targets import TARGETS
from synth_ros.scene.build import SceneBuilder

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs' / 'randomization.md').read_text(encoding='utf-8')
SECTION = re.search(r'^## Named targets\n(.*?)^## ', PAGE, flags=re.DOTALL | re.MULTILINE)[1]


def test_the_table_is_the_registry():
    rows = re.findall(r'^\| `(\w+\.\w+)` \| (.*?) \| (.*?) \| (.*?) \|$', SECTION, re.MULTILINE)
    assert [row[0] for row in rows] == list(TARGETS)
    for name, limits, operations, text in rows:
        spec = TARGETS[name]
        assert limits == (', '.join(filter(None, (spec.unit, spec.limits))) or '-')
        assert operations == ', '.join(spec.operations)
        assert text == spec.text


@pytest.mark.slow
def test_the_snippet_chooses_what_the_demo_has():
    (snippet,) = re.findall(r'```yaml\n(.*?)```', SECTION, flags=re.DOTALL)
    demo = yaml.safe_load((ROOT / 'config' / 'tabletop.yaml').read_text(encoding='utf-8'))
    demo['randomization'] |= yaml.safe_load(snippet)['randomization']
    loaded = load_config_text(yaml.safe_dump(demo), base_dir=ROOT / 'config')
    builder = SceneBuilder(loaded)
    assert {role.role for role in builder.inventory.roles} >= {'wall'}
    assert len(loaded.config.randomization.vary) == 9

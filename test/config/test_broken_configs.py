"""Every mistake we could think of, with its exact message: ``broken_configs/*.txt``.

A case is a title, a config, and what is said about it. Unless the title says that it is the
whole file, the keys that every config needs are added at the end.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from synth_ros.config.load import load_config_text
from synth_ros.errors import ConfigError

REQUIRED = {'cameras': '[{name: head}]', 'objects': '{count: [0, 0]}'}
JARGON = re.compile(
    r'pydantic|https://errors|Input should|Value error|valid (tuple|list|dict)|NoneType|'
    r'unicode string|<block|<stream|<scalar'
)


class Case(NamedTuple):
    title: str
    text: str
    expected: str


def read_cases():
    for path in sorted(Path(__file__).with_name('broken_configs').glob('*.txt')):
        for block in re.split(r'^=== ', path.read_text(encoding='utf-8'), flags=re.MULTILINE)[1:]:
            head, _, expected = block.partition('--- expected\n')
            title, _, text = head.partition('\n')
            yield Case(f'{path.stem}: {title}', completed(title, text), expected.strip())


def completed(title, text):
    if title.startswith('whole file'):
        return text
    missing = [key for key in REQUIRED if not re.search(f'^{key}:', text, flags=re.MULTILINE)]
    return text + ''.join(f'{key}: {REQUIRED[key]}\n' for key in missing)


CASES = list(read_cases())


@pytest.mark.parametrize('case', CASES, ids=[case.title for case in CASES])
def test_message(case, folder, builtins):
    with pytest.raises(ConfigError, match=r'^c\.yaml:\d+: ') as caught:
        load_config_text(case.text, 'c.yaml', base_dir=folder, builtins=builtins)
    assert str(caught.value).replace(str(folder), '{folder}') == case.expected


def test_there_are_many_cases_and_none_has_jargon():
    assert len(CASES) > 180
    assert len({case.title for case in CASES}) == len(CASES)
    assert [case for case in CASES if JARGON.search(case.expected)] == []


def test_what_is_added_to_the_cases_is_valid(folder, builtins):
    loaded = load_config_text(completed('', ''), base_dir=folder, builtins=builtins)
    assert loaded.config.cameras[0].name == 'head'

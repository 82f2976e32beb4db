"""The configs that ship with the package: valid, linked from config/, found by name."""

from pathlib import Path

import pytest

from synth_ros.config.load import load_config
from synth_ros.config.shipped import builtin_config
from synth_ros.errors import NotFoundError

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / 'synth_ros/assets/configs').glob('*.yaml'))


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.stem)
def test_each_is_valid_and_found_by_name(path):
    assert builtin_config(path.stem) == path
    assert load_config(path).path == path


def test_the_folder_config_links_to_all_of_them():
    links = {p.name: p.resolve() for p in (ROOT / 'config').glob('*.yaml') if p.is_symlink()}
    assert links == {path.name: path for path in SHIPPED}


def test_an_unknown_name_is_told_with_those_there_are():
    with pytest.raises(NotFoundError, match=r'floor_robot.*humanoid_room.*tabletop'):
        builtin_config('moonbase')

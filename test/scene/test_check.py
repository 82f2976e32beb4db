from collections.abc import Callable
from pathlib import Path

import pytest

from synth_ros.config.load import LoadedConfig
from synth_ros.errors import ConfigError
from synth_ros.scene.check import check_scene

from .conftest import CONFIG


def test_a_sound_config(loaded: LoadedConfig) -> None:
    assert check_scene(loaded) == ()


def test_what_was_mended_is_told(load: Callable[[str], LoadedConfig], tmp_path: Path) -> None:
    (tmp_path / 'o.xml').write_text(
        '<mujoco><worldbody><body><inertial pos="0 0 0" mass=".1" diaginertia="1 1 1"/>'
        '<geom size=".03"/></body></worldbody></mujoco>'
    )
    (warning,) = check_scene(load(CONFIG + '    - {name: thing, sources: [o.xml]}\n'))
    assert 'o.xml: its inertia is' in warning


def test_problems_have_file_line_and_key(load: Callable[[str], LoadedConfig]) -> None:
    with pytest.raises(ConfigError, match=r"cameras\[0\]\.model_camera: No camera 'eye'"):
        check_scene(load(CONFIG.replace('cam/rgb', 'eye')))

"""Fixtures that read the package's own description."""

import runpy
from pathlib import Path

import pytest
import setuptools

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='session')
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope='session')
def described() -> dict[str, object]:
    """The arguments that setup.py gives to setuptools."""
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(setuptools, 'setup', lambda **arguments: seen.update(arguments))
        runpy.run_path(str(ROOT / 'setup.py'))
    return seen

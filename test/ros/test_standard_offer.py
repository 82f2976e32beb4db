"""Standard services are offered where their package is installed, and nowhere else."""

import sys
import threading
from types import SimpleNamespace

from synth_ros.pipeline.entities import EntityLog
from synth_ros.ros import services


class Log(list):
    """Keeps warnings."""

    warning = list.append


def offered(log):
    node = SimpleNamespace(get_logger=lambda: log)
    return services.standard_services(node, None, entities=EntityLog(), stop=threading.Event())


def test_without_the_package_there_is_nothing_to_offer(monkeypatch):
    monkeypatch.setattr(services.importlib.util, 'find_spec', lambda name: None)
    log = Log()
    assert offered(log) is None
    assert log == []


def test_a_package_of_other_contents_is_told_of(monkeypatch):
    """As an early version, or something else of that name."""
    monkeypatch.delitem(sys.modules, 'synth_ros.ros.standard_services', raising=False)
    monkeypatch.setitem(sys.modules, 'simulation_interfaces.srv', SimpleNamespace())
    log = Log()
    assert offered(log) is None
    assert 'not as our nodes know it' in log[0]
    assert 'cannot import' in log[0]

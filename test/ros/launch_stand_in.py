"""The few names of ``launch`` and ``launch_ros`` that our launch files use, as plain records.

For machines with ROS 2 from wheels, which have no ``launch``.
"""

import importlib.util
import sys
from types import ModuleType, SimpleNamespace


class LaunchDescription:
    def __init__(self, entities):
        self.entities = list(entities)


class DeclareLaunchArgument:
    def __init__(self, name, *, default_value, description):
        self.name, self.description = name, description
        self.default_value = [SimpleNamespace(text=default_value)]


class Node:
    def __init__(
        self,
        *,
        package,
        executable,
        name,
        namespace,
        output,
        sigterm_timeout,
        sigkill_timeout,
        parameters,
        on_exit=None,
        remappings=(),
    ):
        self.parameters, self.remappings = parameters, remappings


class Record:
    """Anything else: it keeps what it was given."""

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs

    def perform(self, context):
        """The value of an argument; a context is a dictionary here."""
        return context[self.args[0]]


MODULES = {
    'launch': {'LaunchDescription': LaunchDescription},
    'launch.actions': {
        'DeclareLaunchArgument': DeclareLaunchArgument,
        'GroupAction': Record,
        'IncludeLaunchDescription': Record,
        'OpaqueFunction': Record,
        'RegisterEventHandler': Record,
        'Shutdown': Record,
    },
    'launch.conditions': {'IfCondition': Record, 'UnlessCondition': Record},
    'launch.event_handlers': {'OnProcessExit': Record},
    'launch.launch_description_sources': {'PythonLaunchDescriptionSource': Record},
    'launch.substitutions': {'LaunchConfiguration': Record},
    'launch_ros': {},
    'launch_ros.actions': {'Node': Node, 'SetRemap': Record},
    'launch_ros.parameter_descriptions': {'ParameterValue': Record},
}


def have_launch():
    return all(importlib.util.find_spec(name) for name in ('launch', 'launch_ros'))


def install(monkeypatch):
    """Put the stand-ins in place for a test."""
    for name, contents in MODULES.items():
        module = ModuleType(name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, name, module)

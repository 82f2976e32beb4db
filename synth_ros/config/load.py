"""Loads a config file: YAML to a typed config, with every problem named by line and key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from synth_ros.config.asset_check import asset_faults
from synth_ros.config.base import Fault, KeyPath, RulesLater, Section
from synth_ros.config.changed import changed, scenario_changes
from synth_ros.config.distribution_check import attach_files, distribution_faults
from synth_ros.config.explain import Findings, explain, odd_texts, written_path
from synth_ros.config.file_text import read_text
from synth_ros.config.mend import mend
from synth_ros.config.nodes import MappingNode, find, plain
from synth_ros.config.packaged import Builtins, packaged_builtins
from synth_ros.config.problems import Problem, config_error
from synth_ros.config.root import Config
from synth_ros.config.scenarios import CHANGEABLE
from synth_ros.config.yaml_source import read_yaml
from synth_ros.errors import ConfigError


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A valid config and where it came from.

    Attributes:
        config: The config.
        path: The file, as its user named it.
        base_dir: Absolute folder that the config's relative paths start from.
        root: The file's data with places, for messages.
        scenarios: The whole config of each of its scenarios, in their order.
        where: Path of the change that makes the scenario of which this is the config.
    """

    config: Config
    path: Path
    base_dir: Path
    root: MappingNode = field(repr=False, compare=False)
    scenarios: tuple[LoadedConfig, ...] = ()
    where: KeyPath = ()

    @property
    def config_hash(self) -> str:
        """SHA-256 of the canonical JSON, as hexadecimal text.

        It depends on values alone: not on the order of keys, comments, the way numbers are
        written, or whether a default is spelled out. Nor on the contents of asset files.
        """
        return hashlib.sha256(canonical_json(self.config).encode()).hexdigest()

    def spelled_out(self) -> LoadedConfig:
        """The same with its defaults as if they were given, its scenarios too.

        Then no two keys of a config hold the same distribution, as they may do by default.
        """
        config = Config.model_validate_json(canonical_json(self.config), context=RulesLater())
        faults = tuple(attach_files(config, self.base_dir))
        if faults:  # they were there when the config was loaded
            raise self.problems(faults)
        scenarios = tuple(scenario.spelled_out() for scenario in self.scenarios)
        return replace(self, config=config, scenarios=scenarios)

    def problem(self, key_path: KeyPath, message: str) -> ConfigError:
        """An error about a value that was found later, such as an unknown camera.

        Args:
            key_path: Where the value is: ``('cameras', 0, 'model_camera')``. Where the file
                leaves keys out, the error points at what is there.
            message: What is wrong, the value, what is allowed, and the nearest name.

        Returns:
            The error to raise; its message begins with file, line and key path.
        """
        return self.problems([Fault(key_path, message)])

    def problems(self, faults: Iterable[Fault]) -> ConfigError:
        """One error about several values, in file order.

        Args:
            faults: At least one, with paths from the top of the config.
        """
        located = [_below(self.where, _located(fault, self.root)) for fault in faults]
        return config_error(str(self.path), located)


def load_config(path: Path, *, builtins: Builtins | None = None) -> LoadedConfig:
    """Load a config file.

    Args:
        path: The file.
        builtins: What ``builtin://`` may name; by default what comes with the package.

    Raises:
        ConfigError: If the file cannot be read or anything in it is wrong. It holds all
            problems, in file order.
    """
    text = read_text(path)
    base_dir = path.absolute().parent
    return _load(text, path=path, base_dir=base_dir, builtins=builtins)


def load_config_text(
    text: str,
    name: str = 'config.yaml',
    *,
    base_dir: Path | None = None,
    builtins: Builtins | None = None,
) -> LoadedConfig:
    """Load a config from text, as if it stood in a file.

    Args:
        text: YAML.
        name: The file's name in messages.
        base_dir: Folder that relative paths start from; by default the working directory.
        builtins: What ``builtin://`` may name; by default what comes with the package.

    Raises:
        ConfigError: If anything in it is wrong.
    """
    base_dir = (base_dir or Path()).absolute()
    return _load(text, path=Path(name), base_dir=base_dir, builtins=builtins)


def canonical_json(config: Config) -> str:
    """The config with all defaults as JSON: keys sorted, no spaces, ASCII."""
    data = config.model_dump(mode='json')
    return json.dumps(data, sort_keys=True, separators=(',', ':'), allow_nan=False)


def _load(text: str, *, path: Path, base_dir: Path, builtins: Builtins | None) -> LoadedConfig:
    document = read_yaml(text)
    if document.root is None:
        raise config_error(str(path), document.problems)
    known = builtins or packaged_builtins()
    checked = _check(document.root, base_dir, known)
    problems = [*document.problems, *_not_below(checked.problems, document.flawed)]
    scenarios: list[LoadedConfig] = []
    for where, change in scenario_changes(document.root):
        root = changed(document.root, change)
        scenario = _check(root, base_dir, known)
        problems += _new_problems(scenario, checked, where)
        if scenario.config is not None:
            scenarios.append(LoadedConfig(scenario.config, path, base_dir, root, where=where))
    if problems or checked.config is None:
        raise config_error(str(path), problems)
    return LoadedConfig(checked.config, path, base_dir, document.root, tuple(scenarios))


def _new_problems(scenario: _Checked, base: _Checked, where: KeyPath) -> list[Problem]:
    """What is wrong with a scenario and not with the file without it."""
    told = {(problem.path, problem.message) for problem in base.problems}
    new = [p for p in scenario.problems if (p.path, p.message) not in told]
    # Sections that a scenario may not change are told as such.
    new = [p for p in new if not p.path or p.path[0] in CHANGEABLE]
    return [_below(where, problem) for problem in new]


def _below(where: KeyPath, problem: Problem) -> Problem:
    """A problem of a scenario's config, told as one of its change."""
    return problem._replace(path=(*where, *problem.path)) if where else problem


@dataclass(frozen=True, slots=True)
class _Checked:
    config: Config | None
    problems: tuple[Problem, ...]


def _check(root: MappingNode, base_dir: Path, builtins: Builtins) -> _Checked:
    """Validate data, and find as many problems as there are."""
    data = plain(root)
    findings = Findings()
    config: Config | None
    try:
        config = _validated(data)
    except ValidationError as error:
        findings = explain(error.errors(include_url=False, include_input=False), root)
        mend(data, findings)
        config = _mended(data)
    wrong = (*findings.wrong, *findings.unknown, *findings.meant)
    problems = [*findings.problems, *_not_below(odd_texts(root), wrong)]
    if config is not None:
        faults = [
            *_rule_faults(config, ()),
            *asset_faults(config, base_dir, builtins),
            *attach_files(config, base_dir),
            *distribution_faults(config),
        ]
        sound = [fault for fault in faults if not set(fault.because) & set(wrong)]
        problems += _not_below((_located(fault, root) for fault in sound), wrong)
    return _Checked(config, tuple(problems))


def _validated(data: object) -> Config:
    # JSON, because strict models take lists for tuples from there alone.
    return Config.model_validate_json(json.dumps(data), context=RulesLater())


def _mended(data: object) -> Config | None:
    """The config, or None: mending that fails costs further problems, never those found."""
    try:
        return _validated(data)
    except ValidationError:
        return None


def _not_below(problems: Iterable[Problem], paths: Iterable[KeyPath]) -> list[Problem]:
    """The problems that are not at or below one of the paths."""
    tops = set(paths)
    return [
        problem
        for problem in problems
        if not any(problem.path[:i] in tops for i in range(len(problem.path) + 1))
    ]


def _rule_faults(value: object, path: KeyPath) -> Iterator[Fault]:
    """Yield what the sections of a config say about themselves, outermost first."""
    if isinstance(value, Section):
        for fault in value.rules():
            because = tuple((*path, *other) for other in fault.because)
            yield Fault((*path, *fault.path), fault.message, because)
        for name in type(value).model_fields:
            yield from _rule_faults(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _rule_faults(item, (*path, i))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _rule_faults(item, (*path, str(key)))


def _located(fault: Fault, root: MappingNode) -> Problem:
    path = written_path(fault.path, root)
    return Problem(find(root, path).place, path, fault.message)

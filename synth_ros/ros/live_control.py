"""Parameters that change a running simulation: checked when set, done between two frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from synth_ros.config.root import Config
from synth_ros.errors import NotFoundError, SynthRosError, UsageError
from synth_ros.pipeline.live import LiveSession, ScenePlan
from synth_ros.pipeline.steering import Steering
from synth_ros.ros.control_params import LiveParams
from synth_ros.ros.declare import Flag, Number
from synth_ros.ros.sim_thread import SimThread

_STREAM = 'streams.'
_CAMERA, _RATE = 'cameras.', '.rate_hz'
_NO_RATES: Mapping[str, float] = MappingProxyType({})
_NUMBERS = frozenset(
    (
        *('real_time_factor', 'difficulty', 'randomize_period_s', 'view_period_s', 'rate_hz'),
        'imu_rate_hz',
    )
)


def real_time_factor(live: LiveParams, config: Config) -> float:
    """The factor in use."""
    given = live.real_time_factor
    return config.output.live.real_time_factor if given < 0 else given


def given_live(node: Node) -> LiveParams:
    """The live parameters of a node as they are now."""
    return LiveParams(*(node.get_parameter(name).value for name in LiveParams._fields))


def plan_of(
    live: LiveParams, config: Config, camera_rates_hz: Mapping[str, float] = _NO_RATES
) -> ScenePlan:
    """How the next scenes are made.

    Args:
        live: The live parameters.
        config: The config.
        camera_rates_hz: Rates of single cameras by name; 0 for the config's.
    """
    return ScenePlan(
        seed=config.seed if live.seed < 0 else live.seed,
        steering=Steering(
            scenario=live.scenario or None,
            progress=None if live.difficulty < 0 else live.difficulty,
            rate_hz=live.rate_hz or None,
            camera_rates_hz={name: rate for name, rate in camera_rates_hz.items() if rate},
            imu_rate_hz=live.imu_rate_hz or None,
            view_period_s=live.view_period_s or None,
        ),
        period_s=live.randomize_period_s or None,
    )


def check_live(live: LiveParams, config: Config) -> None:
    """See that the values fit the config.

    Raises:
        NotFoundError: There is no such scenario.
        UsageError: A value is out of its range, for this config.
    """
    names = [entry.name for entry in config.scenarios]
    if live.scenario and live.scenario not in names:
        raise NotFoundError('scenario', live.scenario, available=names, where='the config')
    if -1.0 < live.difficulty < 0.0:
        raise UsageError(
            f"Parameter difficulty is {live.difficulty:g}; give 0 to 1, or -1 for the config's."
        )
    if -1.0 < live.real_time_factor < 0.0:
        raise UsageError(
            f'Parameter real_time_factor is {live.real_time_factor:g}; give 0 for as fast as '
            "possible, more, or -1 for the config's."
        )
    step_s = config.physics.timestep_s
    _check_rate('rate_hz', live.rate_hz, config)
    _check_rate('imu_rate_hz', live.imu_rate_hz, config)
    for name in ('view_period_s', 'randomize_period_s'):
        value = getattr(live, name)
        if value and value < step_s:
            raise UsageError(
                f'Parameter {name} is {value:g}; give at least {step_s:g} (physics.timestep_s), '
                "or 0 for the config's."
            )


def _check_rate(name: str, rate_hz: float, config: Config) -> None:
    most_hz = 1 / config.physics.timestep_s
    if rate_hz and not 0.01 <= rate_hz <= most_hz:
        what = 'sample' if name.startswith('imu') else 'frame'
        raise UsageError(
            f'Parameter {name} is {rate_hz:g}; give 0.01 to {most_hz:g} (one {what} a '
            "time step of physics.timestep_s), or 0 for the config's."
        )


class LiveControl:
    """Follows the node's live parameters.

    Args:
        node: Has declared them.
        live: Their values.
        config: What they must fit.
        thread: The simulation.
        streams: Names of the streams that can be switched off, each by a parameter.
        switch_off: Is given the names of those that are off.

    Raises:
        UsageError: A value does not fit the config.
    """

    def __init__(
        self,
        node: Node,
        live: LiveParams,
        *,
        config: Config,
        thread: SimThread,
        streams: Sequence[str],
        switch_off: Callable[[frozenset[str]], None],
    ) -> None:
        check_live(live, config)
        self.live = live
        self._node = node
        self._config = config
        self._thread = thread
        self._names = [_STREAM + name for name in streams]
        self._declare_streams(streams)
        self._rates_hz = self._declare_rates()
        self._switch_off = switch_off
        self._off = frozenset(
            name for name in streams if not node.get_parameter(_STREAM + name).value
        )
        switch_off(self._off)
        node.add_pre_set_parameters_callback(_with_numbers)
        node.add_on_set_parameters_callback(self._check)
        node.add_post_set_parameters_callback(self._follow)

    def close(self) -> None:
        """Let the node be without the simulation."""
        node = self._node
        node.remove_pre_set_parameters_callback(_with_numbers)
        node.remove_on_set_parameters_callback(self._check)
        node.remove_post_set_parameters_callback(self._follow)
        for name in self._names:
            node.undeclare_parameter(name)

    def _declare_streams(self, streams: Sequence[str]) -> None:
        for name in streams:
            on = Flag(f'Whether to publish the stream {name}', default=True, live=True)
            on.declare(self._node, _STREAM + name)

    def _declare_rates(self) -> dict[str, float]:
        """Rates of the cameras as they were given, by parameter."""
        rates_hz = {}
        for camera in self._config.cameras:
            name = f'{_CAMERA}{camera.name}{_RATE}'
            rate = Number(
                f"Frames per second of {camera.name}, in the next scenes; 0: the config's",
                default=0.0,
                bounds=(0.0, 240.0),
                live=True,
            )
            rates_hz[name] = rate.declare(self._node, name)
            self._names.append(name)
            _check_rate(name, rates_hz[name], self._config)
        return rates_hz

    @property
    def plan(self) -> ScenePlan:
        """How the next scenes are made."""
        rates_hz = {
            name.removeprefix(_CAMERA).removesuffix(_RATE): rate_hz
            for name, rate_hz in self._rates_hz.items()
        }
        return plan_of(self.live, self._config, rates_hz)

    @property
    def scenarios(self) -> list[str]:
        """Names of the config's scenarios."""
        return [entry.name for entry in self._config.scenarios]

    def forget_next_episode(self) -> None:
        """Let the following episode come next again."""
        if self.live.next_episode >= 0:
            self._node.set_parameters([Parameter('next_episode', value=-1)])

    def _changed(self, parameters: Sequence[Parameter]) -> LiveParams:
        given = {p.name: p.value for p in parameters if p.name in LiveParams._fields}
        return self.live._replace(**given)

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        try:
            check_live(self._changed(parameters), self._config)
            for parameter in parameters:
                if parameter.name in self._rates_hz:
                    _check_rate(parameter.name, parameter.value, self._config)
        except SynthRosError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _follow(self, parameters: list[Parameter]) -> None:
        for parameter in parameters:
            if parameter.name.startswith(_STREAM):
                name = parameter.name.removeprefix(_STREAM)
                self._off = self._off - {name} if parameter.value else self._off | {name}
                self._switch_off(self._off)
        told = {p.name: p.value for p in parameters if p.name in self._rates_hz}
        before, self.live = self.live, self._changed(parameters)
        rates_before, self._rates_hz = self._rates_hz, self._rates_hz | told
        if (self.live, self._rates_hz) == (before, rates_before):
            return
        live, config, thread, plan = self.live, self._config, self._thread, self.plan

        def change(session: LiveSession) -> str:
            session.plan = plan
            session.stays = not live.randomize
            if live.real_time_factor != before.real_time_factor:
                thread.set_pace(real_time_factor(live, config))
            return 'Parameters are set.'

        thread.post(change)


def _with_numbers(parameters: list[Parameter]) -> list[Parameter]:
    """Let a whole number do where a number is wanted, as ROS refuses to convert it."""
    return [
        Parameter(p.name, value=float(p.value))
        if (p.name in _NUMBERS or p.name.startswith(_CAMERA)) and p.type_ == Parameter.Type.INTEGER
        else p
        for p in parameters
    ]

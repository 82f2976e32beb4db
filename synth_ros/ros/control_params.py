"""Parameters that steer a running simulation: its lockstep, and what may be changed live."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from synth_ros.ros.params import Declare


class LockstepParams(NamedTuple):
    """Whose answers frames wait for.

    Attributes:
        topic: Topic of the answers; empty: frames wait for nobody.
        camera: Only instants with a frame of this camera need an answer; empty: all.
        timeout_s: Real seconds until a frame is given up; 0 waits for ever.
        window: Frames that may be on their way.
        on_timeout: ``warn`` gives the frame up, ``stop`` ends the node.
    """

    topic: str
    camera: str
    timeout_s: float
    window: int
    on_timeout: str


class LiveParams(NamedTuple):
    """What may be changed while the simulation runs; fields are named like the parameters.

    Attributes:
        real_time_factor: Simulated seconds per real second, 0 as fast as possible; below 0: the
            config's.
        randomize: Whether another scene follows when the time of one is over.
        seed: Of the next scenes; -1: the config's.
        next_episode: Number of the scene that ``~/randomize`` draws; -1: the following one.
        scenario: Scenario of the next scenes; empty: by weights.
        difficulty: How far schedules and curricula are in the next scenes, 0 to 1; below 0: as
            the scene's number says.
        randomize_period_s: How long the next scenes last; 0: the config's.
        view_period_s: From one posture to the next, in the next scenes; 0: the config's.
        rate_hz: Frames per second in the next scenes; 0: the config's.
        imu_rate_hz: Samples of IMUs per second in the next scenes; 0: the config's.
    """

    real_time_factor: float
    randomize: bool
    seed: int
    next_episode: int
    scenario: str
    difficulty: float
    randomize_period_s: float
    view_period_s: float
    rate_hz: float
    imu_rate_hz: float


def declare_live(declare: Declare) -> LiveParams:
    """The parameters that may be changed while the node runs."""
    factor = declare.number(
        'real_time_factor',
        -1.0,
        bounds=(-1.0, 1000.0),
        description='Simulated seconds per real second; 0: as fast as possible; '
        "below 0: the config's",
        live=True,
    )
    return LiveParams(
        factor,
        randomize=declare.flag(
            'randomize',
            default=True,
            description='Draw another scene when the time of one is over; false: stay in it',
            live=True,
        ),
        seed=declare.whole(
            'seed', -1, low=-1, description="Seed; -1 takes the config's", live=True
        ),
        next_episode=declare.whole(
            'next_episode',
            -1,
            low=-1,
            description='Number of the scene that ~/randomize draws; -1: the following one',
            live=True,
        ),
        scenario=declare.text(
            'scenario',
            '',
            description='Scenario of the config that the next scenes have; empty: by weights',
            live=True,
        ),
        difficulty=declare.number(
            'difficulty',
            -1.0,
            bounds=(-1.0, 1.0),
            description='How far schedules and curricula are, 0 to 1; below 0: as the number of '
            'the scene says',
            live=True,
        ),
        **_declare_periods(declare),
    )


class _Periods(TypedDict):
    randomize_period_s: float
    view_period_s: float
    rate_hz: float
    imu_rate_hz: float


def _declare_periods(declare: Declare) -> _Periods:
    return {
        'randomize_period_s': declare.number(
            'randomize_period_s',
            0.0,
            bounds=(0.0, 86400.0),
            description="How long the next scenes last, simulated time; 0: the config's",
            live=True,
        ),
        'view_period_s': declare.number(
            'view_period_s',
            0.0,
            bounds=(0.0, 86400.0),
            description='How long the robot takes from one posture to the next, in the next '
            "scenes; 0: the config's",
            live=True,
        ),
        'rate_hz': declare.number(
            'rate_hz',
            0.0,
            bounds=(0.0, 240.0),
            description='Frames per second of cameras without a rate of their own, in the next '
            "scenes; 0: the config's",
            live=True,
        ),
        'imu_rate_hz': declare.number(
            'imu_rate_hz',
            0.0,
            bounds=(0.0, 4000.0),
            description="Samples of all IMUs per second, in the next scenes; 0: the config's",
            live=True,
        ),
    }


def declare_lockstep(declare: Declare) -> LockstepParams:
    """The parameters that say whose answers frames wait for."""
    return LockstepParams(
        topic=declare.text(
            'lockstep_topic',
            '',
            description='The next frame is drawn when a message with the stamp of the last one '
            'came on this topic, of any type with a header; empty: frames wait for nobody',
        ),
        camera=declare.text(
            'lockstep_camera',
            '',
            description='Only instants with a frame of this camera need an answer; empty: all',
        ),
        timeout_s=declare.number(
            'lockstep_timeout_s',
            0.0,
            bounds=(0.0, 86400.0),
            description='How long an answer may take, real seconds; 0: for ever',
        ),
        window=declare.whole(
            'lockstep_window',
            1,
            low=1,
            description='Frames that may be on their way without an answer',
        ),
        on_timeout=declare.choice(
            'lockstep_on_timeout',
            'warn',
            allowed=('warn', 'stop'),
            description='After a time-out, go on with a warning or end the node',
        ),
    )

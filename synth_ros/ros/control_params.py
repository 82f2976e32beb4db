"""Parameters that steer a running simulation: its lockstep, and what may be changed live."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from rclpy.node import Node

from synth_ros.ros.declare import Choice, Flag, Number, Text, Whole, declared


class LockstepParams(NamedTuple):
    """Whose answers frames wait for; names of the parameters begin with ``lockstep_``."""

    topic: Annotated[
        str,
        Text(
            'The next frame is drawn when a message with the stamp of the last one came on this '
            'topic, of any type with a header; empty: frames wait for nobody'
        ),
    ]
    camera: Annotated[
        str, Text('Only instants with a frame of this camera need an answer; empty: all')
    ]
    timeout_s: Annotated[
        float,
        Number(
            'How long an answer may take, real seconds; 0: for ever',
            default=0.0,
            bounds=(0.0, 86400.0),
        ),
    ]
    window: Annotated[
        int, Whole('Frames that may be on their way without an answer', default=1, low=1)
    ]
    on_timeout: Annotated[
        str,
        Choice(
            'After a time-out, go on with a warning or end the node',
            default='warn',
            allowed=('warn', 'stop'),
        ),
    ]


class LiveParams(NamedTuple):
    """What may be changed while the simulation runs."""

    real_time_factor: Annotated[
        float,
        Number(
            "Simulated seconds per real second; 0: as fast as possible; below 0: the config's",
            default=-1.0,
            bounds=(-1.0, 1000.0),
            live=True,
        ),
    ]
    randomize: Annotated[
        bool,
        Flag(
            'Draw another scene when the time of one is over; false: stay in it',
            default=True,
            live=True,
        ),
    ]
    seed: Annotated[int, Whole("Seed; -1 takes the config's", default=-1, low=-1, live=True)]
    next_episode: Annotated[
        int,
        Whole(
            'Number of the scene that ~/randomize draws; -1: the following one',
            default=-1,
            low=-1,
            live=True,
        ),
    ]
    scenario: Annotated[
        str,
        Text(
            'Scenario of the config that the next scenes have; empty: by weights',
            live=True,
        ),
    ]
    difficulty: Annotated[
        float,
        Number(
            'How far schedules and curricula are, 0 to 1; below 0: as the number of the scene '
            'says',
            default=-1.0,
            bounds=(-1.0, 1.0),
            live=True,
        ),
    ]
    randomize_period_s: Annotated[
        float,
        Number(
            "How long the next scenes last, simulated time; 0: the config's",
            default=0.0,
            bounds=(0.0, 86400.0),
            live=True,
        ),
    ]
    view_period_s: Annotated[
        float,
        Number(
            'How long the robot takes from one posture to the next, in the next scenes; 0: the '
            "config's",
            default=0.0,
            bounds=(0.0, 86400.0),
            live=True,
        ),
    ]
    rate_hz: Annotated[
        float,
        Number(
            'Frames per second of cameras without a rate of their own, in the next scenes; 0: '
            "the config's",
            default=0.0,
            bounds=(0.0, 240.0),
            live=True,
        ),
    ]
    imu_rate_hz: Annotated[
        float,
        Number(
            "Samples of all IMUs per second, in the next scenes; 0: the config's",
            default=0.0,
            bounds=(0.0, 4000.0),
            live=True,
        ),
    ]


def declare_lockstep(node: Node) -> LockstepParams:
    """The parameters that say whose answers frames wait for."""
    return declared(node, LockstepParams, prefix='lockstep_')

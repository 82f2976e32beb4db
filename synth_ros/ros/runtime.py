"""How our nodes start and end: clean errors, clean signals, exit code 0 on a wish to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from synth_ros.errors import ConfigError, RosError, SynthRosError, UsageError

INTERRUPTED = 130
"""Exit code of what an interrupt ended before it was done."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def prepare_environment() -> None:
    """Choose what must be chosen before ROS and MuJoCo are imported; the user's choice wins.

    Fast DDS keeps its default shared-memory segment at half a megabyte, less than one image,
    and then loses frames; our profile makes room for several. A profile of the user's that cannot
    be read would be ignored by Fast DDS in silence, so it is warned of.
    """
    from synth_ros.network.profiles import chosen_profile, profile_problem, variables_to_set
    from synth_ros.render.gl import prepare_gl_environment

    prepare_gl_environment()
    chosen = chosen_profile(os.environ)
    problem = profile_problem(chosen) if chosen is not None else ''
    if problem:
        sys.stderr.write(f'warning: the profile for Fast DDS: {problem}\n')
    os.environ.update(variables_to_set(os.environ))


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, in place of their usual effect.

    A second signal changes nothing: ``ros2 launch`` and the terminal both send one, and a
    recording must be closed all the same.
    """
    stop = threading.Event()

    def request(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {number: signal.signal(number, request) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def no_ros(error: ImportError) -> RosError:
    """What to say when ROS is missing."""
    return RosError(
        f'ROS 2 cannot be imported ({error}). Source a ROS 2 Jazzy installation, or install the '
        "wheels: pip install 'synth_ros[ros]'."
    )


@contextmanager
def ros_running() -> Iterator[None]:
    """ROS 2 from init to shutdown, with the arguments of this process and our signals.

    Raises:
        RosError: ROS 2 is not installed or cannot start.
        UsageError: The ``--ros-args`` are wrong.
    """
    try:
        import rclpy
        from rclpy.exceptions import (
            InvalidParameterTypeException,
            InvalidParameterValueException,
            ROSInterruptException,
        )
        from rclpy.signals import SignalHandlerOptions
    except ImportError as error:
        raise no_ros(error) from error
    try:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    except (RuntimeError, ValueError) as error:
        raise UsageError(f'ROS 2 does not take these arguments: {_first_line(error)}.') from error
    try:
        yield
    except (InvalidParameterTypeException, InvalidParameterValueException) as error:
        # Of a parameter that every node has, such as use_sim_time.
        raise UsageError(f'{_first_line(error)}.') from error
    except ROSInterruptException as error:
        raise RosError('ROS 2 was shut down while the node ran.') from error
    finally:
        # Without it the process aborts in a destructor at exit.
        rclpy.try_shutdown()


def run_main(body: Callable[[threading.Event], None]) -> None:
    """Run a node's body as a process.

    The process ends with 0 when told to stop, with the error's code and message otherwise.

    Args:
        body: Runs until the event is set or its work is done.
    """
    with stop_signals() as stop:
        try:
            prepare_environment()
            with ros_running():
                body(stop)
        except SynthRosError as error:
            messages = error.problems if isinstance(error, ConfigError) else (str(error),)
            for message in messages:
                sys.stderr.write(f'error: {message}\n')
            sys.stderr.flush()
            sys.exit(error.exit_code)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split('\n')[0].rstrip('.')

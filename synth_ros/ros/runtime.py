"""How our nodes start and end: clean errors, clean signals, exit code 0 on a wish to stop."""

from __future__ import annotations

import importlib.resources
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from synth_ros.errors import RosError, SynthRosError


def prepare_environment() -> None:
    """Choose what must be chosen before ROS and MuJoCo are imported; the user's choice wins.

    Fast DDS keeps its default shared-memory segment at half a megabyte, less than one image,
    and then loses frames; our profile makes room for several.
    """
    from synth_ros.render.gl import prepare_gl_environment

    prepare_gl_environment()
    profile = importlib.resources.files('synth_ros') / 'ros' / 'fastdds.xml'
    for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
        os.environ.setdefault(name, str(profile))


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, in place of their usual effect."""
    stop = threading.Event()

    def request(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {number: signal.signal(number, request) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_main(body: Callable[[threading.Event], None]) -> None:
    """Run a node's body as a process.

    Args:
        body: Runs until the event is set or its work is done.

    The process ends with 0 when told to stop, with the error's code and message otherwise.
    """
    prepare_environment()
    try:
        import rclpy
        from rclpy.signals import SignalHandlerOptions
    except ImportError as error:
        _fail(
            RosError(
                f'ROS 2 cannot be imported ({error}). Source a ROS 2 Jazzy installation, or '
                "install the wheels: pip install 'synth_ros[ros]'."
            )
        )
    with stop_signals() as stop:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
        try:
            body(stop)
        except SynthRosError as error:
            _fail(error)
        finally:
            # Without it the process aborts in a destructor at exit.
            rclpy.try_shutdown()


def _fail(error: SynthRosError) -> NoReturn:
    print(f'error: {error}', file=sys.stderr, flush=True)
    sys.exit(error.exit_code)

"""The process behind ``synth-ros record``: ROS is imported here, and nowhere in the command.

Its options are those of the command, which passes them on.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from pathlib import Path

from rich.console import Console

from synth_ros.errors import ConfigError, SynthRosError
from synth_ros.ros.runtime import INTERRUPTED, no_ros, prepare_environment, stop_signals


def main() -> None:
    """Record, and say what came out."""
    options = _options()
    code = 0
    with stop_signals() as stop:
        if options.follow:
            _end_with_input(stop)
        try:
            prepare_environment()
            code = _record(options, stop)
        except SynthRosError as error:
            # Programs that were asked about the machine may have been interrupted, too.
            code = INTERRUPTED if stop.is_set() else error.exit_code
            messages = error.problems if isinstance(error, ConfigError) else (str(error),)
            for message in messages:
                sys.stderr.write(f'error: {message}\n')
    sys.exit(code)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='synth-ros record')
    parser.add_argument('config', type=Path)
    parser.add_argument('out', type=Path)
    parser.add_argument('--frames', type=int, default=0)
    parser.add_argument('--duration', type=float)
    parser.add_argument('--episodes', type=int)
    parser.add_argument('--first-episode', type=int, default=0)
    parser.add_argument('--seed', type=int)
    parser.add_argument('--compression', choices=['zstd', 'none'], default='zstd')
    parser.add_argument('--split-size', type=int, default=0)
    parser.add_argument('--split-duration', type=float, default=0.0)
    parser.add_argument('--per-bag', type=int)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--resume', action='store_true')
    parser.add_argument('--follow', action='store_true')
    return parser.parse_args()


def _end_with_input(stop: threading.Event) -> None:
    """Stop when the standard input ends: the command is gone then, however it went."""

    def follow() -> None:
        # Not through a buffer, whose lock this thread would still hold at the end.
        while os.read(sys.stdin.fileno(), 1):
            pass
        stop.set()

    threading.Thread(target=follow, name='synth_ros command watch', daemon=True).start()


def _record(options: argparse.Namespace, stop: threading.Event) -> int:
    """Record as told; gives the exit code.

    Raises:
        SynthRosError: It could not be done.
    """
    try:
        from synth_ros.ros import record_command
    except ImportError as error:
        raise no_ros(error) from error
    return record_command.run(options, stop, Console(stderr=True))


if __name__ == '__main__':
    main()

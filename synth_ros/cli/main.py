"""The ``synth-ros`` command: puts the verbs together and turns errors into messages."""

from __future__ import annotations

import sys

import typer

from synth_ros.cli.config import config_app
from synth_ros.errors import ConfigError, SynthRosError

app = typer.Typer(
    help='Labelled perception data for ROS 2 robots, rendered from MuJoCo simulations.',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(config_app, name='config')


def main() -> None:
    """Run the command line.

    What a user or the machine did wrong ends as a message on stderr and the error's exit code;
    a traceback is a bug of ours.
    """
    try:
        app(prog_name='synth-ros')
    except SynthRosError as error:
        messages = error.problems if isinstance(error, ConfigError) else (str(error),)
        for message in messages:
            print(f'error: {message}', file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == '__main__':
    main()

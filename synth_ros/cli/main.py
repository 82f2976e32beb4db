"""The ``synth-ros`` command: puts the verbs together and turns errors into messages."""

from __future__ import annotations

import io
import sys

import typer

from synth_ros import __version__
from synth_ros.cli.audit import audit
from synth_ros.cli.compare import compare
from synth_ros.cli.config import config_app
from synth_ros.cli.convert import bag2dataset, convert
from synth_ros.cli.coverage import coverage
from synth_ros.cli.dataset2bag import dataset2bag
from synth_ros.cli.demo import demo
from synth_ros.cli.detect import detect
from synth_ros.cli.doctor import doctor
from synth_ros.cli.evaluate import evaluate
from synth_ros.cli.export import export_app
from synth_ros.cli.generate import generate
from synth_ros.cli.merge import merge
from synth_ros.cli.preview import preview
from synth_ros.cli.record import record
from synth_ros.cli.recover import recover
from synth_ros.cli.render import render
from synth_ros.cli.report import report
from synth_ros.cli.split import split
from synth_ros.cli.stats import stats
from synth_ros.cli.subset import subset
from synth_ros.cli.validate import validate
from synth_ros.cli.view import view
from synth_ros.errors import ConfigError, SynthRosError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode='rich',
    pretty_exceptions_enable=False,
    context_settings={'help_option_names': ['-h', '--help']},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f'synth_ros {__version__}')
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: bool = typer.Option(
        False, '--version', help='Show the version.', callback=_show_version, is_eager=True
    ),
) -> None:
    """Labelled perception data for ROS 2 robots, rendered from MuJoCo simulations.

    First steps: [bold]synth-ros doctor[/] says what renders here; [bold]synth-ros preview
    CONFIG[/] shows what a config makes; [bold]synth-ros generate CONFIG[/] makes a dataset;
    [bold]synth-ros record CONFIG BAG[/] a labelled rosbag; [bold]synth-ros demo[/] runs the ROS
    nodes.
    """


for _verb in (
    demo,
    preview,
    generate,
    record,
    render,
    convert,
    bag2dataset,
    dataset2bag,
    merge,
    split,
    subset,
    view,
    report,
    stats,
    compare,
    coverage,
    audit,
    validate,
    detect,
    evaluate,
    recover,
    doctor,
):
    app.command()(_verb)
app.add_typer(config_app, name='config')
app.add_typer(export_app, name='export')


def main() -> None:
    """Run the command line.

    What a user or the machine did wrong ends as a message on stderr and the error's exit code;
    a traceback is a bug of ours.
    """
    from synth_ros.render.gl import prepare_gl_environment

    _print_in_any_encoding()
    try:
        prepare_gl_environment()
        app(prog_name='synth-ros')
    except SynthRosError as error:
        messages = error.problems if isinstance(error, ConfigError) else (str(error),)
        for message in messages:
            print(f'error: {message}', file=sys.stderr)
        sys.exit(error.exit_code)


def _print_in_any_encoding() -> None:
    """Escape what the terminal's encoding lacks, rather than fail halfway through a message."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')


if __name__ == '__main__':
    main()

"""``synth-ros config``: check a config file, and see what one may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from synth_ros.cli.config_explain import explain
from synth_ros.errors import OutputError

if TYPE_CHECKING:
    from synth_ros.config.cameras import CameraConfig
    from synth_ros.config.distributions import Variables
    from synth_ros.config.load import LoadedConfig
    from synth_ros.config.objects import ObjectsConfig

config_app = typer.Typer(
    help='Check config files, and see what they hold and what they vary.', no_args_is_help=True
)
config_app.command()(explain)


def _check_scene(loaded: LoadedConfig) -> None:
    """Load the robot and all assets, and compile one scene with each of them."""
    from synth_ros.scene.check import check_scene

    for warning in check_scene(loaded):
        Console(stderr=True, highlight=False).print(Text(f'warning: {warning}', style='yellow'))


DEEPER_CHECKS: tuple[Callable[[LoadedConfig], None], ...] = (_check_scene,)
"""What ``check`` runs on a valid file, in order. Each raises a SynthRosError, at best one made
by ``loaded.problem``, and imports what it needs when it is called."""

_Out = Annotated[
    Path | None, typer.Option('--out', '-o', help='File to write; default: standard output.')
]


@config_app.command()
def check(
    file: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='FILE')],
) -> None:
    """Check a config file and say what it describes.

    Every mistake is told with file, line and key. Exit code 0: the file is valid; 2: it is not.

    Example: synth-ros config check config/tabletop.yaml
    """
    from synth_ros.config.load import load_config

    loaded = load_config(file)
    for deeper_check in DEEPER_CHECKS:
        deeper_check(loaded)
    console = Console(highlight=False)
    console.print(Text(f'{file} is valid.', style='green'))
    console.print(_summary(loaded))


@config_app.command()
def schema(out: _Out = None) -> None:
    """Write the JSON Schema of config files, for editors that complete and check YAML.

    Example: synth-ros config schema --out synth_ros.schema.json
    """
    from synth_ros.config.reference import schema_json

    _write(schema_json(), out)


@config_app.command()
def reference(out: _Out = None) -> None:
    """Write the reference of all keys as Markdown.

    Example: synth-ros config reference
    """
    from synth_ros.config.reference import reference_markdown

    _write(reference_markdown(), out)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding='utf-8')
    except OSError as error:
        raise OutputError(f'{out} cannot be written: {error.strerror}.') from None


def _summary(loaded: LoadedConfig) -> Table:
    """What a config describes, one row for each part of it."""
    from synth_ros.pipeline.instant import Course
    from synth_ros.pipeline.timing import Timing

    config = loaded.config
    dataset, live = config.output.dataset, config.output.live
    cameras = len(config.cameras)
    course = Course(dataset.motion, dataset.views_per_episode)
    frames = dataset.episodes * sum(Timing(config).frames(course))
    size = f'{_counted(dataset.episodes, "scene")}, {_counted(dataset.views_per_episode, "view")}'
    rows = [('Robot', config.robot.model)]
    rows += [('Camera', _camera(camera)) for camera in config.cameras]
    rows += [('Environment', config.environment.model)]
    variables = config.randomization.variables
    rows += [('Objects', line) for line in _objects(config.objects, variables)]
    rows += [
        ('Dataset', f'{size} each, {_counted(cameras, "camera")}: {_counted(frames, "frame")}'),
        ('Live', f'{live.rate_hz:g} frames per second of simulated time'),
        ('Seed', str(config.seed)),
        ('Hash', loaded.config_hash[:12]),
    ]
    table = Table.grid(padding=(0, 2))
    previous = ''
    for label, text in rows:
        table.add_row(Text('' if label == previous else label, style='bold'), Text(text))
        previous = label
    return table


def _camera(camera: CameraConfig) -> str:
    size = f'{camera.name}, {camera.width} x {camera.height} pixels'
    if camera.rate_hz is not None:
        size += f', {camera.rate_hz:g} frames per second'
    if camera.mount is not None:
        return f'{size}, mounted on {camera.mount.link}'
    return f'{size}, camera {camera.model_camera or camera.name} of the model'


def _objects(objects: ObjectsConfig, variables: Variables) -> Iterator[str]:
    low, high = map(int, objects.count.support(variables))
    names = ', '.join(entry.name for entry in objects.classes)
    number = str(low) if low == high else f'{low} to {high}'
    yield f'{number} per scene, of {_counted(len(objects.classes), "class")}'
    if names:
        yield names


def _counted(number: int, noun: str) -> str:
    plural = f'{noun}es' if noun.endswith('s') else f'{noun}s'
    return f'{number} {noun if number == 1 else plural}'

"""Says which renderer is used and why, before anything is rendered."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from synth_ros.config.load import LoadedConfig
    from synth_ros.config.render import RenderConfig
    from synth_ros.render.auto import Choice


class Engine(Enum):
    """What draws."""

    onepass = 'onepass'
    classic = 'classic'
    filament = 'filament'


RendererOption = Annotated[
    Engine | None,
    typer.Option(
        '--renderer',
        help='Renders with this one where the config leaves the choice to auto; to go on with a '
        'dataset, or repeat a frame of one, that another machine made.',
    ),
]
_AGAIN = 'The renderer of the recording: {}.'


def announced_choice(config: RenderConfig, console: Console, *, because: str = '') -> Choice:
    """Choose the renderer and tell the user, cautions in yellow.

    Args:
        config: What is asked for.
        console: Where the choice is told.
        because: Told in place of the reason.

    Raises:
        RenderError: If nothing renders as asked.
    """
    from synth_ros.render.auto import choose_backend

    choice = choose_backend(config)
    console.print(Text(because or choice.reason))
    for caution in choice.cautions:
        console.print(Text(f'caution: {caution}', style='yellow'))
    return choice


def rendered_with(renderer: Engine | None, loaded: LoadedConfig) -> RenderConfig:
    """The render section with the renderer that the command line names.

    Raises:
        UsageError: If the config names another.
    """
    from synth_ros.errors import UsageError

    asked = loaded.config.render
    if renderer is None:
        return asked
    if asked.backend not in {'auto', renderer.value}:
        raise UsageError(
            f'--renderer {renderer.value}: render.backend is {asked.backend} in {loaded.path}, '
            'and that is what this config renders with. Leave the option out, or set the key to '
            'auto.'
        )
    return asked.model_copy(update={'backend': renderer.value})


def choice_again(config: RenderConfig, renderer: str, console: Console) -> Choice:
    """Choose the renderer that made a recording, if ``auto`` may take it and it works here.

    Pixels are the same again only from the same renderer, and ``auto`` on another machine, or
    in another version, took another one.

    Args:
        config: That made the recording.
        renderer: Name of the renderer that made it; any other word leaves the choice to ``auto``.
        console: Where the choice is told.

    Raises:
        RenderError: If nothing renders as asked.
    """
    from synth_ros.errors import RenderError
    from synth_ros.render.auto import BACKENDS

    made = next((name for name in BACKENDS if name == renderer), None)
    if config.backend != 'auto' or made is None:
        return announced_choice(config, console)
    try:
        again = config.model_copy(update={'backend': made})
        return announced_choice(again, console, because=_AGAIN.format(made))
    except RenderError as error:
        console.print(Text(f'caution: {made} made the recording. {error}', style='yellow'))
    return announced_choice(config, console)

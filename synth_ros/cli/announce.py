"""Says which renderer is used and why, before anything is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from synth_ros.config.render import RenderConfig
    from synth_ros.render.auto import Choice


def announced_choice(config: RenderConfig, console: Console) -> Choice:
    """Choose the renderer and tell the user, cautions in yellow.

    Raises:
        RenderError: If nothing renders as asked.
    """
    from synth_ros.render.auto import choose_backend

    choice = choose_backend(config)
    console.print(Text(choice.reason))
    for caution in choice.cautions:
        console.print(Text(f'caution: {caution}', style='yellow'))
    return choice

"""``synth-ros render``: one frame again, from its number alone."""

from __future__ import annotations

from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from synth_ros.cli.announce import RendererOption, announced_choice, rendered_with


class Motion(Enum):
    """What happens from frame to frame."""

    views = 'views'
    sequence = 'sequence'


def render(
    config: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='CONFIG')],
    out: Annotated[
        Path, typer.Option('--out', '-o', help='Folder for the frame; must be new or empty.')
    ] = Path('frame'),
    *,
    episode: Annotated[int, typer.Option(min=0, help='Number of the scene.')] = 0,
    view: Annotated[int, typer.Option(min=0, help='Number of the view in the scene.')] = 0,
    views: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Views in each of the dataset's scenes; matters for the flow of the last one. "
            "Default: the config's.",
        ),
    ] = None,
    motion: Annotated[
        Motion | None,
        typer.Option(
            help='How the dataset was made; what the live node made is a sequence. Default: '
            "the config's."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the config's seed.")] = None,
    renderer: RendererOption = None,
) -> None:
    """Make one frame of a dataset again, exactly as generate made it.

    A frame depends on (config, seed, episode, view) and the renderer alone. The views beside it
    are made too if labels such as tracks and flow need them; a sequence is played from its
    start. The result is a dataset of its own with this one view of every camera.

    Example: synth-ros render config/tabletop.yaml --episode 12 --view 3 --out frame
    """
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import (
        GenerateRequest,
        dataset_info,
        dataset_options,
        make_plan,
        open_stage,
        view_again,
    )
    from synth_ros.scene.build import SceneBuilder
    from synth_ros.writers.coco import CocoWriter

    loaded = load_config(config)
    plan = make_plan(GenerateRequest(config, out, seed=seed, views=views), loaded)
    course = plan.course if motion is None else plan.course._replace(motion=motion.value)
    builder = SceneBuilder(loaded)
    console = Console(stderr=True)
    choice = announced_choice(rendered_with(renderer, loaded), console)
    info = dataset_info(loaded, builder, seed=plan.seed, renderer=choice.backend)
    with CocoWriter(out, info, dataset_options(plan, loaded)) as writer:
        stage = open_stage(loaded, builder, seed=plan.seed, choice=choice)
        with closing(stage.renderer):
            again = view_again(stage, stage.open(episode), course=course, view=view)
            writer.write_episode(episode, again)
    console.print(f'Episode {episode}, view {view}: [green]{out}[/]')

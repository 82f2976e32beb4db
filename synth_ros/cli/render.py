"""``synth-ros render``: one frame again, from its number alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def render(
    config: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='CONFIG')],
    out: Annotated[
        Path, typer.Option('--out', '-o', help='Folder for the frame; must be new or empty.')
    ] = Path('frame'),
    *,
    episode: Annotated[int, typer.Option(min=0, help='Number of the scene.')] = 0,
    view: Annotated[int, typer.Option(min=0, help='Number of the view in the scene.')] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the config's seed.")] = None,
) -> None:
    """Make one frame of a dataset again, exactly as generate made it.

    A frame depends on (config, seed, episode, view) alone, so none of the others is needed.
    The result is a dataset of its own with this one view of every camera.

    Example: synth-ros render config/tabletop.yaml --episode 12 --view 3 --out frame
    """
    from synth_ros.cli.announce import announced_choice
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
    plan = make_plan(GenerateRequest(config, out, seed=seed), loaded)
    builder = SceneBuilder(loaded)
    console = Console(stderr=True)
    choice = announced_choice(loaded.config.render, console)
    info = dataset_info(loaded, builder, seed=plan.seed, renderer=choice.backend)
    with CocoWriter(out, info, dataset_options(plan, loaded)) as writer:
        stage = open_stage(loaded, builder, seed=plan.seed, choice=choice)
        with closing(stage.renderer):
            writer.write_episode(episode, view_again(stage.open(episode), stage, view=view))
    console.print(f'Episode {episode}, view {view}: [green]{out}[/]')

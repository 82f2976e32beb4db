"""``synth-ros preview``: a contact sheet before anything is generated."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.text import Text


def preview(
    config: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='CONFIG')],
    out: Annotated[Path, typer.Option('--out', '-o', help='PNG to write.')] = Path('preview.png'),
    *,
    scenes: Annotated[
        int | None,
        typer.Option(min=1, max=50, help='Scenes to show; default: 3, with --labels 1.'),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the config's seed.")] = None,
    labels: Annotated[
        bool,
        typer.Option('--labels', help='Show a tile for every annotation that the config makes.'),
    ] = False,
) -> None:
    """Show what a config makes: colour, depth, masks and boxes of a few scenes as one PNG.

    With --labels, the second view of a scene is shown, since tracks and flow need neighbours.

    Example: synth-ros preview config/tabletop.yaml --scenes 4 --out preview.png
    """
    from synth_ros.cli.announce import announced_choice
    from synth_ros.config.load import load_config
    from synth_ros.errors import OutputError
    from synth_ros.pipeline.generate import GenerateRequest, make_plan, open_stage, view_again
    from synth_ros.report.contact_sheet import write_contact_sheet, write_gallery
    from synth_ros.report.pictures.shown import from_sample
    from synth_ros.scene.build import SceneBuilder
    from synth_ros.types import Sample

    if not out.parent.is_dir():
        raise OutputError(
            f'{out.parent} is not a folder. Create it first, or choose another --out.'
        )
    console = Console(stderr=True)
    loaded = load_config(config)
    plan = make_plan(GenerateRequest(config, out, seed=seed), loaded)
    choice = announced_choice(loaded.config.render, console)
    builder = SceneBuilder(loaded)
    for warning in builder.warnings:
        console.print(Text(f'warning: {warning}', style='yellow'))
    stage = open_stage(loaded, builder, seed=plan.seed, choice=choice)
    samples: list[Sample] = []
    count = scenes or (1 if labels else 3)
    with closing(stage.renderer):
        for number in track(range(count), 'Scenes', console=console):
            episode = stage.open(number)
            view = min(1, plan.course.frames - 1) if labels else 0
            samples += view_again(stage, episode, course=plan.course, view=view)
    if labels:
        write_gallery([from_sample(sample, builder.categories) for sample in samples], out)
    else:
        write_contact_sheet(samples, out)
    blind = {s.key.camera for s in samples} - {s.key.camera for s in samples if s.labels.instances}
    for camera in sorted(blind):
        console.print(
            f'[yellow]Camera {camera} sees no labelled object.[/] Turn it with robot.joints, move '
            'robot.position_m, or drop the objects elsewhere with objects.placement.'
        )
    console.print(f'Preview of {len(samples)} frames: [green]{out}[/]')
    console.print(f'Generate them: [bold]synth-ros generate {config} --out dataset[/]')

"""``synth-ros generate``: a dataset without ROS transport."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from synth_ros.cli.announce import RendererOption, announced_choice, rendered_with
from synth_ros.cli.profile_table import show_profile


def generate(
    config: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='CONFIG')],
    out: Annotated[
        Path, typer.Option('--out', '-o', help='Folder of the dataset; must be new or empty.')
    ] = Path('dataset'),
    *,
    episodes: Annotated[
        int | None, typer.Option(min=1, help="Scenes to make; default: the config's.")
    ] = None,
    views: Annotated[
        int | None,
        typer.Option(min=1, help="Frames of each camera per scene; default: the config's."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the config's seed.")] = None,
    workers: Annotated[
        int,
        typer.Option(min=1, max=1024, help='Processes. Their number never changes the result.'),
    ] = 1,
    renderer: RendererOption = None,
    resume: Annotated[
        bool, typer.Option('--resume', help='Go on with a dataset that was interrupted.')
    ] = False,
    profile: Annotated[
        bool,
        typer.Option(
            '--profile',
            help='Say at the end where the time went; synth-ros report shows it, too.',
        ),
    ] = False,
) -> None:
    """Make a labelled dataset: images, depth, masks and COCO annotations.

    Every frame is a pure function of the config, the seed and its number: run it twice, or
    with other --workers, and every byte is the same. Interrupt it at any time and go on with
    --resume.

    Example: synth-ros generate config/tabletop.yaml --out dataset --episodes 20 --workers 2
    """
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import GenerateRequest, make_plan
    from synth_ros.pipeline.generate import generate as run

    console = Console(stderr=True)
    loaded = load_config(config)
    request = GenerateRequest(
        config,
        out,
        seed=seed,
        episodes=episodes,
        views=views,
        resume=resume,
        workers=workers,
        profile=profile,
    )
    plan = make_plan(request, loaded)
    asked = rendered_with(renderer, loaded)
    view = _ProgressView(console, plan.episodes * plan.frames_per_episode)
    try:
        # Drivers are asked in processes of their own, while this one loads the assets.
        with ThreadPoolExecutor(1, 'synth_ros drivers') as asking, view.bar:
            choice = asking.submit(announced_choice, asked, console)
            outcome = run(request, view.report, choose=choice.result)
    except KeyboardInterrupt:
        console.print(
            f'[yellow]Interrupted.[/] Every finished episode is in {out}: run the same command '
            'with --resume to go on.'
        )
        raise typer.Exit(130) from None
    if profile:
        show_profile(outcome.profile, console)
    view.summary(out, resumed=outcome.resumed, per_episode=plan.frames_per_episode)
    console.print(f'Prove it: [bold]synth-ros audit {out} --config {config}[/]', soft_wrap=True)


class _ProgressView:
    """The bar, and what is said at the end."""

    def __init__(self, console: Console, frames: int) -> None:
        self._console = console
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn('[bold]{task.description}'),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn('{task.fields[rate]:.1f} frames/s'),
            TimeElapsedColumn(),
            TextColumn('left'),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self.bar.add_task('frames', total=frames, rate=0.0)
        self._start = time.monotonic()
        self._made = 0
        self._verdicts: Counter[str] = Counter()
        self._warned: set[str] = set()

    def report(self, progress: object) -> None:
        """Show one committed episode."""
        from synth_ros.pipeline.generate import Progress as Committed

        assert isinstance(progress, Committed)
        self._made += progress.frames
        self._verdicts.update(progress.verdicts)
        for warning in progress.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self.bar.console.print(f'[yellow]warning:[/] {warning}', highlight=False)
        rate = self._made / (time.monotonic() - self._start)
        self.bar.update(self._task, advance=progress.frames, rate=rate)

    def summary(self, out: Path, *, resumed: int, per_episode: int) -> None:
        """Say what was made, what was redrawn, and what to do next."""
        elapsed = time.monotonic() - self._start
        say = self._console.print
        if resumed:
            say(f'{resumed} episodes ({resumed * per_episode} frames) were there already.')
        say(f'[green]{self._made} frames in {elapsed:.1f} s[/]: {out}/annotations.json')
        if self._verdicts:
            reasons = ', '.join(f'{n} {name.lower()}' for name, n in self._verdicts.items())
            say(f'{sum(self._verdicts.values())} drawings were redrawn: {reasons}.')
        say(f'Look at it: [bold]synth-ros report {out}[/]')

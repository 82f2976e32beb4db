"""``synth-ros generate``: a dataset without ROS transport."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from synth_ros.cli.convert import conversion_bar, show_lost, tracked
from synth_ros.cli.profile_table import show_profile
from synth_ros.errors import UsageError

if TYPE_CHECKING:
    from synth_ros.config.load import LoadedConfig

_MANY = 'Many machines (docs/cluster.md)'


def generate(
    config: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='CONFIG')],
    out: Annotated[
        str,
        typer.Option(
            '--out',
            '-o',
            help='Folder of the dataset, new or empty; or a URL such as s3://bucket/dataset.',
        ),
    ] = 'dataset',
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
        int | None,
        typer.Option(
            min=1,
            max=1024,
            help='Processes; their number never changes the result. Default: 1, or with '
            '--cluster all that it offers.',
        ),
    ] = None,
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
    cluster: Annotated[
        str | None,
        typer.Option(
            help='Work on this Ray cluster: auto, HOST:PORT, ray://HOST:PORT, or local.',
            metavar='ADDRESS',
            rich_help_panel=_MANY,
        ),
    ] = None,
    node_local: Annotated[
        str | None,
        typer.Option(
            help="Write to this folder on each node's own disk first; variables such as "
            "'$SCRATCH' mean what they mean there.",
            metavar='FOLDER',
            rich_help_panel=_MANY,
        ),
    ] = None,
    gather: Annotated[
        bool,
        typer.Option(
            help='Bring node-local shards together in --out; if not, shards.json says where '
            'each is.',
            rich_help_panel=_MANY,
        ),
    ] = True,
    ship: Annotated[
        bool,
        typer.Option(
            '--ship', help="Send the config's folder to the nodes.", rich_help_panel=_MANY
        ),
    ] = False,
    cpus_per_worker: Annotated[
        int, typer.Option(min=1, help='Processors per worker.', rich_help_panel=_MANY)
    ] = 1,
    gpus_per_worker: Annotated[
        float | None,
        typer.Option(
            min=0,
            help='Share of a GPU per worker; default: a quarter where nodes render on GPUs.',
            rich_help_panel=_MANY,
        ),
    ] = None,
) -> None:
    """Make a labelled dataset: images, depth, masks and COCO annotations.

    Every frame is a pure function of the config, the seed and its number: run it twice, or
    with other --workers, and every byte is the same. Interrupt it at any time and go on with
    --resume.

    Example: synth-ros generate config/tabletop.yaml --out dataset --episodes 20 --workers 2
    """
    from synth_ros.cli.cluster_run import cluster_options, run_on_cluster
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import GenerateRequest, make_plan
    from synth_ros.pipeline.generate import generate as run

    console = Console(stderr=True)
    options = cluster_options(
        cluster,
        workers,
        node_local=node_local,
        gather=gather,
        ship=ship,
        cpus_per_worker=cpus_per_worker,
        gpus_per_worker=gpus_per_worker,
    )
    _check_out(out)
    loaded = load_config(config)
    rendering = rendered_with(renderer, loaded)
    request = GenerateRequest(
        config,
        out,
        seed=seed,
        episodes=episodes,
        views=views,
        resume=resume,
        workers=workers or 1,
        profile=profile,
    )
    check_formats(loaded, out)
    plan = make_plan(request, loaded)
    view = ProgressView(console, plan.episodes * plan.frames_per_episode)
    try:
        with view.bar:
            if options:
                # The nodes choose for themselves.
                outcome = run_on_cluster(request, options, view=view, renderer=rendering.backend)
            else:
                # Drivers are asked in processes of their own, while this one loads the assets.
                with ThreadPoolExecutor(1, 'synth_ros drivers') as asking:
                    choice = asking.submit(announced_choice, rendering, console)
                    outcome = run(request, view.report, choose=choice.result)
    except KeyboardInterrupt:
        console.print(
            f'[yellow]Interrupted.[/] Every finished episode is in {out}: run the same command '
            'with --resume to go on.'
        )
        raise typer.Exit(130) from None
    if profile:
        show_profile(outcome.profile, console)
    finish_formats(out, loaded, console)
    view.summary(out, resumed=outcome.resumed, per_episode=plan.frames_per_episode)
    if '://' not in out:
        console.print(
            f'Prove it: [bold]synth-ros audit {out} --config {config}[/]', soft_wrap=True
        )


def check_formats(loaded: LoadedConfig, out: str) -> None:
    """Refuse formats that could not be made at the end, before hours of rendering.

    Raises:
        UsageError: A library is missing, or the place is wrong.
    """
    from synth_ros.pipeline.packing import check_place
    from synth_ros.writers.formats.registry import check_wanted, is_packed

    dataset = loaded.config.output.dataset
    formats = dataset.formats
    for name in formats:
        check_wanted(name, motion=dataset.motion, labels=loaded.config.labels)
    check_place(tuple(name for name in formats if is_packed(name)), out)


def finish_formats(out: str, loaded: LoadedConfig, console: Console) -> None:
    """Make the formats that are packed from the finished dataset, and say what all of them lack.

    A run over many machines whose shards stay there has no dataset here, and no formats.
    """
    from synth_ros.pipeline.packing import pack_formats
    from synth_ros.writers.exports import read_conversion
    from synth_ros.writers.formats.registry import is_packed

    formats = loaded.config.output.dataset.formats
    if '://' in out or not (Path(out) / 'annotations.json').exists():
        return
    with conversion_bar(console) as bar:
        pack_formats(
            Path(out),
            tuple(name for name in formats if is_packed(name)),
            progress=lambda name: tracked(bar, name),
        )
    for name in formats:
        made = read_conversion(Path(out) / name)
        console.print(f'[green]{name}[/]: {out}/{name}')
        show_lost(made['lost'], console)


def _check_out(out: str) -> None:
    """Refuse a place that ends with this process.

    Raises:
        UsageError: It is memory.
    """
    if out.startswith('memory:'):
        raise UsageError(f'--out {out}: memory ends with this command. Name a folder or a store.')


class ProgressView:
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
            TextColumn('{task.fields[cluster]}'),
            console=console,
        )
        self._task = self.bar.add_task('frames', total=frames, rate=0.0, cluster='')
        self._start = time.monotonic()
        self._made = 0
        self._verdicts: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._warned: set[str] = set()

    def report(self, progress: object) -> None:
        """Show one committed episode."""
        from synth_ros.pipeline.generate import Progress as Committed

        assert isinstance(progress, Committed)
        self._made += progress.frames
        self._verdicts.update(progress.verdicts)
        self._refusals.update(progress.refusals)
        for warning in progress.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self.bar.console.print(f'[yellow]warning:[/] {warning}', highlight=False)
        rate = self._made / (time.monotonic() - self._start)
        self.bar.update(self._task, advance=progress.frames, rate=rate)

    def show_cluster(self, words: str) -> None:
        """Show how the machines do, beside the bar."""
        self.bar.update(self._task, cluster=words)

    def summary(self, out: str, *, resumed: int, per_episode: int) -> None:
        """Say what was made, what was redrawn, and what to do next."""
        elapsed = time.monotonic() - self._start
        say = self._console.print
        if resumed:
            say(f'{resumed} episodes ({resumed * per_episode} frames) were there already.')
        say(f'[green]{self._made} frames in {elapsed:.1f} s[/]: {out}/annotations.json')
        if self._verdicts:
            reasons = ', '.join(f'{n} {name.lower()}' for name, n in self._verdicts.items())
            say(f'{sum(self._verdicts.values())} drawings were redrawn: {reasons}.')
        if self._refusals:
            reasons = ', '.join(f'{n} {name}' for name, n in self._refusals.most_common())
            say(f'Drawings of views or ways were refused: {reasons}.')
        if '://' not in out:
            say(f'Look at it: [bold]synth-ros report {out}[/]')

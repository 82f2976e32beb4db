"""What ``synth-ros record`` does and says."""

from __future__ import annotations

import argparse
import threading

from rich.console import Console
from rich.text import Text

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import SynthRosError
from synth_ros.pipeline.live import Extent
from synth_ros.render.auto import Choice, choose_backend, devices_to_share
from synth_ros.ros.live_bag import Storing
from synth_ros.ros.record_many import Job, claimed, parts, record_many
from synth_ros.ros.record_run import Recorded, Recorder, Run
from synth_ros.ros.record_view import ManyView, OneView, amount, bags
from synth_ros.ros.runtime import INTERRUPTED
from synth_ros.writers.bag import Split
from synth_ros.writers.bag_place import check_free


def run(options: argparse.Namespace, stop: threading.Event, console: Console) -> int:
    """Record as told, and say what came out.

    Args:
        options: Of the command.
        stop: Ends it early.
        console: Where it is said.

    Returns:
        The exit code.

    Raises:
        SynthRosError: It could not be done.
    """
    loaded = load_config(options.config)
    seed = loaded.config.seed if options.seed is None else options.seed
    split = Split(options.split_size * 10**6, round(options.split_duration * 1e9))
    storing = Storing(options.compression, split)
    if options.per_bag is None:
        return _one(options, loaded, stop, console=console, storing=storing, seed=seed)
    return _many(options, loaded, stop, console=console, storing=storing, seed=seed)


def _choice(loaded: LoadedConfig, console: Console) -> Choice:
    """The renderer, told to the user."""
    choice = choose_backend(loaded.config.render)
    console.print(Text(choice.reason))
    for caution in choice.cautions:
        console.print(Text(f'caution: {caution}', style='yellow'))
    return choice


def _one(
    options: argparse.Namespace,
    loaded: LoadedConfig,
    stop: threading.Event,
    *,
    console: Console,
    storing: Storing,
    seed: int,
) -> int:
    check_free(options.out)
    recorder = Recorder(loaded, seed=seed, storing=storing, choice=_choice(loaded, console))
    asked = _run_of(options)
    view = OneView(console, asked, loaded.config.output.live.randomize_period_s)
    with view.bar:
        recorded = recorder.record(options.out, asked, stop=stop, watch=view)
    _say(options, recorded, view, console=console)
    if recorded.error is None:
        return 0 if recorded.complete else INTERRUPTED
    if not isinstance(recorded.error, SynthRosError):
        raise recorded.error
    console.print(Text(f'error: {recorded.error}'), soft_wrap=True)
    return recorded.error.exit_code


def _run_of(options: argparse.Namespace) -> Run:
    """What the bag shall hold."""
    first: int = options.first_episode
    last = None if options.episodes is None else first + options.episodes - 1
    end_ns = None if options.duration is None else round(options.duration * 1e9)
    return Run(first, options.frames, Extent(last, end_ns))


def _say(
    options: argparse.Namespace, recorded: Recorded, view: OneView, *, console: Console
) -> None:
    """Say what is in the bag, and what to do with it."""
    if not recorded.appeared:
        if recorded.error is None:
            console.print(Text(f'Interrupted before the first frame: there is no {options.out}.'))
        return
    colour = 'green' if recorded.complete else 'yellow'
    told = f'{amount(recorded.progress)}, {recorded.messages:,} messages'
    console.print(
        Text.assemble((told, colour), f' in {view.elapsed_s:.1f} s: {options.out}'), soft_wrap=True
    )
    if not recorded.complete:
        early = 'Interrupted' if recorded.error is None else 'It ends early'
        console.print(Text(f'{early}: the bag is closed and valid with what it has.'))
    console.print(
        f'As a dataset: [bold]synth-ros bag2dataset {options.out} DATASET[/]. Into topics: '
        f'[bold]ros2 bag play {options.out}[/]',
        soft_wrap=True,
    )


def _many(
    options: argparse.Namespace,
    loaded: LoadedConfig,
    stop: threading.Event,
    *,
    console: Console,
    storing: Storing,
    seed: int,
) -> int:
    wanted = parts(options.first_episode, options.episodes, per_bag=options.per_bag)
    with claimed(options.out, wanted, (loaded, seed), resume=options.resume) as todo:
        view = ManyView(console, todo, loaded.config.output.live.randomize_period_s)
        if len(todo) < len(wanted):
            console.print(f'There already: {bags(len(wanted) - len(todo))}.')
        if todo:
            choice = _choice(loaded, console)
            devices = devices_to_share(choice, loaded.config.render)
            job = Job(options.config, seed, storing, choice, options.out)
            with view.bar:
                record_many(
                    job, todo, workers=options.workers, devices=devices, stop=stop, watch=view
                )
    return 0 if view.say(options.out, wanted) else INTERRUPTED

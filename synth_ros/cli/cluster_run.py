"""The part of ``generate`` that works on several machines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from synth_ros.errors import UsageError

if TYPE_CHECKING:
    from synth_ros.config.render import Backend
    from synth_ros.pipeline.cluster.messages import ClusterOptions, Status
    from synth_ros.pipeline.generate import GenerateRequest, Outcome
    from synth_ros.render.auto import Choice


class View(Protocol):
    """What is shown while it runs."""

    bar: Progress

    def report(self, progress: object) -> None:
        """Show one committed episode."""
        ...

    def show_cluster(self, words: str) -> None:
        """Show how the machines do."""
        ...


def cluster_options(
    address: str | None,
    workers: int | None,
    *,
    node_local: str | None,
    gather: bool,
    ship: bool,
    cpus_per_worker: int,
    gpus_per_worker: float | None,
) -> ClusterOptions | None:
    """Options of a cluster, or ``None`` without one.

    Raises:
        UsageError: Options do not go together.
    """
    if address is None:
        given = {
            '--node-local': node_local is not None,
            '--no-gather': not gather,
            '--ship': ship,
            '--cpus-per-worker': cpus_per_worker != 1,
            '--gpus-per-worker': gpus_per_worker is not None,
        }
        alone = [name for name, is_given in given.items() if is_given]
        if alone:
            raise UsageError(f'{", ".join(alone)} needs --cluster ADDRESS.')
        return None
    if not gather and node_local is None:
        raise UsageError('--no-gather needs --node-local FOLDER: without it nothing is gathered.')
    from synth_ros.pipeline.cluster.messages import ClusterOptions

    return ClusterOptions(
        address,
        workers=workers,
        cpus_per_worker=cpus_per_worker,
        gpus_per_worker=gpus_per_worker,
        node_local=node_local,
        gather=gather,
        ship=ship,
    )


def run_on_cluster(
    request: GenerateRequest, options: ClusterOptions, *, view: View, renderer: Backend
) -> Outcome:
    """Make a dataset on a cluster, and show how it goes.

    Args:
        request: What to make.
        options: Where.
        view: Shows it.
        renderer: What nodes shall render with; ``auto`` leaves it to them.

    Raises:
        SynthRosError: See ``generate_on_cluster``.
    """
    from synth_ros.pipeline.cluster.run import ClusterHooks, generate_on_cluster

    console = view.bar.console

    def ready(choice: Choice, cautions: tuple[str, ...]) -> None:
        announce(console, choice.reason, cautions)

    def status(now: Status) -> None:
        view.show_cluster(status_words(now))

    view.show_cluster(f'joining {options.address}')
    options = replace(options, renderer=renderer)
    return generate_on_cluster(request, options, ClusterHooks(view.report, status, ready))


def announce(console: Console, reason: str, cautions: tuple[str, ...]) -> None:
    """Say which renderer the nodes use, and what the user should know."""
    console.print(Text(reason))
    for caution in cautions:
        console.print(Text(f'caution: {caution}', style='yellow'))


def status_words(now: Status) -> str:
    """How the cluster does, in a few words."""
    words = [f'{now.nodes} nodes', f'{now.workers} workers'] if not now.doing else []
    if now.retried:
        words.append(f'{now.retried} episode{"s" if now.retried > 1 else ""} retried')
    words += [now.doing] if now.doing else []
    return ', '.join(words)

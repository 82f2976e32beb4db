"""Several processes on one dataset: each renders and commits whole episodes of its own."""

from __future__ import annotations

import multiprocessing
import queue
import traceback
from collections.abc import Sequence
from contextlib import closing
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from typing import NamedTuple

from synth_ros.config.load import load_config
from synth_ros.errors import InternalError, SynthRosError
from synth_ros.pipeline.generate import (
    GenerateRequest,
    Plan,
    Progress,
    Report,
    dataset_info,
    dataset_options,
    open_stage,
    run_episode,
)
from synth_ros.render.auto import choose_backend
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import EpisodeWriter

_LOOK_S = 0.5


class Failure(NamedTuple):
    """An error in a worker, in a form that crosses processes.

    Attributes:
        message: For the user.
        exit_code: Of the command.
    """

    message: str
    exit_code: int


class WorkerError(SynthRosError):
    """An error that a worker process reported.

    Args:
        failure: What it reported.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.exit_code = failure.exit_code


def run_workers(
    request: GenerateRequest, plan: Plan, *, episodes: Sequence[int], report: Report
) -> None:
    """Make episodes in ``request.workers`` processes.

    Episodes are handed out one by one, so a slow one holds nobody up. The first error stops
    all; what was committed stays valid.

    Args:
        request: What to make.
        plan: The request with defaults filled in.
        episodes: Numbers to make.
        report: Called in this process after each committed episode.

    Raises:
        WorkerError: A worker reported an error.
        InternalError: A worker died without a word.
    """
    # Spawned, never forked: a forked GL context is undefined behaviour.
    context = multiprocessing.get_context('spawn')
    tasks: Queue[int | None] = context.Queue()
    results: Queue[Progress | Failure] = context.Queue()
    count = min(request.workers, len(episodes))
    for episode in episodes:
        tasks.put(episode)
    for _ in range(count):
        tasks.put(None)
    processes = [
        context.Process(target=_work, args=(request, plan, (tasks, results)), daemon=True)
        for _ in range(count)
    ]
    for process in processes:
        process.start()
    try:
        _collect(processes, results, expected=len(episodes), report=report)
        for process in processes:
            process.join()
    finally:
        for process in processes:
            if process.is_alive():
                process.terminate()
            process.join()
        for channel in (tasks, results):
            channel.cancel_join_thread()
            channel.close()


def _collect(
    processes: Sequence[SpawnProcess],
    results: Queue[Progress | Failure],
    *,
    expected: int,
    report: Report,
) -> None:
    """Pass on results until all episodes are committed."""
    received = 0
    while received < expected:
        try:
            result = results.get(timeout=_LOOK_S)
        except queue.Empty:
            _check_alive(processes)
            continue
        if isinstance(result, Failure):
            raise WorkerError(result)
        received += 1
        report(result)


def _check_alive(processes: Sequence[SpawnProcess]) -> None:
    dead = [p.exitcode for p in processes if p.exitcode]
    if dead:
        raise InternalError(
            f'A worker process ended with code {dead[0]} (killed, or out of memory?). The '
            'episodes committed so far are valid: run the same command with --resume, with '
            'fewer --workers if memory was short.'
        )


def _work(
    request: GenerateRequest,
    plan: Plan,
    channels: tuple[Queue[int | None], Queue[Progress | Failure]],
) -> None:
    """Body of a worker process; channels are the tasks and the results."""
    tasks, results = channels
    try:
        loaded = load_config(request.config_path)
        builder = SceneBuilder(loaded)
        choice = request.choice or choose_backend(loaded.config.render)
        info = dataset_info(loaded, builder, seed=plan.seed, renderer=choice.backend)
        writer = EpisodeWriter(request.out, info, dataset_options(plan, loaded))
        stage = open_stage(loaded, builder, seed=plan.seed, choice=choice)
        with closing(stage.renderer):
            while (episode := tasks.get()) is not None:
                results.put(run_episode(stage, writer, plan=plan, number=episode))
    except SynthRosError as error:
        results.put(Failure(str(error), error.exit_code))
    except KeyboardInterrupt:
        pass
    except Exception:  # noqa: BLE001 (whatever it is, the parent must hear of it)
        results.put(Failure(f'A worker failed:\n{traceback.format_exc()}', 1))

"""A worker process: renders and commits the episodes that its parent gives it."""

from __future__ import annotations

import os
import threading
import traceback
from contextlib import closing
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection

from synth_ros.config.load import load_config
from synth_ros.errors import SynthRosError
from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.crew import Failure, Task, Times, Want
from synth_ros.pipeline.generate import (
    Progress,
    dataset_info,
    dataset_options,
    open_stage,
)
from synth_ros.pipeline.produce import produce
from synth_ros.render.auto import choice_on, choose_backend
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import EpisodeWriter

Message = Want | Progress | Failure | Times
_NO_MEMORY = (
    'A worker ran out of memory. The episodes committed so far are valid: run the same command '
    'with --resume and fewer --workers.'
)


def work(task: Task, parent: Connection) -> None:
    """Body of a worker process.

    Args:
        task: What to do.
        parent: Gives the numbers of episodes, and hears of what is done.
    """
    end_with_parent()
    try:
        parent.send(Times(_work(task, parent).tallies()))
    except SynthRosError as error:
        parent.send(Failure(str(error), error.exit_code))
    except MemoryError:
        parent.send(Failure(_NO_MEMORY, 1))
    except Exception:  # noqa: BLE001 (whatever it is, the parent must hear of it)
        parent.send(Failure(f'A worker failed:\n{traceback.format_exc()}', 1))


def _work(task: Task, parent: Connection) -> Clock:
    def take(*, idle: bool) -> int | None:
        parent.send(Want(idle))
        number: int | None = parent.recv()
        return number

    def report(progress: Progress) -> None:
        parent.send(progress)

    clock = Clock()
    request, plan = task.request, task.plan
    with clock.measure('start'):
        loaded = load_config(request.config_path)
        builder = SceneBuilder(loaded)
        choice = request.choice or choose_backend(loaded.config.render)
        info = dataset_info(loaded, builder, seed=plan.seed, renderer=choice.backend)
        writer = EpisodeWriter(request.out, info, dataset_options(plan, loaded))
        stage = open_stage(loaded, builder, seed=plan.seed, choice=choice_on(choice, task.device))
    stage.clock.merge(clock.tallies())
    with closing(stage.renderer):
        produce(stage, writer, plan=plan, take=take, report=report, processes=task.workers)
    return stage.clock


def end_with_parent() -> None:
    """End this process as soon as the parent is gone, however it went.

    Another run may take over the dataset then; nobody else may write to it.
    """
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name='synth_ros parent watch', daemon=True).start()

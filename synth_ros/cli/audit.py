"""``synth-ros audit``: proof that the labels of a dataset or bag are true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from synth_ros.cli.progress import counting_bar

if TYPE_CHECKING:
    from synth_ros.audit.truth import Oracle
    from synth_ros.readers.recording import Recording


def audit(
    recording: Annotated[
        Path, typer.Argument(help='Folder of a dataset or of a bag.', metavar='DATASET|BAG')
    ],
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            '--config',
            '-c',
            help='Config that made it: builds the scenes again, casts rays, renders again.',
        ),
    ] = None,
    frames: Annotated[
        int, typer.Option(min=1, help='Frames to check, drawn evenly over the recording.')
    ] = 200,
    every: Annotated[bool, typer.Option('--all', help='Check every frame.')] = False,
    seed: Annotated[int, typer.Option(min=0, help='Of the draws of frames and pixels.')] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            '--out',
            '-o',
            help='Folder for audit.json and audit.html; default: NAME_audit beside it.',
        ),
    ] = None,
) -> None:
    """Prove that labels are true: derive each again by another road, and compare.

    Masks are counted against boxes, 3D boxes and keypoints are projected by hand, depth is put
    into space against poses, flow and normals, and every copy of a number is compared. With
    --config the scenes are built again: rays are cast through a random sample of pixels, and
    the frames are rendered once more. Nothing of it uses the code that made the labels.

    Every annotation gets its worst and median error, and the frame where the worst happened.
    Exit code 0: every bound holds. 1: one is broken. 2: the recording or the config cannot be
    used. docs/audit.md lists every check, its bound and what it proves.

    Example: synth-ros audit dataset --config config/tabletop.yaml
    """
    from synth_ros.audit.run import AuditRequest
    from synth_ros.audit.run import audit as run
    from synth_ros.cli.audit_table import show
    from synth_ros.readers.open_recording import open_recording
    from synth_ros.report.audit_html import write_audit

    console = Console(stderr=True)
    request = AuditRequest(None if every else frames, seed)
    target = out or recording.resolve().parent / f'{recording.resolve().name}_audit'
    with closing(open_recording(recording)) as found:
        with _oracle(config, found, console) as oracle, counting_bar(console) as bar:
            task = bar.add_task('frames', total=None)
            result = run(
                found,
                request,
                oracle=oracle,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        written = write_audit(result, found, target)
    show(result, Console())
    console.print(Text(f'Report: {written.html}'))
    if not result.fine:
        raise typer.Exit(1)


@contextmanager
def _oracle(
    config: Path | None, recording: Recording, console: Console
) -> Iterator[Oracle | None]:
    """What the config knows; its renderer is closed at the end."""
    if config is None:
        yield None
        return
    from synth_ros.cli.announce import choice_again
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import open_stage
    from synth_ros.pipeline.oracle import ConfigOracle, check_config
    from synth_ros.scene.build import SceneBuilder

    loaded = load_config(config)
    check_config(recording, loaded)
    choice = choice_again(loaded.config.render, recording.renderer, console)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=recording.seed, choice=choice)
    with closing(stage.renderer):
        yield ConfigOracle(loaded, builder, stage=stage)

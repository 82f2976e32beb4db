"""``synth-ros evaluate``: how well did a perception stack do on a dataset or a bag?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from synth_ros.errors import NotFoundError, OutputError, UsageError

if TYPE_CHECKING:
    from synth_ros.evaluate.records import EvaluationRecord

_MOST_FINDINGS = 12


def evaluate(
    truth: Annotated[
        Path, typer.Argument(help='Ground truth: a dataset or a bag of ours.', metavar='TRUTH')
    ],
    *,
    detections: Annotated[
        Path,
        typer.Option('--detections', '-d', help='A COCO results file, or a bag.', metavar='PATH'),
    ],
    topic: Annotated[
        list[str] | None,
        typer.Option('--topic', help='Topic of the bag; again for more.', metavar='TOPIC'),
    ] = None,
    camera: Annotated[
        str, typer.Option('--camera', help='Camera that the topics answer.', metavar='NAME')
    ] = '',
    out: Annotated[
        Path | None,
        typer.Option('--out', '-o', help='Folder for evaluation.json and evaluation.html.'),
    ] = None,
    class_map: Annotated[
        str,
        typer.Option('--class-map', help="YAML file or text: '{0: mug, 1: box}'.", metavar='YAML'),
    ] = '',
    letterbox: Annotated[
        str,
        typer.Option('--letterbox', help='none, letterbox, corner or stretch.', metavar='FIT'),
    ] = 'none',
    network: Annotated[
        tuple[int, int], typer.Option('--network', help='Width and height of the network input.')
    ] = (0, 0),
    tolerance_ns: Annotated[
        int, typer.Option(min=0, help='How far stamps of topics may be apart.')
    ] = 0,
    pose_class: Annotated[
        str, typer.Option(help='Class of poses that name none.', metavar='NAME')
    ] = '',
    pose_of_box: Annotated[
        bool, typer.Option('--pose-of-box', help='Poses are those of the 3D boxes.')
    ] = False,
    min_visibility: Annotated[
        float, typer.Option(min=0, max=1, help='Objects less visible are neither right nor wrong.')
    ] = 0.0,
    min_pixels: Annotated[
        int, typer.Option(min=0, help='Objects with fewer visible pixels likewise.')
    ] = 0,
    count_missed: Annotated[
        bool, typer.Option('--count-missed', help='Frames without an answer count as empty ones.')
    ] = False,
    min_score: Annotated[
        float | None, typer.Option(help='Score for slices; default: that of the largest F1.')
    ] = None,
    min_map: Annotated[
        float | None, typer.Option(min=0, max=1, help='Exit with 1 if mAP is below.')
    ] = None,
    force: Annotated[bool, typer.Option('--force', help='Replace files in the folder.')] = False,
) -> None:
    """Measure detections, masks and poses against the truth, and say where they fail.

    mAP is COCO's, pose errors are BOP's; results are sliced by everything that was randomized.

    Example: synth-ros evaluate dataset --detections results.json --out evaluation
    """
    from synth_ros.cli.progress import counting_bar
    from synth_ros.evaluate.answers import PoseMeaning
    from synth_ros.evaluate.letterbox import FITS
    from synth_ros.evaluate.offline import Request, pictures_of
    from synth_ros.evaluate.offline import evaluate as compare
    from synth_ros.evaluate.report import write
    from synth_ros.evaluate.truth import Leave

    fit = next((word for word in FITS if word == letterbox), None)
    if fit is None:
        raise NotFoundError('way', letterbox, available=FITS, where='--letterbox')
    if fit != 'none' and network == (0, 0):
        raise UsageError(f'--letterbox {fit} needs --network WIDTH HEIGHT.')
    _refuse(out, force=force)
    request = Request(
        truth=truth,
        detections=detections,
        topics=tuple(topic or ()),
        camera=camera,
        class_map=class_map,
        fit=fit,
        network=network,
        tolerance_ns=tolerance_ns,
        meaning=PoseMeaning(pose_class or None, of_box=pose_of_box),
        leave=Leave(min_visibility, min_pixels),
        count_missed=count_missed,
        min_score=min_score,
    )
    bar = counting_bar(Console(stderr=True))
    with bar:
        task = bar.add_task('comparing', total=None)
        session = compare(
            request, lambda done, total: bar.update(task, completed=done, total=total)
        )
        record = session.record()
    console = Console()
    _tell(record, console)
    if out is not None:
        _, page = write(record, out, pictures=pictures_of(request, record))
        Console(stderr=True).print(f'Report: [green]{page}[/]')
    if min_map is not None:
        _require(record, min_map)


def _refuse(out: Path | None, *, force: bool) -> None:
    """Refuse to overwrite before any work is done."""
    from synth_ros.evaluate.report import PAGE, RECORD

    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise OutputError(f'{out} is a file. Name a folder.')
    there = [name for name in (RECORD, PAGE) if (out / name).exists()]
    if there and not force:
        raise OutputError(f'{out / there[0]} exists already. Name another folder, or add --force.')


def _require(record: EvaluationRecord, least: float) -> None:
    found = record.boxes.summary.ap if record.boxes is not None else None
    if found is None or found < least:
        shown = 'there is none' if found is None else f'it is {found:.4f}'
        Console(stderr=True).print(Text(f'mAP must be {least:g} at least; {shown}.', style='red'))
        raise typer.Exit(1)


def _tell(record: EvaluationRecord, console: Console) -> None:
    """The main numbers, what could not be used, and where it fails."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in _numbers(record):
        table.add_row(name, value)
    console.print(table)
    if record.nonsense:
        from synth_ros.evaluate.intake import REASONS

        console.print(Text('\nCould not be used:', style='bold yellow'))
        for reason, total in record.nonsense.items():
            console.print(Text(f'  {total} {REASONS.get(reason, reason)}'))
    if record.findings:
        console.print(Text('\nWhere it fails:', style='bold'))
        for finding in record.findings[:_MOST_FINDINGS]:
            console.print(Text(f'  {finding.text}'))


def _numbers(record: EvaluationRecord) -> list[tuple[str, str]]:
    rows = [('frames', str(record.frames))]
    for name, found in (
        ('', record.boxes),
        ('mask ', record.masks),
        ('segment ', record.segments),
    ):
        if found is not None:
            rows.append((f'{name}objects', str(found.objects)))
            rows.append((f'{name}detections', str(found.detections)))
            rows.append((f'{name}mAP 0.50:0.95', _share(found.summary.ap)))
            rows.append((f'{name}mAP 0.50', _share(found.summary.ap50)))
            if found.point is not None:
                at = f' (score {found.point.score:.2f})'
                rows.append((f'{name}precision{at}', _share(found.point.precision)))
                rows.append((f'{name}recall{at}', _share(found.point.recall)))
    if record.pixels is not None:
        rows.append(('mean IoU', _share(record.pixels.mean_iou)))
    if record.poses is not None:
        rows.append(('poses right, ADD(-S)', _share(record.poses.all.add_or_s_recall)))
        rows.append(('AR MSSD', _share(record.poses.all.ar_mssd)))
        rows.append(('AR MSPD', _share(record.poses.all.ar_mspd)))
    rows += [
        (
            f'stamps of {s.name}',
            f'{s.matched} matched, {s.missed} missed, {s.unmatched} of no frame',
        )
        for s in record.streams
    ]
    return rows


def _share(value: float | None) -> str:
    return 'nothing to find' if value is None else f'{value:.4f}'

"""``synth-ros detect``: a detector over a dataset, for an evaluation without ROS."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from synth_ros.geometry.fitting import Fit
    from synth_ros.perceive.detector import Detector
    from synth_ros.perceive.kinds import Kind
    from synth_ros.perceive.results import Tally
    from synth_ros.perceive.types import Thresholds


class ModelKind(StrEnum):
    """What a model is."""

    yolo = 'yolo'
    yolo_end2end = 'yolo-end2end'
    rtdetr = 'rtdetr'
    rtdetr_ultralytics = 'rtdetr-ultralytics'
    rtdetr_end2end = 'rtdetr-end2end'
    detr = 'detr'
    detr_softmax = 'detr-softmax'


class FitName(StrEnum):
    """How images are brought to size."""

    letterbox = 'letterbox'
    corner = 'corner'
    stretch = 'stretch'


class ScalingName(StrEnum):
    """What becomes of the bytes."""

    unit = 'unit'
    imagenet = 'imagenet'
    none = 'none'


class ProviderName(StrEnum):
    """What runs the model."""

    auto = 'auto'
    tensorrt = 'tensorrt'
    cuda = 'cuda'
    cpu = 'cpu'


def detect(
    model: Annotated[Path, typer.Argument(help='Detector (ONNX).', metavar='MODEL')],
    dataset: Annotated[
        Path,
        typer.Argument(help='Dataset of ours, or a folder in COCO format.', metavar='DATASET'),
    ],
    *,
    out: Annotated[
        Path, typer.Option('--out', metavar='FILE', help='Results file (JSON) to write.')
    ],
    kind: Annotated[
        ModelKind | None, typer.Option(help='What the model is. Default: told by its outputs.')
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar='FILE',
            help='Names of its classes, one a line. Default: those in the model, else the '
            "dataset's in the order of their ids.",
        ),
    ] = None,
    score: Annotated[
        float, typer.Option(min=0.0, max=1.0, help='Lowest score; low, for whole curves.')
    ] = 0.01,
    iou: Annotated[
        float, typer.Option(min=0.0, max=1.0, help='Overlap allowed within a class (YOLO).')
    ] = 0.7,
    most: Annotated[
        int, typer.Option('--max-detections', min=1, help='Of an image, the best first.')
    ] = 100,
    fit: Annotated[
        FitName | None, typer.Option(help='Bring images to size so. Default: as trained.')
    ] = None,
    scaling: Annotated[ScalingName, typer.Option(help='Bytes as 0 to 1, by ImageNet, as is.')] = (
        ScalingName.unit
    ),
    provider: Annotated[ProviderName, typer.Option(help='What runs the model.')] = (
        ProviderName.auto
    ),
    size: Annotated[
        str,
        typer.Option(
            '--input', metavar='WxH', help="Network's input, where the model leaves it open."
        ),
    ] = '',
    force: Annotated[bool, typer.Option('--force', help='Replace FILE if it is there.')] = False,
) -> None:
    """Run a detector over a dataset and write its detections as COCO results.

    The same preprocessing and decoding as [bold]detector_node[/]. Score the file with
    [bold]synth-ros evaluate[/] or pycocotools.

    Example: synth-ros detect model.onnx dataset --out results.json
    """
    from synth_ros.cli.export import input_size
    from synth_ros.cli.json_file import refuse_to_replace
    from synth_ros.perceive.detector import Detector, DetectorOptions
    from synth_ros.perceive.model import RunOptions
    from synth_ros.perceive.names import read_names
    from synth_ros.perceive.types import Thresholds

    refuse_to_replace(out, force=force)
    named = read_names(labels) if labels is not None else None
    run = RunOptions(provider=provider.value, size=input_size(size) if size else (0, 0))
    options = DetectorOptions(
        kind=cast('Kind | None', kind and kind.value),
        fit=cast('Fit | None', fit and fit.value),
        scaling=scaling.value,
        run=run,
    )
    detector = Detector(model, options)
    console = Console(stderr=True, highlight=False)
    work = _Work(detector, dataset, out, keep=Thresholds(score, iou, most), console=console)
    tally = work.written(detector.names if named is None else named)
    _tell(console, detector, tally)
    console.print(Text(f'Results: {out}'))


class _Work(NamedTuple):
    """What is looked at with what, and where the results go."""

    detector: Detector
    dataset: Path
    out: Path
    keep: Thresholds
    console: Console

    def written(self, named: Mapping[int, str]) -> Tally:
        """Write the file; what happened."""
        from synth_ros.cli.progress import counting_bar
        from synth_ros.perceive.results import Tally, names_for, results
        from synth_ros.report.opened import opened
        from synth_ros.report.page import write_text

        tally = Tally()
        with opened(self.dataset) as found:
            if not named:
                self.console.print(
                    'The model names no classes, so they are taken to be those of the dataset in '
                    'the order of their ids; give --labels if they are others.'
                )
            with counting_bar(self.console) as bar:
                task = bar.add_task('images', total=len(found))
                lines = []
                for line in results(
                    self.detector,
                    found,
                    names=names_for(found, named),
                    keep=self.keep,
                    tally=tally,
                ):
                    lines.append(line)
                    bar.update(task, completed=tally.images)
                bar.update(task, completed=tally.images)
        write_text(self.out, '[\n' + ',\n'.join(lines) + '\n]\n')
        return tally


def _tell(console: Console, detector: Detector, tally: Tally) -> None:
    """Say what came out."""
    each = 1e3 * tally.seconds / max(tally.images, 1)
    console.print(
        f'{tally.detections} detections in {tally.images} images: {detector.kind} model on '
        f'{detector.model.provider}, {each:.1f} ms an image.'
    )
    if tally.unknown:
        shown = ', '.join(f'{name} ({count})' for name, count in sorted(tally.unknown.items()))
        console.print(
            Text(f'Left out, for the dataset has no such class: {shown}. Give --labels.')
        )
    if tally.nonsense:
        console.print(f'Left out: {tally.nonsense} detections that were no numbers.')

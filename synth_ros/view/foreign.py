"""Datasets of other formats: images with boxes and masks, one after another."""

from __future__ import annotations

from collections import Counter

import cv2
import rerun as rr
import rerun.blueprint as rrb

from synth_ros.readers.plain.types import PlainDataset, PlainImage, PlainObject
from synth_ros.report.palette import Rgb, colour
from synth_ros.view import paths
from synth_ros.view.encoded import encoded_image, is_jpeg, png_of
from synth_ros.view.masks import OPACITY
from synth_ros.view.names import Names, class_context, mask_of
from synth_ros.view.progress import Progress, no_progress, strict
from synth_ros.view.sink import FLUSH_EVERY, Sink
from synth_ros.view.stacked import chosen, number_masks

IMAGE = 'image'
TITLE = 'title'
COUNTS = 'plots/objects'

_IGNORED: Rgb = (128, 128, 128)
_PNG_START = b'\x89PNG'
_ORIENTED = b'Exif\x00\x00'
_HEAD = 1 << 16


def log_foreign(
    sink: Sink, dataset: PlainDataset, numbers: range, *, progress: Progress = no_progress
) -> None:
    """Log images of a dataset; one is in memory at a time.

    Args:
        sink: Where to log.
        dataset: What to show.
        numbers: Which of its images, counted from 0; at least one.
        progress: Is told after each image.

    Raises:
        UsageError: An image cannot be read.
        OutputError: The log cannot be written or sent.
    """
    stream = sink.stream
    ids = {name: number for number, name in enumerate(dataset.class_names, start=1)}
    with strict():
        stream.send_blueprint(_layout())
        stream.log(paths.ABOUT, _markdown(about(dataset, numbers)), static=True)
        stream.log(IMAGE, class_context((k, name) for name, k in ids.items()), static=True)
        names = Names()
        for done, (number, image) in enumerate(chosen(dataset, numbers), start=1):
            stream.set_time('frame', sequence=number)
            _log_image(stream, dataset, image)
            _log_boxes(stream, image, ids)
            _log_masks(stream, dataset, image, names=names)
            counts = Counter(item.class_name for item in image.objects if not item.ignored)
            for name in ids:
                stream.log(paths.below(COUNTS, name), rr.Scalars(float(counts[name])))
            if done % FLUSH_EVERY == 0:
                sink.flush()
            progress(done, len(numbers))


def about(dataset: PlainDataset, numbers: range) -> str:
    """What the dataset is, as Markdown."""
    rows = {
        'Format': dataset.kind,
        'Shown': f'{len(numbers)} of {len(dataset)} images',
        'Classes': ', '.join(dataset.class_names),
    }
    table = '\n'.join(f'| {name} | {value} |' for name, value in rows.items())
    return f'# {dataset.path.resolve().name}\n\n| | |\n|---|---|\n{table}\n'


def words(item: PlainObject) -> str:
    """What is written at a box: class and, if it is known, visible share."""
    share = '' if item.visibility is None else f' {item.visibility:.0%}'
    return f'{item.class_name}{share}{" (ignored)" if item.ignored else ""}'


def _log_image(stream: rr.RecordingStream, dataset: PlainDataset, image: PlainImage) -> None:
    stored = _stored(dataset, image)
    if stored is None:
        stored = png_of(cv2.cvtColor(dataset.read_rgb(image), cv2.COLOR_RGB2BGR))
    stream.log(f'{IMAGE}/rgb', encoded_image(stored))
    place = ', '.join(part for part in (image.split, image.group) if part)
    text = f'{image.name}\n{place}\n{image.width} x {image.height}'
    stream.log(TITLE, rr.TextDocument(text))


def _stored(dataset: PlainDataset, image: PlainImage) -> bytes | None:
    """The file of an image, if the viewer shows it as the reader reads it."""
    path = dataset.path / image.name
    if not path.is_file():
        return None
    data = path.read_bytes()
    if data.startswith(_PNG_START):
        return data
    # A camera's note on how it was held turns the picture for some programs and not for others.
    return data if is_jpeg(data) and _ORIENTED not in data[:_HEAD] else None


def _log_boxes(stream: rr.RecordingStream, image: PlainImage, ids: dict[str, int]) -> None:
    boxed = [(item, item.box) for item in image.objects if item.box is not None]
    items = [item for item, _ in boxed]
    stream.log(
        f'{IMAGE}/boxes',
        rr.Boxes2D(
            array=[box for _, box in boxed],
            array_format=rr.Box2DFormat.XYXY,
            colors=[_IGNORED if x.ignored else colour(ids.get(x.class_name, 1)) for x in items],
            labels=[words(item) for item in items],
            class_ids=[ids.get(item.class_name, 0) for item in items],
        ),
    )


def _log_masks(
    stream: rr.RecordingStream, dataset: PlainDataset, image: PlainImage, *, names: Names
) -> None:
    numbers = number_masks(dataset.masks(image), (image.height, image.width))
    entity = f'{IMAGE}/masks'
    if numbers is None:
        stream.log(entity, rr.Clear(recursive=False))
        return
    before = len(names)
    values = names.values_of({k: f'{x.class_name} {k}' for k, x in enumerate(image.objects, 1)})
    if len(names) > before:
        stream.log(entity, names.context(), static=True)
    stream.log(entity, rr.SegmentationImage(mask_of(numbers, values), opacity=OPACITY))


def _layout() -> rrb.Blueprint:
    """Boxes beside masks; below them what there is to read."""
    return rrb.Blueprint(
        rrb.Vertical(
            rrb.Horizontal(
                rrb.Spatial2DView(
                    origin=f'/{IMAGE}', contents=['$origin/rgb', '$origin/boxes'], name='Boxes'
                ),
                rrb.Spatial2DView(
                    origin=f'/{IMAGE}', contents=['$origin/rgb', '$origin/masks'], name='Masks'
                ),
            ),
            rrb.Horizontal(
                rrb.TextDocumentView(origin=f'/{TITLE}', name='Image'),
                rrb.TimeSeriesView(origin=f'/{COUNTS}', name='Objects'),
                rrb.TextDocumentView(origin=f'/{paths.ABOUT}', name='About'),
            ),
            row_shares=[3, 1],
        ),
        rrb.BlueprintPanel(state='collapsed'),
        rrb.SelectionPanel(state='collapsed'),
        rrb.TimePanel(state='collapsed', timeline='frame'),
        auto_layout=False,
        auto_views=False,
    )


def _markdown(text: str) -> rr.TextDocument:
    return rr.TextDocument(text, media_type=rr.MediaType.MARKDOWN)

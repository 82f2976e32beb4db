"""Kinds of detectors, told apart by what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.geometry.fitting import Fit
from synth_ros.perceive.decode_rtdetr import (
    decode_detr,
    decode_detr_softmax,
    decode_rtdetr,
    decode_rtdetr_end_to_end,
    decode_rtdetr_ultralytics,
)
from synth_ros.perceive.decode_yolo import decode_end_to_end, decode_yolo
from synth_ros.perceive.types import Found, Thresholds

Kind = Literal[
    'yolo',
    'yolo-end2end',
    'rtdetr',
    'rtdetr-ultralytics',
    'rtdetr-end2end',
    'detr',
    'detr-softmax',
]
Decode = Callable[[Sequence[NDArray[np.generic]], tuple[int, int], Thresholds], Found]

_MOST_QUERIES = 1000
"""Networks with queries have some hundreds; with more rows it is a grid, as that of YOLO."""


class KindSpec(NamedTuple):
    """One kind of detector.

    Attributes:
        outputs: What it must give, in words.
        decode: Makes detections of it.
        fit: How its images are brought to size unless one says otherwise.
        takes_size: Whether it wants the input ``orig_target_sizes``.
    """

    outputs: str
    decode: Decode
    fit: Fit
    takes_size: bool = False


_SHARES = 'boxes (1, n, 4) as shares of the input'
KINDS: Mapping[Kind, KindSpec] = MappingProxyType(
    {
        'yolo': KindSpec('one output (1, 4 + classes, n)', decode_yolo, 'letterbox'),
        'yolo-end2end': KindSpec('one output (1, n, 6)', decode_end_to_end, 'letterbox'),
        'rtdetr': KindSpec(
            'labels (1, n), boxes (1, n, 4), scores (1, n), and an input (1, 2) of whole numbers '
            'for the size',
            decode_rtdetr,
            'stretch',
            takes_size=True,
        ),
        'rtdetr-ultralytics': KindSpec(
            'one output (1, n, 4 + classes)', decode_rtdetr_ultralytics, 'stretch'
        ),
        'rtdetr-end2end': KindSpec(
            'one output (1, n, 6), boxes as shares of the input',
            decode_rtdetr_end_to_end,
            'stretch',
        ),
        'detr': KindSpec(f'logits (1, n, classes), {_SHARES}', decode_detr, 'stretch'),
        'detr-softmax': KindSpec(
            f'logits (1, n, classes + 1), {_SHARES}', decode_detr_softmax, 'stretch'
        ),
    }
)


class Output(NamedTuple):
    """One output of a network, as it came from a first run.

    Attributes:
        name: Its name.
        shape: Its shape.
        whole: Whether it holds whole numbers.
    """

    name: str
    shape: tuple[int, ...]
    whole: bool


class Written(NamedTuple):
    """What the exporter wrote into the file; empty where it did not.

    Attributes:
        description: Of the model.
        head: Name of the last layer.
        classes: How many classes it names.
    """

    description: str = ''
    head: str = ''
    classes: int = 0

    @property
    def says_detr(self) -> bool:
        """Whether it is said to be of the DETR family."""
        return 'detr' in f'{self.description} {self.head}'.lower()


class Recognised(NamedTuple):
    """What a network is.

    Attributes:
        kind: Its kind.
        order: For each array that the decoder takes, which output it is.
    """

    kind: Kind
    order: tuple[int, ...]


def recognise(
    outputs: Sequence[Output],
    *,
    takes_size: bool,
    written: Written,
    told: Kind | None = None,
) -> Recognised:
    """Which kind of detector has such outputs.

    One output (1, a, b): b = 6 is a network that chooses itself, else a < b is YOLO and a > b
    RT-DETR of Ultralytics. Two are logits and boxes, three are labels, boxes and scores; which is
    which is told by names, then by shapes.

    Args:
        outputs: As they came from a first run.
        takes_size: Whether the network has an input for the size of the image.
        written: What the exporter wrote into the file; decides where shapes leave it open.
        told: What the user says it is.

    Raises:
        UsageError: It is nothing we know, or not what the user says.
    """
    orders = {kind: _order(kind, outputs, takes_size=takes_size) for kind in KINDS}
    if told is not None:
        order = orders[told]
        if order is None:
            raise UsageError(
                f'The model is no {told}: that has {KINDS[told].outputs}; this one has '
                f'{describe(outputs, takes_size=takes_size)}.'
            )
        return Recognised(told, order)
    fitting = [kind for kind in _guesses(outputs, written) if orders[kind] is not None]
    if not fitting:
        known = '; '.join(f'{kind}: {spec.outputs}' for kind, spec in KINDS.items())
        raise UsageError(
            f'The model is of no kind that is known: it has '
            f'{describe(outputs, takes_size=takes_size)}. Known are {known}. Export it anew, or '
            'say which it is with kind.'
        )
    order = orders[fitting[0]]
    assert order is not None
    return Recognised(fitting[0], order)


def describe(outputs: Sequence[Output], *, takes_size: bool) -> str:
    """The outputs in words."""
    words = ', '.join(
        f'{output.name} {output.shape}{" of whole numbers" if output.whole else ""}'
        for output in outputs
    )
    return f'the outputs {words}' + (' and an input for the size' if takes_size else '')


def _guesses(outputs: Sequence[Output], written: Written) -> Sequence[Kind]:
    """Kinds in the order in which they are tried."""
    if len(outputs) != 1:
        return ('rtdetr', 'detr')
    if written.says_detr:
        # Scores of two classes take six columns, too; such exporters do not name the head yet.
        scores = written.classes == 2 and not written.head
        return ('rtdetr-ultralytics',) if scores else ('rtdetr-end2end', 'rtdetr-ultralytics')
    return ('yolo-end2end', 'yolo', 'rtdetr-ultralytics')


def _order(kind: Kind, outputs: Sequence[Output], *, takes_size: bool) -> tuple[int, ...] | None:
    """Which output is which array of the decoder; ``None`` if they do not fit the kind."""
    if takes_size != KINDS[kind].takes_size or any(o.shape[:1] != (1,) for o in outputs):
        return None
    if kind == 'rtdetr':
        return _labels_boxes_scores(outputs)
    if kind in {'detr', 'detr-softmax'}:
        return _logits_boxes(outputs)
    if len(outputs) != 1 or len(outputs[0].shape) != 3:
        return None
    _, rows, columns = outputs[0].shape
    fits = {
        'yolo': 4 < rows < columns,
        'yolo-end2end': columns == 6,
        'rtdetr-end2end': columns == 6,
        'rtdetr-ultralytics': 4 < columns < rows <= _MOST_QUERIES,
    }
    return (0,) if fits[kind] else None


def _logits_boxes(outputs: Sequence[Output]) -> tuple[int, ...] | None:
    if len(outputs) != 2 or any(len(output.shape) != 3 for output in outputs):
        return None
    boxes = [k for k, output in enumerate(outputs) if output.shape[2] == 4]
    if len(boxes) == 2:
        boxes = [k for k in boxes if 'box' in outputs[k].name.lower()]
    if len(boxes) != 1 or outputs[0].shape[1] != outputs[1].shape[1]:
        return None
    return (1 - boxes[0], boxes[0])


def _labels_boxes_scores(outputs: Sequence[Output]) -> tuple[int, ...] | None:
    if len(outputs) != 3:
        return None
    boxes = [k for k, output in enumerate(outputs) if len(output.shape) == 3]
    flat = [k for k, output in enumerate(outputs) if len(output.shape) == 2]
    if len(boxes) != 1 or len(flat) != 2 or outputs[boxes[0]].shape[2] != 4:
        return None
    if len({outputs[k].shape[1] for k in (*boxes, *flat)}) != 1:
        return None
    labels = [k for k in flat if outputs[k].whole]
    if len(labels) != 1:
        labels = [k for k in flat if 'label' in outputs[k].name.lower()]
    if len(labels) != 1:
        return None
    scores = flat[0] if flat[1] == labels[0] else flat[1]
    return (labels[0], boxes[0], scores)

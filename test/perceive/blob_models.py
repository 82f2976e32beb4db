"""Small networks that really find things: the box around all red pixels, and around all green."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RED, GREEN = 0, 1
NAMES = ('red', 'green')
SCORE = 0.9
# Positive where the colour is, on grey and black too.
_WEIGHTS = np.array([[1, -1, -1], [-1, 1, -1]], np.float32).reshape(2, 3, 1, 1)


class Graph:
    """Nodes and constants of a network, put together step by step."""

    def __init__(self):
        self.nodes, self.constants, self._count = [], [], 0

    def constant(self, values, dtype=np.float32):
        name = self._fresh()
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def add(self, kind, *inputs, **attributes):
        name = self._fresh()
        self.named(name, kind, *inputs, **attributes)
        return name

    def named(self, name, kind, *inputs, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))

    def _fresh(self):
        self._count += 1
        return f'v{self._count}'


def _edges(graph, network):
    """Corners (1, 2, 4) of both colours in network pixels, and whether they are there (1, 2)."""
    width, height = network
    bias = graph.constant([-0.5, -0.5])
    answer = graph.add('Conv', 'images', graph.constant(_WEIGHTS), bias)
    mask = graph.add('Greater', answer, graph.constant(0.0))
    mask = graph.add('Cast', mask, to=TensorProto.FLOAT)
    ends = []
    for axis, size in ((2, width), (3, height)):
        profile = graph.add('ReduceMax', mask, axes=[axis], keepdims=0)
        there = graph.add('Greater', profile, graph.constant(0.5))
        low = graph.add('Where', there, graph.constant(np.arange(size)), graph.constant(1e4))
        high = graph.add('Where', there, graph.constant(np.arange(size) + 1), graph.constant(0.0))
        ends.append(
            (
                graph.add('ReduceMin', low, axes=[2], keepdims=1),
                graph.add('ReduceMax', high, axes=[2], keepdims=1),
            )
        )
    corners = graph.add('Concat', ends[0][0], ends[1][0], ends[0][1], ends[1][1], axis=2)
    return corners, graph.add('ReduceMax', mask, axes=[2, 3], keepdims=0)


def _centres(graph, corners):
    """Corners as centre and size."""
    to_centres = np.array(
        [[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]], np.float32
    )
    return graph.add('MatMul', corners, graph.constant(to_centres))


def _scores_of_classes(graph, there):
    """Scores (1, 2, 2): each row has that of its own class."""
    column = graph.add('Unsqueeze', there, graph.constant([2], np.int64))
    return graph.add('Mul', column, graph.constant(np.eye(2) * SCORE))


def _yolo(graph, corners, there):
    """Each box twice, the second a pixel aside and less sure, among empty rows."""
    rows = graph.add('Concat', _centres(graph, corners), _scores_of_classes(graph, there), axis=2)
    aside = graph.add('Add', rows, graph.constant([1, 0, 0, 0, 0, 0]))
    aside = graph.add('Mul', aside, graph.constant([1, 1, 1, 1, 0.8, 0.8]))
    both = graph.add('Concat', rows, aside, axis=1)
    columns = graph.add('Transpose', both, perm=[0, 2, 1])
    graph.named('output0', 'Pad', columns, graph.constant([0, 0, 0, 0, 0, 16], np.int64))
    return [('output0', TensorProto.FLOAT)]


def _end_to_end(graph, corners, there):
    score = graph.add('Mul', there, graph.constant(SCORE))
    score = graph.add('Unsqueeze', score, graph.constant([2], np.int64))
    numbers = graph.constant(np.array([[[RED], [GREEN]]]))
    graph.named('output0', 'Concat', corners, score, numbers, axis=2)
    return [('output0', TensorProto.FLOAT)]


def _rtdetr(graph, corners, there, network):
    shares = graph.add('Div', corners, graph.constant(np.tile(network, 2)))
    size = graph.add('Cast', 'orig_target_sizes', to=TensorProto.FLOAT)
    size = graph.add('Concat', size, size, axis=1)
    graph.named('boxes', 'Mul', shares, size)
    graph.named('scores', 'Mul', there, graph.constant(SCORE))
    graph.named('labels', 'Identity', graph.constant([[RED, GREEN]], np.int64))
    kinds = {'labels': TensorProto.INT64}
    return [(name, kinds.get(name, TensorProto.FLOAT)) for name in ('scores', 'labels', 'boxes')]


def _detr(graph, corners, there, network):
    shares = graph.add('Div', _centres(graph, corners), graph.constant(np.tile(network, 2)))
    column = graph.add('Unsqueeze', there, graph.constant([2], np.int64))
    scores = graph.add('Mul', column, graph.constant(np.eye(2, 3) * 8))
    graph.named('logits', 'Sub', scores, graph.constant(4.0))
    graph.named('pred_boxes', 'Identity', shares)
    return [('pred_boxes', TensorProto.FLOAT), ('logits', TensorProto.FLOAT)]


def _rtdetr_ultralytics(graph, corners, there, network):
    shares = graph.add('Div', _centres(graph, corners), graph.constant(np.tile(network, 2)))
    rows = graph.add('Concat', shares, _scores_of_classes(graph, there), axis=2)
    graph.named('output0', 'Pad', rows, graph.constant([0, 0, 0, 0, 14, 0], np.int64))
    return [('output0', TensorProto.FLOAT)]


def _rtdetr_end_to_end(graph, corners, there, network):
    shares = graph.add('Div', _centres(graph, corners), graph.constant(np.tile(network, 2)))
    return _end_to_end(graph, shares, there)


def blob_model(path, kind='yolo', *, network=(64, 48), metadata=None, dynamic=False):
    """A network of a kind as a file.

    Args:
        path: Where it is written.
        kind: One of ours.
        network: Width and height of its input.
        metadata: What the exporter writes into the file.
        dynamic: Whether the file leaves the size of the input open.
    """
    graph = Graph()
    corners, there = _edges(graph, network)
    outputs = {
        'yolo': lambda: _yolo(graph, corners, there),
        'yolo-end2end': lambda: _end_to_end(graph, corners, there),
        'rtdetr': lambda: _rtdetr(graph, corners, there, network),
        'detr': lambda: _detr(graph, corners, there, network),
        'rtdetr-end2end': lambda: _rtdetr_end_to_end(graph, corners, there, network),
        'rtdetr-ultralytics': lambda: _rtdetr_ultralytics(graph, corners, there, network),
    }[kind]()
    size = ['height', 'width'] if dynamic else [network[1], network[0]]
    inputs = [helper.make_tensor_value_info('images', TensorProto.FLOAT, [1, 3, *size])]
    if kind == 'rtdetr':
        inputs.append(
            helper.make_tensor_value_info('orig_target_sizes', TensorProto.INT64, [1, 2])
        )
    return save(Path(path), graph, inputs, outputs, metadata=metadata)


def constant_model(path, *outputs, network=(64, 48), repeat=0):
    """A network that always gives the same arrays, and may take long to do so.

    Args:
        path: Where it is written.
        outputs: Name and array of each output.
        network: Width and height of its input.
        repeat: How often a large product is computed first.
    """
    graph = Graph()
    summed = graph.add('ReduceMax', 'images', axes=[1, 2, 3], keepdims=0)
    if repeat:
        block = graph.constant(np.eye(700))
        product = graph.add('Add', block, summed)
        for _ in range(repeat):
            product = graph.add('Tanh', graph.add('MatMul', product, block))
        summed = graph.add('ReduceMax', product, keepdims=0)
    nothing = graph.add('Mul', summed, graph.constant(0.0))
    for name, values in outputs:
        graph.named(name, 'Add', graph.constant(values), nothing)
    inputs = [
        helper.make_tensor_value_info('images', TensorProto.FLOAT, [1, 3, network[1], network[0]])
    ]
    return save(Path(path), graph, inputs, [(name, TensorProto.FLOAT) for name, _ in outputs])


def save(path, graph, inputs, outputs, *, metadata=None):
    """Write a network."""
    made = helper.make_graph(
        graph.nodes,
        'test',
        inputs,
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
    for key, value in (metadata or {}).items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, path)
    return path


def picture(size=(128, 96), *, red=(16, 20, 48, 40), green=None):
    """A dark image with coloured boxes (x0, y0, x1, y1)."""
    rgb = np.full((size[1], size[0], 3), 20, np.uint8)
    for box, colour in ((red, (255, 0, 0)), (green, (0, 255, 0))):
        if box is not None:
            rgb[box[1] : box[3], box[0] : box[2]] = colour
    return rgb

"""Layers are the dense labels under flat names, and must be those of their record."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from strategies import ANY_FRAME, HEIGHT, WIDTH, samples

from synth_ros.errors import InternalError, UsageError
from synth_ros.schema.convert import from_json, record_of, to_json
from synth_ros.schema.layers import LAYERS, dense_of, layers_of, panoptic_of
from synth_ros.schema.records import LayerName
from synth_ros.types import DenseLabels, Flow


def test_the_list_is_complete():
    assert tuple(LAYERS) == get_args(LayerName)


@ANY_FRAME
@given(samples())
def test_layers_are_named_and_of_their_kind(sample):
    record, layers = record_of(sample), layers_of(sample.labels.dense)
    assert tuple(layers) == record.layers == tuple(name for name in LAYERS if name in layers)
    for name, layer in layers.items():
        assert layer.dtype == LAYERS[name].dtype
        assert layer.shape == LAYERS[name].shape(height=HEIGHT, width=WIDTH)


@pytest.fixture
def record(plain_sample):
    dense = DenseLabels(
        depth_m=np.ones((HEIGHT, WIDTH), np.float32),
        flow_forward=Flow(
            np.ones((HEIGHT, WIDTH, 2), np.float32), np.ones((HEIGHT, WIDTH), np.uint8)
        ),
    )
    return record_of(plain_sample(dense)), layers_of(dense)


def test_arrays_are_not_copied_but_locked(record):
    frame, layers = record
    dense = dense_of(layers, frame)
    assert np.shares_memory(dense.depth_m, layers['depth_m'])
    assert not dense.depth_m.flags.writeable
    assert not dense.flow_forward.state.flags.writeable
    assert dense.flow_backward is None


def test_a_missing_layer_is_told(record):
    frame, layers = record
    del layers['flow_forward_state']
    with pytest.raises(
        UsageError, match='has the layers depth_m, flow_forward, but its record lists depth_m, fl'
    ):
        dense_of(layers, frame)
    with pytest.raises(UsageError, match='has the layers none, but'):
        dense_of({}, frame)


@pytest.mark.parametrize('layer', [np.ones((HEIGHT, WIDTH)), np.ones((WIDTH, HEIGHT), np.float32)])
def test_a_layer_of_another_kind_is_told(record, layer):
    frame, layers = record
    layers['depth_m'] = layer
    with pytest.raises(UsageError, match=r'Layer depth_m of frame 000003_001_head is .*expected'):
        dense_of(layers, frame)


@pytest.mark.parametrize(
    ('layers', 'told'),
    [
        (('part_id',), 'part_id and parts'),
        (('panoptic_id',), 'panoptic_id and segments'),
        (('flow_forward',), 'flow_forward and its state'),
        (('flow_backward_state',), 'flow_backward and its state'),
        (('scene_flow_forward',), 'scene_flow_forward and flow_forward'),
    ],
)
def test_a_record_that_contradicts_itself_is_told(record, layers, told):
    text = to_json(record[0].model_copy(update={'layers': layers}))
    with pytest.raises(UsageError, match=f'{told} come together or not at all'):
        from_json(text)


def test_labels_that_contradict_themselves_are_a_bug(plain_sample):
    parts = DenseLabels(part_id=np.ones((HEIGHT, WIDTH), np.uint16))
    with pytest.raises(InternalError, match='part_id and parts come together'):
        record_of(plain_sample(parts))


def test_a_panoptic_mask_needs_its_segments(plain_sample):
    record = record_of(plain_sample(DenseLabels()))
    ids = np.ones((HEIGHT, WIDTH), np.int32)
    with pytest.raises(UsageError, match='frame 000003_001_head has no panoptic segments'):
        panoptic_of(ids, record)
    with pytest.raises(UsageError, match='Layer panoptic_id of frame 000003_001_head is int64'):
        panoptic_of(ids.astype(np.int64), record)

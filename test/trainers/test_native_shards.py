"""webdataset streams our own shards: every frame is one of its samples."""

import gc
import json

import numpy as np
import pytest
import webdataset

from synth_ros.pipeline.subset import SubsetRequest, subset
from synth_ros.readers.coco import CocoDataset

# The library leaves closing its files to the garbage collector.
pytestmark = pytest.mark.filterwarnings('ignore:unclosed file:ResourceWarning')


def test_every_frame_is_a_sample(made, tmp_path):
    subset(SubsetRequest(made.root, tmp_path / 'sharded', container='shards'))
    shards = [str(path) for path in sorted((tmp_path / 'sharded' / 'shards').glob('*.tar'))]
    read = list(webdataset.WebDataset(shards, shardshuffle=False).decode('rgb8'))
    gc.collect()
    dataset = CocoDataset(made.root)
    assert [sample['__key__'] for sample in read] == [image.stem for image in dataset.images]
    for sample, image in zip(read, dataset.images, strict=True):
        np.testing.assert_array_equal(sample['rgb.png'], dataset.read_rgb(image))
        labels = sample['labels.json']
        labels = labels if isinstance(labels, dict) else json.loads(labels)
        assert [item['instance_id'] for item in labels['labels']] == [
            item.instance_id for item in dataset.annotations_of(image)
        ]
        assert {'depth.png', 'instance.png', 'semantic.png', 'panoptic.png'} <= sample.keys()

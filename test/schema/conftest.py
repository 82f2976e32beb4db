"""Make the helpers for records importable under every import mode of pytest."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


import numpy as np
import pytest
from strategies import HEIGHT, WIDTH

from synth_ros.types import (
    Box2D,
    CameraModel,
    Frame,
    Instance,
    InstanceLabel,
    Labels,
    Sample,
    SampleKey,
    Silhouette,
)


@pytest.fixture
def plain_sample():
    """Makes a sample of one labelled object from its dense labels."""

    def make(dense):
        ids = np.ones((HEIGHT, WIDTH), np.int32)
        mug = Instance(
            instance_id=1,
            name='mug_01',
            class_id=2,
            class_name='mug',
            model_name='mug/plain',
            world_from_object=np.eye(4),
            object_from_box=np.eye(4),
            size_m=np.array([0.1, 0.2, 0.3]),
        )
        box = Box2D(0, 0, WIDTH, HEIGHT)
        label = InstanceLabel(
            instance=mug,
            box=box,
            amodal_box=box,
            pixels_visible=30,
            pixels_in_image=30,
            pixels_full=30,
            visibility=1.0,
            occlusion=0.0,
            truncation=0.0,
            camera_from_object=np.eye(4),
            camera_from_box=np.eye(4),
            amodal_mask=Silhouette(0, 0, ids == 1),
        )
        frame = Frame(
            camera=CameraModel('head', WIDTH, HEIGHT, fx=5.0, fy=5.0, cx=2.5, cy=2.0),
            stamp_ns=5,
            world_from_camera=np.eye(4),
            rgb=np.zeros((HEIGHT, WIDTH, 3), np.uint8),
            depth_m=np.ones((HEIGHT, WIDTH), np.float32),
            instance_id=ids,
            instances=(mug,),
        )
        labels = Labels((label,), ids, ids.astype(np.uint16), dense)
        return Sample(SampleKey(3, 1, 'head'), frame, frame.rgb, frame.depth_m, labels, '{}')

    return make

"""A client library that none of us wrote, from PyPI, against the simulation node.

``asyncio_for_robotics`` makes subscriptions and calls of services awaitable, with an executor and
a quality of service of its own.
"""

import asyncio

import asyncio_for_robotics.ros2 as afor
import numpy as np
import pytest
from ros_processes import sim, write_config
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger
from vision_msgs.msg import Detection2DArray

TOPICS = {
    '/head/color/image_raw': Image,
    '/head/color/camera_info': CameraInfo,
    '/head/labels/semantic': Image,
    '/head/labels/detections_2d': Detection2DArray,
}


@afor.scoped
async def step_and_watch(count):
    """Messages of each topic for each of some steps."""
    watched = [afor.Sub(kind, topic) for topic, kind in TOPICS.items()]
    step = afor.Client(Trigger, '/sim_node/step')
    await step.wait_for_service()
    while not all(sub.alive.is_set() for sub in watched):
        # Both ends must know each other before the first frame that counts.
        await step.call(Trigger.Request())
        await asyncio.sleep(0.2)
    instants = []
    for _ in range(count):
        waiting = asyncio.gather(*(sub.wait_for_new() for sub in watched))
        answer = await step.call(Trigger.Request())
        assert answer.success, answer.message
        instants.append(await waiting)
    return instants


def pixels(bbox):
    """Rows and columns of a box."""
    x, y = bbox.center.position.x, bbox.center.position.y
    rows = slice(round(y - bbox.size_y / 2), round(y + bbox.size_y / 2))
    return rows, slice(round(x - bbox.size_x / 2), round(x + bbox.size_x / 2))


@pytest.mark.slow
def test_awaited_messages_of_an_instant_belong_together(tmp_path):
    config = write_config(tmp_path)
    with sim(tmp_path, config, start_paused=True) as process, afor.auto_context():
        instants = asyncio.run(asyncio.wait_for(step_and_watch(3), 60))
        assert process.end() == 0, process.text
    for color, info, mask, found in instants:
        stamps = {str(m.header.stamp) for m in (color, info, mask, found)}
        assert len(stamps) == 1
        assert len({m.header.frame_id for m in (color, info, mask, found)}) == 1
        assert (color.encoding, mask.encoding) == ('rgb8', 'mono8')
        assert (info.width, info.height) == (color.width, color.height)
        classes = np.frombuffer(mask.data, np.uint8).reshape(mask.height, mask.width)
        assert found.detections
        for detection in found.detections:
            inside = classes[pixels(detection.bbox)]
            assert (inside == int(detection.results[0].hypothesis.class_id)).any()
    assert len({str(instant[0].header.stamp) for instant in instants}) == 3

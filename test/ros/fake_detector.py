"""A detector that knows the truth and errs on purpose; a process of its own.

Of every ten frames it leaves out the fourth, gives the sixth a wrong stamp and answers the eighth
twice. With every answer comes nonsense: NaN, an unknown class, a detection without a result.
"""

import copy
import json
import math
import sys
import time

import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import QoSProfile
from std_msgs.msg import String
from vision_msgs.msg import (
    Detection2D,
    Detection2DArray,
    Detection3D,
    Detection3DArray,
    ObjectHypothesisWithPose,
)

from synth_ros.ros.convert import header, pose_message

LATENCY_S = 0.03
CLASSES = {'block': '10', 'ball': '20'}


def hypothesis(label, score, pose=None):
    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id, result.hypothesis.score = label, score
    if pose is not None:
        result.pose.pose = pose
    return result


def box(label, score, edges, *, pads):
    """Edges of the image as a network of half its size, with borders, sees them."""
    x0, y0, x1, y1 = edges
    found = Detection2D(results=[hypothesis(label, score)])
    found.bbox.center.position.x = (x0 + x1) / 4 + pads[0]
    found.bbox.center.position.y = (y0 + y1) / 4 + pads[1]
    found.bbox.size_x, found.bbox.size_y = (x1 - x0) / 2, (y1 - y0) / 2
    return found


def nonsense():
    nan = box('10', 0.9, (0, 0, 10, 10), pads=(0, 0))
    nan.bbox.size_x = math.nan
    return [nan, box('person', 0.9, (0, 0, 10, 10), pads=(0, 0)), Detection2D()]


def main():
    rclpy.init()
    node = rclpy.create_node('detector')
    boxes = node.create_publisher(Detection2DArray, '/detections', QoSProfile(depth=100))
    solids = node.create_publisher(Detection3DArray, '/poses', QoSProfile(depth=100))
    seen = 0

    def detect(message):
        nonlocal seen
        place, seen = seen % 10, seen + 1
        frame = json.loads(message.data)['frame']
        names = {item['instance_id']: item['class_name'] for item in frame['instances']}
        pads = (0, (80 - frame['height'] / 2) / 2)
        stamp = frame['stamp_ns'] + (7_000_000_000_000 if place == 5 else 0)
        head = header(stamp, sys.argv[2])
        found = Detection2DArray(header=head, detections=nonsense())
        placed = Detection3DArray(header=head)
        for label in frame['labels']:
            name = CLASSES[names[label['instance_id']]]
            found.detections.append(box(name, 0.8, label['box'], pads=pads))
            solid = Detection3D()
            solid.results = [
                hypothesis(name, 0.8, pose_message(np.array(label['camera_from_object'])))
            ]
            placed.detections.append(solid)
        if place == 3:
            return
        time.sleep(LATENCY_S)
        for _ in range(2 if place == 7 else 1):
            boxes.publish(copy.deepcopy(found))
            solids.publish(placed)

    node.create_subscription(String, sys.argv[1], detect, QoSProfile(depth=100))
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()

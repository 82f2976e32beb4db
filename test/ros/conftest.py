"""Make the helpers of this folder and those for samples importable under every import mode."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import rclpy

from synth_ros.ros import declare as declaring
from synth_ros.ros import detector_params, evaluator_params, recorder_params, sim_params

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / name) for name in ('perceive', 'writers'))]


def declare_detector(node):
    """All parameters of the detector node."""
    detector_params.declare_detector_params(node)
    detector_params.declare_thresholds(node)


@pytest.fixture(scope='session')
def defaults():
    """The parameters of all nodes with their defaults; what must be given has any value."""
    context = rclpy.Context()
    rclpy.init(context=context)
    found = {}
    for declare in (
        sim_params.declare_sim_params,
        recorder_params.declare_recorder_params,
        evaluator_params.declare_evaluator_params,
        declare_detector,
    ):
        node = rclpy.create_node('defaults', context=context)
        inherited = set(node._parameters)
        given = [
            ('config', 'a.yaml'),
            ('bag', 'b'),
            ('camera', 'c'),
            ('detections_2d', 'd'),
            ('model', 'm.onnx'),
        ]
        declaring.given_parameters(node).update(
            {name: rclpy.Parameter(name, value=value) for name, value in given}
        )
        declare(node)
        own = set(node._parameters) - inherited
        found[declare] = {name: node.get_parameter(name).value for name in own}
        node.destroy_node()
    rclpy.shutdown(context=context)
    return SimpleNamespace(
        sim=found[sim_params.declare_sim_params],
        recorder=found[recorder_params.declare_recorder_params],
        evaluator=found[evaluator_params.declare_evaluator_params],
        detector=found[declare_detector],
    )

"""Nodes that would make other data are refused."""

import pytest

from synth_ros.pipeline.cluster.agreement import agreed, check_agreement
from synth_ros.pipeline.cluster.messages import ClusterError, Fingerprint, Node, NodeReport
from synth_ros.render.auto import Choice
from synth_ros.render.devices import Device

HERE = Fingerprint('0.1.0', 'aa', '4.0.0', '2.0', '5.0', 'bb')


def test_equal_nodes_agree():
    check_agreement('n', HERE, HERE)


@pytest.mark.parametrize(
    ('name', 'told'),
    [
        ('version', r'^Node n has another version of synth_ros: x, here 0.1.0'),
        ('code', r'^Node n has other source files of synth_ros of the same version\. '),
        ('mujoco', r'another version of MuJoCo: x, here 4.0.0'),
        ('numpy', r'another version of numpy: x, here 2.0'),
        ('opencv', r'another version of OpenCV: x, here 5.0'),
        ('assets', r'other files under the paths of the assets.*--ship'),
    ],
)
def test_what_differs_is_named(name, told):
    with pytest.raises(ClusterError, match=told):
        check_agreement('n', HERE._replace(**{name: 'x'}), HERE)


def report(device: str) -> NodeReport:
    choice = Choice('classic', 'why', Device('opengl', device, '4.5 Mesa 25.0'), ('slow',))
    return NodeReport(HERE, choice, None, ())


def test_different_devices_are_a_caution():
    nodes = [Node(f'k{i}', f'n{i}', f'n{i}', '::1', 1, 0) for i in range(3)]
    choice, cautions = agreed(dict.fromkeys(nodes, report('llvmpipe')))
    assert choice.backend == 'classic'
    assert cautions == ('slow',)
    _, cautions = agreed(dict(zip(nodes, map(report, ('A', 'B', 'A')), strict=True)))
    assert len(cautions) == 2
    assert 'different devices (A, 4.5 Mesa 25.0; B, 4.5 Mesa 25.0)' in cautions[1]

"""Counting findings, and checks of numbers that formats share."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from synth_ros.validate.base import Findings, Notes, Rule
from synth_ros.validate.common import outside, quaternion_fault, rigid_fault, rotation_fault
from synth_ros.validate.images import inside
from synth_ros.validate.splits import SplitWatch

RULES = (
    Rule('a.warning', 'warning', 'holds', 'Mend.'),
    Rule('a.error', 'error', 'holds', 'Mend.'),
    Rule('a.kept', 'error', 'holds', 'Mend.'),
)


def test_all_are_counted_and_the_first_kept():
    findings = Findings(RULES, first=2)
    for number in range(1000):
        findings.add('a.error', 'file', f'{number}', at='line 1')
    findings.add('a.warning', 'file', 'once')
    assert [rule.id for rule in findings.broken()] == ['a.error', 'a.warning']
    assert (findings.total('error'), findings.total('warning')) == (1000, 1)
    assert [found.message for found in findings.examples('a.error')] == ['0', '1']
    assert findings.examples('a.error')[0].where == 'file, line 1'
    assert findings.examples('a.warning')[0].where == 'file'
    assert findings.examples('a.kept') == ()
    with pytest.raises(AssertionError, match=r'a\.other is not registered'):
        findings.add('a.other', 'file', '')


def test_notes_are_merged_in_order():
    findings, notes = Findings(RULES, first=1), Notes()
    notes.add('a.error', 'one', 'first')
    notes.add('a.error', 'two', 'second')
    findings.merge(notes)
    assert findings.counts['a.error'] == 2
    assert findings.examples('a.error')[0].file == 'one'


@pytest.mark.parametrize('seed', range(5))
def test_rotations(seed):
    rotation = Rotation.random(rng=np.random.default_rng(seed))
    matrix = rotation.as_matrix()
    assert rotation_fault(matrix) == ''
    assert rotation_fault(np.round(matrix, 4).ravel()) == ''
    assert 'mirror' in rotation_fault(-matrix)
    assert 'not orthonormal' in rotation_fault(matrix * 1.01)
    assert 'no numbers' in rotation_fault(matrix * np.nan)
    assert quaternion_fault(rotation.as_quat().tolist()) == ''
    assert 'length' in quaternion_fault((rotation.as_quat() * 1.01).tolist())
    pose = np.eye(4)
    pose[:3, :3] = matrix
    assert rigid_fault(pose) == ''
    pose[3, 0] = 1
    assert 'last row' in rigid_fault(pose)
    assert '4 x 4' in rigid_fault(matrix)


def test_boxes_may_be_a_pixel_off():
    assert outside((-1, 0, 65, 48), (64, 48)) == ''
    assert outside((-1.5, 0, 64, 48), (64, 48)) == 'it reaches 1.5 px beyond 64 x 48'
    assert '3 px' in outside((0, 0, 10, 51), (64, 48))


@pytest.mark.parametrize(
    'name', ['', '/etc/passwd', '../a.png', 'a/../../b.png', 'C:\\a.png', '\\\\host\\a', 'a\0b']
)
def test_names_that_leave_the_folder(tmp_path, name):
    assert inside(tmp_path, name) is None
    assert inside(tmp_path, 'images/..a.png') == tmp_path / 'images/..a.png'


def test_what_is_in_two_splits():
    rules = [
        Rule(name, 'error', 'x', 'X.')
        for name in ('split.image', 'split.content', 'split.group', 'image.twice')
    ]
    findings = Findings(rules)
    watch = SplitWatch(findings)
    watch.see('a.png', split='train', group='kitchen', digest=b'1')
    watch.see('b.png', split='train', group='kitchen', digest=b'1')
    watch.see('c.png', split='val', group='kitchen', digest=b'1')
    watch.see('d.png', split='val', group='kitchen', digest=b'2')
    watch.see('a.png', split='val', digest=b'1')
    watch.see('e.png', split='', group='kitchen', digest=b'')
    assert dict(findings.counts) == {
        'image.twice': 1,
        'split.content': 1,
        'split.group': 1,
        'split.image': 1,
    }
    assert findings.examples('split.content')[0].message == 'val has it, and train as a.png'


def test_scenes_in_names_of_ours():
    findings = Findings([Rule('split.group', 'error', 'x', 'X.')])
    watch = SplitWatch(findings)
    watch.see('images/train/000003_000_head.png', split='train')
    watch.see('images/val/000003_001_head.png', split='val')
    watch.see('images/val/000004_001_head.png', split='val')
    watch.see('images/val/000003.png', split='val')
    assert findings.counts['split.group'] == 1

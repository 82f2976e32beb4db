"""Honest recordings: every bound holds, and what was not recorded is said to be absent."""

from planting import audited, told


def test_honest_dataset_is_fine(honest, oracle):
    result = audited(honest.dataset, oracle=oracle)
    assert result.fine, told(result)
    assert len(result.frames) == 12


def test_default_labels_are_fine(plain):
    result = audited(plain.dataset)
    assert result.fine, told(result)
    absent = {row.name for row in result.rows if row.status == 'not in this recording'}
    assert {'flow.pixels', 'normals.planes', 'points', 'panoptic', 'parts'} <= absent
    assert {row.status for row in result.rows if row.row.needs == 'config'} == {'needs --config'}

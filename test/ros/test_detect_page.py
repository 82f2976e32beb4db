"""docs/detect.md names the parameters, kinds and defaults that there are."""

from pathlib import Path

from synth_ros.perceive.kinds import KINDS
from synth_ros.perceive.types import Thresholds

PAGE = (Path(__file__).parents[2] / 'docs' / 'detect.md').read_text()


def table(title):
    """Rows of the first table under a heading, cells stripped of back ticks."""
    section = PAGE.split(f'# {title}\n')[1].split('\n## ')[0]
    rows = [line.strip('|').split('|') for line in section.splitlines() if line.startswith('| ')]
    return [[cell.strip().replace('`', '') for cell in row] for row in rows[1:]]


def test_parameters_and_defaults_are_those_of_the_node(defaults):
    told = {row[0]: row[1] for row in table('Parameters of `detector_node`')}
    assert set(told) == set(defaults.detector)
    for name, value in defaults.detector.items():
        if name != 'model':
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            assert told[name] == (shown or 'empty'), name


def test_every_kind_is_described_with_its_fit():
    told = {row[0]: row[3] for row in table('Models') if row[0] in KINDS}
    assert told == {kind: spec.fit for kind, spec in KINDS.items()}


def test_the_parameters_default_to_the_usual_thresholds(defaults):
    usual = Thresholds()
    assert defaults.detector['score_threshold'] == usual.score
    assert defaults.detector['iou_threshold'] == usual.iou
    assert defaults.detector['max_detections'] == usual.most

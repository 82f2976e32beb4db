"""What the detector node says of itself: counts of images, and a status for diagnostics."""

from __future__ import annotations

import dataclasses

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from synth_ros.perceive.detector import Detector
from synth_ros.perceive.pace import Summary


@dataclasses.dataclass(slots=True)
class Counts:
    """What became of the images.

    Attributes:
        received: Images that arrived.
        answered: Of these, those that detections were sent for.
        skipped: Those that a newer one came before.
        passed_over: Those that ``every_nth`` leaves out.
        refused: Those that could not be read or that the network failed at.
        lost: Images that were sent but never arrived.
        nonsense: Detections that were no numbers.
    """

    received: int = 0
    answered: int = 0
    skipped: int = 0
    passed_over: int = 0
    refused: int = 0
    lost: int = 0
    nonsense: int = 0

    def copy(self) -> Counts:
        """The counts as they are now."""
        return dataclasses.replace(self)

    def sentence(self) -> str:
        """All counts for people."""
        return (
            f'Answered {self.answered} of {self.received} images: {self.skipped} skipped, '
            f'{self.passed_over} passed over, {self.refused} refused; {self.lost} lost on the '
            f'way, {self.nonsense} detections were no numbers.'
        )


def status_of(
    detector: Detector, counts: Counts, summary: Summary, *, before: Counts, name: str
) -> DiagnosticStatus:
    """The node's status since the last one.

    Args:
        detector: What runs.
        counts: What became of all images.
        summary: How fast it was since the last status.
        before: The counts of the last status.
        name: Of the node.
    """
    level, message = _judged(counts, before)
    status = DiagnosticStatus(level=level, name=f'{name}: detection', message=message)
    status.hardware_id = detector.model.provider
    status.values = [
        KeyValue(key=key, value=f'{value:.2f}') for key, value in summary._asdict().items()
    ]
    counted = dataclasses.asdict(counts)
    status.values += [KeyValue(key=key, value=str(count)) for key, count in counted.items()]
    status.values += [
        KeyValue(key='model', value=str(detector.model.path)),
        KeyValue(key='kind', value=detector.kind),
        KeyValue(key='provider', value=detector.model.provider),
    ]
    return status


def _judged(counts: Counts, before: Counts) -> tuple[bytes, str]:
    """Level and message: the worst of what happened."""
    if counts.refused > before.refused:
        return DiagnosticStatus.ERROR, 'Images could not be read or run'
    if counts.nonsense > before.nonsense:
        return DiagnosticStatus.ERROR, 'The model gives values that are no numbers'
    if counts.skipped > before.skipped:
        return DiagnosticStatus.WARN, 'Too slow: images are skipped'
    if counts.lost > before.lost:
        return DiagnosticStatus.WARN, 'Images were lost on the way'
    if counts.received == before.received:
        return DiagnosticStatus.STALE, 'No images'
    return DiagnosticStatus.OK, 'Every image is answered'

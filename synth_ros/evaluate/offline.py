"""Evaluates files: a dataset or a bag of ours against a results file or topics of a bag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.evaluate.answers import PoseMeaning, Taker, without_gaps
from synth_ros.evaluate.bag_answers import BagAnswers
from synth_ros.evaluate.classes import ClassMap, read_table
from synth_ros.evaluate.coco_results import CocoResults
from synth_ros.evaluate.intake import Intake
from synth_ros.evaluate.letterbox import Fit, Letterbox
from synth_ros.evaluate.pairing import Pairing
from synth_ros.evaluate.records import EvaluationRecord
from synth_ros.evaluate.session import Session, SessionOptions
from synth_ros.evaluate.truth import Leave, Pictures, true_frame
from synth_ros.evaluate.types import FoundFrame, FrameKey, TrueFrame
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.types import ByteImage, Category

Step = Callable[[int, int], None]
"""Told how many frames are done, of how many."""


class Request(NamedTuple):
    """What is to be evaluated.

    Attributes:
        truth: A dataset or a bag of ours.
        detections: A COCO results file, or a bag.
        topics: Topics of that bag.
        camera: Whose frames the topics answer; empty for the only one.
        class_map: Table of classes, or its file; empty for none.
        fit: How images lie in the network's input.
        network: Width and height of the input; (0, 0) for those of the image.
        tolerance_ns: How far stamps of a bag may be apart.
        meaning: What poses are of.
        leave: Objects that are neither right nor wrong.
        count_missed: Whether frames without an answer count as answered with nothing.
        min_score: Threshold on the score for slices; ``None`` for that of the largest F1.
    """

    truth: Path
    detections: Path
    topics: tuple[str, ...] = ()
    camera: str = ''
    class_map: str = ''
    fit: Fit = 'none'
    network: tuple[int, int] = (0, 0)
    tolerance_ns: int = 0
    meaning: PoseMeaning = PoseMeaning()
    leave: Leave = Leave()
    count_missed: bool = False
    min_score: float | None = None


def evaluate(request: Request, step: Step) -> Session:
    """Compare all frames.

    Args:
        request: What.
        step: Told of progress.

    Raises:
        NotFoundError: A topic, camera or class is not there.
        UsageError: Something cannot be read, or does not tell what belongs together.
    """
    with ExitStack() as stack:
        recording = stack.enter_context(closing(open_recording(request.truth)))
        categories = [c for c in categories_of(recording) if c.is_thing]
        options = SessionOptions(
            truth=str(request.truth),
            stack=str(request.detections),
            min_score=request.min_score,
            most_frames=max(len(recording.frames), 1),
            most_rows=10_000_000,
        )
        session = Session(categories, options, meshes=recording.shared.meshes)
        classes = ClassMap(categories, read_table(request.class_map))
        work = _Work(request, recording, session, classes)
        pairs = work.of_topics(stack) if request.topics else work.of_results()
        total = len(recording.frames)
        for number, (truth, found) in enumerate(pairs, start=1):
            session.add(truth, found)
            step(number, total)
    return session


def categories_of(recording: Recording) -> tuple[Category, ...]:
    """Classes of a recording; those of its objects where it lists none."""
    if recording.categories:
        return tuple(recording.categories)
    found: dict[int, str] = {}
    for key in recording.frames:
        found |= {item.class_id: item.class_name for item in recording.record(key).instances}
    return tuple(Category(number, name) for number, name in sorted(found.items()))


class _Work(NamedTuple):
    request: Request
    recording: Recording
    session: Session
    classes: ClassMap

    def of_results(self) -> Iterator[tuple[TrueFrame, FoundFrame]]:
        """Frames with their entries of a results file; those without any were found empty."""
        path, nonsense = self.request.detections, self.session.nonsense
        if path.is_dir():
            raise UsageError(
                f'{path} is a folder. Give a COCO results file, or name the topics of a bag: '
                '--topic /detections.'
            )
        results = CocoResults(path, self.recording, nonsense)
        if results.entries and nonsense.counts.get('unknown_image') == results.entries:
            raise UsageError(
                f'No detection of {path} is of an image of {self.request.truth}. image_id must be '
                'the id in annotations.json or the name of the image file; the first one is '
                f'{nonsense.examples["unknown_image"]}.'
            )
        for key in self.recording.frames:
            truth = self._truth(key, masks=results.masked)
            intake = self._intake(truth)
            found = [intake.detection(said) for said in results.of(key)]
            yield truth, FoundFrame(boxes=tuple(item for item in found if item is not None))

    def of_topics(self, stack: ExitStack) -> Iterator[tuple[TrueFrame, FoundFrame]]:
        """Frames of a camera with the messages of their stamps."""
        request = self.request
        answers = stack.enter_context(closing(BagAnswers(request.detections, request.topics)))
        pairing: Pairing[FrameId, int] = Pairing(
            request.topics, tolerance_ns=request.tolerance_ns, timeout_s=float('inf')
        )
        keys = self._keys()
        for key in keys:
            pairing.frame(self._stamp(key), key, 0.0)
        if pairing.repeated_frames:
            raise UsageError(
                f'{pairing.repeated_frames} frames of {request.truth} have the stamp of another '
                'one, so stamps do not tell which frame an answer belongs to. Give the bag that '
                'the stack saw: synth-ros dataset2bag makes one of a dataset.'
            )
        begun = answers.begun(keys[0].camera)
        for topic in request.topics:
            times = self.session.stream(topic, pairing.counts[topic])
            for stamp, logged in sorted(answers.stamps(topic).items(), key=lambda e: e[1]):
                frame = pairing.answer(topic, stamp, stamp, now_s=0.0)
                times.arrived(logged / 1e9)
                if frame is not None and frame in begun:
                    times.took(max(0, logged - begun[frame]) / 1e9, None)
        masked = {'semantic', 'instance'} & set(answers.kinds.values())
        for paired in pairing.rest():
            if not paired.answers and not request.count_missed:
                continue
            truth = self._truth(paired.truth, masks=bool(masked))
            taker = Taker(self._intake(truth), self.session.nonsense, request.meaning)
            found = answers.read(paired.answers, taker)
            if request.count_missed:
                found = without_gaps(found, answers.kinds.values())
            yield truth, found

    def _keys(self) -> list[FrameId]:
        """Frames of the camera that the topics answer."""
        cameras = sorted({key.camera for key in self.recording.frames})
        camera = self.request.camera or (cameras[0] if len(cameras) == 1 else '')
        if not camera:
            raise UsageError(
                f'{self.request.truth} has several cameras. Say whose frames the topics answer: '
                f'--camera NAME, one of {", ".join(cameras)}.'
            )
        if camera not in cameras:
            raise NotFoundError('camera', camera, available=cameras, where=str(self.request.truth))
        return [key for key in self.recording.frames if key.camera == camera]

    def _stamp(self, key: FrameId) -> int:
        """Stamp of a frame in topics: a bag made of a dataset has others than the dataset."""
        if self.recording.kind == 'bag':
            return self.recording.record(key).stamp_ns
        return self.recording.stamp_ns(key)

    def _truth(self, key: FrameId, *, masks: bool) -> TrueFrame:
        recording = self.recording
        pictures = Pictures(
            instance_id=recording.instance_id(key) if masks else None,
            file=recording.file_of(key),
        )
        if masks and pictures.instance_id is not None:
            classes = {i.instance_id: i.class_id for i in recording.record(key).instances}
            pictures = pictures.with_classes(classes)
        return true_frame(
            recording.record(key),
            FrameKey(key.run, recording.stamp_ns(key), key.camera, _name(recording, key)),
            provenance_json=recording.provenance(key),
            pictures=pictures,
            leave=self.request.leave,
        )

    def _intake(self, truth: TrueFrame) -> Intake:
        size = (truth.width, truth.height)
        fit = Letterbox.fitted(size, self.request.network, self.request.fit)
        return Intake(self.classes, fit, size=size, nonsense=self.session.nonsense)


def _name(recording: Recording, key: FrameId) -> str:
    """How reports call a frame: a bag may have several runs of an episode."""
    return key.stem if recording.kind == 'dataset' else f'{key.run:03d}/{key.stem}'


def pictures_of(request: Request, record: EvaluationRecord) -> Mapping[str, ByteImage]:
    """Images of the worst frames, by name.

    Raises:
        UsageError: One cannot be read.
    """
    wanted = {frame.name for frame in record.worst}
    with closing(open_recording(request.truth)) as recording:
        names = {_name(recording, key): key for key in recording.frames}
        return {name: recording.rgb(names[name]) for name in sorted(wanted)}

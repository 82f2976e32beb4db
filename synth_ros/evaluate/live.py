"""A stack that is evaluated while it runs: truth and answers as they come, in any order."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from synth_ros.errors import UsageError
from synth_ros.evaluate import messages
from synth_ros.evaluate.answers import Kind, PoseMeaning, Taker, without_gaps
from synth_ros.evaluate.classes import ClassMap
from synth_ros.evaluate.intake import Intake
from synth_ros.evaluate.letterbox import Fit, Letterbox
from synth_ros.evaluate.mask_iou import IntImage
from synth_ros.evaluate.pairing import Paired, Pairing
from synth_ros.evaluate.session import Frozen, Session, SessionOptions
from synth_ros.evaluate.truth import Leave, Pictures, true_frame
from synth_ros.evaluate.types import FoundFrame, FrameKey, TrueFrame
from synth_ros.geometry.shapes import MeshSource
from synth_ros.schema.records import FrameRecord
from synth_ros.types import Category

_MOST_KNOWN = 4000
_MOST_CLOCKS = 4000
_ANOTHER_NS = 10_000_000_000
"""Messages of one frame come closer together than this."""
_RUNS = 1_000_000
_POSES = frozenset({'solids', 'poses'})


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How a running stack is evaluated.

    Attributes:
        kinds: Kind of each stream that answers, by name.
        fit: How images lie in the network's input.
        network: Width and height of the input; (0, 0) for those of the image.
        class_map: What the stack calls our classes; ``None`` for our names and ids.
        meaning: What poses are of.
        leave: Objects that are neither right nor wrong.
        tolerance_ns: How far stamps may be apart.
        timeout_s: After which a frame without an answer is missed.
        count_missed: Whether missed frames count as answered with nothing.
        session: How frames are judged.
    """

    kinds: Mapping[str, Kind]
    fit: Fit = 'none'
    network: tuple[int, int] = (0, 0)
    class_map: Mapping[str, str | int | None] | None = None
    meaning: PoseMeaning = field(default_factory=PoseMeaning)
    leave: Leave = field(default_factory=Leave)
    tolerance_ns: int = 0
    timeout_s: float = 5.0
    count_missed: bool = False
    session: SessionOptions = field(default_factory=SessionOptions)

    @property
    def mask(self) -> Kind | None:
        """Kind of the masks that the truth needs."""
        return next((k for k in self.kinds.values() if k in {'semantic', 'instance'}), None)


class Truth(NamedTuple):
    """The truth of a frame as it came.

    Attributes:
        record: Its labels.
        run: Which scene.
        provenance_json: How it was made.
        session: Which run of the simulator; its stamps begin anew.
    """

    record: FrameRecord
    run: int
    provenance_json: str
    session: str = ''


class _Answer(NamedTuple):
    message: Any
    received_ns: int


class LiveEvaluation:
    """Pairs truth and answers and gathers what comes of it.

    Args:
        categories: Our classes.
        options: How the stack is evaluated.
        meshes: Surfaces of models, for poses.

    Raises:
        NotFoundError: The class map names a class that we do not have.
    """

    def __init__(
        self,
        categories: Sequence[Category],
        options: LiveOptions,
        *,
        meshes: MeshSource | None = None,
    ) -> None:
        things = [category for category in categories if category.is_thing]
        self._options = options
        self._classes = ClassMap(things, options.class_map)
        self.session = Session(things, options.session, meshes=meshes)
        self._pairing: Pairing[TrueFrame, _Answer] = Pairing(
            tuple(options.kinds), tolerance_ns=options.tolerance_ns, timeout_s=options.timeout_s
        )
        for name, counts in self._pairing.counts.items():
            self.session.stream(name, counts)
        self._begun: OrderedDict[int, int] = OrderedDict()
        self._clock: deque[tuple[int, int]] = deque(maxlen=_MOST_CLOCKS)
        self._halves: OrderedDict[int, tuple[Truth | None, IntImage | None]] = OrderedDict()
        self._frame_id = ''
        self._session = ''
        self._sessions = 0

    @property
    def waiting(self) -> int:
        """Frames that wait for answers, and answers that wait for frames."""
        return len(self._pairing)

    def clock(self, sim_ns: int, received_ns: int) -> None:
        """Simulated time has come."""
        self._clock.append((received_ns, sim_ns))

    def begun(self, stamp_ns: int, received_ns: int, *, frame_id: str = '') -> None:
        """The first message of a frame has come.

        Args:
            stamp_ns: Its stamp.
            received_ns: When.
            frame_id: The camera's optical frame, if the message tells it.
        """
        known = self._begun.get(stamp_ns)
        if known is None or received_ns - known > _ANOTHER_NS:
            # A simulator that was started anew gives its stamps once more.
            self._begun[stamp_ns] = received_ns
        if len(self._begun) > _MOST_KNOWN:
            self._begun.popitem(last=False)
        self._frame_id = frame_id or self._frame_id

    def truth(self, truth: Truth, *, received_ns: int, now_s: float) -> None:
        """The labels of a frame have come.

        Args:
            truth: The labels.
            received_ns: When, by the clock of ``answer``.
            now_s: The time, seconds of a steady clock.
        """
        if truth.session != self._session:
            self._sessions += bool(self._session)
            self._session = truth.session
            for paired in self._pairing.restart() if self._sessions else ():
                self._compare(paired)
        # Scenes of another run of the simulator are other scenes.
        truth = truth._replace(run=truth.run + self._sessions * _RUNS)
        stamp = truth.record.stamp_ns
        self.begun(stamp, received_ns)
        if self._options.mask is None:
            self._frame(truth, None, now_s=now_s)
        else:
            self._half(stamp, truth, None, now_s=now_s)

    def truth_mask(self, message: Any, *, now_s: float) -> None:  # noqa: ANN401 (a ROS message)
        """The true mask of a frame has come; likewise."""
        pixels = messages.mask(message, self.session.nonsense)
        if pixels is not None:
            self._half(messages.stamp_of(message), None, pixels, now_s=now_s)

    def answer(
        self,
        stream: str,
        message: Any,  # noqa: ANN401 (a ROS message)
        *,
        received_ns: int,
        now_s: float,
    ) -> None:
        """An answer has come.

        Args:
            stream: Who gave it.
            message: As decoded.
            received_ns: When.
            now_s: The time, seconds of a steady clock.
        """
        stamp, counts = messages.stamp_of(message), self._pairing.counts[stream]
        late = counts.late
        self._pairing.answer(stream, stamp, _Answer(message, received_ns), now_s=now_s)
        self.session.stream(stream, counts).arrived(received_ns / 1e9)
        if counts.late > late:
            self._time(stream, stamp, received_ns)

    def due(self, now_s: float) -> int:
        """Compare the frames that are complete or have waited long enough; says how many."""
        paired = self._pairing.due(now_s)
        for item in paired:
            self._compare(item)
        return len(paired)

    def freeze(self) -> Frozen:
        """What there is now, for another thread to work on."""
        return self.session.freeze()

    def _time(self, stream: str, stamp_ns: int, received_ns: int) -> None:
        """Note how long an answer took, now that its frame is known.

        Messages of several topics are not handed over in the order in which they came.
        """
        begun = self._begun.get(stamp_ns)
        if begun is None:
            return
        place = bisect_right(self._clock, received_ns, key=lambda entry: entry[0]) - 1
        sim_s = (self._clock[place][1] - stamp_ns) / 1e9 if place >= 0 else None
        times = self.session.stream(stream, self._pairing.counts[stream])
        times.took(max(0.0, (received_ns - begun) / 1e9), sim_s)

    def _half(
        self, stamp: int, truth: Truth | None, mask: IntImage | None, *, now_s: float
    ) -> None:
        """Labels and true mask of a frame come apart."""
        known = self._halves.pop(stamp, (None, None))
        truth, mask = truth or known[0], mask if mask is not None else known[1]
        if truth is not None and mask is not None:
            self._frame(truth, mask, now_s=now_s)
            return
        self._halves[stamp] = (truth, mask)
        if len(self._halves) > _MOST_KNOWN // 20:
            self._halves.popitem(last=False)

    def _frame(self, truth: Truth, mask: IntImage | None, *, now_s: float) -> None:
        record = truth.record
        size = (record.height, record.width)
        if mask is not None and mask.shape != size:
            self.session.nonsense.add('damaged_truth', f'a mask of {mask.shape} for {size}')
            return
        semantic = self._options.mask == 'semantic'
        pictures = Pictures(
            instance_id=None if semantic else mask, class_id=mask if semantic else None
        )
        name = f'{truth.run:03d}/{record.episode:06d}_{record.view:03d}_{record.camera}'
        frame = true_frame(
            record,
            FrameKey(truth.run, record.stamp_ns, record.camera, name),
            provenance_json=truth.provenance_json,
            pictures=pictures,
            leave=self._options.leave,
        )
        self._pairing.frame(record.stamp_ns, frame, now_s)

    def _compare(self, paired: Paired[TrueFrame, _Answer]) -> None:
        options, truth = self._options, paired.truth
        for name, answer in paired.answers.items():
            self._time(name, paired.stamp_ns, answer.received_ns)
        if not paired.answers and not options.count_missed:
            return
        try:
            size = (truth.width, truth.height)
            fit = Letterbox.fitted(size, options.network, options.fit)
            intake = Intake(self._classes, fit, size=size, nonsense=self.session.nonsense)
            found = FoundFrame()
            for name, answer in sorted(paired.answers.items()):
                found = self._take(options.kinds[name], answer.message, found, intake=intake)
            if options.count_missed:
                found = without_gaps(found, options.kinds.values())
            self.session.add(truth, found)
        except UsageError as error:
            self.session.nonsense.add('damaged_truth', str(error))

    def _take(
        self,
        kind: Kind,
        message: Any,  # noqa: ANN401 (a ROS message)
        found: FoundFrame,
        *,
        intake: Intake,
    ) -> FoundFrame:
        said = message.header.frame_id
        if kind in _POSES and self._frame_id and said and said != self._frame_id:
            self.session.nonsense.add('pose_in_another_frame', f'{said}, not {self._frame_id}')
            return without_gaps(found, (kind,))
        taker = Taker(intake, self.session.nonsense, self._options.meaning)
        return taker.take(kind, message, found)

"""The thread that simulates and renders: GL contexts live and die on one thread.

A second thread labels each frame and hands it on while the next one is being drawn.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Literal

from synth_ros.errors import RosError, SynthRosError
from synth_ros.pipeline.live import DrawnFrame, LiveFrame, LiveSession, SessionOver
from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.pipeline.overlap import BoundedPool, prompt_threads
from synth_ros.ros.pace import Pace
from synth_ros.scene.compiled import CompiledScene
from synth_ros.sim.memory import spared_past

# How long the thread sleeps at most before it looks for requests again.
_NAP_S = 0.02
# Frames that may be drawn but not handed on yet: one in work, one waiting.
_ROOM = 2


class Action(Enum):
    """What a service asks of the simulation."""

    RANDOMIZE = auto()
    RESET = auto()
    STEP = auto()
    PAUSE = auto()
    STOP = auto()
    RESUME = auto()


Change = Callable[[LiveSession], str]
"""Done to the session between two frames; returns what to answer."""


@dataclass(slots=True)
class Request:
    """One action on its way, and the answer to it."""

    action: Action | Change
    done: threading.Event = field(default_factory=threading.Event)
    message: str = ''
    ok: bool = False
    _begun: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> bool:
        """Begin to do it, unless who asked has given up: then it must not be done."""
        with self._lock:
            self._begun = not self.done.is_set()
            return self._begun

    def answer(self, message: str, *, ok: bool) -> None:
        """Give the answer to who waits for it; the first one counts."""
        with self._lock:
            self._answer(message, ok=ok)

    def give_up(self, timeout_s: float) -> None:
        """Answer that there is no answer in time, and whether it is done all the same."""
        with self._lock:
            end = 'it was begun and will be done.' if self._begun else 'not done.'
            self._answer(f'No answer within {timeout_s:g} s; {end}', ok=False)

    def _answer(self, message: str, *, ok: bool) -> None:
        if not self.done.is_set():
            self.message, self.ok = message, ok
            self.done.set()


Doing = Literal[
    'starting', 'inactive', 'paused', 'held', 'pacing', 'in lockstep', 'drawing', 'ended'
]
"""What the simulation is at: ``held`` waits for subscribers, ``pacing`` for real time."""

FrameSink = Callable[[LiveFrame, CompiledScene], None]


class SimThread(threading.Thread):
    """Runs a live session at its pace until told to stop, or until the session is over.

    Frames are never dropped: when rendering is slower than the real-time factor asks for,
    simulated time falls behind.

    Args:
        open_session: Entered and left on the thread; makes everything that is bound to it.
        sink: Receives every frame in order, on a thread of its own.
        stop: Ends the thread; the frame being made is finished and published.
        ready: Whether frames may flow; asked again and again until it says yes once.
        real_time_factor: Simulated seconds per real second, 0 for as fast as possible.
        frame_limit: Frames to make, 0 for no end.
        paused: Start paused.
        lockstep: Says when the next frame may be drawn; ``None``: at any time. A step does not
            ask it.
        active: Whether time may run from the start; otherwise from ``activate`` on.

    Attributes:
        opened: Set once the session is open.
        doing: What it is at.
        drawn: Frames that were drawn.
        frames: Frames that were handed to the sink.
        complete: Whether it ended by itself: all frames made, or the session over.
        real_time_factor: As asked for.
    """

    def __init__(
        self,
        open_session: Callable[[], AbstractContextManager[LiveSession]],
        sink: FrameSink,
        *,
        stop: threading.Event,
        ready: Callable[[], bool] = lambda: True,
        real_time_factor: float = 0.0,
        frame_limit: int = 0,
        paused: bool = False,
        lockstep: Lockstep | None = None,
        active: bool = True,
    ) -> None:
        super().__init__(name='synth_ros simulation')
        self.opened = threading.Event()
        self.finished = threading.Event()
        self.error: BaseException | None = None
        self.drawn = 0
        self.frames = 0
        self.complete = False
        self.doing: Doing = 'starting'
        self.real_time_factor = real_time_factor
        self._open_session = open_session
        self._sink = sink
        self._stop_asked = stop
        self._ready = ready
        self._flowing = False
        self._pace = Pace(real_time_factor)
        self._limit = frame_limit
        self._paused = paused
        self._active = active
        self._lockstep = lockstep
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._session: LiveSession | None = None
        self._under_way: deque[Future[None]] = deque()
        self._broken = False

    def post(self, change: Change) -> None:
        """Have something done between two frames, before whatever is asked later."""
        self._requests.put(Request(change))

    def set_pace(self, real_time_factor: float) -> None:
        """Change the real-time factor; to be called on this thread, in a change."""
        self._pace = Pace(real_time_factor)
        self.real_time_factor = real_time_factor

    def activate(self) -> None:
        """Let time run."""
        self._active = True

    def deactivate(self) -> bool:
        """Let time stand still; says whether it does, with all that was drawn handed on."""

        def change(_session: LiveSession) -> str:
            self._active = False
            return 'Inactive.'

        return self.ask(change).ok

    @property
    def is_paused(self) -> bool:
        """Whether time stands still because somebody said so."""
        return self._paused or not self._active

    @property
    def is_active(self) -> bool:
        """Whether time may run."""
        return self._active

    @property
    def is_at_start(self) -> bool:
        """Whether no frame of the running scene was drawn yet."""
        return self._session is None or not self._session.begun

    @property
    def requests(self) -> int:
        """How many requests wait to be served."""
        return self._requests.qsize()

    def ask(self, action: Action | Change, *, timeout_s: float = 60.0) -> Request:
        """Have an action done between two frames, and wait for it.

        A step is answered when its frame has been handed to the sink.

        Args:
            action: What to do.
            timeout_s: How long to wait.

        Returns:
            The request with its answer.
        """
        request = Request(action)
        self._requests.put(request)
        deadline = time.monotonic() + timeout_s
        while not request.done.wait(_NAP_S):
            if self.finished.is_set() or self._stop_asked.is_set():
                request.answer('The simulation is ending.', ok=False)
            elif time.monotonic() > deadline:
                request.give_up(timeout_s)
        return request

    def run(self) -> None:
        """The thread's body; errors are kept for the owner to raise."""
        try:
            if not self._stop_asked.is_set():
                with self._open_session() as session, spared_past(), self._handing_on():
                    self._session = session
                    self.opened.set()
                    self._loop(session)
        except BaseException as error:  # noqa: BLE001 (the owner raises it)
            self.error = error
        finally:
            self.doing = 'ended'
            self.finished.set()

    @contextmanager
    def _handing_on(self) -> Iterator[None]:
        """The second thread; every frame that was drawn is handed on before it ends."""
        self._pool = BoundedPool(1, room=_ROOM, name='synth_ros publish')
        with prompt_threads():
            try:
                try:
                    yield
                finally:
                    self._settle()
            finally:
                self._pool.shutdown(wait=True)

    def _loop(self, session: LiveSession) -> None:
        while not self._stop_asked.is_set():
            step = self._serve(session)
            nap_s = self._nap_s()
            if step is None and nap_s > 0:
                self._stop_asked.wait(nap_s)
                continue
            if step is None and not self._answered():
                continue
            self.doing = 'drawing'
            last = self.drawn + 1 == self._limit
            try:
                frame = session.draw(ahead=self._may_begin_ahead(last=last))
            except SessionOver:
                self.complete = True
                break
            if self._lockstep is not None:
                self._lockstep.expect(frame.stamp_ns, frame.cameras)
            hand_on = partial(self._hand_on, frame, session.world.scene)
            self._under_way.append(self._pool.submit(hand_on))
            self.drawn += 1
            self._pace.mark(frame.stamp_ns)
            self._settle(most=_ROOM)
            if step is not None:
                self._settle()
                step.answer(
                    f'Frame at {frame.stamp_ns * 1e-9:.3f} s is out; the simulation is paused.',
                    ok=True,
                )
            if self._limit and self.drawn >= self._limit:
                self.complete = True
                break
        # The last frames are answered too, before their publishers go.
        while not (self._stop_asked.is_set() or self._answered(room=0)):
            self._serve(session)

    def _answered(self, *, room: int | None = None) -> bool:
        """Whether the frames before are answered; waits a little for it."""
        if self._lockstep is None:
            return True
        # An error in handing on would be waited for in vain.
        self._settle(most=_ROOM)
        if self._lockstep.wait(0, room=room):
            return True
        self.doing = 'in lockstep'
        return self._lockstep.wait(_NAP_S, room=room)

    def _may_begin_ahead(self, *, last: bool) -> bool:
        """Whether to begin the frame after the next one before it is known to be wanted."""
        return self._pace.free and self._lockstep is None and not (self._paused or last)

    def _hand_on(self, frame: DrawnFrame, scene: CompiledScene) -> None:
        """Label a frame and give it to the sink, unless one before it could not be."""
        if self._broken:
            return
        try:
            self._sink(frame.label(), scene)
        except BaseException:
            self._broken = True
            raise
        self.frames += 1
        if self._lockstep is not None:
            self._lockstep.sent(frame.stamp_ns)

    def _settle(self, *, most: int = 0) -> None:
        """Wait until at most so many frames are under way; the first error is raised here."""
        while self._under_way and (len(self._under_way) > most or self._under_way[0].done()):
            self._under_way.popleft().result()

    def _nap_s(self) -> float:
        """How long to sleep before the next frame may be due; 0 when it is."""
        if self._paused or not self._active:
            self.doing = 'paused' if self._active else 'inactive'
            self._pace.forget()
            return _NAP_S
        if not self._flowing:
            self._flowing = self._ready()
            if self._flowing:
                return 0.0
            self.doing = 'held'
            return _NAP_S
        nap_s = min(self._pace.remaining_s(), _NAP_S)
        if nap_s > 0:
            self.doing = 'pacing'
        return nap_s

    def _serve(self, session: LiveSession) -> Request | None:
        """Do one waiting request; a step is returned for its frame to be made."""
        try:
            request = self._requests.get_nowait()
        except queue.Empty:
            return None
        # What was drawn before the request goes out before its answer. That takes time, in which
        # who asked may give up.
        self._settle()
        if not request.begin():
            return None
        try:
            message = self._act(session, request.action)
        except SynthRosError as error:
            # The running episode goes on.
            request.answer(str(error), ok=False)
            return None
        if request.action is Action.STEP:
            return request
        request.answer(message, ok=True)
        return None

    def _act(self, session: LiveSession, action: Action | Change) -> str:
        if not isinstance(action, Action):
            return action(session)
        match action:
            case Action.RANDOMIZE:
                session.next_episode()
                return f'Episode {session.episode} begins.'
            case Action.RESET:
                session.restart()
                return f'Episode {session.episode} begins again.'
            case Action.STEP if not self._active:
                raise RosError('The node is inactive: no time passes before it is activated.')
            case Action.PAUSE | Action.STEP:
                self._paused = True
                return 'Paused. Call ~/step for one frame, ~/pause with false to go on.'
            case Action.STOP:
                self._paused = True
                session.restart()
                return f'Stopped at the start of episode {session.episode}.'
            case Action.RESUME:
                self._paused = False
                return 'Running.'

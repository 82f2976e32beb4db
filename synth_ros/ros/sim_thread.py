"""The thread that simulates and renders: GL contexts live and die on one thread."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from synth_ros.errors import SynthRosError
from synth_ros.pipeline.live import LiveFrame, LiveSession
from synth_ros.scene.compiled import CompiledScene


class Action(Enum):
    """What a service asks of the simulation."""

    RANDOMIZE = auto()
    RESET = auto()
    STEP = auto()
    PAUSE = auto()
    RESUME = auto()


@dataclass(slots=True)
class Request:
    """One action on its way, and the answer to it."""

    action: Action
    done: threading.Event = field(default_factory=threading.Event)
    message: str = ''
    ok: bool = False


FrameSink = Callable[[LiveFrame, CompiledScene], None]


class SimThread(threading.Thread):
    """Runs a live session at its pace until told to stop.

    Frames are never dropped: when rendering is slower than the real-time factor asks for,
    simulated time falls behind.

    Args:
        make_session: Called on the thread; makes everything that is bound to it.
        sink: Receives every frame, on the thread.
        ready: Blocks until frames may flow; returns early when the event is set.
        real_time_factor: Simulated seconds per real second, 0 for as fast as possible.
        frame_limit: Frames to make, 0 for no end.
        paused: Start paused.
    """

    def __init__(
        self,
        make_session: Callable[[], LiveSession],
        sink: FrameSink,
        *,
        ready: Callable[[threading.Event], None],
        real_time_factor: float,
        frame_limit: int = 0,
        paused: bool = False,
    ) -> None:
        super().__init__(name='synth_ros simulation')
        self.finished = threading.Event()
        self.error: BaseException | None = None
        self.frames = 0
        self._make_session = make_session
        self._sink = sink
        self._ready = ready
        self._factor = real_time_factor
        self._limit = frame_limit
        self._paused = paused
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask for the end; the frame being made is finished and published."""
        self._stop_asked.set()

    def ask(self, action: Action, *, timeout_s: float = 60.0) -> Request:
        """Have an action done between two frames, and wait for it.

        Args:
            action: What to do.
            timeout_s: How long to wait.

        Returns:
            The request with its answer.
        """
        request = Request(action)
        self._requests.put(request)
        deadline = time.monotonic() + timeout_s
        while not request.done.wait(0.05):
            if self.finished.is_set():
                request.message = 'The simulation has ended.'
                break
            if time.monotonic() > deadline:
                request.message = f'No answer within {timeout_s:g} s.'
                break
        return request

    def run(self) -> None:
        """The thread's body; errors are kept for the owner to raise."""
        try:
            session = self._make_session()
            self._ready(self._stop_asked)
            self._loop(session)
        except BaseException as error:
            self.error = error
        finally:
            self.finished.set()

    def _loop(self, session: LiveSession) -> None:
        pace = _Pace(self._factor)
        while not self._stop_asked.is_set():
            stepping = self._serve(session)
            if self._paused and not stepping:
                pace.forget()
                self._stop_asked.wait(0.01)
                continue
            frame = session.advance()
            self._sink(frame, session.world.scene)
            self.frames += 1
            if self._limit and self.frames >= self._limit:
                break
            if not stepping:
                pace.keep(frame.stamp_ns, self._stop_asked)

    def _serve(self, session: LiveSession) -> bool:
        """Do one waiting request; whether it asks for a single step."""
        try:
            request = self._requests.get_nowait()
        except queue.Empty:
            return False
        try:
            request.message = self._act(session, request.action)
            request.ok = True
        except SynthRosError as error:
            request.message = str(error)
        request.done.set()
        return request.action is Action.STEP and request.ok

    def _act(self, session: LiveSession, action: Action) -> str:
        match action:
            case Action.RANDOMIZE:
                session.next_episode()
                return f'Episode {session.episode} begins.'
            case Action.RESET:
                session.restart()
                return f'Episode {session.episode} begins again.'
            case Action.STEP:
                self._paused = True
                return 'One frame follows; the simulation is paused.'
            case Action.PAUSE:
                self._paused = True
                return 'Paused. Call ~/step for one frame, ~/pause with false to go on.'
            case Action.RESUME:
                self._paused = False
                return 'Running.'


class _Pace:
    """Sleeps so that simulated time does not run ahead of real time."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._start: tuple[float, int] | None = None

    def forget(self) -> None:
        """Measure anew from the next frame: pauses must not be made up for."""
        self._start = None

    def keep(self, stamp_ns: int, stop: threading.Event) -> None:
        """Wait until the frame's time has come in reality."""
        if self._factor <= 0:
            return
        now = time.monotonic()
        if self._start is None:
            self._start = (now, stamp_ns)
            return
        due = self._start[0] + (stamp_ns - self._start[1]) * 1e-9 / self._factor
        if due > now:
            stop.wait(due - now)
        else:
            # Too slow: time falls behind for good instead of being hurried after.
            self._start = (now, stamp_ns)

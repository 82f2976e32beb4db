"""Makes and commits many episodes in this process, the steps overlapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.generate import Plan, Progress, Report, committed, episode_instants
from synth_ros.pipeline.instant import Window, windows
from synth_ros.pipeline.overlap import Overlap, Take, finisher_threads
from synth_ros.sim.memory import spared_past
from synth_ros.writers.coco import EpisodeWriter
from synth_ros.writers.draft import EpisodeDraft

# The second is posed and handed to the renderer while the first is being drawn.
_IN_FLIGHT = 2
# Drawn but not stored yet; with every annotation on, one of 640 x 480 takes 25 MB a camera.
_INSTANTS_AHEAD = 3


def produce(
    stage: Stage,
    writer: EpisodeWriter,
    *,
    plan: Plan,
    take: Take,
    report: Report,
    processes: int = 1,
) -> None:
    """Make and commit episodes; the same bytes as ``run_episode`` for one after another.

    Args:
        stage: Makes them; its renderer belongs to this thread.
        writer: Where they go.
        plan: What happens in each.
        take: Gives the numbers of the episodes to make.
        report: Called on this thread after each committed episode.
        processes: That share this machine's processors.

    Raises:
        SynthRosError: The first error in the order of frames; the episodes before it are
            committed.
    """
    overlap = Overlap[Progress](
        stage.clock,
        threads=finisher_threads(processes),
        room=_INSTANTS_AHEAD * len(plan.frames),
    )
    production = _Production(stage, writer, plan=plan, overlap=overlap)
    try:
        with spared_past(), overlap, _abandoned_after_an_error(stage):
            production.run(take, report)
    finally:
        stage.abandoned.clear()
        # No thread writes any more.
        production.discard()


@contextmanager
def _abandoned_after_an_error(stage: Stage) -> Iterator[None]:
    """Let the thread that prepares a scene stop soon when the block ends by an error."""
    try:
        yield
    except BaseException:
        stage.abandoned.set()
        raise


class _Production:
    """What the drawing thread does, and the steps that it hands over."""

    def __init__(
        self, stage: Stage, writer: EpisodeWriter, *, plan: Plan, overlap: Overlap[Progress]
    ) -> None:
        self._stage = stage
        self._writer = writer
        self._plan = plan
        self._overlap = overlap
        self._drafts: list[EpisodeDraft] = []

    def run(self, take: Take, report: Report) -> None:
        """Make episodes until there are no more, and wait until all are committed."""
        overlap = self._overlap
        try:
            for episode in overlap.prepared(self._stage.prepare, take):
                self._draw(episode, report)
            for progress in overlap.done(most=0):
                report(progress)
        except Exception:
            for progress in overlap.settle_up():
                report(progress)
            raise

    def discard(self) -> None:
        """Remove what was written aside of episodes that were not committed."""
        for draft in self._drafts:
            draft.discard()

    def _draw(self, episode: Episode, report: Report) -> None:
        """Draw all frames of an episode, each handed over as soon as its neighbours are drawn."""
        stage, plan, overlap = self._stage, self._plan, self._overlap
        stage.load(episode)
        draft = self._writer.begin(episode.sampled.episode)
        self._drafts.append(draft)
        instants = episode_instants(
            stage, episode, course=plan.course, frames=plan.course.frames, in_flight=_IN_FLIGHT
        )
        with closing(instants):
            for window in windows(instants, ahead=stage.needs_after):
                for place in range(len(window.now.taken)):
                    overlap.finish(self._finishing(episode, draft, at=(window, place)))
                for progress in overlap.done():
                    report(progress)
        overlap.commit(self._committing(episode, draft))

    def _finishing(
        self, episode: Episode, draft: EpisodeDraft, *, at: tuple[Window, int]
    ) -> Callable[[], None]:
        """Labels, encodes and stores one frame, on any thread."""
        clock, writer, course = self._stage.clock, self._writer, self._plan.course
        window, place = at

        def finish() -> None:
            sample = episode.sample(window, course, place=place)
            with clock.measure('encode'):
                frame = writer.encode(sample)
            with clock.measure('write'):
                draft.store(frame)

        return finish

    def _committing(self, episode: Episode, draft: EpisodeDraft) -> Callable[[], Progress]:
        """Commits an episode whose frames are stored, on the thread that commits."""

        def commit() -> Progress:
            with self._stage.clock.measure('commit'):
                draft.commit()
            # Only now: an episode that is not committed must be discarded.
            self._drafts.remove(draft)
            return committed(episode, frames=self._plan.frames_per_episode)

        return commit

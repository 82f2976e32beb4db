"""The only place where the steps are wired: from an episode number to samples."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Iterable, Sequence

from synth_ros.config.load import LoadedConfig
from synth_ros.config.root import Config
from synth_ros.errors import InternalError
from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import check_scene
from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.constraints import ViewSearch
from synth_ros.pipeline.demand import Idle, Wanted, nothing_idle
from synth_ros.pipeline.instant import (
    Course,
    Developing,
    Instant,
    Window,
    developed,
    windows,
)
from synth_ros.pipeline.looking import Lookout, sensors_of
from synth_ros.pipeline.provenance import describe, provenance_json
from synth_ros.pipeline.sensing import Chance
from synth_ros.pipeline.settling import Redraw, settled
from synth_ros.pipeline.steering import BY_CONFIG
from synth_ros.pipeline.timing import Due
from synth_ros.pipeline.varying import Varying
from synth_ros.randomize.draw import episode_draws
from synth_ros.randomize.phases import SampledPhase
from synth_ros.randomize.pose_plan import Scenery, seen_from
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scenario import draw_scenario
from synth_ros.randomize.scene import SampledCamera, SampledScene, SampledView
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.told import hung, plan_view
from synth_ros.render.base import Renderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.clutter import ClutterKeeper
from synth_ros.sim.log import silence_mujoco
from synth_ros.sim.memory import keep_free_memory, return_free_memory
from synth_ros.sim.posture import PostureFinder
from synth_ros.sim.world import World
from synth_ros.types import Sample, SampleKey


class Episode:
    """A settled scene with a robot in it, ready to be looked at.

    Attributes:
        sampled: All draws of the scene.
        world: The running scene.
        redraws: Every drawing made, the valid one last.
        clutter: Arranges what hangs in the air.
        stage: What made it.
        finder: Finds postures and ways on which the robot touches nothing.
        clock: Measures the steps.
        config: The config, or that of its scenario.
        draws: The draws of the episode.
        chance: Where the randomness of sensors comes from.
        refusals: Why drawings of views, ways and falls were refused, and how many.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        sampled: SampledScene,
        world: World,
        redraws: Sequence[Redraw],
    ) -> None:
        self.sampled = sampled
        self.world = world
        self.redraws = tuple(redraws)
        self.clock = stage.clock
        self.stage = stage
        self._streams = stage.streams(sampled.episode)
        builder = stage.builder.of(sampled.scenario)
        self.config = builder.config
        self.refusals: Counter[str] = Counter()
        self.draws = episode_draws(self.config, self._streams)
        self.finder = PostureFinder(
            world,
            self.config,
            inventory=stage.builder.of(sampled.scenario).inventory,
            objects=sampled.objects,
        )
        self.clutter = ClutterKeeper(world, self.config.distractors, sampled)
        self._varying = Varying(
            sampled,
            world=world,
            renderer=stage.renderer,
            builder=builder,
            streams=self._streams,
        )
        self.chance = Chance(self.config.randomization.sensor, self.draws, self._streams)
        self._lookout = Lookout(world, stage)
        self._rest_qpos = world.data.qpos.copy()
        self.origin = describe(self)

    def find_view(
        self,
        view: int,
        *,
        start: int = 0,
        calibration: Sequence[SampledCamera] | None = None,
    ) -> SampledView:
        """Draw a view's values, a posture that touches nothing, and the clutter; take all.

        Args:
            view: Number of the view.
            start: Drawings before are passed over.
            calibration: Lenses and mounts of cameras to use instead of drawn ones.

        Raises:
            PlacementError: If none was found.
        """
        with self.clock.measure('posture'), self._varying.view(view) as values:
            self.clutter.clear()
            drawn = self.finder.find(self._streams, view, start=start, calibration=calibration)
            drawn = drawn.model_copy(update={'values': values})
            self.refusals.update(drawn.refused)
            return self.clutter.arrange(self.draws, drawn)

    def views(self, numbers: Iterable[int], *, in_flight: int = 1) -> Generator[Instant]:
        """What the cameras see from drawn postures; each is a pure function of its number.

        Args:
            numbers: Of the views.
            in_flight: How many are drawn at a time, see ``instant.developed``.

        Raises:
            PlacementError: If no posture was found, or none that meets the constraints.
        """
        if self.config.constraints.view:
            return ViewSearch(self, self.config.constraints).views(numbers)
        return developed(map(self.begin_view, numbers), in_flight=in_flight)

    def begin_view(self, view: int, *, start: int = 0) -> Developing:
        """Draw a view and begin to capture it.

        Args:
            view: Its number.
            start: Drawings before are passed over.

        Raises:
            PlacementError: If no posture was found.
        """
        self.world.set_objects(self._rest_qpos)
        drawn = self.hang_planned(self.find_view(view, start=start))
        self.world.set_time(view * self.stage.config.output.live.view_period_s)
        due = tuple(Due(camera, view) for camera in range(len(self.world.scene.cameras)))
        return self.begin(view, drawn, due=due)

    def hang_planned(self, drawn: SampledView) -> SampledView:
        """Hang the objects of the pose curriculum in front of its camera, as the robot stands.

        Args:
            drawn: The view; without a curriculum nothing happens.

        Raises:
            PlacementError: They do not fit into the image.
        """
        poses = self.config.curriculum.poses
        if poses is None:
            return drawn
        camera = self.world.scene.camera(poses.camera)
        pose = self.world.world_from_camera(camera)
        inventory = self.stage.builder.of(self.sampled.scenario).inventory
        planned = plan_view(
            self.config,
            self.sampled.objects,
            inventory=inventory,
            scenery=Scenery(self.world.camera_model(camera), seen_from(pose, inventory.obstacles)),
            draws=self.draws,
            view=drawn.view,
        )
        self.world.hang(hung(self.sampled.objects, planned, pose))
        # The clutter was arranged around the objects where they were before.
        return self.clutter.arrange(self.draws, drawn.model_copy(update={'planned': planned}))

    def samples(self, view: int, *, views: int | None = None) -> tuple[Sample, ...]:
        """The samples of all cameras for one view: a pure function of its number.

        The views beside it are rendered too, as far as labels need them.

        Args:
            view: Its number.
            views: Views in the episode, for the last has none after it; the config's by
                default.

        Raises:
            PlacementError: If no posture was found.
        """
        stage = self.stage
        course = Course('views', views or stage.config.output.dataset.views_per_episode)
        first = max(view - stage.needs_before, 0)
        last = view + (stage.needs_after and view + 1 < course.frames)
        for window in windows(self.views(range(first, last + 1)), ahead=stage.needs_after):
            if window.now.index == view:
                return self.label(window, course)
        raise InternalError(f'View {view} is not among views {first} to {last}.')

    def begin(
        self,
        index: int,
        drawn: SampledView,
        *,
        due: Sequence[Due],
        phase: SampledPhase | None = None,
        notes: tuple[str, ...] = (),
    ) -> Developing:
        """Begin to capture the state as it is now; the world may move on.

        Args:
            index: Number of the instant in the episode.
            drawn: The view that the robot is in or moves to, for the provenance.
            due: Whose frames are due; their numbers name the samples and their noise.
            phase: What is going on, if there are phases.
            notes: What did not go as drawn.

        Returns:
            Waits for the pictures; to be called once, on the renderer's thread.
        """
        world, clock = self.world, self.clock
        with clock.measure('submit'):
            cameras = world.scene.cameras
            look = self._lookout.begin(due, exposure_ev=drawn.exposure_ev)
            poses = tuple(world.world_from_camera(camera) for camera in cameras)
            links, joints = world.links(), world.joints()
            unlabelled = world.unlabelled()

        def develop() -> Instant:
            with clock.measure('pictures'):
                looked = look()
            return Instant(
                index,
                looked.stamp_ns,
                drawn,
                looked.taken,
                world_from_cameras=poses,
                links=links,
                joints=joints,
                phase=phase,
                notes=notes,
                unlabelled=unlabelled,
                glimpsed=looked.glimpsed,
                rested=looked.rested,
                instances=looked.instances,
                late=looked.late,
            )

        return develop

    def label(
        self, window: Window, course: Course, *, idle: Idle = nothing_idle
    ) -> tuple[Sample, ...]:
        """The samples of all frames of an instant that were taken.

        Args:
            window: The instant, with the neighbours that labels need.
            course: Of the episode, for the provenance.
            idle: Annotations that are not to be made.
        """
        places = range(len(window.now.taken))
        return tuple(self.sample(window, course, place=place, idle=idle) for place in places)

    def sample(
        self, window: Window, course: Course, *, place: int, idle: Idle = nothing_idle
    ) -> Sample:
        """The sample of one frame: a pure function of the window, for any thread.

        Args:
            window: The instant, with the neighbours that labels need.
            course: Of the episode, for the provenance.
            place: Which of the frames of the instant.
            idle: Annotations that are not to be made.
        """
        taken = window.now.taken[place]
        name, clean = taken.frame.camera.name, taken.frame
        with self.clock.measure('sense'):
            sensors = sensors_of(self, taken)
            sensed, pair = sensors.all(), sensors.pair(taken.parts)
        with self.clock.measure('label'):
            labels = annotate(
                clean,
                self.stage.config.labels.without(idle(name)),
                before=window.before[place],
                after=window.after[place],
            )
            provenance = provenance_json(self, window.now, course, number=taken.number)
        return Sample(
            key=SampleKey(self.sampled.episode, taken.number, name),
            frame=clean,
            rgb=sensed.rgb,
            depth_m=sensed.depth_m,
            labels=labels,
            provenance_json=provenance,
            infra1=pair.infra1,
            infra2=pair.infra2,
        )


class Stage:
    """Makes episodes: holds what they share.

    Args:
        loaded: The config and where it came from.
        builder: Turns draws into models.
        renderer: Renders them; bound to the thread that made it, and so is all of the stage but
            ``prepare``.
        seed: Replaces the config's seed.

    Attributes:
        clock: Measures the steps.
        steering: What was told against the config; holds for episodes opened from then on.
        wanted: What is made of frames, and of IMUs.
        abandoned: Set while nobody waits for what another thread prepares; it then stops soon.
    """

    def __init__(
        self,
        loaded: LoadedConfig,
        builder: SceneBuilder,
        *,
        renderer: Renderer,
        seed: int | None = None,
    ) -> None:
        self.clock = Clock()
        self.abandoned = threading.Event()
        silence_mujoco()
        keep_free_memory()
        self.loaded = loaded
        self.config: Config = loaded.config
        self.builder = builder
        self.renderer = renderer
        self.seed = loaded.config.seed if seed is None else seed
        self.steering = BY_CONFIG
        self.wanted = Wanted()
        labels = self.config.labels
        self.needs_after: bool = labels.needs_neighbours
        self.needs_before: bool = labels.needs_neighbours or labels.wants('tracks')

    def streams(self, episode: int) -> Streams:
        """The random streams of an episode."""
        return Streams(self.seed, episode, self.steering.progress)

    def open(self, episode: int) -> Episode:
        """Draw, build, settle and load an episode.

        Raises:
            PlacementError: If no drawing settled within the allowed number of attempts.
        """
        opened = self.prepare(episode)
        self.load(opened)
        return opened

    def prepare(self, episode: int) -> Episode:
        """Draw, build and settle an episode; any thread may do it, one at a time.

        Raises:
            PlacementError: If no drawing settled within the allowed number of attempts.
        """
        streams = self.streams(episode)
        scenario = self.steering.scenario or draw_scenario(self.config, streams=streams)
        builder = self.builder.of(scenario)
        with self.clock.measure('build'):
            drawn = sample_scene(builder.config, builder.inventory, streams=streams)
            scene = builder.build(drawn)
            check_scene(scene)
            world = World(scene, builder.config.robot)
            world.apply(drawn.values)
        with self.clock.measure('settle'):
            sampled, rest, redraws = settled(
                world, streams, builder, abandoned=self.abandoned.is_set
            )
            sampled = sampled.model_copy(update={'scenario': scenario})
            world.set_objects(rest.qpos)
            world.hang(sampled.objects)
            return Episode(self, sampled=sampled, world=world, redraws=redraws)

    def load(self, episode: Episode) -> None:
        """Give a prepared episode to the renderer, on the renderer's thread.

        Raises:
            RenderError: The renderer cannot hold it.
        """
        with self.clock.measure('load'):
            self.renderer.load(episode.world.scene.model)
            return_free_memory()

"""The standard services of ROS simulators (``simulation_interfaces``), as far as they fit.

To be imported only where that package is installed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from geometry_msgs.msg import Twist, Vector3
from rclpy.node import Node
from simulation_interfaces.msg import (
    Bounds,
    EntityCategory,
    EntityFilters,
    EntityInfo,
    EntityState,
    Result,
    SimulationState,
    SimulatorFeatures,
    TagsFilter,
)
from simulation_interfaces.srv import (
    GetEntities,
    GetEntitiesStates,
    GetEntityBounds,
    GetEntityInfo,
    GetEntityState,
    GetSimulationState,
    GetSimulatorFeatures,
    ResetSimulation,
    SetSimulationState,
    StepSimulation,
)

import synth_ros
from synth_ros.errors import UsageError
from synth_ros.geometry.boxes import Boxes
from synth_ros.pipeline.entities import (
    Entity,
    EntityLog,
    Sphere,
    Wanted,
    matching,
    region_of_box,
)
from synth_ros.ros.convert import header, pose_message
from synth_ros.ros.names import WORLD_FRAME
from synth_ros.ros.sim_thread import Action, SimThread
from synth_ros.ros.standard_steps import StepsServer, make_steps
from synth_ros.types import FloatArray

_Request = TypeVar('_Request')
_Response = TypeVar('_Response', bound='_WithResult')

_OK = Result.RESULT_OK
_UNSUPPORTED = Result.RESULT_FEATURE_UNSUPPORTED
_FAILED = Result.RESULT_OPERATION_FAILED
_MOST_STEPS = 1000

FEATURES = (
    SimulatorFeatures.ENTITY_TAGS,
    SimulatorFeatures.ENTITY_BOUNDS,
    SimulatorFeatures.ENTITY_BOUNDS_BOX,
    SimulatorFeatures.ENTITY_CATEGORIES,
    SimulatorFeatures.ENTITY_STATE_GETTING,
    SimulatorFeatures.ENTITY_INFO_GETTING,
    SimulatorFeatures.SIMULATION_RESET,
    SimulatorFeatures.SIMULATION_RESET_STATE,
    SimulatorFeatures.SIMULATION_STATE_GETTING,
    SimulatorFeatures.SIMULATION_STATE_SETTING,
    SimulatorFeatures.SIMULATION_STATE_PAUSE,
    SimulatorFeatures.STEP_SIMULATION_SINGLE,
    SimulatorFeatures.STEP_SIMULATION_MULTIPLE,
    SimulatorFeatures.STEP_SIMULATION_ACTION,
)


class _WithResult(Protocol):
    """A response that says what became of the request."""

    result: Result


class _RefusalError(Exception):
    """Why a request is not served; caught in this module.

    Args:
        code: Of ``Result``.
        message: For people.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class StandardServices:
    """Offers the services and the action of ``docs/topics.md``.

    Args:
        node: Offers them.
        thread: Does what they ask.
        entities: What they tell of.
        stop: Set to end the node.
    """

    def __init__(
        self, node: Node, thread: SimThread, *, entities: EntityLog, stop: threading.Event
    ) -> None:
        self._thread = thread
        self._log = entities
        self._stop = stop
        node.create_service(GetSimulatorFeatures, 'get_simulator_features', _features)
        node.create_service(GetSimulationState, 'get_simulation_state', self._get_state)
        for kind, name, serve in (
            (SetSimulationState, 'set_simulation_state', self._set_state),
            (ResetSimulation, 'reset_simulation', self._reset),
            (StepSimulation, 'step_simulation', self._step),
            (GetEntities, 'get_entities', self._entities),
            (GetEntitiesStates, 'get_entities_states', self._states),
            (GetEntityState, 'get_entity_state', self._state_of),
            (GetEntityInfo, 'get_entity_info', self._info_of),
            (GetEntityBounds, 'get_entity_bounds', self._bounds_of),
        ):
            node.create_service(kind, name, _refusable(serve))
        self._steps = StepsServer(node, thread)

    def close(self) -> None:
        """Let go of the action; its thread ends with the simulation."""
        self._steps.close()

    # What the simulation is at.

    def _state(self) -> int:
        if not self._thread.is_paused:
            return SimulationState.STATE_PLAYING
        if self._thread.is_at_start:
            return SimulationState.STATE_STOPPED
        return SimulationState.STATE_PAUSED

    def _get_state(
        self, _request: GetSimulationState.Request, response: GetSimulationState.Response
    ) -> GetSimulationState.Response:
        response.state.state = self._state()
        response.result.result = _OK
        return response

    def _set_state(
        self, request: SetSimulationState.Request, _response: SetSimulationState.Response
    ) -> str:
        wanted, now = request.state.state, self._state()
        if wanted == now:
            raise _RefusalError(
                SetSimulationState.Response.ALREADY_IN_TARGET_STATE, 'It is in that state already.'
            )
        match wanted:
            case SimulationState.STATE_PLAYING:
                if not self._thread.is_active:
                    raise _RefusalError(
                        SetSimulationState.Response.STATE_TRANSITION_ERROR,
                        'The node is inactive: no time passes before it is activated.',
                    )
                return self._do(Action.RESUME)
            case SimulationState.STATE_PAUSED if now == SimulationState.STATE_STOPPED:
                raise _RefusalError(
                    SetSimulationState.Response.INCORRECT_TRANSITION,
                    'It is stopped, and paused by that: step it, or let it play.',
                )
            case SimulationState.STATE_PAUSED:
                return self._do(Action.PAUSE)
            case SimulationState.STATE_STOPPED:
                return self._do(Action.STOP)
            case SimulationState.STATE_QUITTING:
                self._stop.set()
                return ''
        raise _RefusalError(
            _UNSUPPORTED,
            f'There is no way to state {wanted}; ask for stopped (0), playing (1), paused (2) or '
            'quitting (3).',
        )

    def _do(self, action: Action) -> str:
        answer = self._thread.ask(action)
        if not answer.ok:
            raise _RefusalError(SetSimulationState.Response.STATE_TRANSITION_ERROR, answer.message)
        return ''

    def _reset(self, request: ResetSimulation.Request, _response: ResetSimulation.Response) -> str:
        scope = request.scope or ResetSimulation.Request.SCOPE_ALL
        if not scope & ResetSimulation.Request.SCOPE_STATE:
            raise _RefusalError(
                _UNSUPPORTED,
                'Only the state of the scene is reset (scope 2, and 0 and 255, which hold it): '
                'time never runs back, and nothing is spawned.',
            )
        answer = self._thread.ask(Action.RESET)
        if not answer.ok:
            raise _RefusalError(_FAILED, answer.message)
        if scope & ResetSimulation.Request.SCOPE_TIME:
            return f'{answer.message} Time goes on: no stamp comes twice.'
        return answer.message

    def _step(self, request: StepSimulation.Request, _response: StepSimulation.Response) -> str:
        if request.steps > _MOST_STEPS:
            raise _RefusalError(
                _FAILED,
                f'{request.steps} steps would keep the node busy for too long; ask for '
                f'{_MOST_STEPS} at most, or use the action simulate_steps.',
            )
        stepped = make_steps(self._thread, request.steps)
        if stepped.error:
            raise _RefusalError(_FAILED, stepped.error)
        return ''

    # Entities.

    def _known(self) -> list[Entity]:
        if self._log.stamp_ns is None:
            raise _RefusalError(
                Result.RESULT_INCORRECT_STATE,
                'No frame is out yet, and entities are those of a frame: step, or let it play.',
            )
        return self._log.entities()

    def _named(self, name: str) -> Entity:
        entities = self._known()
        found = next((entity for entity in entities if entity.name == name), None)
        if found is None:
            names = ', '.join(entity.name for entity in entities[:20])
            raise _RefusalError(
                Result.RESULT_NOT_FOUND, f'There is no entity {name!r}, but {names}.'
            )
        return found

    def _matching(self, filters: EntityFilters) -> list[Entity]:
        entities = self._known()
        try:
            return matching(entities, _wanted(filters))
        except UsageError as error:
            raise _RefusalError(_FAILED, str(error)) from error

    def _entities(self, request: GetEntities.Request, response: GetEntities.Response) -> str:
        response.entities = [entity.name for entity in self._matching(request.filters)]
        return ''

    def _states(
        self, request: GetEntitiesStates.Request, response: GetEntitiesStates.Response
    ) -> str:
        found = self._matching(request.filters)
        response.entities = [entity.name for entity in found]
        response.states = [self._state_message(entity) for entity in found]
        return ''

    def _state_of(self, request: GetEntityState.Request, response: GetEntityState.Response) -> str:
        response.state = self._state_message(self._named(request.entity))
        return ''

    def _info_of(self, request: GetEntityInfo.Request, response: GetEntityInfo.Response) -> str:
        entity = self._named(request.entity)
        kind = EntityCategory.CATEGORY_ROBOT if entity.is_robot else EntityCategory.CATEGORY_OBJECT
        response.info = EntityInfo(
            category=EntityCategory(category=kind),
            description=entity.description,
            tags=list(entity.tags),
        )
        return ''

    def _bounds_of(
        self, request: GetEntityBounds.Request, response: GetEntityBounds.Response
    ) -> str:
        entity = self._named(request.entity)
        if entity.extent is None:
            raise _RefusalError(
                _UNSUPPORTED, 'Bounds of the robot are not known, those of objects are.'
            )
        corners = [entity.extent.high_m, entity.extent.low_m]
        response.bounds = Bounds(
            type=Bounds.TYPE_BOX, points=[_vector(corner) for corner in corners]
        )
        return ''

    def _state_message(self, entity: Entity) -> EntityState:
        return EntityState(
            header=header(entity.stamp_ns, WORLD_FRAME),
            pose=pose_message(entity.world_from_entity),
            twist=Twist(linear=_vector(entity.linear_m_s), angular=_vector(entity.angular_rad_s)),
        )


def _refusable(
    serve: Callable[[_Request, _Response], str],
) -> Callable[[_Request, _Response], _Response]:
    """A service whose function fills in the response and says what there is to say."""

    def answer(request: _Request, response: _Response) -> _Response:
        code = _OK
        try:
            message = serve(request, response)
        except _RefusalError as refusal:
            code, message = refusal.code, str(refusal)
        response.result = Result(result=code, error_message=message)
        return response

    return answer


def _features(
    _request: GetSimulatorFeatures.Request, response: GetSimulatorFeatures.Response
) -> GetSimulatorFeatures.Response:
    response.features = SimulatorFeatures(
        features=FEATURES,
        custom_info=f'synth_ros {synth_ros.__version__}. A step is one instant with its frames; '
        'docs/topics.md tells the rest.',
    )
    return response


def _wanted(filters: EntityFilters) -> Wanted:
    kinds = {category.category for category in filters.categories}
    return Wanted(
        pattern=filters.filter,
        robots=not kinds or EntityCategory.CATEGORY_ROBOT in kinds,
        objects=not kinds or EntityCategory.CATEGORY_OBJECT in kinds,
        tags=tuple(filters.tags.tags),
        all_tags=filters.tags.filter_mode == TagsFilter.FILTER_MODE_ALL,
        region=_region(filters.bounds),
    )


def _region(bounds: Bounds) -> Boxes | Sphere | None:
    points = [np.array([p.x, p.y, p.z]) for p in bounds.points]
    match bounds.type:
        case Bounds.TYPE_EMPTY:
            return None
        case Bounds.TYPE_BOX | Bounds.TYPE_SPHERE if len(points) != 2:
            raise _RefusalError(
                _FAILED, f'Bounds of this type have two points; these have {len(points)}.'
            )
        case Bounds.TYPE_BOX:
            return region_of_box(points[1], points[0])
        case Bounds.TYPE_SPHERE:
            return Sphere(points[0], float(points[1][0]))
    raise _RefusalError(_UNSUPPORTED, 'Entities are filtered by boxes and spheres alone.')


def _vector(values: FloatArray) -> Vector3:
    x, y, z = (float(value) for value in values)
    return Vector3(x=x, y=y, z=z)

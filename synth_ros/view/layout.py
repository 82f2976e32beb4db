"""What the viewer shows first: the world, the cameras, plots and texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun.blueprint as rrb

from synth_ros.readers.recording import RecordedFrame
from synth_ros.schema.records import FrameRecord
from synth_ros.schema.unpack import matrix
from synth_ros.types import FloatArray
from synth_ros.view import paths
from synth_ros.view.clouds import has_cloud

_MOST_BESIDE = 2  # more cameras than these are tabs
_SIDE_RAD = (
    0.6  # how far the eye turns from the first camera, so that that does not hide the scene
)
_BACK = 1.6  # how many times as far away it is

_Views = list[rrb.View]


def layout(frames: Sequence[RecordedFrame], *, clouds: bool = False) -> rrb.Blueprint:
    """A blueprint that fits a recording.

    Args:
        frames: The first frame of every camera that is shown; at least one.
        clouds: Clouds are made of depth.
    """
    cameras = [_camera(frame) for frame in frames]
    beside = len(cameras) <= _MOST_BESIDE
    columns = rrb.Horizontal(*cameras) if beside else rrb.Tabs(*cameras)
    world = rrb.Vertical(
        _world(frames, clouds=clouds), rrb.Tabs(*_numbers(frames)), row_shares=[2, 1]
    )
    return rrb.Blueprint(
        rrb.Horizontal(world, columns, column_shares=[1, 1]),
        rrb.BlueprintPanel(state='collapsed'),
        rrb.SelectionPanel(state='collapsed'),
        rrb.TimePanel(state='collapsed', timeline='stamp'),
        auto_layout=False,
        auto_views=False,
    )


def _world(frames: Sequence[RecordedFrame], *, clouds: bool) -> rrb.View:
    """Everything in space; of the cameras the image alone, not what is drawn over it."""
    contents = [f'+ /{paths.WORLD}/**']
    in_colours = any(has_cloud(frame, of_depth=clouds) for frame in frames)
    for frame in frames:
        name = frame.record.camera
        contents += [
            f'- /{paths.image(name)}/**',
            f'+ /{paths.image(name)}',
            f'+ /{paths.image(name)}/rgb',
        ]
        if has_cloud(frame, of_depth=clouds):
            # That cloud has colours; the viewer's own of the depth image would lie in it.
            contents.append(f'- /{paths.depth(name)}/**')
    return rrb.Spatial3DView(
        origin=f'/{paths.WORLD}',
        contents=contents,
        name='World',
        eye_controls=_eye(frames[0]),
        # Grey surfaces would hide a cloud in colours; the eye beside their name shows them.
        overrides={f'/{paths.MODELS}': rrb.EntityBehavior(visible=not in_colours)},
    )


def _camera(frame: RecordedFrame) -> rrb.Container:
    """The image with boxes, and below it a tab for everything else."""
    name = frame.record.camera
    image = f'/{paths.image(name)}'
    main = rrb.Spatial2DView(
        origin=image,
        contents=['$origin/rgb', '$origin/boxes', '$origin/keypoints/**', '$origin/robot/**'],
        name=f'{name}: boxes',
    )
    more = [
        *_masks(frame),
        _over(image, name='3D boxes', contents=['$origin/boxes_3d']),
        _over(
            image,
            name='Amodal and oriented',
            contents=['$origin/amodal_boxes', '$origin/oriented_boxes'],
        ),
    ]
    more += _dense(frame)
    if frame.depth_m is not None:
        more.insert(0, rrb.Spatial2DView(origin=f'/{paths.depth(name)}', name='Depth'))
    return rrb.Vertical(main, rrb.Tabs(*more), name=name)


def _masks(frame: RecordedFrame) -> _Views:
    image, layers = f'/{paths.image(frame.record.camera)}', frame.layers
    found = {
        'Instances': frame.instance_id is not None,
        'Classes': frame.class_id is not None,
        'Panoptic': layers.panoptic_id is not None and frame.record.segments is not None,
        'Parts': layers.part_id is not None and frame.record.parts is not None,
    }
    return [
        _over(image, name=name, contents=[f'$origin/{name.lower()}'])
        for name, there in found.items()
        if there
    ]


def _dense(frame: RecordedFrame) -> _Views:
    """Layers that are pictures of their own. The first frame of a sequence has no flow back."""
    image, layers = f'/{paths.image(frame.record.camera)}', frame.layers
    moving = layers.flow_forward is not None or layers.flow_backward is not None
    found = {
        'Normals': ('normals', layers.normals is not None),
        'Flow to the next': ('flow_forward', moving),
        'Flow to the one before': ('flow_backward', moving),
    }
    return [
        rrb.Spatial2DView(origin=image, contents=[f'$origin/{entity}/**'], name=name)
        for name, (entity, there) in found.items()
        if there
    ]


def _over(image: str, *, name: str, contents: Sequence[str]) -> rrb.View:
    """Something over the colour image."""
    return rrb.Spatial2DView(origin=image, contents=['$origin/rgb', *contents], name=name)


def _numbers(frames: Sequence[RecordedFrame]) -> _Views:
    """Plots and texts; those first that say most of a recording."""
    robot = frames[0].record.robot
    views: _Views = []
    if robot is not None and robot.joints:
        views.append(_plot(paths.JOINTS, 'Joints'))
    views += [
        _plot(paths.LABELLED, 'Labelled objects'),
        *(
            _plot(paths.below(paths.VISIBILITY, name), f'Visibility {name}')
            for name in [frame.record.camera for frame in frames]
        ),
        rrb.TextLogView(origin=f'/{paths.EVENTS}', name='Events'),
        rrb.TextDocumentView(origin=f'/{paths.ABOUT}', name='About'),
        rrb.TextDocumentView(origin=f'/{paths.PROVENANCE}', name='Provenance'),
    ]
    return views


def _plot(entity: str, name: str) -> rrb.View:
    return rrb.TimeSeriesView(origin=f'/{entity}', name=name, plot_legend=rrb.Corner2D.RightTop)


def _eye(frame: RecordedFrame) -> rrb.EyeControls3D:
    """Look at the middle of the objects, from behind the camera and beside it."""
    camera = matrix(frame.record.world_from_camera)
    target = _middle(frame.record, camera)
    away = camera[:3, 3] - target
    c, s = np.cos(_SIDE_RAD), np.sin(_SIDE_RAD)
    beside = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ away
    reach = float(np.linalg.norm(away))
    position = target + _BACK * beside + np.array([0, 0, 0.3 * reach])
    return rrb.EyeControls3D(
        kind=rrb.Eye3DKind.Orbital, position=position, look_target=target, eye_up=(0, 0, 1)
    )


def _middle(record: FrameRecord, camera: FloatArray) -> FloatArray:
    """Middle of the labelled objects, else of all, else a point before the camera; metres."""
    labelled = {label.instance_id for label in record.labels}
    every = [matrix(item.world_from_object)[:3, 3] for item in record.instances]
    seen = [
        at
        for at, item in zip(every, record.instances, strict=True)
        if item.instance_id in labelled
    ]
    ahead: FloatArray = camera[:3, 3] + camera[:3, 2]
    return np.median(seen or every or [ahead], axis=0)

"""Samples drawn with numpy: discs of several classes, some hidden, some cut by the border."""

import json
from types import MappingProxyType

import numpy as np

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.output import DatasetConfig
from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.geometry.shapes import ModelMesh, primitive_mesh
from synth_ros.geometry.transforms import make_transform, matrix_from_rpy
from synth_ros.labels.annotate import annotate
from synth_ros.types import Category, Frame, Instance, Sample, SampleKey, Silhouette
from synth_ros.writers.base import DatasetInfo

CATEGORIES = (Category(1, 'mug'), Category(2, 'box'), Category(3, 'drill', 'tool'))


def unit_cubes(model_name):
    """A mesh source that knows every model: cubes of one metre."""
    return ModelMesh(primitive_mesh('box', (0.5, 0.5, 0.5)), (1.0, 1.0, 1.0))


INFO = DatasetInfo(
    categories=CATEGORIES,
    config_hash='0123abcd',
    seed=7,
    version='0.1.0',
    renderer='classic',
    description='Discs on a table',
    annotations=(),
    min_pixels=16,
    min_visibility=0.05,
)
PLAIN = DatasetConfig()
JPEG = DatasetConfig(rgb_format='jpeg', jpeg_quality=90)


def make_episode(episode, *, views=2, cameras=('head', 'wrist'), objects=6, size=(96, 72)):
    """All samples of one episode: the same ones every time."""
    return [
        make_sample(SampleKey(episode, view, camera), objects=objects, size=size)
        for view in range(views)
        for camera in cameras
    ]


def make_sample(key, *, objects=6, size=(96, 72)):
    """One sample, a pure function of its key."""
    camera_index = sum(key.camera.encode())
    rng = np.random.default_rng([key.episode, key.view, camera_index])
    frame = make_frame(rng, key, objects=objects, size=size)
    noise = rng.integers(-4, 5, frame.rgb.shape)
    provenance = {'seed': 7, 'scene': {'episode': key.episode}, 'view': {'view': key.view}}
    return Sample(
        key=key,
        frame=frame,
        rgb=np.clip(frame.rgb + noise, 0, 255).astype(np.uint8),
        depth_m=frame.depth_m + np.float32(0.0003),
        labels=annotate(frame, LabelsConfig(min_pixels=4, min_visibility=0.02)),
        provenance_json=json.dumps(provenance),
    )


def make_frame(rng, key, *, objects, size):
    """Discs painted from far to near, with their outlines."""
    width, height = size
    rows, columns = np.mgrid[-height : 2 * height, -width : 2 * width]
    shade = np.linspace(60, 180, height)[:, None, None]
    rgb = np.broadcast_to(shade, (height, width, 3)) + rng.normal(0, 3, (height, width, 3))
    depth_m = np.full((height, width), 2.0, np.float32)
    ids = np.zeros((height, width), np.int32)
    silhouettes = {}
    for number in range(1, objects + 1):
        u, v = rng.uniform(-0.05, 1.05, 2) * size
        radius = rng.uniform(0.08, 0.2) * height
        full = (columns - u) ** 2 + (rows - v) ** 2 < radius**2
        inside = full[height : 2 * height, width : 2 * width]
        rgb[inside] = rng.uniform(30, 220, 3)
        depth_m[inside] = 1.8 / (1 + 0.1 * number)
        ids[inside] = number
        v0, u0 = np.argwhere(full).min(0)
        v1, u1 = np.argwhere(full).max(0) + 1
        silhouettes[number] = Silhouette(
            int(u0) - width, int(v0) - height, full[v0:v1, u0:u1].copy()
        )
    return Frame(
        camera=camera_from_fovy(key.camera, size, 0.9),
        stamp_ns=1_000_000_000 * key.view,
        world_from_camera=make_transform(matrix_from_rpy([-2.0, 0.1, key.view]), [0.1, -0.2, 1.3]),
        rgb=np.clip(rgb, 0, 255).astype(np.uint8),
        depth_m=depth_m,
        instance_id=ids,
        instances=tuple(make_instance(rng, k) for k in range(1, objects + 1)),
        silhouettes=MappingProxyType(silhouettes),
    )


def make_instance(rng, number):
    """A named object of a class, somewhere in the world."""
    category = CATEGORIES[(number - 1) % len(CATEGORIES)]
    return Instance(
        instance_id=number,
        name=f'{category.name}_{number:02d}',
        class_id=category.class_id,
        class_name=category.name,
        model_name=f'{category.name}/plain',
        world_from_object=make_transform(
            matrix_from_rpy(rng.uniform(-3, 3, 3)), rng.uniform(-1, 1, 3)
        ),
        object_from_box=make_transform(np.eye(3), [0, 0, 0.05]),
        size_m=np.array([0.1, 0.08, 0.12]),
    )


def tree(root):
    """All files below a folder with their bytes, by relative path."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob('*'))
        if path.is_file()
    }

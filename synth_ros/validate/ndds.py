"""NDDS and DOPE: poses and projected boxes."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from synth_ros.readers.layouts.folders import images_in
from synth_ros.readers.layouts.ndds import (
    CAMERA,
    OBJECT,
    NddsCamera,
    NddsFile,
    NddsObject,
    files_of,
)
from synth_ros.validate.base import Rule
from synth_ros.validate.common import finite, problems, quaternion_fault
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'dope.schema',
        'error',
        'a file has camera_data and a list objects, each with a class',
        'Write the keys as NDDS does.',
    ),
    Rule(
        'dope.no-image',
        'error',
        'every JSON file has its image',
        'Bring the image back, or remove the JSON file.',
    ),
    Rule(
        'dope.no-json',
        'error',
        'every image has its JSON file',
        'Write one with an empty list of objects, or remove the image.',
    ),
    Rule(
        'dope.camera',
        'error',
        'focal lengths are positive',
        'Write fx, fy, cx, cy in pixels.',
    ),
    Rule(
        'dope.pose',
        'error',
        'quaternion_xyzw has the length 1, location three finite numbers',
        'Normalise the quaternion; its order is x, y, z, w.',
    ),
    Rule(
        'dope.behind',
        'warning',
        'objects are in front of the camera',
        'Locations are in the camera frame: x right, y down, z forward.',
    ),
    Rule(
        'dope.cuboid',
        'error',
        'projected_cuboid has 8 corners (9 with the centre), finite',
        'Write x, y in pixels for each corner.',
    ),
    Rule(
        'dope.centroid',
        'error',
        'projected_cuboid_centroid is where the intrinsics project the location, to two pixels',
        'Project with the intrinsics that the file states.',
    ),
    Rule(
        'dope.box',
        'error',
        'bounding_box has top_left above and left of bottom_right',
        'Write the smaller values into top_left.',
    ),
    Rule(
        'dope.visibility',
        'error',
        'visibility is 0 to 1',
        'Write the visible share.',
    ),
)


def check(run: Inspection) -> None:
    """Check all annotation files and their images."""
    files = list(files_of(run.root))
    checker = _Files(run)
    run.pictures(
        (p for file in files for p in checker.pictures(file)), what='images', total=len(files)
    )
    known = {file.path.with_suffix('') for file in files}
    for folder in dict.fromkeys(file.path.parent for file in files):
        for image in images_in(folder):
            # Depth and masks share the stem: 000000.depth.png, 000000.cs.png, 000000.seg.png.
            if image.with_suffix('') not in known and image.name.count('.') == 1:
                run.add('dope.no-json', run.name(image), 'it has no JSON file')


class _Files:
    """Checks annotation files while their images are looked at."""

    def __init__(self, run: Inspection) -> None:
        self._run = run

    def pictures(self, item: NddsFile) -> Iterator[Picture]:
        """Check a file; its image."""
        run, file = self._run, self._run.name(item.path)
        stored = run.json(item.path)
        if item.image is None:
            run.add('dope.no-image', file, 'its image does not exist')
        if stored is None:
            return
        if not isinstance(stored, dict):
            run.add('dope.schema', file, 'it is no JSON object')
            return
        camera = self._camera(stored.get('camera_data'), file)
        objects = stored.get('objects')
        if not isinstance(objects, list):
            run.add('dope.schema', file, 'it has no list of objects', at='objects')
            objects = []
        for number, value in enumerate(objects):
            self._object(value, camera, (file, f'objects[{number}]'))
        if item.image is not None:
            size = None
            if camera and camera.width and camera.height:
                size = (camera.width, camera.height)
            yield Picture(item.image, size, item.split)

    def _camera(self, value: object, file: str) -> NddsCamera | None:
        try:
            camera = CAMERA.validate_python(value)
        except ValidationError as error:
            for below, message in problems(error):
                self._run.add('dope.schema', file, message, at=f'camera_data{below}')
            return None
        inner = camera.intrinsics
        if inner is not None and not (inner.fx > 0 and inner.fy > 0):
            self._run.add('dope.camera', file, f'fx, fy are {inner.fx:g}, {inner.fy:g}')
        return camera

    def _object(self, value: object, camera: NddsCamera | None, place: tuple[str, str]) -> None:
        file, at = place
        try:
            found = OBJECT.validate_python(value)
        except ValidationError as error:
            for below, message in problems(error):
                self._run.add('dope.schema', file, message, at=at + below)
            return
        self._run.counts.object(found.class_name)
        for rule, message in (*_pose_faults(found), *_pixel_faults(found, camera)):
            self._run.add(rule, file, message, at=at)


def _pose_faults(found: NddsObject) -> Iterator[tuple[str, str]]:
    if found.quaternion_xyzw is not None and (fault := quaternion_fault(found.quaternion_xyzw)):
        yield 'dope.pose', f'quaternion_xyzw: {fault}'
    if found.location is not None:
        if not finite(found.location):
            yield 'dope.pose', f'location is {found.location}'
        elif found.location[2] <= 0:
            yield 'dope.behind', f'z is {found.location[2]:g}'
    if found.visibility is not None and not 0 <= found.visibility <= 1:
        yield 'dope.visibility', f'it is {found.visibility:g}'


def _pixel_faults(found: NddsObject, camera: NddsCamera | None) -> Iterator[tuple[str, str]]:
    corners = found.projected_cuboid
    if corners is not None:
        if len(corners) not in {8, 9}:
            yield 'dope.cuboid', f'it has {len(corners)} points'
        elif not all(finite(corner) for corner in corners):
            yield 'dope.cuboid', 'a corner is no number'
    box = found.bounding_box
    if box is not None and not all(
        low <= high for low, high in zip(box.top_left, box.bottom_right, strict=True)
    ):
        yield 'dope.box', f'top_left {box.top_left}, bottom_right {box.bottom_right}'
    inner = camera.intrinsics if camera else None
    point, pixel = found.location, found.projected_cuboid_centroid
    if inner and point and pixel and finite((*point, *pixel)) and point[2] > 0:
        u = inner.fx * point[0] / point[2] + inner.cx
        v = inner.fy * point[1] / point[2] + inner.cy
        if max(abs(u - pixel[0]), abs(v - pixel[1])) > 2:
            yield 'dope.centroid', f'it is {pixel}, projected is [{u:.1f}, {v:.1f}]'

"""What is in an .rrd file, read with the library's own reader."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from rerun.chunk import RrdReader

from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.view.run import log_recording
from synth_ros.view.selection import Selection, instants_of
from synth_ros.view.stream import to_file
from synth_ros.view.title import title_of

EVERYTHING = Selection()
TIMELINES = ('episode', 'frame', 'stamp')


class Row(NamedTuple):
    """A row of a chunk; ``frame`` is None for static data."""

    frame: int | None
    row_id: bytes
    batch: object
    index: int

    def times(self):
        columns = [self.batch.column(name).cast(pa.int64()) for name in TIMELINES]
        return tuple(column[self.index].as_py() for column in columns)


class Contents:
    """All rows by entity and component, and what the viewer would show of them."""

    def __init__(self, path):
        self._rows = defaultdict(list)
        self.reader = RrdReader(path)
        for chunk in self.reader.stream():
            batch = chunk.to_record_batch()
            names = batch.schema.names
            for component in set(names) - {*TIMELINES, 'rerun.controls.RowId'}:
                for index in range(batch.num_rows):
                    if batch.column(component)[index].is_valid:
                        frame = None if chunk.is_static else batch.column('frame')[index].as_py()
                        row_id = batch.column('rerun.controls.RowId')[index].as_py()
                        key = (chunk.entity_path, component)
                        self._rows[key].append(Row(frame, row_id, batch, index))
        for rows in self._rows.values():
            rows.sort(key=lambda row: (-1 if row.frame is None else row.frame, row.row_id))

    @property
    def entities(self):
        return {entity for entity, _ in self._rows}

    def rows(self, entity, component):
        """All rows of a component, in order."""
        return self._rows.get((f'/{entity}', component), [])

    def raw(self, entity, component, frame=None):
        """The Arrow value that is the latest at a frame; None if there is none, or cleared."""
        found = [r for r in self.rows(entity, component) if r.frame is None or r.frame <= frame]
        if not found:
            return None
        last = found[-1]
        for cleared in self._clears(entity, frame):
            if last.frame is not None and cleared > (last.frame, last.row_id):
                return None
        return last.batch.column(component)[last.index].values

    def value(self, entity, component, frame=None):
        """The same as Python values."""
        found = self.raw(entity, component, frame)
        return None if found is None else found.to_pylist()

    def array(self, entity, component, frame=None):
        """The same as a numpy array."""
        found = self.value(entity, component, frame)
        return None if found is None else np.array(found)

    def blob(self, entity, component, frame=None):
        """The bytes of a blob."""
        return self.raw(entity, component, frame)[0].values.to_numpy().tobytes()

    def _clears(self, entity, frame):
        """When an entity was cleared, itself or with one above it, up to a frame."""
        parts = entity.split('/')
        for depth in range(1, len(parts) + 1):
            above = '/'.join(parts[:depth])
            for row in self.rows(above, 'Clear:is_recursive'):
                recursive = row.batch.column('Clear:is_recursive')[row.index].as_py()[0]
                if frame is not None and row.frame <= frame and (recursive or above == entity):
                    yield row.frame, row.row_id


def save(recording, path, selection=EVERYTHING):
    """Write what a selection shows of a recording, as the command does."""
    instants = instants_of(recording, selection)
    with to_file(path, title_of(recording, instants)) as sink:
        log_recording(sink, recording, instants)
    return path


def pose(contents, entity, frame):
    """A logged transform as (4, 4)."""
    x, y, z, w = contents.value(entity, 'Transform3D:quaternion', frame)[0]
    out = np.eye(4)
    out[:3, :3] = matrix_from_quat_wxyz((w, x, y, z))
    out[:3, 3] = contents.value(entity, 'Transform3D:translation', frame)[0]
    return out


def pinhole(contents, entity, frame):
    """A logged K as (3, 3); the file has its columns."""
    return contents.array(entity, 'Pinhole:image_from_camera', frame)[0].reshape(3, 3).T

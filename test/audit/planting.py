"""Plants wrong labels into a copy of a dataset, in one file or consistently in all."""

import json

import cv2
import numpy as np

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.readers.recording_dataset import DatasetRecording

FRAME = '000000_001_head'
OTHER = '000000_002_head'


class Planted:
    """A dataset folder to edit; nothing reaches the disk before ``save``."""

    def __init__(self, root):
        self.root = root
        self.index = json.loads((root / 'annotations.json').read_text())
        self.lines = {
            path: [json.loads(line) for line in path.read_text().splitlines()]
            for path in sorted((root / 'labels').glob('*.jsonl'))
        }

    def save(self):
        (self.root / 'annotations.json').write_text(json.dumps(self.index))
        for path, records in self.lines.items():
            path.write_text(''.join(json.dumps(record) + '\n' for record in records))

    def stems(self, camera='head'):
        return [stem(image) for image in self.index['images'] if image['camera'] == camera]

    def image(self, name):
        return next(image for image in self.index['images'] if stem(image) == name)

    def annotations(self, name):
        number = self.image(name)['id']
        return [a for a in self.index['annotations'] if a['image_id'] == number]

    def annotation(self, name, key):
        return next(a for a in self.annotations(name) if a['instance_id'] == key)

    def record(self, name):
        records = (record for records in self.lines.values() for record in records)
        return next(record for record in records if stem(record) == name)

    def label(self, name, key):
        return next(entry for entry in self.record(name)['labels'] if entry['instance_id'] == key)

    def instance(self, name, key):
        entries = self.record(name)['instances']
        return next(entry for entry in entries if entry['instance_id'] == key)

    def largest(self, name, *, class_name=None):
        """Instance id of the label with most visible pixels, of a class if it is given."""
        labels = [
            label
            for label in self.record(name)['labels']
            if class_name in (None, self.instance(name, label['instance_id'])['class_name'])
        ]
        return max(labels, key=lambda label: label['pixels_visible'])['instance_id']

    def edit_image(self, kind, name, change):
        """Change the pixels of an image file: ``change(pixels)`` returns new ones."""
        path = self.root / self.image(name)[f'{kind}_file' if kind != 'rgb' else 'file_name']
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        changed = np.asarray(change(pixels.copy()), pixels.dtype)
        assert (changed != pixels).any(), 'nothing was planted'
        assert cv2.imwrite(str(path), changed)

    def read_image(self, kind, name):
        path = self.root / self.image(name)[f'{kind}_file' if kind != 'rgb' else 'file_name']
        return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)

    def edit_layer(self, layer, name, change):
        path = self.root / self.image(name)['layers_file']
        with np.load(path) as stored:
            layers = dict(stored)
        changed = np.asarray(change(layers[layer].copy()), layers[layer].dtype)
        assert not np.array_equal(changed, layers[layer], equal_nan=changed.dtype.kind == 'f')
        layers[layer] = changed
        np.savez_compressed(path, **layers)


def stem(entry):
    return f'{entry["episode"]:06d}_{entry["view"]:03d}_{entry["camera"]}'


class Some(DatasetRecording):
    """A dataset of which only one camera in one episode is audited."""

    def __init__(self, root, like):
        super().__init__(root)
        episode, _, camera = like.split('_')
        self.frames = [
            key for key in self.frames if (key.episode, key.camera) == (int(episode), camera)
        ]


def audited(root, *, like=None, oracle=None):
    """The result of an audit of every frame, or of those of one camera and episode."""
    recording = Some(root, like) if like else DatasetRecording(root)
    return audit(recording, AuditRequest(), oracle=oracle)


def names(planted, key, name=FRAME):
    return f'{planted.instance(name, key)["name"]} (id {key})'


def caught(planted, *wanted, oracle=None):
    """Audit what was planted: it must be found in each of the rows, in that frame."""
    planted.save()
    like = wanted[0][1] if len({entry[1] for entry in wanted}) == 1 else None
    result = audited(planted.root, like=like, oracle=oracle)
    assert not result.fine
    found = findings(result)
    for entry in wanted:
        assert any(all(a in b for a, b in zip(entry, item, strict=True)) for item in found), (
            f'{entry} not in:\n{told(result)}'
        )
    return result


def findings(result):
    """(row, frame, subject) of everything that broke a bound."""
    return {
        (row.name, finding.measure.frame, finding.measure.subject)
        for row in result.rows
        for finding in row.findings
    }


def rows(result):
    return {row.name for row in result.rows if row.status == 'broken'}


def told(result):
    return '\n'.join(
        f'{row.name} {finding.measure.frame} {finding.measure.subject}: {finding.why} '
        f'{finding.measure.detail}'
        for row in result.rows
        for finding in row.findings
    )

"""Changes that plant a fault into a small dataset."""

import csv
import io
import json
import shutil
import tarfile

from small_files import encoded, gray, picture, pixels, write


def edit(path, change):
    """Change a JSON file."""
    value = json.loads(path.read_text())
    changed = change(value)
    path.write_text(json.dumps(value if changed is None else changed))


def put(*keys, value):
    """A change that puts a value where keys lead."""

    def change(stored):
        for key in keys[:-1]:
            stored = stored[key]
        stored[keys[-1]] = value

    return change


def drop(*keys):
    """A change that removes what keys lead to."""

    def change(stored):
        for key in keys[:-1]:
            stored = stored[key]
        del stored[keys[-1]]

    return change


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def cut(path, share=0.5):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def replace_bytes(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(bytes(data))


def ours(name, *change):
    return lambda root: edit(root / name, *change)


def frame(root, folder, ending='png'):
    return root / folder / f'000000_000_head.{ending}'


def index(*keys, value):
    return lambda root: edit(root / 'annotations.json', put(*keys, value=value))


def coco(*keys, value, split='train'):
    return lambda root: edit(root / f'annotations/instances_{split}.json', put(*keys, value=value))


def panoptic(*keys, value):
    return lambda root: edit(root / 'annotations/panoptic_train.json', put(*keys, value=value))


def scene(name, *keys, value):
    return lambda root: edit(root / f'train/000000/{name}.json', put(*keys, value=value))


def model(*keys, value):
    return lambda root: edit(root / 'models/models_info.json', put('1', *keys, value=value))


def row(text):
    return lambda root: write(root / 'labels/train/a.txt', text + '\n')


def kitti_row(old, new):
    return lambda root: replace(root / 'training/label_2/000000.txt', old, new)


def calib(old, new):
    return lambda root: replace(root / 'training/calib/000000.txt', old, new)


def xml(old, new):
    return lambda root: replace(root / 'Annotations/one.xml', old, new)


def dope(*keys, value):
    return lambda root: edit(root / '000000.json', put(*keys, value=value))


def shard(members, name='train-000001'):
    """A shard of other members: pairs of name and bytes."""

    def change(root):
        with tarfile.open(root / f'{name}.tar', 'w') as tar:
            for key, data in members:
                info = tarfile.TarInfo(key)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))

    return change


PNG, SMALL = encoded(pixels(99)), encoded(pixels(98, (8, 8)))


def metadata(*values):
    rows = ''.join(f'{json.dumps(value)}\n' for value in values)
    return lambda root: write(root / 'train/metadata.jsonl', rows)


A = {'file_name': 'a.png', 'objects': {'bbox': [], 'category': []}}
B = {'file_name': 'b.png', 'objects': {'bbox': [], 'category': []}}


def boxes(bbox, category=0):
    return metadata({**A, 'objects': {'bbox': [bbox], 'category': [category]}}, B)


def table(name, change):
    """Rows of a Parquet table, changed."""

    def apply(root):
        import pyarrow as pa
        from pyarrow import parquet as pq

        rows = pq.read_table(root / name).to_pylist()
        change(rows)
        pq.write_table(pa.Table.from_pylist(rows), root / name)

    return apply


FRAMES = 'data/chunk-000/file-000.parquet'
EPISODES = 'meta/episodes/chunk-000/file-000.parquet'


def lerobot(*keys, value):
    return lambda root: edit(root / 'meta/info.json', put(*keys, value=value))


def video(data):
    def change(root):
        path = next((root / 'videos').rglob('*.mp4'))
        path.write_bytes(data)

    return change


def no_recording(root):
    """A bag whose topics promise more than its messages keep."""
    from bag_factory import STRINGS, string_cdr, topic

    from synth_ros.writers.bag import BagWriter

    assert STRINGS
    shutil.rmtree(root)
    with BagWriter(root) as writer:
        where = writer.add_topic(topic('/head/labels/annotations', 'std_msgs/msg/String'))
        writer.write(where, string_cdr('{}'), log_ns=1, publish_ns=1)


def lost(root):
    from bag_factory import STRINGS, string_cdr

    from synth_ros.schema.bag_files import LOSS
    from synth_ros.writers.bag import BagWriter

    shutil.rmtree(root)
    with BagWriter(root) as writer:
        where = writer.add_topic(STRINGS)
        writer.write(where, string_cdr('x'), log_ns=1, publish_ns=1)
        proof = {'received': 1, 'lost': 3, 'before': 0, 'provable': True}
        writer.custom_data[LOSS] = json.dumps({'/label_info': proof})


def mcap(root):
    return next(root.glob('*.mcap'))


def classes(root):
    """A table with a number twice."""
    with (root / 'classes.csv').open('w', newline='') as file:
        csv.writer(file).writerows([['label_id', 'name'], [1, 'mug'], [1, 'cup']])
    (root / 'classes.json').unlink()


def same_content(root):
    shutil.copy(root / 'images/train/a.png', root / 'images/val/a.png')


def in_both_splits(root):
    write(root / 'train.txt', './images/train/a.png\n')
    write(root / 'val.txt', './images/train/a.png\n./images/val/b.png\n')
    replace(root / 'data.yaml', 'train: images/train', 'train: train.txt')
    replace(root / 'data.yaml', 'val: images/val', 'val: val.txt')


def same_scene(root):
    for split, view in (('train', 0), ('val', 1)):
        picture(root / f'images/{split}/000007_00{view}_head.png', 90 + view)


def unlink(name):
    return lambda root: (root / name).unlink()


def too_deep(path):
    """A folder where a file is wanted."""
    path.unlink()
    path.mkdir()


def city_path(root, kind):
    return root / f'gtFine/train/ulm/ulm_000000_000019_gtFine_{kind}.png'


def city(root, kind, values):
    gray(city_path(root, kind), values)

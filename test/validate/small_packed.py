"""Small valid datasets with many frames in a file, and our own."""

import io
import json
import struct
import tarfile
from pathlib import Path

from small_files import SIZE, dump, encoded, picture, pixels, square, write


def webdataset(root: Path):
    """Two shards of a split and one of another."""
    root.mkdir(parents=True, exist_ok=True)
    seed = 0
    for name in ('train-000000', 'train-000001', 'val-000000'):
        with tarfile.open(root / f'{name}.tar', 'w') as tar:
            for _ in range(2):
                seed += 1
                members = {
                    'rgb.png': encoded(pixels(seed)),
                    'instance.png': encoded(square(3)),
                    'json': json.dumps({'objects': []}).encode(),
                    'cls': b'3',
                }
                for ending, data in members.items():
                    info = tarfile.TarInfo(f'{seed:06d}.{ending}')
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))


def imagefolder(root: Path):
    """Two splits with metadata."""
    card = 'dataset_info:\n  features:\n  - name: objects\n    sequence:\n    - name: category\n'
    names = "      dtype: {class_label: {names: {'0': bowl, '1': mug}}}\n"
    write(root / 'README.md', f'---\n{card}{names}---\n# A card\n')
    for number, split in enumerate(('train', 'validation')):
        picture(root / f'{split}/a.png', 2 * number)
        picture(root / f'{split}/b.png', 2 * number + 1)
        rows = [
            {'file_name': 'a.png', 'objects': {'bbox': [[10, 20, 20, 10]], 'category': [1]}},
            {'file_name': 'b.png', 'objects': {'bbox': [], 'category': []}},
        ]
        lines = ''.join(f'{json.dumps(row)}\n' for row in rows)
        write(root / f'{split}/metadata.jsonl', lines)


def parquet(root: Path):
    """Two shards with images inside."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    (root / 'data').mkdir(parents=True, exist_ok=True)
    features = {'objects': {'category': {'names': ['bowl', 'mug'], '_type': 'ClassLabel'}}}
    note = {'huggingface': json.dumps({'info': {'features': features}})}
    for number in range(2):
        rows = [
            {
                'image': {'bytes': encoded(pixels(2 * number + i)), 'path': f'{i}.png'},
                'objects': {'bbox': [[10.0, 20.0, 20.0, 10.0]], 'category': [1]},
            }
            for i in range(2)
        ]
        table = pa.Table.from_pylist(rows).replace_schema_metadata(note)
        pq.write_table(table, root / f'data/train-{number:05d}-of-00002.parquet')


def box(kind, *parts):
    data = b''.join(parts)
    return struct.pack('>I4s', len(data) + 8, kind) + data


def mp4(pictures, size):
    """The boxes of a video, without a video in it."""
    header = box(b'tkhd', bytes(76), struct.pack('>II', size[0] << 16, size[1] << 16))
    sizes = box(b'stsz', bytes(4), struct.pack('>II', 10, pictures))
    media = box(b'mdia', box(b'minf', box(b'vmhd', bytes(12)), box(b'stbl', sizes)))
    moov = box(b'moov', box(b'trak', header, media))
    return box(b'ftyp', b'isom') + box(b'mdat', bytes(10 * pictures)) + moov


def lerobot(root: Path):
    """Two episodes of three frames with a state and a camera."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    camera = 'observation.images.head'
    number = {'dtype': 'int64', 'shape': [1], 'names': None}
    features = {
        'observation.state': {'dtype': 'float32', 'shape': [2], 'names': ['a', 'b']},
        camera: {'dtype': 'video', 'shape': [48, 64, 3], 'names': ['height', 'width', 'channels']},
        'timestamp': {'dtype': 'float32', 'shape': [1], 'names': None},
        'frame_index': number,
        'episode_index': number,
        'index': number,
        'task_index': number,
    }
    info = {
        'codebase_version': 'v3.0',
        'fps': 10,
        'total_episodes': 2,
        'total_frames': 6,
        'total_tasks': 1,
        'chunks_size': 1000,
        'splits': {'train': '0:1', 'val': '1:2'},
        'data_path': 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
        'video_path': 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4',
        'features': features,
    }
    dump(root / 'meta/info.json', info)
    dump(root / 'meta/stats.json', {name: {'mean': [0]} for name in features})
    tables = {
        'meta/tasks.parquet': [{'task_index': 0, 'task': 'look'}],
        'meta/episodes/chunk-000/file-000.parquet': [
            {
                'episode_index': e,
                'dataset_from_index': 3 * e,
                'dataset_to_index': 3 * e + 3,
                'length': 3,
                f'videos/{camera}/chunk_index': 0,
                f'videos/{camera}/file_index': 0,
            }
            for e in range(2)
        ],
        'data/chunk-000/file-000.parquet': [
            {
                'observation.state': [0.5, float(f)],
                'timestamp': f / 10,
                'frame_index': f,
                'episode_index': e,
                'index': 3 * e + f,
                'task_index': 0,
            }
            for e in range(2)
            for f in range(3)
        ],
    }
    for name, rows in tables.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), root / name)
    video = root / f'videos/{camera}/chunk-000/file-000.mp4'
    video.parent.mkdir(parents=True)
    video.write_bytes(mp4(6, SIZE))


def ours(root: Path):
    """Two episodes with every label, by our own writer."""
    from full_factory import FULL, full_episode
    from sample_factory import PLAIN

    from synth_ros.writers.coco import CocoWriter

    with CocoWriter(root, FULL, PLAIN) as writer:
        for episode in (0, 2):
            writer.write_episode(episode, full_episode(episode))


def ours_shards(root: Path):
    """The same with frames in tars."""
    from full_factory import FULL, full_episode
    from sample_factory import PLAIN

    from synth_ros.writers.coco import CocoWriter

    options = PLAIN.model_copy(update={'container': 'shards'})
    with CocoWriter(root, FULL, options) as writer:
        for episode in (0, 2):
            writer.write_episode(episode, full_episode(episode))


def bag(root: Path):
    """A bag without annotations."""
    from bag_factory import make_bag

    make_bag(root, 5)

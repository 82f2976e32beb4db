"""LeRobot v3: read back by pandas, pyarrow and datasets as LeRobot's own reader reads it."""

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from sample_factory import INFO, JPEG, PLAIN, make_sample, tree

from synth_ros.errors import UsageError
from synth_ros.types import JointState, RobotLabel, SampleKey, SceneLabels
from synth_ros.writers.formats import lerobot_stats, lerobot_table
from synth_ros.writers.formats.base import FormatSetup, LossTally
from synth_ros.writers.formats.lerobot import LeRobotFormat
from synth_ros.writers.formats.lerobot_stats import Shades
from synth_ros.writers.splits import plan_of

SPLITS = plan_of({0: 'train', 1: 'val', 2: 'train'}, ('train', 'val', 'test'))
JOINTS = ('lift', 'shoulder', 'wrist')
SECOND = 1_000_000_000
QUANTILES = ('q01', 'q10', 'q50', 'q90', 'q99')
SHARES = (0.01, 0.1, 0.5, 0.9, 0.99)
STATISTICS = {'min', 'max', 'mean', 'std', 'count', *QUANTILES}


def robot(episode, time_s, joints=JOINTS):
    """A robot whose joints follow the time."""
    states = tuple(
        JointState(name, episode + k + np.sin(time_s + k), np.cos(time_s + k))
        for k, name in enumerate(joints)
    )
    return RobotLabel(links=(), joints=states, skeleton=(), bones=())


def moving(episode, *, rates=(('head', 10), ('wrist', 10)), seconds=0.4, joints=JOINTS):
    """Frames of cameras with rates of their own, on time steps of 2 ms, in key order."""
    samples = []
    for camera, rate in rates:
        for view in range(int(seconds * rate)):
            time_s = round(view / rate / 0.002) * 0.002
            sample = make_sample(SampleKey(episode, view, camera), size=(16, 12))
            frame = replace(sample.frame, stamp_ns=round(time_s * SECOND))
            scene = SceneLabels(robot=robot(episode, time_s, joints))
            labels = replace(sample.labels, scene=scene)
            made = json.dumps({'motion': 'sequence'})
            samples.append(replace(sample, frame=frame, labels=labels, provenance_json=made))
    return sorted(samples, key=lambda sample: sample.key)


def dataset(**how):
    return [sample for episode in range(3) for sample in moving(episode, **how)]


def pack(folder, samples, options=PLAIN):
    folder.mkdir()
    tally = LossTally()
    setup = FormatSetup(INFO._replace(description='Tidy the table'), options, SPLITS)
    LeRobotFormat(setup).pack(iter(samples), folder, tally)
    return tally


def read_rows(root):
    paths = sorted((root / 'data').glob('*/*.parquet'))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def read_json(path):
    return json.loads(path.read_bytes())


@pytest.fixture(scope='module')
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp('lerobot') / 'lerobot'
    samples = dataset()
    return folder, samples, pack(folder, samples)


@pytest.mark.parametrize(('split', 'wanted'), [('train', (0, 2)), ('val', (1,))])
def test_rows_hold_state_action_and_images(packed, split, wanted):
    folder, samples, _ = packed
    rows = read_rows(folder / split)
    assert len(rows) == 4 * len(wanted)
    assert [row['index'] for row in rows] == list(range(len(rows)))
    for number, row in enumerate(rows):
        episode, step = wanted[number // 4], number % 4
        assert (row['episode_index'], row['frame_index']) == (number // 4, step)
        assert row['task_index'] == 0
        assert row['timestamp'] == np.float32(step / 10)
        assert row['next.done'] == (step == 3)
        for camera in ('head', 'wrist'):
            sample = next(s for s in samples if s.key == SampleKey(episode, step, camera))
            assert row['stamp_ns'] == sample.frame.stamp_ns
            image = Image.open(io.BytesIO(row[f'observation.images.{camera}']['bytes']))
            np.testing.assert_array_equal(np.asarray(image), sample.rgb)
            joints = sample.labels.scene.robot.joints
            for key, field in (('state', 'position'), ('velocity', 'velocity')):
                values = [np.float32(getattr(joint, field)) for joint in joints]
                assert row[f'observation.{key}'] == values
        last = step == 3
        assert row['action'] == (row if last else rows[number + 1])['observation.state']


def test_info_describes_every_column(packed):
    for split in ('train', 'val'):
        root = packed[0] / split
        info = read_json(root / 'meta/info.json')
        assert info['codebase_version'] == 'v3.0'
        assert info['fps'] == 10
        assert isinstance(info['fps'], int)
        assert info['splits'] == {split: f'0:{info["total_episodes"]}'}
        rows = read_rows(root)
        assert (info['total_frames'], info['total_tasks']) == (len(rows), 1)
        assert list(info['features']) == list(rows[0])
        assert info['features']['observation.state'] == {
            'dtype': 'float32', 'shape': [3], 'names': list(JOINTS),
        }  # fmt: skip
        assert info['features']['observation.images.head'] == {
            'dtype': 'image', 'shape': [12, 16, 3], 'names': ['height', 'width', 'channels'],
        }  # fmt: skip
        path = info['data_path'].format(chunk_index=0, file_index=0)
        assert (root / path).is_file()
        assert info['video_path'] is None


def test_episodes_tell_where_their_rows_are(packed):
    root = packed[0] / 'train'
    episodes = pd.read_parquet(root / 'meta/episodes/chunk-000/file-000.parquet')
    assert episodes['episode_index'].tolist() == [0, 1]
    assert episodes['source_episode'].tolist() == [0, 2]
    assert episodes['length'].tolist() == [4, 4]
    assert episodes['dataset_from_index'].tolist() == [0, 4]
    assert episodes['dataset_to_index'].tolist() == [4, 8]
    assert [list(tasks) for tasks in episodes['tasks']] == [['Tidy the table']] * 2
    for column in ('data/chunk_index', 'data/file_index', 'meta/episodes/file_index'):
        assert episodes[column].tolist() == [0, 0]
    # One row group for each episode, so that a reader loads one alone.
    file = pq.ParquetFile(root / 'data/chunk-000/file-000.parquet')
    assert [file.metadata.row_group(k).num_rows for k in range(2)] == [4, 4]


def test_tasks_are_the_index_that_lerobot_looks_them_up_by(packed):
    tasks = pd.read_parquet(packed[0] / 'val/meta/tasks.parquet')
    assert tasks.iloc[0].name == 'Tidy the table'
    assert tasks.index.name == 'task'
    assert tasks['task_index'].tolist() == [0]


def test_statistics_are_those_of_the_rows(packed):
    for split in ('train', 'val'):
        root = packed[0] / split
        stats, rows = read_json(root / 'meta/stats.json'), read_rows(root)
        assert set(stats) == set(rows[0])
        for name, found in stats.items():
            assert set(found) == STATISTICS
            if name.startswith('observation.images'):
                continue
            values = np.array([np.atleast_1d(row[name]) for row in rows], float)
            assert found['count'] == [len(rows)]
            for statistic, wanted in (
                ('min', values.min(axis=0)),
                ('max', values.max(axis=0)),
                ('mean', values.mean(axis=0)),
                ('std', values.std(axis=0)),
                *zip(QUANTILES, np.quantile(values, SHARES, axis=0), strict=True),
            ):
                np.testing.assert_allclose(found[statistic], wanted, rtol=1e-5, atol=1e-6)


def test_statistics_of_images_are_exact(packed):
    folder, samples, _ = packed
    pixels = np.stack([s.rgb for s in samples if s.key.camera == 'head' and s.key.episode == 1])
    found = read_json(folder / 'val/meta/stats.json')['observation.images.head']
    assert found['count'] == [4]
    channels = pixels.reshape(-1, 3) / 255
    for statistic in ('min', 'max', 'mean', 'std'):
        wanted = getattr(channels, statistic)(axis=0).reshape(3, 1, 1)
        np.testing.assert_allclose(found[statistic], wanted, atol=1e-9)
    median = np.quantile(channels, 0.5, axis=0, method='inverted_cdf')
    np.testing.assert_allclose(np.ravel(found['q50']), median, atol=1e-9)


def test_episodes_have_the_statistics_of_their_rows(packed):
    root = packed[0] / 'train'
    episodes = pd.read_parquet(root / 'meta/episodes/chunk-000/file-000.parquet')
    state = np.array([row['observation.state'] for row in read_rows(root)[4:]])
    found = episodes.iloc[1]
    np.testing.assert_allclose(found['stats/observation.state/mean'], state.mean(0), atol=1e-6)
    np.testing.assert_allclose(
        found['stats/observation.state/q90'], np.quantile(state, 0.9, axis=0), atol=1e-6
    )
    cell = pq.read_table(root / 'meta/episodes')['stats/observation.images.head/mean'][1]
    assert np.shape(cell.as_py()) == (3, 1, 1)


def test_cameras_of_different_rates_share_the_common_instants(tmp_path):
    samples = dataset(rates=(('head', 30), ('wrist', 10)), seconds=0.5)
    tally = pack(tmp_path / 'l', samples)
    rows = read_rows(tmp_path / 'l/val')
    assert [row['stamp_ns'] / SECOND for row in rows] == [0, 0.1, 0.2, 0.3, 0.4]
    lost = tally.counts[
        'frames fall between the instants at which all cameras have one: not stored'
    ]
    assert lost == 3 * (15 - 5)


def test_a_rate_that_time_steps_round_is_still_a_whole_number(tmp_path):
    pack(tmp_path / 'l', dataset(rates=(('head', 30),), seconds=0.2))
    assert read_json(tmp_path / 'l/val/meta/info.json')['fps'] == 30
    stamps = [row['stamp_ns'] for row in read_rows(tmp_path / 'l/val')]
    assert stamps[1] == 34_000_000


def test_a_rate_may_be_a_fraction(tmp_path):
    pack(tmp_path / 'l', dataset(rates=(('head', 2.5),), seconds=4))
    assert read_json(tmp_path / 'l/val/meta/info.json')['fps'] == 2.5


def test_one_joint_is_stored_as_a_number(tmp_path):
    pack(tmp_path / 'l', dataset(joints=('lift',)))
    assert isinstance(read_rows(tmp_path / 'l/val')[0]['action'], float)
    info = read_json(tmp_path / 'l/val/meta/info.json')
    assert info['features']['action'] == {'dtype': 'float32', 'shape': [1], 'names': ['lift']}


def test_files_end_at_their_size_and_hold_whole_episodes(monkeypatch, tmp_path):
    monkeypatch.setattr(lerobot_table, 'FILE_MB', 0.005)
    monkeypatch.setattr(lerobot_table, 'FILES_OF_CHUNK', 1)
    pack(tmp_path / 'l', dataset())
    root = tmp_path / 'l/train'
    assert [str(p.relative_to(root)) for p in sorted(root.glob('data/*/*'))] == [
        'data/chunk-000/file-000.parquet',
        'data/chunk-001/file-000.parquet',
    ]
    episodes = pd.read_parquet(root / 'meta/episodes/chunk-000/file-000.parquet')
    assert episodes['data/chunk_index'].tolist() == [0, 1]
    assert [row['index'] for row in read_rows(root)] == list(range(8))


def test_many_episodes_are_written_in_groups(monkeypatch, tmp_path):
    monkeypatch.setattr(lerobot_table, '_EPISODES_OF_GROUP', 1)
    pack(tmp_path / 'l', dataset())
    file = pq.ParquetFile(tmp_path / 'l/train/meta/episodes/chunk-000/file-000.parquet')
    assert file.num_row_groups == 2
    assert file.read()['episode_index'].to_pylist() == [0, 1]


def test_jpeg_stays_jpeg(tmp_path):
    pack(tmp_path / 'l', dataset(), options=JPEG)
    cell = read_rows(tmp_path / 'l/val')[0]['observation.images.head']
    assert cell['path'] == '000001_000_head.jpg'
    assert Image.open(io.BytesIO(cell['bytes'])).format == 'JPEG'


def without_robot(sample):
    return replace(sample, labels=replace(sample.labels, scene=SceneLabels()))


def at(sample, seconds):
    return replace(sample, frame=replace(sample.frame, stamp_ns=round(seconds * SECOND)))


def renamed(sample):
    scene = SceneLabels(robot=robot(0, 0.0, ('lift', 'elbow', 'wrist')))
    return replace(sample, labels=replace(sample.labels, scene=scene))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (without_robot, r'Frame 000000_000_head has no state.*labels\.robot: true'),
        (
            lambda s: replace(s, provenance_json='{"motion": "views"}'),
            r'000000_000_head is of a scene at rest.*output\.dataset\.motion: sequence',
        ),
        (
            lambda s: at(s, s.key.view**2),
            r'instants of episode 0 .*\(0, 1, 4, 9 s\) are not the regular about 0\.333333 a sec',
        ),
        (
            lambda s: at(s, s.key.view + (s.key.camera == 'head') / 2),
            r'Episode 0 has 0 instants at which all of its cameras \(head, wrist\)',
        ),
        (
            lambda s: at(s, s.key.view * (1 + s.key.episode)),
            r'instants of episode 1 .*\(0, 2, 4, 6 s\) are not the regular 1 a second',
        ),
        (
            lambda s: renamed(s) if s.key.episode == 2 else s,
            r'Episode 2 has the joints lift, elbow, wrist and .*, but episode 0 has lift, shoul',
        ),
        (
            lambda s: replace(
                s, labels=replace(s.labels, scene=SceneLabels(robot=robot(0, 0.0, ())))
            ),
            r'robot of episode 0 has no joints',
        ),
    ],
)
def test_what_lerobot_cannot_hold_is_an_error(change, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        pack(tmp_path / 'l', [change(sample) for sample in dataset()])


def test_an_episode_with_another_camera_is_an_error(tmp_path):
    samples = moving(0) + moving(1, rates=(('head', 10),))
    with pytest.raises(UsageError, match=r'Episode 1 .* cameras head \(16x12\), but episode 0'):
        pack(tmp_path / 'l', samples)


def test_a_single_frame_is_no_motion(tmp_path):
    with pytest.raises(UsageError, match=r'Episode 0 has 1 instants .* at least 2'):
        pack(tmp_path / 'l', moving(0, seconds=0.1))


def test_losses_are_counted(packed):
    _, samples, tally = packed
    objects = sum(len(sample.labels.instances) for sample in samples)
    assert tally.counts['objects have a class, a box and a mask: not stored'] == objects
    assert tally.counts['frames have a depth image: not stored'] == len(samples)
    assert all('robot' not in sentence for sentence in tally.counts)


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for run in 'ab':
        pack(tmp_path / run, dataset())
    assert tree(tmp_path / 'a') == tree(tmp_path / 'b')


def test_large_images_are_counted_in_parts(monkeypatch):
    image = np.random.default_rng(0).integers(0, 256, (33, 20, 3)).astype(np.uint8)
    whole = Shades.of(image)
    monkeypatch.setattr(lerobot_stats, '_EXACT', 100)
    np.testing.assert_array_equal(Shades.of(image).counts, whole.counts)
    assert whole.counts.sum() == image.size


@settings(max_examples=40, deadline=None)
@given(
    images=arrays.arrays(
        np.uint8, st.tuples(st.just(2), st.integers(1, 6), st.integers(1, 6), st.just(3))
    )
)
def test_shades_of_images_give_exact_statistics(images):
    stats = Shades.of(images[0]).joined(Shades.of(images[1])).stats()
    values = images.reshape(-1, 3) / 255
    for statistic in ('min', 'max', 'mean', 'std'):
        wanted = getattr(values, statistic)(axis=0)
        np.testing.assert_allclose(np.ravel(stats[statistic]), wanted, atol=1e-12)
    for name, share in zip(QUANTILES, SHARES, strict=True):
        wanted = np.quantile(values, share, axis=0, method='inverted_cdf')
        np.testing.assert_allclose(np.ravel(stats[name]), wanted, atol=1e-12)

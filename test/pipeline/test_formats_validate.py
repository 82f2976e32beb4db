"""Everything that we write is found valid, recognised, and read back as plain images."""

from typing import get_args

import pytest

from synth_ros.config.output import FormatName
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.readers.plain.open import KINDS, open_plain
from synth_ros.validate.base import Options
from synth_ros.validate.run import validate
from synth_ros.writers.formats.registry import is_packed

FORMATS = get_args(FormatName)
FRAME_FORMATS = tuple(name for name in FORMATS if not is_packed(name))
EVERYTHING = 'labels: {everything: true, min_pixels: 4}\n'
EPISODES = 'episodes: 3, views_per_episode: 2'
# Frames of two cameras; LeRobot counts instants, of which each has all cameras.
FRAMES = {'lerobot': 6}


def quiet(*_):
    pass


def told(result):
    """All findings as text."""
    return [
        f'{rule.id} {found.where}: {found.message}'
        for rule in result.findings.broken()
        for found in result.findings.examples(rule.id)
    ]


@pytest.fixture(scope='module')
def dataset(tmp_path_factory, config_texts):
    """A run with every label that writes every format that is made frame by frame."""
    config, robot = config_texts
    folder = tmp_path_factory.mktemp('validate')
    (folder / 'bot.xml').write_text(robot)
    more = f'{EPISODES}, motion: sequence, formats: [{", ".join(FRAME_FORMATS)}]'
    (folder / 'c.yaml').write_text(EVERYTHING + config.replace(EPISODES, more))
    generate(GenerateRequest(folder / 'c.yaml', folder / 'data'), quiet)
    return folder / 'data'


@pytest.fixture(scope='module')
def written(dataset, tmp_path_factory):
    """The folder of each format; packed ones are made when they are asked for."""
    folder = tmp_path_factory.mktemp('packed')

    def get(name):
        if not is_packed(name):
            return dataset / name
        if not (folder / name).exists():
            convert(ConvertRequest(dataset, folder / name, name), quiet)
        return folder / name

    return get


def kind_of(name):
    return 'yolo' if name.startswith('yolo') else name


@pytest.mark.parametrize('name', FORMATS)
def test_what_we_write_is_valid(written, name):
    result = validate(written(name), options=Options(jobs=2))
    assert told(result) == []
    assert result.kind == kind_of(name)
    assert result.counts.images == FRAMES.get(name, 12)
    assert sum(result.counts.splits.values()) == result.counts.images


def test_the_dataset_itself_is_valid_and_names_the_formats_in_it(dataset):
    result = validate(dataset)
    assert told(result) == []
    assert (result.kind, result.counts.images) == ('ours', 12)
    assert [note.split('/')[0] for note in result.counts.notes] == list(FRAME_FORMATS)


@pytest.mark.parametrize('name', [name for name in FORMATS if kind_of(name) in KINDS])
def test_objects_come_back_from_every_format(dataset, written, name):
    ours = {image.name.removeprefix('images/'): image for image in open_plain(dataset)}
    total = sum(len(image.objects) for image in ours.values())
    plain = open_plain(written(name))
    assert len(plain) == len(ours)
    images = list(plain)
    found = [o for image in images for o in image.objects if not o.ignored]
    if name not in {'bop', 'masks'}:
        # BOP leaves out what has no mesh, masks do not tell objects of a class apart.
        assert len(found) == total
        assert sorted({o.class_name for o in found}) == sorted(
            {o.class_name for image in ours.values() for o in image.objects}
        )
    assert {image.split for image in images} == {'train', 'val'}
    for image in images:
        assert plain.read_rgb(image).shape == (image.height, image.width, 3)
        assert len(plain.masks(image)) == len(image.objects)


@pytest.mark.parametrize('name', ['coco', 'yolo-detect', 'kitti', 'voc'])
def test_boxes_come_back_exactly(dataset, written, name):
    ours = {image.name.rpartition('/')[2]: image for image in open_plain(dataset)}
    for image in open_plain(written(name)):
        expected = sorted(o.box for o in ours[image.name.rpartition('/')[2]].objects)
        boxes = sorted(o.box for o in image.objects if not o.ignored)
        assert len(boxes) == len(expected)
        for box, true in zip(boxes, expected, strict=True):
            assert box == pytest.approx(true, abs=1e-3)


@pytest.mark.parametrize('name', ['coco', 'bop', 'cityscapes'])
def test_masks_are_what_boxes_are_around(written, name):
    plain = open_plain(written(name))
    for image in plain:
        for item, mask in zip(image.objects, plain.masks(image), strict=True):
            assert mask is not None
            assert item.area_px == mask.sum()
            rows, columns = mask.any(axis=1).nonzero()[0], mask.any(axis=0).nonzero()[0]
            around = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
            assert item.box == pytest.approx(around)

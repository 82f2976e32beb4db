"""Datasets of other formats: the file says what their readers say."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rrd_contents import Contents

from synth_ros.errors import UsageError
from synth_ros.readers.plain.open import open_plain
from synth_ros.view.foreign import words
from synth_ros.view.selection import Selection, Span
from synth_ros.view.stacked import number_masks
from synth_ros.view.stream import to_file
from synth_ros.view.subject import open_subject

sys.path.insert(0, str(Path(__file__).parents[1] / 'validate'))

import small_datasets


def save(root, path, selection):
    subject = open_subject(root, selection)
    with to_file(path, subject.title) as sink:
        subject.log(sink, lambda done, total: None)
    return Contents(path)


EVERYTHING = Selection()


@pytest.mark.parametrize(
    'kind', ['coco', 'yolo', 'yolo_segment', 'kitti', 'bop', 'voc', 'cityscapes', 'masks']
)
def test_images_boxes_and_masks_are_those_of_the_reader(tmp_path, kind):
    root = tmp_path / kind
    getattr(small_datasets, kind)(root)
    dataset = open_plain(root)
    contents = save(root, tmp_path / 'a.rrd', EVERYTHING)
    assert len(dataset) > 0
    seen = 0
    for number, image in enumerate(dataset):
        blob = contents.blob('image/rgb', 'EncodedImage:blob', number)
        shown = np.asarray(Image.open(io.BytesIO(blob)).convert('RGB'))
        assert (shown == dataset.read_rgb(image)).all()
        boxed = [item for item in image.objects if item.box is not None]
        middle = contents.array('image/boxes', 'Boxes2D:centers', number).reshape(-1, 2)
        half = contents.array('image/boxes', 'Boxes2D:half_sizes', number).reshape(-1, 2)
        expected = np.array([item.box for item in boxed]).reshape(-1, 4)
        assert np.abs(np.hstack([middle - half, middle + half]) - expected).max(initial=0) < 1e-4
        assert contents.value('image/boxes', 'Boxes2D:labels', number) == [
            words(item) for item in boxed
        ]
        masks = number_masks(dataset.masks(image), (image.height, image.width))
        if masks is None:
            assert contents.raw('image/masks', 'SegmentationImage:buffer', number) is None
        else:
            blob = contents.blob('image/masks', 'SegmentationImage:buffer', number)
            shown = np.frombuffer(blob, np.uint16).reshape(masks.shape)
            context = contents.value('image/masks', 'AnnotationContext:context')[0]
            infos = [entry['class_description']['info'] for entry in context]
            meaning = {info['id']: info['label'] for info in infos}
            assert ((shown == 65535) == (masks == 0)).all()
            for k, item in enumerate(image.objects, start=1):
                named = {meaning[value] for value in np.unique(shown[masks == k]).tolist()}
                assert named <= {f'{item.class_name} {k}'}
        assert image.name in contents.value('title', 'TextDocument:text', number)[0]
        seen += len(boxed)
    assert seen > 0
    context = contents.value('image', 'AnnotationContext:context', 0)[0]
    names = [entry['class_description']['info']['label'] for entry in context]
    assert names == list(dataset.class_names)
    assert f'| Format | {dataset.kind} |' in contents.value('about', 'TextDocument:text')[0]


def test_objects_are_counted_by_class_and_crowds_are_not(tmp_path):
    root = tmp_path / 'coco'
    small_datasets.coco(root)
    contents = save(root, tmp_path / 'a.rrd', EVERYTHING)
    images = list(open_plain(root))
    for number, image in enumerate(images):
        mugs = sum(x.class_name == 'mug' and not x.ignored for x in image.objects)
        assert contents.value('plots/objects/mug', 'Scalars:scalars', number) == [float(mugs)]
        assert contents.value('plots/objects/crowd', 'Scalars:scalars', number) == [0.0]
    labels = [contents.value('image/boxes', 'Boxes2D:labels', n) for n in range(len(images))]
    assert ['crowd (ignored)'] in labels
    assert ['mug'] in labels


@pytest.mark.parametrize(
    ('selection', 'numbers'),
    [
        (Selection(span=Span(1, 3)), [1, 2]),
        (Selection(every=2), [0, 2]),
        (Selection(span=Span(1), every=2, most=1), [1]),
    ],
)
def test_images_are_chosen_by_their_numbers(tmp_path, selection, numbers):
    root = tmp_path / 'coco'
    small_datasets.coco(root)
    contents = save(root, tmp_path / 'a.rrd', selection)
    rows = contents.rows('image/rgb', 'EncodedImage:blob')
    assert [row.frame for row in rows] == numbers


def test_what_a_format_does_not_know_cannot_be_asked_for(tmp_path):
    root = tmp_path / 'coco'
    small_datasets.coco(root)
    with pytest.raises(UsageError, match=r'is coco, which knows no episodes and no cameras'):
        open_subject(root, Selection(episodes=(0,)))
    with pytest.raises(UsageError, match=r'Nothing of .*coco is left to show: it has 4 images'):
        open_subject(root, Selection(span=Span(7)))


def test_a_format_that_cannot_be_read_is_told(tmp_path):
    root = tmp_path / 'wds'
    small_datasets.webdataset(root)
    with pytest.raises(UsageError, match=r'is webdataset .*cannot be read here'):
        open_subject(root, EVERYTHING)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UsageError, match=r'is of no kind that can be read. Looked for:'):
        open_subject(tmp_path / 'empty', EVERYTHING)
    with pytest.raises(UsageError, match=r'There is no folder'):
        open_subject(tmp_path / 'nowhere', EVERYTHING)


def test_the_smallest_mask_is_on_top():
    large, small = np.zeros((4, 6), bool), np.zeros((4, 6), bool)
    large[:3, :5] = True
    small[1:3, 1:3] = True
    found = number_masks([small, None, large], (4, 6))
    assert (found == np.where(small, 1, np.where(large, 3, 0))).all()
    assert number_masks([None], (4, 6)) is None


def test_a_turned_photograph_is_shown_as_it_is_read(tmp_path):
    """A camera's note on how it was held: the reader decides, not the viewer."""
    root = tmp_path / 'yolo'
    small_datasets.yolo(root)
    path = next(root.rglob('*.png'))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    with Image.open(path) as image:
        image.convert('RGB').save(path.with_suffix('.jpg'), exif=exif, quality=95)
    path.unlink()
    dataset = open_plain(root)
    contents = save(root, tmp_path / 'a.rrd', EVERYTHING)
    names = [image.name for image in dataset]
    number = next(k for k, name in enumerate(names) if name.endswith('.jpg'))
    blob = contents.blob('image/rgb', 'EncodedImage:blob', number)
    with Image.open(io.BytesIO(blob)) as shown:
        assert shown.format == 'PNG'
        expected = dataset.read_rgb(list(dataset)[number])
        assert (np.asarray(shown.convert('RGB')) == expected).all()


def test_a_contact_sheet(tmp_path):
    root = tmp_path / 'coco'
    small_datasets.coco(root)
    path = tmp_path / 'sheet.png'
    assert open_subject(root, EVERYTHING).draw(path) == (4, 4)
    with Image.open(path) as image:
        assert image.height > 4 * 300

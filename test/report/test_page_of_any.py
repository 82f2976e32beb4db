"""The report and the comparison of datasets that are not ours, odd ones included."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from html_page import Page
from plain_factory import FakePlain, make_plain, scene

from synth_ros.report import html
from synth_ros.report.comparison.compare import Request, compare
from synth_ros.report.comparison.html import write_comparison
from synth_ros.report.html import Options, write_report
from synth_ros.report.picture import from_plain


@pytest.fixture
def page_of(monkeypatch, tmp_path):
    """Writes the report of a dataset in memory and reads it."""

    def page(plain, **options):
        plain.path = tmp_path
        monkeypatch.setattr('synth_ros.report.opened.open_plain', lambda path: plain)
        write_report(tmp_path, Options(**options), out=tmp_path / 'page.html')
        return Page((tmp_path / 'page.html').read_text())

    return page


def test_a_foreign_dataset_has_all_that_it_knows(page_of):
    plain = make_plain(images=80, split=lambda k: 'train' if k < 60 else 'val', scale=2.0)
    text = page_of(plain, frames=3).text
    for heading in (
        'What it looks like',
        'Classes',
        'Boxes',
        'How objects are seen',
        'From where objects are seen',
        'Light and colour',
        'Images that look the same',
    ):
        assert heading in text
    assert 'Every annotation' not in text
    assert 'Cameras and depth' not in text
    objects = sum(len(image.objects) for image in plain.images)
    assert f'{objects} labelled objects' in text
    assert 'Objects Images train val Median box' in text
    assert 'No image looks like another one.' in text
    assert 'Sizes of images: 64x48 (80)' in text


def test_pixels_need_not_be_read(page_of):
    text = page_of(make_plain(images=30), pixels=0).text
    assert 'Light and colour' not in text
    assert 'Images that look the same' not in text


def test_leaks_are_shown_side_by_side(page_of):
    plain = make_plain(images=40, split=lambda k: 'train' if k < 30 else 'val')
    one, other = plain.images[3], plain.images[35]
    plain._pixels = lambda image: scene(one if image is other else image)
    page = page_of(plain, frames=2)
    assert '2 images in train and val' in page.text
    assert f'{one.name} (train) {other.name} (val)' in page.text
    assert '1 of them across splits' in page.text


@pytest.mark.parametrize('classes', [1, 80])
def test_few_and_many_classes_with_long_names(page_of, classes):
    names = tuple(f'class {k} <script>alert({k})</script> of things' for k in range(classes))
    page = page_of(make_plain(images=60, names=names), frames=2)
    assert names[-1] in page.text
    assert ('Which classes come together' in page.text) == (classes > 1)
    if classes > 40:
        assert 'the 40 most frequent classes' in page.text


def test_a_dataset_without_annotations_has_a_page(page_of):
    page = page_of(make_plain(images=8, most=0), frames=2)
    assert 'there is nothing to learn' in page.text
    assert 'Light and colour' in page.text
    assert page.images == 2 * 2


def test_a_dataset_without_images_or_classes_has_a_page(page_of):
    text = page_of(FakePlain([], classes=())).text
    assert 'no images yet' in text
    assert 'The dataset lists no classes.' in text


def test_masks_are_drawn_where_there_are_any():
    plain = make_plain(images=20)
    image = next(i for i in plain.images if len(i.objects) > 1)
    mask = np.zeros((48, 64), bool)
    mask[5:9, 7:12] = True
    plain.masks = lambda _: [mask, *[None] * (len(image.objects) - 1)]
    picture = from_plain(plain, image)
    assert (picture.instance_id == mask).all()
    assert len(picture.boxes) == len(image.objects)
    ignored = tuple(k._replace(ignored=True) for k in image.objects)
    assert from_plain(plain, image._replace(objects=ignored)).boxes == ()


def pair_page(tmp_path, a, b, **options):
    record = compare(a, b, Request(**options))
    samples = [[from_plain(k, image) for image in k.images[:2]] for k in (a, b)]
    write_comparison(record, tmp_path / 'pair.html', samples=tuple(samples))
    return record, Page((tmp_path / 'pair.html').read_text())


def test_the_page_of_a_comparison(tmp_path):
    dark = make_plain(1, images=60, groups=20, name='night')
    dark._pixels = lambda image: cv2.convertScaleAbs(scene(image), alpha=0.4)
    record, page = pair_page(tmp_path, make_plain(0, images=60, name='day'), dark)
    assert 'day against night' in page.text
    assert page.images == 4
    for row in record.rows:
        assert row.title in page.text
    far = record.rows[0]
    assert f'divergence {far.divergence:.3f} (chance {far.divergence_noise:.3f})' in page.text
    assert page.text.index(far.title) < page.text.index('Box size')
    source = (tmp_path / 'pair.html').read_text()
    assert '<script' not in source
    assert 'prefers-color-scheme: dark' in source


def test_the_page_of_datasets_with_nothing_in_common(tmp_path):
    empty = FakePlain([], classes=('x',))
    _, page = pair_page(tmp_path, empty, make_plain(images=5, groups=2), pixels=0)
    assert 'There is no statistic that both have values of.' in page.text
    assert 'Classes only in A, left out: x' in page.text


def test_the_same_comparison_gives_the_same_page(tmp_path):
    pages = []
    for _ in range(2):
        pair_page(tmp_path, make_plain(0), make_plain(1))
        pages.append((tmp_path / 'pair.html').read_bytes())
    assert pages[0] == pages[1]


def test_an_audit_lies_beside_its_dataset():
    assert html.audit_path(Path('/data/run')) == Path('/data/run_audit/audit.json')

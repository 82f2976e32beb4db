"""Pascal VOC: an XML file for each image, lists of splits, palette PNGs of segments."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from synth_ros.readers.layouts.folders import (
    files_below,
    folders_in,
    folders_named,
    is_file,
    split_of,
    with_stem,
)

VOID = 255
"""Value of masks along outlines: no class."""


class VocFolders(NamedTuple):
    """A dataset, or a year of it.

    Attributes:
        root: Its folder.
        annotations: XML files.
        images: Images.
        lists: ``ImageSets``; may be missing.
        split: Where the folder itself is a split; empty otherwise.
    """

    root: Path
    annotations: Path
    images: Path
    lists: Path
    split: str


class VocObject(NamedTuple):
    """One object.

    Attributes:
        name: Its class.
        box: xmin, ymin, xmax, ymax as written: pixels from 1, both ends included.
        truncated: Whether it is cut by the border; ``None`` if it is not said.
        difficult: Evaluation ignores it.
    """

    name: str
    box: tuple[float, float, float, float]
    truncated: bool | None
    difficult: bool

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Box (x0, y0, x1, y1) as half-open pixel edges."""
        x0, y0, x1, y1 = self.box
        return x0 - 1, y0 - 1, x1, y1


class VocAnnotation(NamedTuple):
    """An XML file.

    Attributes:
        filename: Name of the image; empty if it is not said.
        size: Width and height; ``None`` if it is not said.
        segmented: Whether masks are said to exist.
        objects: In order.
        faults: Key path and what is wrong there.
    """

    filename: str
    size: tuple[int, int] | None
    segmented: bool
    objects: tuple[VocObject, ...]
    faults: tuple[tuple[str, str], ...]


def find_folders(root: Path) -> list[VocFolders]:
    """All datasets in a folder: ``VOCdevkit`` holds one for each year."""
    parents = [root, *(path.parent for path in folders_named(root, 'Annotations', depth=3))]
    found = []
    for folder in dict.fromkeys(parents):
        annotations = folder / 'Annotations'
        if annotations.is_dir():
            images = folder / 'JPEGImages'
            found.append(
                VocFolders(
                    folder,
                    annotations,
                    images if images.is_dir() else folder / 'images',
                    folder / 'ImageSets',
                    '' if folder == root else split_of(folder.name),
                )
            )
    if not found:
        # XML files beside their images, as label tools write them.
        for folder in (root, *folders_in(root)):
            if any(looks_like_voc(path) for path in sorted(folder.glob('*.xml'))[:3]):
                split = '' if folder == root else split_of(folder.name)
                found.append(VocFolders(folder, folder, folder, folder / 'ImageSets', split))
    return found


def xml_files(folders: VocFolders) -> list[Path]:
    """All annotation files, sorted."""
    return list(files_below(folders.annotations, '.xml'))


def looks_like_voc(path: Path) -> bool:
    """Whether a file begins like an annotation."""
    try:
        with path.open('rb') as stream:
            return b'<annotation' in stream.read(2000)
    except OSError:
        return False


def image_of(folders: VocFolders, path: Path, annotation: VocAnnotation) -> Path | None:
    """The image of an annotation; ``None`` if it does not exist."""
    name = annotation.filename
    below = path.parent.relative_to(folders.annotations)
    if name and '\0' not in name and '/' not in name and '\\' not in name:
        for folder in (folders.images / below, folders.images):
            if is_file(folder / name):
                return folder / name
    return with_stem(folders.images / below, path.stem)


def splits_of(folders: VocFolders) -> dict[str, list[tuple[str, int, str]]]:
    """Names in the lists of splits: list, then stem, line and split.

    Lists of one class (``dog_train.txt``) and unions (``trainval.txt``) are left out.
    """
    found: dict[str, list[tuple[str, int, str]]] = {}
    for kind in ('Main', 'Segmentation'):
        folder = folders.lists / kind
        for path in sorted(folder.glob('*.txt')) if folder.is_dir() else ():
            split = split_of(path.stem)
            if not split or not path.is_file():
                continue
            lines = path.read_bytes().decode('utf-8', errors='replace').splitlines()
            found[f'{kind}/{path.name}'] = [
                (line.split()[0], number, split)
                for number, line in enumerate(lines, 1)
                if line.strip()
            ]
    return found


def parse_annotation(data: bytes) -> VocAnnotation:
    """An XML file; what is wrong inside it is listed.

    Raises:
        ValueError: It is no XML, or no annotation.
    """
    try:
        root = ElementTree.fromstring(data)
    except ParseError as error:
        raise ValueError(f'it is no XML: {error}') from None
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise ValueError(f'it is no plain XML: {type(error).__name__}') from None
    if root.tag != 'annotation':
        raise ValueError(f'its root is <{root.tag}>, not <annotation>')
    faults: list[tuple[str, str]] = []
    objects = []
    for number, element in enumerate(root.findall('object')):
        found = _object(element, f'object[{number}]', faults)
        if found is not None:
            objects.append(found)
    return VocAnnotation(
        filename=(root.findtext('filename') or '').strip(),
        size=_size(root, faults),
        segmented=(root.findtext('segmented') or '').strip() == '1',
        objects=tuple(objects),
        faults=tuple(faults),
    )


def _size(root: Element, faults: list[tuple[str, str]]) -> tuple[int, int] | None:
    element = root.find('size')
    if element is None:
        faults.append(('size', 'it is missing'))
        return None
    values = [_number(element, f'size.{key}', faults) for key in ('width', 'height')]
    if None in values:
        return None
    width, height = (value or 0 for value in values)
    if width < 1 or height < 1 or width != int(width) or height != int(height):
        faults.append(('size', f'{width:g} x {height:g} is no size of an image'))
        return None
    return int(width), int(height)


def _object(element: Element, at: str, faults: list[tuple[str, str]]) -> VocObject | None:
    name = (element.findtext('name') or '').strip()
    if not name:
        faults.append((f'{at}.name', 'it is missing'))
    box = element.find('bndbox')
    if box is None:
        faults.append((f'{at}.bndbox', 'it is missing'))
        return None
    edges = [_number(box, f'{at}.bndbox.{key}', faults) for key in _EDGES]
    x0, y0, x1, y1 = edges
    if x0 is None or y0 is None or x1 is None or y1 is None or not name:
        return None
    truncated = (element.findtext('truncated') or '').strip()
    return VocObject(
        name=name,
        box=(x0, y0, x1, y1),
        truncated=truncated == '1' if truncated in {'0', '1'} else None,
        difficult=(element.findtext('difficult') or '').strip() == '1',
    )


_EDGES = ('xmin', 'ymin', 'xmax', 'ymax')


def _number(element: Element, at: str, faults: list[tuple[str, str]]) -> float | None:
    """The number of the element that the last part of a key path names."""
    text = element.findtext(at.rpartition('.')[2])
    if text is None:
        faults.append((at, 'it is missing'))
        return None
    try:
        value = float(text)
    except ValueError:
        faults.append((at, f'{text[:40]!r} is no number'))
        return None
    if not abs(value) < 1e9:
        faults.append((at, f'{text[:40]!r} is no ordinary number'))
        return None
    return value

"""Pictures of what physics knows: contacts and relations."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from synth_ros.geometry.transforms import inverse, transform_points
from synth_ros.report.overlay import Style, Tile
from synth_ros.report.palette import Rgb, colour
from synth_ros.report.pictures.canvas import WHITE, Canvas, Point, faded
from synth_ros.report.pictures.shown import Shown
from synth_ros.report.pictures.space import see, see_line
from synth_ros.types import Contact, FloatArray, Relation, RelationKind, Thing

_KINDS: dict[RelationKind, tuple[str, Rgb]] = {
    'supported_by': ('on', (86, 180, 233)),
    'inside': ('in', (240, 228, 66)),
    'touching': ('touches', (204, 121, 167)),
    'held_by': ('held by', (230, 159, 0)),
}
_PER_NEWTON_M = 0.02
_LONGEST_M = 0.12


def contacts(shown: Shown, style: Style) -> Tile | None:
    """A dot where things touch, and a line along the normal as long as the force is strong."""
    found = shown.labels.scene.contacts
    if found is None:
        return None
    canvas = Canvas(faded(shown.rgb, light=0.8), style.width)
    camera_from_world = inverse(shown.world_from_camera)
    drawn = 0
    for contact in found:
        drawn += _draw_contact(canvas, shown, contact, camera_from_world=camera_from_world)
    caption = f'{drawn} contacts (orange between objects), 5 cm for {0.05 / _PER_NEWTON_M:.2g} N'
    return Tile(caption, canvas.finish(style.letters))


def relations(shown: Shown, style: Style) -> Tile | None:
    """Lines between objects; what is not an object is named at the line's object."""
    found = shown.labels.scene.relations
    if found is None:
        return None
    canvas = Canvas(faded(shown.rgb, light=0.7), style.width)
    places = _places(shown)
    texts: defaultdict[int, list[str]] = defaultdict(list)
    stands = {frozenset((r.subject, r.target)) for r in found if r.kind == 'supported_by'}
    for relation in found:
        if (
            relation.kind == 'touching'
            and frozenset((relation.subject, relation.target)) in stands
        ):
            continue  # goes without saying
        start = places.get(relation.subject.instance_id)
        if start is None:
            continue
        word = _KINDS[relation.kind][0]
        end = places.get(relation.target.instance_id)
        if end is None or relation.target.kind != 'object':
            texts[relation.subject.instance_id].append(f'{word} {relation.target.name}')
        else:
            _draw_relation(canvas, relation, (start, end))
    labels = {label.instance.instance_id: label for label in shown.labels.instances}
    for key, place in places.items():
        canvas.dot(place, colour(key), radius=5)
        text = ', '.join([labels[key].instance.name, *texts[key]])
        x, y = place
        canvas.name((x - 6, y - 6, x + 6, y + 6), text, colour(key))
    counts = [f'{sum(r.kind == kind for r in found)} {kind}' for kind in _KINDS]
    return Tile(f'Relations: {", ".join(counts)}'.replace('_', ' '), canvas.finish(style.letters))


def _draw_contact(
    canvas: Canvas, shown: Shown, contact: Contact, *, camera_from_world: FloatArray
) -> bool:
    """Whether it lies in the image."""
    here = transform_points(camera_from_world, np.array(contact.position_m))
    place = see(shown.camera, here)
    if place is None:
        return False
    inside = 0 <= place[0] < shown.camera.width and 0 <= place[1] < shown.camera.height
    if not inside:
        return False
    paint = _pair_colour(contact.first, contact.second)
    reach_m = min(_PER_NEWTON_M * contact.force_n, _LONGEST_M)
    along = camera_from_world[:3, :3] @ np.array(contact.normal)
    line = see_line(shown.camera, here - reach_m * along, here)
    if line is not None and reach_m > 0.002:
        canvas.line(line, paint, thick=1)
    canvas.dot(place, paint, radius=2.2, hollow=contact.force_n == 0)
    return True


def _pair_colour(first: Thing, second: Thing) -> Rgb:
    """White between an object and its surroundings, orange between objects, else vermilion."""
    kinds = {first.kind, second.kind}
    if 'robot' in kinds:
        return (213, 94, 0)
    return (230, 159, 0) if kinds == {'object'} else WHITE


def _places(shown: Shown) -> dict[int, Point]:
    """Centres of the labelled objects' 3D boxes in the image."""
    places = {}
    for label in shown.labels.instances:
        place = see(shown.camera, label.camera_from_box[:3, 3])
        if place is not None:
            places[label.instance.instance_id] = place
    return places


def _draw_relation(canvas: Canvas, relation: Relation, ends: tuple[Point, Point]) -> None:
    word, paint = _KINDS[relation.kind]
    start, end = ends
    if relation.kind == 'touching':
        canvas.line(ends, paint, thick=2)
    else:
        canvas.arrow(start, end, paint, thick=2)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    canvas.name((x - 3, y - 3, x + 3, y + 3), word, paint)

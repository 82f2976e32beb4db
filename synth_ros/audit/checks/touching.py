"""Contacts against 3D boxes, relations against contacts and boxes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View
from synth_ros.schema.records import ContactRecord, RelationRecord, ThingRecord
from synth_ros.types import FloatArray

_UNIT = 1e-6


def contacts(view: View) -> Iterator[Measure]:
    """A contact lies on the 3D box of each object in it, overlap allowed for."""
    for contact in view.frame.record.contacts or ():
        name = f'{contact.first.name} and {contact.second.name}'
        if abs(math.hypot(*contact.normal) - 1) > _UNIT or contact.force_n < 0:
            yield view.find.errors(
                'contacts',
                math.inf,
                subject=name,
                detail=f'normal {contact.normal}, force {contact.force_n} N',
            )
            continue
        errors = [0.0, *(_beyond(view, contact, side) for side in (contact.first, contact.second))]
        yield view.find.errors(
            'contacts',
            errors,
            subject=name,
            detail=f'the contact lies {max(errors):.3f} mm outside a 3D box',
        )


def relations(view: View) -> Iterator[Measure]:
    """Touching, support and holding need a contact; inside needs the centre in the other's box."""
    found, touching = view.frame.record.relations, view.frame.record.contacts
    if found is None:
        return
    pairs = {frozenset((_key(c.first), _key(c.second))) for c in touching or ()}
    for relation in found:
        wrong = _wrong(view, relation, pairs if touching is not None else None)
        yield view.find.wrong(
            'relations',
            int(wrong is not None),
            subject=f'{relation.subject.name} {relation.kind} {relation.target.name}',
            detail=wrong or '',
            place=view.place(relation.subject.instance_id),
        )
    if not found:
        yield view.find.wrong('relations', 0)


def _wrong(
    view: View, relation: RelationRecord, pairs: set[frozenset[tuple[str, str]]] | None
) -> str | None:
    for side in (relation.subject, relation.target):
        item = view.instances.get(side.instance_id)
        if side.kind == 'object' and (item is None or item.name != side.name):
            return f'the scene has no object {side.name!r} of id {side.instance_id}'
    if relation.subject.kind != 'object':
        return f'its subject is {relation.subject.kind}, not an object'
    pair = frozenset((_key(relation.subject), _key(relation.target)))
    held = relation.kind == 'held_by'
    if relation.kind != 'inside' and not held and pairs is not None and pair not in pairs:
        return 'the two do not touch'
    if held and relation.target.kind != 'robot':
        return f'held by {relation.target.kind}, not by a link'
    if relation.kind == 'inside' and relation.target.kind == 'object':
        return _not_inside(view, relation)
    return None


def _not_inside(view: View, relation: RelationRecord) -> str | None:
    inner = view.instances[relation.subject.instance_id]
    outer = view.instances[relation.target.instance_id]
    centre = pinhole.rigid(inner.world_from_object) @ pinhole.rigid(inner.object_from_box)
    local = _local(view, outer.instance_id, centre[:3, 3])
    beyond = float((np.abs(local) - np.array(outer.size_m) / 2).max())
    return f"its centre is {1000 * beyond:.1f} mm outside the other's box" if beyond > 0 else None


def _beyond(view: View, contact: ContactRecord, side: ThingRecord) -> float:
    """How far the contact lies outside an object's box, mm; 0 for other things.

    The point is midway between the surfaces, so half their distance is allowed.
    """
    item = view.instances.get(side.instance_id)
    if side.kind != 'object':
        return 0.0
    if item is None:
        return math.inf
    local = _local(view, side.instance_id, np.array(contact.position_m))
    beyond = float(np.linalg.norm(np.maximum(np.abs(local) - np.array(item.size_m) / 2, 0)))
    return 1000 * max(0.0, beyond - abs(contact.distance_m) / 2)


def _local(view: View, key: int, point_m: FloatArray) -> FloatArray:
    """A point of the world in the frame of an object's 3D box, (3,)."""
    item = view.instances[key]
    world_from_box = pinhole.rigid(item.world_from_object) @ pinhole.rigid(item.object_from_box)
    return np.asarray(pinhole.move(pinhole.invert(world_from_box), point_m[None])[0])


def _key(thing: ThingRecord) -> tuple[str, str]:
    return thing.kind, thing.name

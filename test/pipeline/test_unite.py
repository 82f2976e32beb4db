"""Numbers of classes in a merged dataset, whatever the sources call theirs."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from synth_ros.pipeline.unite import _categories
from synth_ros.types import Category

THINGS = ('mug', 'bowl', 'can', 'drill', 'box')
STUFF = ('room', 'table', 'shelf')


@st.composite
def tables(draw):
    """The classes of one dataset: any ids, but stuff beyond all objects."""
    things = draw(st.lists(st.sampled_from(THINGS), min_size=1, unique=True))
    stuff = draw(st.lists(st.sampled_from(STUFF), unique=True))
    count = len(things) + len(stuff)
    ids = sorted(draw(st.sets(st.integers(1, 30), min_size=count, max_size=count)))
    return tuple(
        Category(number, name, is_thing=name in THINGS)
        for number, name in zip(ids, [*things, *stuff], strict=True)
    )


def united(found):
    return _categories(
        [SimpleNamespace(info=SimpleNamespace(categories=table)) for table in found]
    )


@given(st.lists(tables(), min_size=1, max_size=4))
def test_every_class_has_one_number_of_its_own(found):
    merged = united(found)
    names = [category.name for category in merged]
    ids = [category.class_id for category in merged]
    assert sorted(names) == sorted({category.name for table in found for category in table})
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
    assert min(ids) >= 1
    things = [category.class_id for category in merged if category.is_thing]
    stuff = [category.class_id for category in merged if not category.is_thing]
    assert max(things) < min(stuff, default=99)


@given(st.lists(tables(), min_size=1, max_size=4))
def test_objects_keep_the_ids_of_the_first_dataset(found):
    ids = {category.name: category.class_id for category in united(found)}
    for category in found[0]:
        if category.is_thing:
            assert ids[category.name] == category.class_id


@given(tables())
def test_one_dataset_keeps_all_its_ids(table):
    assert united([table]) == table
    assert united([table, table]) == table


@given(st.lists(tables(), min_size=2, max_size=4))
def test_a_free_id_is_kept(found):
    """An object whose id nobody before it has asked for is not renumbered."""
    ids = {category.name: category.class_id for category in united(found)}
    seen = set()
    taken = set()
    for table in found:
        for category in table:
            if category.is_thing and category.name not in seen:
                if category.class_id not in taken:
                    assert ids[category.name] == category.class_id
                seen.add(category.name)
                taken.add(category.class_id)

"""Large JSON documents item by item: values as json.loads has them, and what a cut leaves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.readers.layouts.json_items import JsonDamageError, JsonDocument, read_json

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text(), VALUES, max_size=4)


def collected(document):
    """A document put together again from its items."""
    found = {}
    for item in document.items():
        if item.place is None:
            found[item.key] = item.value
        else:
            found.setdefault(item.key, []).append(item.value)
            assert len(found[item.key]) == item.place + 1
        assert document.value(item.start) == item.value
    for key in document.keys:
        found.setdefault(key, [])
    return found


@given(DOCUMENTS, st.sampled_from([None, 0, 2]), st.booleans())
def test_items_are_those_of_json(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = JsonDocument(text.encode('utf-8', errors='replace'))
    expected = json.loads(text.encode('utf-8', errors='replace'))
    assert collected(document) == expected


@given(DOCUMENTS, st.data())
def test_a_cut_document_is_told_and_all_before_is_given(value, data):
    text = json.dumps(value)
    cut = data.draw(st.integers(0, len(text) - 1))
    document = JsonDocument(text[:cut].encode())
    whole = [(i.key, i.place, i.value) for i in JsonDocument(text.encode()).items()]
    seen = []

    def read():
        for item in document.items():
            seen.append((item.key, item.place, item.value))  # noqa: PERF401 (kept when it ends)

    with pytest.raises(JsonDamageError, match='line 1: '):
        read()
    # A number may have been cut to another number.
    assert seen[:-1] == whole[: max(len(seen) - 1, 0)]


def test_lines_and_paths():
    text = '{\n "a": [1,\n  {"b": 2}\n ],\n "c": 3\n}\n'
    document = JsonDocument(text.encode())
    places = [(item.path, document.line(item.start)) for item in document.items()]
    assert places == [('a[0]', 2), ('a[1]', 3), ('c', 5)]
    assert document.line(0) == 1


@pytest.mark.parametrize(
    ('text', 'line', 'words'),
    [
        (b'', 1, 'ends too early'),
        (b'[1]', 1, r"'\{' is expected, but there is '\['"),
        (b'{"a": 1,\n}', 2, 'expecting value'),
        (b'{"a": 1}\n\nx', 3, 'something follows the end'),
        (b'{"a": [1 2]}', 1, r"',' or '\]' is expected, but there is '2'"),
        (b'{"a": "b\n', 1, 'control character|closing quote'),
        (b'{1: 2}', 1, 'a key is no text'),
        (b'{"a": ' + b'[' * 100_000, 1, 'recursion'),
    ],
)
def test_what_is_wrong_is_told(text, line, words):
    with pytest.raises(JsonDamageError, match=words) as caught:
        list(JsonDocument(text).items())
    assert caught.value.line == line


def test_a_byte_order_mark_is_no_damage():
    assert collected(JsonDocument(b'\xef\xbb\xbf{"a": [1]}')) == {'a': [1]}
    assert read_json(b'\xef\xbb\xbf{"a": [1]}') == {'a': [1]}


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'{"a": 1', 'the file ends too early'),
        (b'{"a": "1', 'no closing quote'),
        (b'{"a": \xff}', 'is no UTF-8'),
        (b'{a}', 'expecting property name'),
    ],
)
def test_small_documents(data, words):
    with pytest.raises(JsonDamageError, match=words):
        read_json(data)

"""Faults of records in words: the first one and its place."""

import pytest
from pydantic import BaseModel, ValidationError

from synth_ros.schema.faults import first_fault


class Inner(BaseModel):
    number: int


class Outer(BaseModel):
    items: list[Inner]


@pytest.mark.parametrize(
    ('text', 'told'),
    [
        ('{"items": [{"number": 1}, {}, {}]}', 'items.1.number: Field required'),
        ('{"items": [{"number": "x"}]}', 'items.0.number: Input should be a valid integer'),
        ('{"items"', 'the file: Invalid JSON'),
    ],
)
def test_the_first_fault_is_told_with_its_place(text, told):
    with pytest.raises(ValidationError, match='Outer') as caught:
        Outer.model_validate_json(text)
    assert first_fault(caught.value, whole='the file').startswith(told)


def test_without_a_name_the_whole_has_no_place():
    with pytest.raises(ValidationError, match='Outer') as caught:
        Outer.model_validate_json('')
    assert first_fault(caught.value).startswith('Invalid JSON')

"""How our nodes declare parameters: each is described, typed and checked.

What a node reads is a class whose fields say which parameters they are:

    class Params(NamedTuple):
        config: Annotated[str, Text('Path of the config file')]
        seed: Annotated[int, Whole('Seed', default=-1, low=-1)]

    params = declared(node, Params)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import (
    Annotated,
    NamedTuple,
    Protocol,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from synth_ros.errors import NotFoundError, UsageError, suggest

Value = str | int | float | bool
Params = TypeVar('Params')

_MAX_INT64 = 2**63 - 1


class Declaration(Protocol):
    """Something that a field is declared as.

    A ``live`` parameter may be changed while the node runs; the others are read once.
    """

    def declare(self, node: Node, name: str) -> object:
        """Declare it on a node and read what was given.

        Args:
            node: The node.
            name: Of the parameter.

        Raises:
            UsageError: It is of the wrong type, or out of range.
            NotFoundError: It is not among the allowed words.
        """


class Text(NamedTuple):
    """A text."""

    description: str
    default: str = ''
    allowed: str = ''
    live: bool = False

    def declare(self, node: Node, name: str) -> str:
        """Declare and read it."""
        descriptor = ParameterDescriptor(
            description=self.description,
            additional_constraints=self.allowed,
            read_only=not self.live,
        )
        return cast('str', _declare(node, name, descriptor, default=self.default))


class Words(NamedTuple):
    """Words between blanks or commas, by default none; a list of texts will do, too."""

    description: str

    def declare(self, node: Node, name: str) -> tuple[str, ...]:
        """Declare and read them."""
        given = given_parameters(node)
        if name in given and given[name].type_ == Parameter.Type.STRING_ARRAY:
            given[name] = Parameter(name, value=' '.join(given[name].value))
        text = Text(self.description).declare(node, name)
        return tuple(text.replace(',', ' ').split())


class Flag(NamedTuple):
    """Yes or no."""

    description: str
    default: bool = False
    live: bool = False

    def declare(self, node: Node, name: str) -> bool:
        """Declare and read it."""
        descriptor = ParameterDescriptor(description=self.description, read_only=not self.live)
        return cast('bool', _declare(node, name, descriptor, default=self.default))


class Whole(NamedTuple):
    """A whole number from ``low`` to ``high``."""

    description: str
    default: int = 0
    low: int = 0
    high: int = _MAX_INT64
    live: bool = False

    def declare(self, node: Node, name: str) -> int:
        """Declare and read it."""
        limits = IntegerRange(from_value=self.low, to_value=self.high, step=1)
        descriptor = ParameterDescriptor(
            description=self.description, integer_range=[limits], read_only=not self.live
        )
        return cast('int', _declare(node, name, descriptor, default=self.default))


class Number(NamedTuple):
    """A number within bounds; a whole number will do, as ``10`` for ``10.0``."""

    description: str
    default: float
    bounds: tuple[float, float]
    live: bool = False

    def declare(self, node: Node, name: str) -> float:
        """Declare and read it."""
        low, high = self.bounds
        limits = FloatingPointRange(from_value=low, to_value=high, step=0.0)
        descriptor = ParameterDescriptor(
            description=self.description, floating_point_range=[limits], read_only=not self.live
        )
        return cast('float', _declare(node, name, descriptor, default=self.default))


class Choice(NamedTuple):
    """One of several words; with an empty default none of them is needed, and means ``None``."""

    description: str
    default: str
    allowed: tuple[str, ...]

    def declare(self, node: Node, name: str) -> str | None:
        """Declare and read it."""
        words = f'One of: {", ".join(self.allowed)}' + ('' if self.default else ', or empty')
        value = Text(self.description, self.default, words).declare(node, name)
        if value == '' and self.default == '':
            return None
        if value not in self.allowed:
            raise NotFoundError('value', value, available=self.allowed, where=f'parameter {name}')
        return value


class Named(NamedTuple):
    """A parameter that is not called like its field."""

    name: str
    declaration: Declaration

    def declare(self, node: Node, name: str) -> object:
        """Declare and read it."""
        return self.declaration.declare(node, self.name)


class Group(NamedTuple):
    """Parameters of a class of their own, or what a function declares and makes of several."""

    make: Callable[[Node], object]

    def declare(self, node: Node, name: str) -> object:
        """Declare and read them."""
        return self.make(node)


def declared(node: Node, kind: type[Params], *, prefix: str = '') -> Params:
    """Declare and read the parameters that the fields of a class are annotated with.

    Args:
        node: The node.
        kind: A named tuple or dataclass; fields are called like their parameters. A field that
            is not annotated with a declaration is such a class itself.
        prefix: Of the names of all parameters, before those of the fields.

    Raises:
        UsageError: One is of the wrong type, or out of range.
        NotFoundError: One is not among the allowed words.
    """
    values: dict[str, object] = {}
    for field, hint in get_type_hints(kind, include_extras=True).items():
        if get_origin(hint) is Annotated:
            declaration: Declaration = get_args(hint)[1]
            values[field] = declaration.declare(node, prefix + field)
        else:
            values[field] = declared(node, hint)
    return kind(**values)


def given_parameters(node: Node) -> dict[str, Parameter]:
    """Parameters given to a node from outside, declared or not; changes take effect."""
    return cast('dict[str, Parameter]', node._parameter_overrides)  # noqa: SLF001 (no other way)


def warn_of_unknown(node: Node) -> None:
    """Warn of given parameters that the node does not have: misspelt ones do nothing.

    To be called when all are declared. A warning only: a parameter file for ``/**`` may hold
    those of other nodes.
    """
    for name in given_parameters(node):
        if not node.has_parameter(name) and not name.startswith('qos_overrides.'):
            mine = sorted(node._parameters)  # noqa: SLF001 (no other way)
            node.get_logger().warning(
                f'There is no parameter {name!r}; it is ignored. {suggest(name, mine)}'
            )


def _declare(node: Node, name: str, descriptor: ParameterDescriptor, *, default: Value) -> Value:
    given = given_parameters(node)
    if isinstance(default, float) and name in given and type(given[name].value) is int:
        # Let ``-p real_time_factor:=1`` mean 1.0, which ROS refuses to convert.
        given[name] = Parameter(name, value=float(given[name].value))
    try:
        parameter = node.declare_parameter(name, default, descriptor)
    except InvalidParameterTypeException as error:
        wanted = _TYPE_WORDS[type(default)]
        value = given_parameters(node)[name].value
        raise UsageError(f'Parameter {name} must be {wanted}, got {value!r}.') from error
    except InvalidParameterValueException as error:
        value = given_parameters(node)[name].value
        raise UsageError(
            f'Parameter {name} is {value!r}, which is not allowed; {_range_words(descriptor)}.'
        ) from error
    return cast('Value', parameter.value)


_TYPE_WORDS: dict[type, str] = {
    str: 'a text',
    bool: 'true or false',
    int: 'a whole number',
    float: 'a number',
}


def _range_words(descriptor: ParameterDescriptor) -> str:
    """The allowed range of a descriptor in words."""
    if descriptor.integer_range:
        whole = descriptor.integer_range[0]
        if whole.to_value == _MAX_INT64:
            return f'it must be at least {whole.from_value}'
        return f'it must be from {whole.from_value} to {whole.to_value}'
    limits = descriptor.floating_point_range[0]
    return f'it must be from {limits.from_value:g} to {limits.to_value:g}'

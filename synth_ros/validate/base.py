"""Rules, what breaks them, and what a validator has in hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

Severity = Literal['error', 'warning']


class Rule(NamedTuple):
    """Something that a dataset must keep.

    Attributes:
        id: ``<subject>.<what>``; never changes its meaning.
        severity: An error breaks or misleads a trainer; a warning may be meant.
        demands: What must hold, as a clause.
        mend: What to do when it does not, as a sentence.
    """

    id: str
    severity: Severity
    demands: str
    mend: str


class Finding(NamedTuple):
    """One place where a rule is broken.

    Attributes:
        rule: Id of the rule.
        file: Path relative to the dataset.
        at: Line or key in the file; empty for the whole file.
        message: What is wrong, with the value.
    """

    rule: str
    file: str
    at: str
    message: str

    @property
    def where(self) -> str:
        """File and place, for people."""
        return f'{self.file}, {self.at}' if self.at else self.file


class Sink(Protocol):
    """Takes findings."""

    def add(self, rule: str, file: str, message: str, *, at: str = '') -> None:
        """Report that a rule is broken.

        Args:
            rule: Its id.
            file: Path relative to the dataset.
            message: What is wrong, with the value.
            at: Line or key.
        """
        ...


class Notes:
    """Findings of a part of the work that is done beside the rest."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, rule: str, file: str, message: str, *, at: str = '') -> None:
        """See :class:`Sink`."""
        self.found.append(Finding(rule, file, at, message))


class Findings:
    """All findings: every rule counted, the first examples kept.

    Args:
        rules: What may be reported.
        first: How many examples of each rule are kept.

    Attributes:
        rules: By id.
        counts: How often each broken rule is broken.
    """

    def __init__(self, rules: Iterable[Rule], *, first: int = 5) -> None:
        self.rules: Mapping[str, Rule] = {rule.id: rule for rule in rules}
        self.counts: Counter[str] = Counter()
        self._first = first
        self._examples: dict[str, list[Finding]] = {}

    def add(self, rule: str, file: str, message: str, *, at: str = '') -> None:
        """See :class:`Sink`."""
        assert rule in self.rules, f'{rule} is not registered'
        self.counts[rule] += 1
        kept = self._examples.setdefault(rule, [])
        if len(kept) < self._first:
            kept.append(Finding(rule, file, at, message))

    def merge(self, notes: Notes) -> None:
        """Add what was found elsewhere."""
        for finding in notes.found:
            self.add(finding.rule, finding.file, finding.message, at=finding.at)

    def examples(self, rule: str) -> tuple[Finding, ...]:
        """The first places where a rule is broken."""
        return tuple(self._examples.get(rule, ()))

    def broken(self) -> tuple[Rule, ...]:
        """Broken rules: errors first, then in the order of the registry."""
        found = [rule for rule in self.rules.values() if self.counts[rule.id]]
        return tuple(sorted(found, key=lambda rule: rule.severity != 'error'))

    def total(self, severity: Severity) -> int:
        """Number of findings of a severity."""
        return sum(
            count for rule, count in self.counts.items() if self.rules[rule].severity == severity
        )


@dataclass
class Counts:
    """What a dataset holds.

    Attributes:
        images: Annotated images, or frames.
        objects: Annotated objects.
        classes: Objects by class, classes without any included.
        splits: Images by split.
        other: Whatever else a format counts, by its name in the plural.
        notes: What is worth telling without being wrong.
    """

    images: int = 0
    objects: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def image(self, split: str) -> None:
        """Count an image."""
        self.images += 1
        if split:
            self.splits[split] += 1

    def object(self, class_name: str) -> None:
        """Count an object."""
        self.objects += 1
        self.classes[class_name] += 1


class Progress(Protocol):
    """Told how far the work is."""

    def begin(self, what: str, total: int | None) -> None:
        """A part of the work begins; ``total`` steps, if known."""
        ...

    def step(self) -> None:
        """One step of it is done."""
        ...


class Silent:
    """Progress that nobody watches."""

    def begin(self, what: str, total: int | None) -> None:
        """See :class:`Progress`."""

    def step(self) -> None:
        """See :class:`Progress`."""


class Options(NamedTuple):
    """How thoroughly to look.

    Attributes:
        fast: Decode no pixels and compare no checksums; sizes come from the files' heads.
        jobs: Threads that decode.
        first: Examples of each rule that are kept.
    """

    fast: bool = False
    jobs: int = 1
    first: int = 5

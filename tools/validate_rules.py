"""Write the tables of rules in docs/validate.md: python tools/validate_rules.py."""

from pathlib import Path

from synth_ros.validate.page import with_rules

PAGE = Path(__file__).parents[1] / 'docs' / 'validate.md'

PAGE.write_text(with_rules(PAGE.read_text(encoding='utf-8')), encoding='utf-8')
print(f'Wrote {PAGE}')

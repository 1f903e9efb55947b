"""The names in a PromQL expression: enough of its grammar to tell metrics and labels from everything else."""
from __future__ import annotations

import re
from dataclasses import dataclass, field

OPERATORS = {'and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'inf', 'nan'}
LABEL_LISTS = {'by', 'without', 'on', 'ignoring', 'group_left', 'group_right'}
TOKEN = re.compile(r'''
    (?P<space>\s+)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<range>\[[^\]]*\])
  | (?P<number>\d[\w.]*)
  | (?P<name>[A-Za-z_:][\w:]*)
  | (?P<sign>=~|!~|==|!=|<=|>=|[-+*/%^<>=(){},])
''', re.VERBOSE)


@dataclass
class Names:
    """Metrics with the labels that they are selected by, and the labels that results are grouped or matched by."""
    metrics: list[tuple[str, dict[str, tuple[str, str]]]] = field(default_factory=list)
    grouped_by: set[str] = field(default_factory=set)


def tokens_of(expression: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(expression):
        match = TOKEN.match(expression, at)
        if not match:
            raise ValueError(f'cannot read {expression[at:]!r} in {expression!r}')
        if match.lastgroup != 'space':
            tokens.append((match.lastgroup, match.group()))
        at = match.end()
    return tokens


def names_of(expression: str) -> Names:
    tokens, names, at = [*tokens_of(expression), ('end', '')], Names(), 0

    def list_until(closing: str) -> list[str]:
        nonlocal at
        begin = at + 1
        while tokens[at][1] != closing:
            at += 1
            if tokens[at][0] == 'end':
                raise ValueError(f'no {closing!r} in {expression!r}')
        return [text for _, text in tokens[begin:at]]

    while tokens[at][0] != 'end':
        kind, text = tokens[at]
        at += 1
        if kind != 'name':
            continue
        if text in LABEL_LISTS and tokens[at][1] == '(':
            names.grouped_by.update(label for label in list_until(')') if label != ',')
        elif text in OPERATORS or tokens[at][1] == '(' or tokens[at][1] in LABEL_LISTS:
            continue  # an operator, a function, or an aggregation before its "by"
        else:
            inner = list_until('}') if tokens[at][1] == '{' else []
            matchers = [inner[i:i + 3] for i in range(0, len(inner), 4)]
            names.metrics.append((text, {label: (sign, value[1:-1]) for label, sign, value in matchers}))
    return names

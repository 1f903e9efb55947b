"""The places where the program can be told to die: the list that it gives, held against its calls."""
from __future__ import annotations

import re
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / 'src'
HEADER = SRC / 'util' / 'kill_point.h'
CALL = re.compile(r'kill_point\("([^"]*)"(, name\(target\))?\)')


def listed() -> list[str]:
    """kKillPoints of the header, in its order."""
    listing = HEADER.read_text(encoding='utf-8').partition('kKillPoints')[2].partition('});')[0]
    return re.findall(r'"([^"]+)"', listing)


def called() -> set[str]:
    """Every name that a call in src/ gives; one for each target where the call adds its name."""
    names: set[str] = set()
    for file in sorted(SRC.rglob('*.cpp')):
        if file.name.startswith('kill_point'):
            continue
        for name, of_target in CALL.findall(file.read_text(encoding='utf-8')):
            names |= {name + target for target in ('stats', 'bounces', 'breakdowns')} if of_target else {name}
    return names


def problems() -> list[str]:
    """Where list and calls differ."""
    names = listed()
    return ([f'{name} is called and not listed in {HEADER.name}' for name in sorted(called() - set(names))]
            + [f'{name} is listed in {HEADER.name} and never called' for name in names if name not in called()]
            + [f'{name} is listed twice' for name in sorted(set(names)) if names.count(name) > 1])


if __name__ == '__main__':
    print(*(problems() or [f'{len(listed())} kill points, all of them called']), sep='\n')
    sys.exit(1 if problems() else 0)

"""docs/OPERATING.md is run as it stands: its `console` blocks, in order, in one shell, in a fresh directory.

In a block, a line that begins with `$ ` is a command (lines that begin with `> ` continue it); the lines below are what it prints, standard
error included. `…` stands for any text within a line, a line `…` alone for any number of lines. A command that is followed by
`(exit N)` on a line of its own ends with that code; all others end with 0. Where a comment says "the test has a server: URL", commands
below reach a stand-in by that URL, which holds the first sample in its database `web`.
"""
from __future__ import annotations

import re
import subprocess
import unittest
from dataclasses import dataclass, field

from harness import GAPLESS, ROOT, CommandTest, Server, environment

MANUAL = ROOT / 'docs' / 'OPERATING.md'
SERVER = re.compile(r'<!-- .* the test has a server: (\S+) -->')
SAMPLE = ROOT / 'samples' / 'elastic-apache-2015.log.gz'
EXIT = re.compile(r'\(exit (\d+)\)')


@dataclass
class Step:
    line: int
    command: str
    expected: list[str] = field(default_factory=list)
    code: int = 0


def steps_of(text: str) -> list[Step]:
    steps: list[Step] = []
    inside = False
    for number, line in enumerate(text.split('\n'), start=1):
        if line.startswith('```'):
            inside = line == '```console'
        elif inside and line.startswith('$ '):
            steps.append(Step(number, line[2:]))
        elif inside and line.startswith('> '):
            steps[-1].command += '\n' + line[2:]
        elif inside and (ended := EXIT.fullmatch(line)):
            steps[-1].code = int(ended[1])
        elif inside:
            steps[-1].expected.append(line.rstrip())
    return steps


def pattern_of(lines: list[str]) -> re.Pattern[str]:
    parts = [r'(?:.*\n)*?' if line == '…' else '.*'.join(re.escape(part) for part in line.split('…')) + '\n' for line in lines]
    return re.compile(''.join(parts))


class ManualTest(CommandTest):
    def server_with_a_sample(self) -> str:
        """Its URL."""
        data = self.folder / 'of-the-server'
        subprocess.run([GAPLESS, 'load', SAMPLE, '--team', '1', '--quiet'], capture_output=True, check=True,
                       env=environment(GAPLESS_DATA=str(data), GAPLESS_ENGINE_DATABASE='web'))
        server = Server(data / 'engine')
        self.addCleanup(server.stop)
        server.start()
        return f'http://{server.address}'

    def test_every_command_prints_what_the_page_says(self) -> None:
        text = MANUAL.read_text()
        server = SERVER.search(text)
        assert server, 'no part of the manual is about a server'
        below = server.end()
        steps = steps_of(text[:below] + text[below:].replace(server[1], self.server_with_a_sample()))
        self.assertGreater(len(steps), 10)
        (self.folder / 'samples').symlink_to(ROOT / 'samples')
        variables = environment(PATH=f'{GAPLESS.parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin')
        with subprocess.Popen(['bash', '--norc'], cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=variables, text=True) as shell:
            assert shell.stdin and shell.stdout
            for step in steps:
                shell.stdin.write(f'{step.command}\necho "--ended $?"\n')
                shell.stdin.flush()
                printed: list[str] = []
                for line in shell.stdout:
                    if line.startswith('--ended '):
                        break
                    printed.append(line.rstrip())
                else:
                    self.fail(f'{MANUAL.name}:{step.line}: the shell ended in: {step.command}\n' + '\n'.join(printed))
                shown = '\n'.join(printed)
                self.assertEqual(int(line.split()[1]), step.code, f'{MANUAL.name}:{step.line}: $ {step.command}\n{shown}')
                self.assertTrue(pattern_of(step.expected).fullmatch(''.join(text + '\n' for text in printed)),
                                f'{MANUAL.name}:{step.line}: $ {step.command}\nprinted:\n{shown}\nthe page says:\n' + '\n'.join(step.expected))
            shell.stdin.close()
        print(f'{len(steps)} commands of {MANUAL.name} run')


if __name__ == '__main__':
    unittest.main()

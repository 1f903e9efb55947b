"""tools/check-includes over small trees: which includes it accepts, which it names, and how it exits."""

import contextlib
import importlib.machinery
import importlib.util
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True


def load_tool():
    loader = importlib.machinery.SourceFileLoader("check_includes", str(Path(__file__).parent / "check-includes"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_includes", loader))
    loader.exec_module(module)
    return module


TOOL = load_tool()

# Headers that includes in these tests point at.
EVERYWHERE = {
    f"src/{room}/a.h": ""
    for room in (
        "util core plan sql engine engine/chdb engine/http state state/sqlite state/postgres "
        "teams teams/postgres teams/sqlite warehouse run query verify load alerts alerts/curl metrics schedule api cli app"
    ).split()
}


def run(files):
    """Exit code and lines of the tool's output over a tree of these files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            code = TOOL.main([directory])
        return code, out.getvalue().splitlines()


class Directions(unittest.TestCase):
    def assert_accepted(self, source, include):
        code, lines = run({**EVERYWHERE, source: f"#include {include}\n"})
        self.assertEqual((code, len(lines)), (0, 1), f"{source} includes {include}: {lines}")

    def assert_refused(self, source, include, why):
        code, lines = run({**EVERYWHERE, source: f"// one line above\n#include {include}\n"})
        self.assertEqual((code, len(lines)), (1, 2), f"{source} includes {include}: {lines}")
        self.assertTrue(lines[0].startswith(f"{source}:2: "), lines[0])
        self.assertIn(why, lines[0])

    def test_accepts(self):
        for source, include in (
            ("src/core/x.h", '"core/a.h"'),
            ("src/core/x.cpp", '"util/a.h"'),
            ("src/plan/x.h", '"core/a.h"'),
            ("src/warehouse/x.h", '"sql/a.h"'),
            ("src/run/x.cpp", '"plan/a.h"'),
            ("src/run/x.cpp", '"state/a.h"'),
            ("src/query/x.cpp", '"schedule/a.h"'),
            ("src/verify/x.cpp", '"run/a.h"'),
            ("src/cli/x.cpp", '"load/a.h"'),
            ("src/main.cpp", '"app/a.h"'),
            ("src/app/wiring.cpp", '"engine/chdb/a.h"'),
            ("src/app/wiring.cpp", '"state/postgres/a.h"'),
            ("src/app/wiring.cpp", '"teams/postgres/a.h"'),
            ("src/engine/chdb/x.cpp", '"engine/chdb/a.h"'),
            ("src/engine/chdb/x_test.cpp", '"engine/chdb/a.h"'),
            ("src/engine/chdb/x.cpp", '"engine/a.h"'),
            ("src/core/x.cpp", "<vector>"),
            ("src/core/x.cpp", "<tl/expected.hpp>"),
        ):
            with self.subTest(source=source, include=include):
                self.assert_accepted(source, include)

    def test_refuses(self):
        for source, include, why in (
            ("src/util/x.h", '"core/a.h"', "util may not include core: it knows no other room"),
            ("src/core/x.h", '"engine/a.h"', "core may not include engine: it knows util"),
            ("src/plan/x.cpp", '"sql/a.h"', "plan may not include sql: it knows util, core"),
            ("src/sql/x.cpp", '"plan/a.h"', "sql may not include plan"),
            ("src/engine/x.cpp", '"plan/a.h"', "engine may not include plan"),
            ("src/warehouse/x.cpp", '"state/a.h"', "warehouse may not include state"),
            ("src/run/x.cpp", '"query/a.h"', "run may not include query"),
            ("src/schedule/x.cpp", '"run/a.h"', "schedule may not include run: it knows util, core"),
            ("src/load/x.cpp", '"run/a.h"', "load may not include run"),
            ("src/query/x.cpp", '"load/a.h"', "query may not include load"),
            ("src/alerts/x.cpp", '"state/a.h"', "alerts may not include state: it knows util, core"),
            ("src/metrics/x.cpp", '"run/a.h"', "metrics may not include run: it knows util, core, plan, state"),
            ("src/api/x.cpp", '"cli/a.h"', "api may not include cli"),
            ("src/run/x_test.cpp", '"cli/a.h"', "run may not include cli"),
            ("src/core/x.cpp", "<engine/a.h>", "core may not include engine"),
            ("src/core/x.cpp", '"engine/made_by_the_build.h"', "core may not include engine"),
            ("src/run/x.cpp", '"engine/chdb/a.h"', "engine/chdb is a concrete adapter"),
            ("src/main.cpp", '"state/sqlite/a.h"', "state/sqlite is a concrete adapter"),
            ("src/engine/x.cpp", '"engine/http/a.h"', "engine/http is a concrete adapter"),
            ("src/engine/http/x.cpp", '"engine/chdb/a.h"', "engine/chdb is a concrete adapter"),
            ("src/core/x.cpp", '"a.h"', '"a.h" is in no room'),
            ("src/core/x.cpp", '"../util/a.h"', "is in no room"),
            ("src/core/x.cpp", '"support/fake.h"', "is in no room"),
        ):
            with self.subTest(source=source, include=include):
                self.assert_refused(source, include, why)

    def test_only_tests_use_what_tests_share(self):
        fake = '#include "support/fake.h"\n'
        shared = {"tests/support/fake.h": "", "src/run/x_test.cpp": fake, "src/run/x_test_support.h": fake}
        self.assertEqual(run(shared)[0], 0)
        code, lines = run({**shared, "src/run/x.cpp": fake})
        self.assertEqual(code, 1)
        self.assertTrue(lines[0].startswith("src/run/x.cpp:1: "), lines)

    def test_a_folder_without_a_place_is_named(self):
        code, lines = run({"src/attic/x.cpp": ""})
        self.assertEqual(code, 1)
        self.assertIn("attic is not a room", lines[0])

    def test_every_problem_is_named(self):
        code, lines = run({**EVERYWHERE, "src/core/x.h": '#include "api/a.h"\n\n#  include  "cli/a.h"\n'})
        self.assertEqual(code, 1)
        self.assertEqual([line.split(": ")[0] for line in lines], ["src/core/x.h:1", "src/core/x.h:3", "includes"])

    def test_an_empty_tree_is_an_error(self):
        self.assertEqual(run({"README.md": ""}), (2, []))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a promise that does not hold reported, whatever shape it has? With samples written by hand."""

import os
import subprocess
import sys
import tempfile
import unittest

import interval
import table

HERE = os.path.dirname(os.path.realpath(__file__))


def row(limit, ours, theirs=""):
    return table.Row("b", ["what", limit, "peer", "ms", ours, "/", theirs])


def result(*lines, bench="b", origin="today"):
    made = table.Result(bench, origin)
    for line in lines:
        made.take(line + "\n")
    return made


BROKEN = "row\tslow\t2x\tpeer\tms\t30 30\t/\t10 10"
HELD = "row\tfast\t2x\tpeer\tms\t20 20\t/\t10 10"


class Verdicts(unittest.TestCase):
    def test_a_ratio_is_one_of_medians(self):
        self.assertEqual(row("2x", "1 30 1000", "1000 10 1").ratio(), 3)

    def test_a_ratio_at_its_limit_holds_and_above_fails(self):
        self.assertIs(row("2x", "20", "10").holds(), True)
        self.assertIs(row("2x", "20.1", "10").holds(), False)

    def test_a_peer_of_zero_holds_nothing(self):
        self.assertIs(row("2x", "1", "0").holds(), False)

    def test_a_bound(self):
        self.assertIs(row("250", "250").holds(), True)
        self.assertIs(row("250", "1 251 251").holds(), False)

    def test_exactly_is_meant_of_every_run(self):
        self.assertIs(row("=0", "0 0 0").holds(), True)
        self.assertIs(row("=0", "0 0 0 0 1").holds(), False)

    def test_nothing_promised(self):
        self.assertIsNone(row("-", "1").holds())

    def test_no_samples_are_refused(self):
        for limit, ours, theirs in (("-", "", "1"), ("2x", "1", "")):
            with self.assertRaises(ValueError):
                row(limit, ours, theirs)


class Intervals(unittest.TestCase):
    def test_it_is_around_the_ratio(self):
        low, high = interval.of_ratio([18, 19, 20, 21, 22] * 2, [9, 10, 11, 10, 10] * 2)
        self.assertTrue(1.6 < low < 2 < high < 2.4, (low, high))

    def test_equal_samples_leave_no_doubt(self):
        self.assertEqual(interval.of_ratio([20] * 5, [10] * 5), (2, 2))

    def test_few_samples_have_none_and_the_table_says_so(self):
        self.assertIsNone(interval.of_ratio([20] * 4, [10] * 5))
        self.assertIn("too few", row("2x", "20 20", "10 10").cells())

    def test_a_peer_of_zero_has_none(self):
        self.assertIsNone(interval.of_ratio([20] * 5, [10, 10, 10, 10, 0]))


class Tables(unittest.TestCase):
    def test_a_broken_promise_is_named_and_counted(self):
        whole = table.Table([result(HELD, BROKEN)])
        lines = whole.lines()
        self.assertFalse(whole.holds())
        self.assertIn("b: the promise does not hold: slow", lines)
        self.assertIn("2 promises, 1 do not hold", lines[-1])
        self.assertEqual(sum("FAILS" in line for line in lines), 1)

    def test_promises_that_hold(self):
        self.assertTrue(table.Table([result(HELD)]).holds())

    def test_a_failed_or_missing_bench_is_no_success(self):
        failed = result(HELD)
        failed.failed.append("it could not measure")
        for whole in (table.Table([failed]), table.Table([result(HELD)], ["other"])):
            self.assertFalse(whole.holds())

    def test_a_trial_is_called_one(self):
        trial = result(HELD)
        trial.trial = True
        self.assertTrue(any("a trial, with 2 samples" in x for x in table.Table([trial]).lines()))

    def test_what_is_kept_is_read_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first = result(HELD, BROKEN, "note\tn", "point\tc\t1\t2")
            first.failed.append("why\nnot")
            first.keep(folder)
            result(HELD, bench="c", origin="yesterday").keep(folder)
            got = table.kept(folder, ["b", "c", "d"])
        self.assertEqual([r.bench for r in got], ["b", "c"])
        self.assertEqual((got[0].failed, got[0].notes, got[0].points), (["why not"], ["n"], [("c", 1, 2)]))
        self.assertFalse(table.Table(got).holds())
        self.assertEqual(table.Table(got).head(), ["b: today", "c: yesterday"])
        self.assertEqual(table.Table(got[:1]).head(), ["today"])

    def test_the_program_exits_with_1(self):
        for line, status in ((HELD, 0), (BROKEN, 1)):
            with tempfile.TemporaryDirectory() as build:
                os.mkdir(os.path.join(build, "bench"))
                for name in (f[:-6] for f in os.listdir(HERE) if f.endswith(".bench")):
                    result(line, bench=name).keep(os.path.join(build, "bench"))
                done = subprocess.run([sys.executable, "-B", os.path.join(HERE, "run.py"), build, "--table"],
                                      stdout=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, status, done.stdout)


if __name__ == "__main__":
    unittest.main()

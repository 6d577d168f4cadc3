#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run: benchmarks side by side, one table, and a verdict.

    tests/bench/run.py BUILDDIR [BENCH…]      all benches, or those named; --list names them
    tests/bench/run.py BUILDDIR --table       measure nothing: the newest figures of each bench

A bench is an executable file tests/bench/NAME.bench in any language. It measures ours and the peer
in turns, in one run, and writes lines of fields set apart by tabs to standard output:

    row    WHAT   LIMIT   PEER   UNIT   OURS…   /   PEERS…     numbers of all runs, blank between two
    point  CURVE  X       Y                                    for the plot; X and Y are numbers
    note   TEXT                                                below the table
    skip   TEXT                                                why something could not be measured

LIMIT is what is promised: "4x" (the median of ours is at most 4 times the median of the peer's),
"250" (ours is at most 250 of the unit), "=0" (ours is exactly 0 in every run) or "-" (nothing).
What it writes to standard error is progress. It ends with 0 unless it could not measure: then all
of it counts as failed. Its working directory is empty, on BUILDDIR's file system, and removed
afterwards together with the processes it left; MTA_STACK_BUILD and MTA_STACK_SRC are set, RUNS says
how often to measure (7); blackout and manyroutes, whose promises are about at least ten failovers,
measure ten times where it says less.

Prints the table of what it ran, with the 95 % interval of each ratio where there are samples enough
(interval.py), and exits with 1 when a promise in it does not hold or a bench failed. BUILDDIR/bench
keeps the newest of each bench as NAME.tsv, so that the whole can be measured in pieces, and all of them
together: table.txt, which says when each was measured, samples.tsv and curves.svg.

TRIAL=1 is for those who write a bench: it may take fewer samples than a promise needs, the table says
so, and nothing of it is kept.
"""

import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import plot
import table

HERE = os.path.dirname(os.path.realpath(__file__))


def benches():
    return sorted(f[: -len(".bench")] for f in os.listdir(HERE) if f.endswith(".bench"))


def show_progress(stream, name):
    tty = sys.stderr.isatty()
    for line in stream:
        line = line.rstrip("\n")
        if tty:
            sys.stderr.write("\r\033[K%s: %s" % (name, line[:100]))
        else:
            sys.stderr.write("%s: %s\n" % (name, line))
        sys.stderr.flush()
    if tty:
        sys.stderr.write("\r\033[K")


def end_group(child):
    """A bench that still runs cleans up first; what it left behind goes with it."""
    try:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                pass
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run_bench(name, build, origin):
    """Run one and take its lines."""
    result = table.Result(name, origin, is_trial())
    work = tempfile.mkdtemp(prefix=name + ".", dir=os.path.join(build, "bench"))
    env = dict(os.environ, MTA_STACK_BUILD=build, MTA_STACK_SRC=os.path.dirname(os.path.dirname(HERE)),
               PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1", LC_ALL="C")
    env.setdefault("RUNS", "7")
    started = time.monotonic()
    child = subprocess.Popen([os.path.join(HERE, name + ".bench")], cwd=work, env=env, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True)
    progress = threading.Thread(target=show_progress, args=(child.stderr, name), daemon=True)
    progress.start()
    try:
        for line in child.stdout:
            try:
                result.take(line)
            except (ValueError, IndexError) as e:
                result.failed.append("cannot understand \"%s\": %s" % (line.strip(), e))
        if child.wait() != 0:
            result.failed.append("it could not measure (status %d)" % child.returncode)
        elif result.is_empty():
            result.failed.append("it measured nothing")
    finally:
        end_group(child)
        child.wait()
        progress.join(5)
        shutil.rmtree(work, ignore_errors=True)
    result.take("note\ttook %.0f s" % (time.monotonic() - started))
    return result


def is_trial():
    return os.environ.get("TRIAL", "") not in ("", "0")


def machine():
    with open("/proc/cpuinfo") as f:
        model = next((x.split(":")[1].strip() for x in f if x.startswith("model name")), "")
    return "%s, %d processors%s, Linux %s" % (
        time.strftime("%Y-%m-%d"), os.cpu_count(), " (%s)" % model if model else "",
        platform.release())


def whole(folder):
    results = table.kept(folder, benches())
    return table.Table(results, sorted(set(benches()) - {r.bench for r in results}))


def write_whole(folder):
    """The newest of each bench, together."""
    everything = whole(folder)
    for name, lines in (("table.txt", everything.lines()), ("samples.tsv", everything.samples())):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines))
    if everything.points():
        plot.write(os.path.join(folder, "curves.svg"), everything.points())


def main(argv):
    if len(argv) < 2:
        sys.stderr.write(__doc__)
        return 2
    if argv[1] == "--list" or argv[2:] == ["--list"]:
        print("\n".join(benches()))
        return 0
    build = os.path.realpath(argv[1])
    if argv[2:] == ["--table"]:
        everything = whole(os.path.join(build, "bench"))
        print("\n".join(everything.lines()))
        return 0 if everything.holds() else 1
    names = argv[2:] or benches()
    unknown = [n for n in names if n not in benches()]
    if unknown:
        sys.stderr.write("bench: there is no bench %s; see --list\n" % " ".join(unknown))
        return 2
    folder = os.path.join(build, "bench")
    os.makedirs(folder, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results, origin = [], machine()
    for name in names:
        results.append(run_bench(name, build, origin))
        if not is_trial():
            results[-1].keep(folder)
    now = table.Table(results)
    print("\n".join(now.lines()))
    if is_trial():
        print("a trial: %s keeps what was measured before" % folder)
    else:
        write_whole(folder)
    return 0 if now.holds() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mta-stack-errors(7) from the table of bad inputs.

    tests/bad/page.py             writes the page to standard output
    tests/bad/page.py --check     says what in man/mta-stack-errors.7.in differs, and ends with 1 if anything
"""

import difflib
import os
import re
import sys
import textwrap

from rows import CODES, HERE, load

PAGE = os.path.dirname(os.path.dirname(HERE)) + "/man/mta-stack-errors.7.in"
HEAD = r""".\" SPDX-License-Identifier: GPL-2.0-or-later
.\" Made by tests/bad/page.py from the table that tests/bad/run.py runs: edit that.
.Dd November 23, 2026
.Dt MTA-STACK-ERRORS 7
.Os mta-stack @VERSION@
.Sh NAME
.Nm mta-stack-errors
.Nd what mta-stack says of bad input, and what helps
.Sh DESCRIPTION
Look for the line that
.Xr crm_mon 8 ,
the log or
.Xr mta-stack 8
shows; what varies is written as three dots.
Below each line stand what was wrong, the exit code, and the cure.
.Pp
Unless it says otherwise nothing was changed: each entry is tested with the
built programs, and of the configuration, the names file and the state
everything is compared: bytes, names, owners, modes, dates and attributes.
.Pp
The files are those of Postfix in
.Pa /etc/postfix
unless another mail server is named, the resource is
.Li mail
or
.Li mail-mta ,
the VIP 192.0.2.10, and the remotes are 198.51.100.7 and 198.51.100.8.
Where a command line is shown, the line is said by that command alone; the
others are said by
.Cm apply ,
which a start runs.
.Pp
Exit codes are those of OCF resource agents:
.Bl -tag -width 4n -compact
@CODES@.El
.Pp
After 4, 5 and 6 Pacemaker does not try again by itself: put it right, then run
.Dl # pcs resource cleanup Ar resource
.Pp
All reasons, sorted by where they come from, are in
.Xr ocf_mta_stack 7 ,
section DIAGNOSTICS.
"""
TAIL = r""".Sh SEE ALSO
.Xr ocf_mta_stack 7 ,
.Xr crm_mon 8 ,
.Xr mta-stack 8 ,
.Xr pcs 8
"""
MEANINGS = {
    0: "Done; the line is a remark.", 1: "Failed, here and now.", 2: "A wrong command line.",
    3: "No such command or action.", 4: "Not permitted.",
    5: "Not usable on this node: the cluster tries another one.",
    6: "Wrong parameters: the cluster tries no node.", 7: "Not running, or not applied.",
    190: "Degraded: it runs, and somebody should look."}


def escape(text):
    text = text.replace("\\", "\\e")
    return "\\&" + text if text[:1] in ".'" else text


def item(text):
    """Arguments of .It: what could be a macro is kept from being one."""
    words = escape(text.replace('"', "\\(dq")).split(" ")
    return ".It " + " ".join("\\&" + w if re.fullmatch(r"[A-Z%][A-Za-z0-9]{1,2}|[][(),.:;?!|]", w) else w
                             for w in words)


def text(words):
    """Each sentence begins a line."""
    return "".join(escape(line) + "\n" for sentence in re.split(r"(?<=[.?]) (?=[A-Z])", words)
                   for line in textwrap.wrap(sentence, 78, break_long_words=False,
                                             break_on_hyphens=False))


def shown(line, base):
    """Places by the names that they have on a node."""
    places = {"work": "/run/mail", "state": "@localstatedir@/lib/mta-stack", "etc": base["shown"], "ocf": "@sbindir@",
              "reader": "mta-stack-cib"}
    line = re.sub("@port:[a-z-]+@", "*", line)
    return re.sub("@([a-z]+)@", lambda m: places[m[1]], line).replace("*", "...")


def entry(row, base):
    line = shown(row["line"], base)
    out = item(line) + "\n" + text(row["given"])
    out += "Exit code %d, %s" % (row["code"], CODES[row["code"]])
    if "agent" in row:
        out += ", by the agent's %s" % row["agent"]
        if "then" in row:
            out += "; the line is said by %s afterwards" % row["then"]
    elif row.get("do", "apply").split(" ")[0] not in ("apply", "", "aply"):
        words = [w for w in shown(row["do"], base).split(" ")]
        for i in [i for i, w in enumerate(words) if w == "--deadline" and words[i + 1] != "0"][::-1]:
            del words[i:i + 2]
        out += ", by %s" % " ".join(words)
    out += ".\n"
    if "writes" in row:
        out += text(row["writes"][0].upper() + row["writes"][1:] + ".")
    elif row.get("back"):
        out += "What was rewritten was put back: bytes, owners, modes and dates.\n"
    return out + ".br\n" + text(row["cure"])


def page():
    groups, bases = load()
    out = HEAD.replace("@CODES@", "".join(".It %d\n%s\n" % c for c in MEANINGS.items()))
    for group in groups:
        out += ".Sh %s\n%s.Bl -tag -width Ds\n" % (group["title"].upper(), text(group["about"]))
        for row in group["row"]:
            out += entry(row, bases[row.get("base", "postfix")])
        out += ".El\n"
    return out + TAIL


def main():
    made = page()
    if sys.argv[1:] != ["--check"]:
        sys.stdout.write(made)
        return 0
    with open(PAGE, encoding="utf-8") as source:
        there = source.read()
    sys.stdout.writelines(difflib.unified_diff(there.splitlines(True), made.splitlines(True),
                                               "the page", "the table", n=0))
    return there != made


sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""rows: the table of bad inputs as it lies in the *.toml files of this folder.

A file is a group: `title`, `about`, `order`, and its rows, each with

    id       unique
    given    what is wrong, for a person
    line     what is said, without the program's name; * is any text, @etc@ and so on are places
    code     the exit code, one of OCF's
    cure     one sentence or two, for a person

and with what the test does, all of it optional:

    base     the configuration to begin with, of bases.toml; default postfix
    do       the command, as words of a command line; default "apply"
    agent    an action: the agent is run instead
    env      parameters of the resource (OCF_RESKEY_…), over those of the base; names in capitals are
             taken as they are
    lacks    names of parameters that are not given
    files    {path = content}; append: {path = text behind it}; programs: {name = script}
    applied  the stack is applied before
    before   shell, in the working directory, before the files are looked at
    after    shell, at the end: what is outside of the working directory
    processes  programs that run meanwhile and afterwards still, one command line each: it says a line
             when it is ready and ends with an exec
    zone     what the name server says (tests/threat/dns.py); without it nothing is looked up
    cib      a case of tests/cib, in place of the parameter vip
    cib_program  a script in place of mta-stack-cib; one for /bin/sh, unless it begins with #!
    program  a script in place of mta-stack, for the agent; "": there is none
    user     who runs it, instead of root
    wrap     a shell command line in which "$@" is the program
    disk     not in memory: for rows that mount something
    then     a command afterwards, which says `line` in place of the one that ended with 0
    warns    the lines of standard error that come before `line`, whole; without it there is none
    back     files were rewritten, and put back: all is compared with what was before `applied`
    writes   what was changed all the same, for a person; without it nothing may have changed
    left     with `writes` or `back`, all that differs: {path = what lies there now}: its content, "-> "
             and where a link leads, "/" for a directory, "-" for nothing; * is any text in both
"""

import os
import re
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
WANTED = {"id": str, "given": str, "line": str, "code": int, "cure": str}
ALLOWED = {"base": str, "do": str, "agent": str, "env": dict, "lacks": list, "files": dict,
           "append": dict, "programs": dict, "applied": bool, "before": str, "after": str, "processes": list,
           "zone": list, "cib": str, "cib_program": str, "program": str, "user": str, "wrap": str, "disk": bool,
           "back": bool, "then": str, "warns": list, "writes": str, "left": dict}
CODES = {0: "done", 1: "failed", 2: "bad command line", 3: "no such command", 4: "not permitted",
         5: "not usable on this node", 6: "wrong parameters", 7: "not running", 190: "degraded"}


class Wrong(Exception):
    """The data themselves are wrong."""


def check(row, where):
    for key, kind in WANTED.items():
        if not isinstance(row.get(key), kind):
            raise Wrong("%s: %s: no %s" % (where, row.get("id", "?"), key))
    for key, value in row.items():
        if key not in WANTED and not isinstance(value, ALLOWED.get(key, ())):
            raise Wrong("%s: %s: %s is not known or of another kind" % (where, row["id"], key))
    if row["code"] not in CODES:
        raise Wrong("%s: %s: %d is no exit code" % (where, row["id"], row["code"]))
    if "left" not in row and "writes" in row or "left" in row and not row.keys() & {"writes", "back"}:
        raise Wrong("%s: %s: writes needs left, and left needs writes or back" % (where, row["id"]))
    for key in ("given", "cure"):
        if row[key][-1] not in ".?" or "\n" in row[key]:
            raise Wrong("%s: %s: %s is not a sentence on one line" % (where, row["id"], key))


def load():
    """(groups in order, bases): a group is {title, about, row: [...]}."""
    groups, seen = [], set()
    for name in sorted(os.listdir(HERE)):
        if not name.endswith(".toml"):
            continue
        with open(os.path.join(HERE, name), "rb") as source:
            data = tomllib.load(source)
        if name == "bases.toml":
            bases = data
            continue
        data["name"] = name[:-5]
        for row in data["row"]:
            check(row, name)
            if row["id"] in seen:
                raise Wrong("%s: %s is there twice" % (name, row["id"]))
            seen.add(row["id"])
        groups.append(data)
    groups.sort(key=lambda g: g["order"])
    for group in groups:
        for row in group["row"]:
            if row.get("base", "postfix") not in bases:
                raise Wrong("%s: there is no base %s" % (row["id"], row["base"]))
    return groups, bases


def pattern(line):
    """A regular expression of what a line may be."""
    return re.compile(".*".join(re.escape(part) for part in line.split("*")), re.DOTALL)

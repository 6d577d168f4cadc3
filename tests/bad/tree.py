# SPDX-License-Identifier: GPL-2.0-or-later
"""tree: what can be told about a row's files, and what of it may differ."""

import hashlib
import os
import stat

from rows import pattern

HUGE = 1 << 26  # of such a file the content is not compared
# What may lie in the state after files were put back, and did not before.
AFTER = {"state/mail/names": "# Names that DNS has confirmed.*",
         "state/mail/state.json": '{\n "format": 1,*"mta": null,*"files": [],\n "undo": []\n}\n'}


def fingerprint(top):
    """All that can be told about a tree without changing it: {path: facts}."""
    seen = {}
    for folder, folders, files in os.walk(top):
        for name in [""] + files + [d for d in folders if os.path.islink(os.path.join(folder, d))]:
            path = os.path.join(folder, name) if name else folder
            st = os.lstat(path)
            what = {"mode": stat.filemode(st.st_mode), "uid": st.st_uid, "gid": st.st_gid,
                    "inode": st.st_ino, "mtime": st.st_mtime_ns, "size": st.st_size}
            if stat.S_ISDIR(st.st_mode):
                del what["size"]
            if stat.S_ISLNK(st.st_mode):
                what["target"] = os.readlink(path)
            else:
                what["links"] = st.st_nlink if not stat.S_ISDIR(st.st_mode) else 0
                what["attributes"] = {a: os.getxattr(path, a) for a in os.listxattr(path)}
            if stat.S_ISREG(st.st_mode) and st.st_size < HUGE:
                with open(path, "rb") as content:
                    what["sum"] = hashlib.file_digest(content, "sha256").hexdigest()
            seen[os.path.relpath(path, top)] = what
    return seen


def trim(seen, rewritten):
    """Take out what comes and goes; of files that may have been written anew, what that brings with it."""
    for path, what in list(seen.items()):
        folder = what["mode"][0] == "d"
        if rewritten:
            what.pop("inode")
        if folder and (rewritten or path.split("/")[0] in ("state", "rsctmp") or "/.mta-stack" in path):
            what.pop("mtime")
        elif (path.endswith(("/lock", "/.claims")) and what["size"] == 0
              or path.startswith("state/mail/tables/")):
            del seen[path]


def differences(before, after, rewritten):
    """The paths of which something differs, sorted."""
    trim(before, rewritten)
    trim(after, rewritten)
    return sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))


def lies(path):
    """What lies there, in the words of a row's `left`."""
    if os.path.islink(path):
        return "-> " + os.readlink(path)
    if not os.path.exists(path):
        return "-"
    if os.path.isdir(path):
        return "/"
    with open(path, encoding="latin-1") as content:
        return content.read()


def surprise(top, changed, left, rewritten):
    """What is not as `left` has it, or None."""
    found = set()
    for path in changed:
        wanted = {p: text for p, text in left.items() if pattern(p).fullmatch(path)}
        found.update(wanted)
        if not wanted and rewritten and path in AFTER:
            wanted = {path: AFTER[path]}
        if not wanted:
            return path + " changed"
        there = lies(os.path.join(top, path))
        if not all(pattern(text).fullmatch(there) for text in wanted.values()):
            return "%s became %r" % (path, there)
    return "".join(p + " did not change" for p in left.keys() - found) or None

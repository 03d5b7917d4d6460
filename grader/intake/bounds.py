"""How much of one hand-in is read. Everything is counted in bytes, files or folders; all bounds are inclusive.

A hand-in for these assignments is three files and a few kilobytes. The bounds leave room for a helper module, a
screenshot and a README, and keep a hostile one small enough that thousands can be read side by side.
"""

from __future__ import annotations

MAX_FILES = 200
"""Files of one hand-in that are read; programs and answers come first."""

MAX_FILE_BYTES = 1024 * 1024
"""One file. A larger program cannot be graded; a larger data file is left out."""

MAX_TOTAL_BYTES = 4 * 1024 * 1024
"""All files of one hand-in together, the beginnings of large ones not counted."""

MAX_ENTRIES = 5_000
"""Files and folders of one hand-in that are looked at, junk not counted. Beyond it nothing is read."""

MAX_DEPTH = 12
"""Folders one inside the other."""

MAX_NAME_BYTES = 255
"""One part of a path; no Linux file system takes more."""

MAX_PATH_BYTES = 512
"""A whole path."""

MAX_ANSWERS_BYTES = 256 * 1024
"""Of the answers file; the rest is cut off."""

MAX_BEGINNINGS = 4
"""Files that look like answers of which that much is kept although they are too large, beside MAX_TOTAL_BYTES."""

MAX_PAGE_BYTES = 1024 * 1024
"""Of a page that a learning platform made of what was typed into it, with its markup."""

MAX_EXPORT_BYTES = 8 * 1024 * 1024
"""Of the file that says whose the folders of an export are: a class of thousands."""

MAX_SCANNED_BYTES = 64 * 1024
"""Of a program, when its code is looked at for what it does."""

MAX_SCANNED_TOTAL_BYTES = 256 * 1024
"""Of all such programs of one hand-in, in the order of their paths: half a second, if they are made to take long. The
two that are chosen may come on top."""

MAX_ARCHIVE_BYTES = 32 * 1024 * 1024
"""An archive that is one hand-in, packed."""

MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""The same when unpacked, for formats that can only be read from front to back (`.tar.gz`)."""

MAX_DIRECTORY_BYTES = 6 * 1024 * 1024
"""The table of contents of a zip that is one hand-in: some 60,000 ordinary entries, junk counted. Of a tar, what stands
in extended headers."""

MAX_ARCHIVE_ENTRIES = 60_000
"""Members of an archive that is one hand-in, junk counted."""

MAX_CLASS_BYTES = 256 * 1024 * 1024
"""A `.tar` or `.tar.gz` of a whole class, packed and unpacked. A zip of a class is not held in memory."""

MAX_CLASS_DIRECTORY_BYTES = 128 * 1024 * 1024
"""The same of an archive of a whole class."""

MAX_CLASS_ENTRIES = 2_000_000
"""Members of an archive of a whole class."""

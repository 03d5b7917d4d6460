"""Grades as pages, tables and lines. Pure: every `render_…` returns text. Only `write.py` touches the results' files,
and `made.py`, which knows how it left them.

`escape.py` makes text that students supplied harmless at the place where it is printed. `names.py` turns an id into a
file name. `view.py` decides what a student is told and in which order; `student.py` and `terminal.py` print it.
`results.py` is for other programs (JSON, CSV), `statistics.py` and `staff.py` for the staff. `changes.py` compares the
grades of a class with those that it would get, and `changes_table.py` prints that.

Student artefacts and staff artefacts are different files in different folders, filtered when they are made: a student's
view holds no staff note, no review reason, no idea text and nobody else.
"""

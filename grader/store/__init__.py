"""Results on disk: what was handed in, what happened, what it was worth. A stopped batch resumes from here.

`Store` is the door (`database.py`). `encode` and `decode` turn the nouns of `grader.model` into JSON values and back
(`codec.py`); `packing.py` makes the run records of one submission small; `schema.py` holds the tables. `copying.py`
takes a copy for trying something out. `errors.py` holds the sentences for a person whose disk is full, whose folder is
read-only, or who started a second batch.
"""

from grader.store.codec import decode, encode
from grader.store.database import Store

__all__ = ["Store", "decode", "encode"]

"""What goes into a box: the only code of the grader that a student's program could meet.

The box's interpreter is started as `python3 echo-server.py` is, with this folder first on its path, so that its own
start-up imports `sitecustomize` from here (site(3)). That module is the way in; when it is done it leaves no trace, and
the interpreter goes on as if it had never been there: same `__main__`, arguments, path, stack, messages, exit status.

Standard library only; nothing here may import the rest of the grader.
"""

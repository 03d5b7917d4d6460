"""Makes the end of a program take apart only what is its own, and nothing of the interpreter that it was forked from.

A forked program shares the launcher's memory until it writes to it. An interpreter that ends takes its modules apart
one by one. To release an object it writes to the object's page, which the kernel has to copy first: that was more than
half of what a run cost. So the launcher prepares its interpreter before the first fork:

- All objects so far are frozen for the collector (`gc.freeze`), and kept from being freed by a list that holds itself.
- When the program, its threads and its exit functions have ended, the interpreter turns to the modules. Then those from
  before the fork are taken off its list, so that it clears none of them.
- `__main__` is made afresh, as an object that is not frozen. In a frozen one nothing that its own functions refer to
  would be finalised: no `__del__` of a global, no flush of an open file.

What a program made or imported is finalised as usual: a test compares that with an ordinary interpreter. What it
attached to objects of the library (`socket.socket.mine = ...`) is never finalised.
"""

from __future__ import annotations

import _weakref
import gc
import sys
import types

# The last attribute of `sys` that CPython clears before it turns to the modules. site(3) sets it for interactive use.
LAST = "__interactivehook__"


def spare_what_is_loaded() -> None:
    """Prepare this interpreter, once it has loaded everything that forked programs are to share."""
    streams = {id(one) for one in (sys.stdin, sys.stdout, sys.stderr)}  # flushed when they are freed
    kept = [one for one in gc.get_objects() if id(one) not in streams]
    kept.append(kept)
    at_last_hook(kept)
    gc.freeze()
    main = types.ModuleType("__main__")
    vars(main).update(vars(sys.modules["__main__"]))
    sys.modules["__main__"] = main


def at_last_hook(kept: list[object]) -> None:
    """Have the modules loaded so far taken off the list when an interpreter begins to clear its modules.

    At that point only the callbacks of dying objects are called. So the interactive hook is replaced by a copy that
    nobody else holds, and its death calls `forget`. `kept`: gets what has to stay alive.
    """
    old = getattr(sys, LAST, None)
    if not isinstance(old, types.FunctionType):
        return
    hook = types.FunctionType(old.__code__, old.__globals__, old.__name__, old.__defaults__, old.__closure__)
    hook.__qualname__ = old.__qualname__
    modules, ending = sys.modules, sys.is_finalizing
    loaded = [(name, module) for name, module in modules.items() if name not in ("__main__", "builtins", "sys")]

    def forget(_: object) -> None:
        if ending():
            for name, module in loaded:
                if modules.get(name) is module:
                    del modules[name]

    kept += (loaded, _weakref.ref(hook, forget))
    setattr(sys, LAST, hook)

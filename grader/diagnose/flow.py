"""How a program's steps hang together, read from its syntax tree: what is never reached, started or awaited. Pure.

These facts name the line behind a silence that the record shows. By themselves they say nothing against a program.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from grader.diagnose.blocks import (
    closings_of,
    counting_loops_of,
    early_leaves_of,
    enough_loops_of,
    excepts_of,
    kept_prints_of,
    local_only_of,
    own_raises_of,
    sendall_asked_of,
    sent_on_empty_of,
    sent_under_of,
    sent_where_of,
    stale_loops_of,
    unanswered_leaves_of,
)
from grader.diagnose.deadloops import bounded_loops_of, dead_loops_of
from grader.diagnose.paths import (
    accept_in_loop_of,
    after_loop_of,
    bare_names_of,
    blocks_of,
    daemons_of,
    dropped_of,
    earlier_sent_of,
    exits_of,
    handlers_of,
    inverted_of,
    lost_accepts_of,
    selfless_of,
    uncalled_of,
    unreached_of,
    unreturned_of,
    unwatched_of,
    watched_address_of,
)
from grader.diagnose.printing import (
    CutPrint,
    Shown,
    address_names_of,
    cut_prints_of,
    exit_texts_of,
    reply_names_of,
    shown_of,
)
from grader.diagnose.sent import (
    constants_sent_of,
    file_writes_of,
    is_text,
    line_loops_of,
    only_empty,
    quoted_names_of,
    stream_calls_of,
    text_compared_of,
    unawaited_of,
    undefined_of,
)
from grader.diagnose.starts import argument_exits_of, commented_calls_of, lone_inputs_of, own_builtins_of, top_names_of
from grader.diagnose.tree import FUNCTIONS, SENDS, assigned, bound_to, is_sent, name_of, owner_of, values_of

Marks = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Places of one file, each a name (or text) and a line, where nothing else is said."""

    # What is never reached, called or awaited.
    undefined: Marks = ()  # names that nothing in the file gives a value
    defined: Marks = ()  # functions
    uncalled: tuple[tuple[str, int, frozenset[str]], ...] = ()  # functions that nothing uses, and what they call
    unawaited: Marks = ()  # coroutines that are called and not awaited
    unreached: tuple[tuple[str, int, frozenset[int]], ...] = ()  # what ends a block early, and the lines behind it
    unreturned: Marks = ()  # functions that receive and return nothing, where their result is used
    bare_names: Marks = ()  # functions and classes that stand alone in a statement, and are not called
    commented_calls: tuple[tuple[str, str, int], ...] = ()  # calls in comments, and the function of each
    daemons: Marks = ()  # functions that a daemon thread runs, and where it is made one
    selfless: tuple[tuple[str, int, int], ...] = ()  # methods without self, with their last lines
    handlers: Marks = ()  # classes of socketserver that have no method `handle`
    top_names: Marks = ()  # what the file's own statements define
    own_builtins: Marks = ()  # names of Python's own functions that are given to something else
    exits: Marks = ()  # calls that end the program, and their status as text
    exit_texts: tuple[tuple[tuple[str, ...], int], ...] = ()  # those with no number: what of it is text in any case
    argument_exits: Marks = ()  # conditions by which the program ends where it is given no arguments
    lone_inputs: Marks = ()  # calls of input that are all that their block has

    # Connections.
    blocks: tuple[tuple[str, int, int], ...] = ()  # what a `with` holds, and where it begins and ends
    accept_in_loop: Marks = ()  # calls of accept that are made again for each message
    lost_accepts: Marks = ()  # calls of accept whose connection nothing keeps
    unwatched: Marks = ()  # connections taken by accept that are handed to nothing
    watched_address: Marks = ()  # the address of a client, handed on in the place of its connection
    stream_calls: Marks = ()  # methods of sockets, called on what asyncio hands to a function
    files: tuple[str, ...] = ()  # what makefile and the like gave
    closings: Marks = ()  # connections that are closed behind the sending

    # Receiving.
    dropped: Marks = ()  # receiving whose result is lost
    inverted: Marks = ()  # conditions that leave a loop because something has come
    dead_loops: Marks = ()  # loops whose condition cannot hold at first
    line_loops: Marks = ()  # loops over the lines of a connection
    enough_loops: Marks = ()  # loops that receive until they have a number of bytes
    counting_loops: tuple[tuple[str, int, int], ...] = ()  # the same in other words too, with first and last line
    early_leaves: Marks = ()  # where a loop that sends back is left, by which condition if any
    bounded_loops: Marks = ()  # what such a loop goes by that comes to an end of its own, a number of turns or of bytes
    unanswered_leaves: Marks = ()  # conditions under which such a loop is left before it has sent
    stale_loops: tuple[tuple[str, int, int], ...] = ()  # what a loop sends again and again: received and begun where
    local_only: tuple[tuple[str, str, int], ...] = ()  # names of what is received that stay empty outside a function
    text_compared: Marks = ()  # received bytes that are compared with text

    # Sending.
    text_sent: Marks = ()  # calls that send text
    empty_sent: Marks = ()  # calls that send nothing
    constants_sent: tuple[tuple[bytes, int], ...] = ()  # literals that are sent
    file_writes: Marks = ()  # writing to a connection by way of a file object
    after_loop: Marks = ()  # calls that send behind the loop that receives, when none stands in it
    earlier_sent: Marks = ()  # sending of a name that gets what was received only behind it
    sent_on_empty: Marks = ()  # conditions of all sending that hold only when nothing has come; the line of the sending
    sent_under: Marks = ()  # conditions under which anything is sent, of any kind
    sent_where: Marks = ()  # those of them that compare with a literal
    sendall_asked: Marks = ()  # conditions that ask for what sendall returns

    # Errors and printing.
    excepts: tuple[tuple[int, int], ...] = ()  # first and last lines of except blocks
    own_raises: tuple[tuple[str, str, int, int], ...] = ()  # errors raised and taken here: condition, error, both lines
    kept_prints: Marks = ()  # print in a try block whose except block, in this line, would take a mistake in it
    shown: tuple[Shown, ...] = ()  # prints, and lines for the log
    cut_prints: tuple[CutPrint, ...] = ()  # prints with something behind their parentheses
    quoted_names: Marks = ()  # texts given to print that are the name of a value
    reply_names: frozenset[str] = frozenset()  # names of what was received
    address_names: frozenset[str] = frozenset()  # names of the client's address


def flow_of(tree: ast.Module, text: str) -> Flow:
    """The facts of a file that parses."""
    nodes = list(ast.walk(tree))
    given, files = assigned(nodes), bound_to(nodes, "open", "StringIO", "BytesIO")
    sends = [node for node in nodes if isinstance(node, ast.Call) and name_of(node.func) in SENDS and is_sent(node)]
    sends = [node for node in sends if owner_of(node) not in files]
    buffered = bound_to(nodes, "makefile", "fdopen")
    sent = [(node, argument) for node in sends for argument in values_of(node.args[0], given)]
    return Flow(
        undefined=tuple(undefined_of(text, nodes)),
        text_sent=tuple(
            (name_of(node.func), node.lineno)
            for node, value in sent
            if is_text(value) and owner_of(node) not in buffered
        ),
        empty_sent=tuple(only_empty(sends, given)),
        constants_sent=tuple(sorted(constants_sent_of(nodes, sends, given), key=lambda one: one[1])),
        daemons=tuple(daemons_of(nodes)),
        after_loop=tuple(after_loop_of(tree)),
        inverted=tuple(inverted_of(nodes)),
        dead_loops=tuple(dead_loops_of(tree)),
        dropped=tuple(dropped_of(nodes)),
        unawaited=tuple(unawaited_of(tree)),
        uncalled=tuple(uncalled_of(nodes)),
        unwatched=tuple(unwatched_of(nodes)),
        watched_address=tuple(watched_address_of(nodes)),
        selfless=tuple(selfless_of(nodes)),
        handlers=tuple(handlers_of(nodes)),
        quoted_names=tuple(quoted_names_of(nodes)),
        exits=tuple(exits_of(nodes)),
        accept_in_loop=tuple(accept_in_loop_of(tree)),
        lost_accepts=tuple(lost_accepts_of(nodes)),
        sent_on_empty=tuple(sent_on_empty_of(nodes)),
        local_only=tuple(local_only_of(tree)),
        unreached=tuple(unreached_of(nodes)),
        blocks=tuple(blocks_of(nodes)),
        defined=tuple((one.name, one.lineno) for one in nodes if isinstance(one, FUNCTIONS)),
        stream_calls=tuple(stream_calls_of(nodes)),
        line_loops=tuple(line_loops_of(nodes)),
        text_compared=tuple(text_compared_of(nodes)),
        file_writes=tuple(file_writes_of(nodes)),
        unreturned=tuple(unreturned_of(nodes)),
        bare_names=tuple(bare_names_of(nodes)),
        earlier_sent=tuple(earlier_sent_of(nodes)),
        sent_where=tuple(sent_where_of(tree)),
        sent_under=tuple(sent_under_of(tree)),
        excepts=tuple(excepts_of(nodes)),
        kept_prints=tuple(kept_prints_of(nodes)),
        enough_loops=tuple(enough_loops_of(nodes)),
        sendall_asked=tuple(sendall_asked_of(nodes)),
        files=tuple(sorted(buffered)),
        shown=tuple(sorted(shown_of(nodes), key=lambda one: one.line)),
        cut_prints=tuple(cut_prints_of(nodes)),
        reply_names=reply_names_of(nodes),
        address_names=address_names_of(nodes),
        exit_texts=tuple(exit_texts_of(nodes)),
        argument_exits=tuple(argument_exits_of(nodes)),
        commented_calls=tuple(commented_calls_of(tree, text)),
        top_names=tuple(top_names_of(tree)),
        own_builtins=tuple(own_builtins_of(nodes)),
        lone_inputs=tuple(lone_inputs_of(nodes)),
        counting_loops=tuple(counting_loops_of(nodes)),
        stale_loops=tuple(stale_loops_of(tree)),
        early_leaves=tuple(early_leaves_of(tree, given)),
        bounded_loops=tuple(bounded_loops_of(tree)),
        closings=tuple(closings_of(nodes)),
        unanswered_leaves=tuple(unanswered_leaves_of(nodes)),
        own_raises=tuple(own_raises_of(nodes)),
    )

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
from grader.diagnose.deadloops import dead_loops_of
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
    """Places of one file, each a name (or text) and a line.

    `undefined`: names that nothing in the file gives a value.  `text_sent`, `empty_sent`: calls that send, whose
    argument is text or empty.  `constants_sent`: literals that are sent.  `daemons`: functions that a
    daemon thread runs, and where it is made one.  `after_loop`: calls that send behind the loop
    that receives, when none stands in it.  `inverted`: conditions that leave a loop because something has come.
    `dropped`: receiving whose result is lost.  `dead_loops`: loops whose condition cannot hold at first.
    `unawaited`: coroutines that are called and not awaited.
    `uncalled`: functions and methods that nothing uses, and what they call.  `unwatched`: connections taken by accept
    that are handed to nothing.  `watched_address`: the address of a client, handed on in the place of its connection.
    `selfless`: methods without self, with their last lines.  `handlers`: classes of socketserver that have no method
    `handle`.  `quoted_names`: texts given to print that are the name of a value.  `exits`: calls that end the program,
    and their status as text.  `accept_in_loop`: calls of accept that are made again for each message.
    `lost_accepts`: calls of accept whose connection nothing keeps.
    `sent_on_empty`: conditions under which a loop sends, and which hold only when nothing has come, with the line of
    the sending.  `local_only`: names that a function gives what it receives, of which those outside stay empty: name,
    function and line.
    `unreached`: statements that end a block before its end, and the lines behind them.  `blocks`: what a `with` holds,
    and where it begins and ends.  `defined`: functions.  `stream_calls`: methods of sockets, called on what asyncio
    hands to a function.  `line_loops`: loops over the lines of a connection.  `text_compared`: received bytes that are
    compared with text.  `file_writes`: writing to a connection by way of a file object.
    `unreturned`: functions that receive and return nothing, where their result is used.
    `bare_names`: functions and classes that are named in a statement of their own, and not called.
    `earlier_sent`: sending of a name that gets what was received only behind it.  `sent_where`: the conditions under
    which anything is sent, where each compares with a literal.  `files`: what makefile and the like gave.
    `sent_under`: the same for conditions of any kind.  `excepts`: first and last lines of except blocks.
    `kept_prints`: print in a try block with an except block, in this line, that would take a mistake in it.
    `enough_loops`: loops that receive until they have a number of bytes.
    `sendall_asked`: conditions that ask for what sendall returns.
    `shown`: prints, and lines for the log.  `cut_prints`: prints with something behind their parentheses.
    `reply_names`, `address_names`: names of what was received, and of the client's address.
    `exit_texts`: calls that end the program with no number, by what of it is text in any case.
    `argument_exits`: conditions on the command line by which the program ends where it has no arguments.
    `commented_calls`: calls in comments, the function of each, and where.  `top_names`: what the file's own statements
    define.  `own_builtins`: names of Python's own functions that are given to something else.
    `lone_inputs`: calls of input that are all that their block has.
    `counting_loops`: loops that receive until a number is reached, with first and last line.
    `stale_loops`: what a loop sends again and again, where it was received in front of it, and where the loop begins.
    `early_leaves`: where a loop that sends back is left, by which condition if any.  `closings`: connections that are
    closed behind the sending.  `unanswered_leaves`: conditions under which such a loop is left before it has sent.
    `own_raises`: errors that the program raises under a condition and takes itself: condition, error, both lines.
    """

    undefined: Marks = ()
    text_sent: Marks = ()
    empty_sent: Marks = ()
    constants_sent: tuple[tuple[bytes, int], ...] = ()
    daemons: Marks = ()
    after_loop: Marks = ()
    inverted: Marks = ()
    dead_loops: Marks = ()
    dropped: Marks = ()
    unawaited: Marks = ()
    uncalled: tuple[tuple[str, int, frozenset[str]], ...] = ()
    unwatched: Marks = ()
    watched_address: Marks = ()
    selfless: tuple[tuple[str, int, int], ...] = ()
    handlers: Marks = ()
    quoted_names: Marks = ()
    exits: Marks = ()
    accept_in_loop: Marks = ()
    lost_accepts: Marks = ()
    sent_on_empty: Marks = ()
    local_only: tuple[tuple[str, str, int], ...] = ()
    unreached: tuple[tuple[str, int, frozenset[int]], ...] = ()
    blocks: tuple[tuple[str, int, int], ...] = ()
    defined: Marks = ()
    stream_calls: Marks = ()
    line_loops: Marks = ()
    text_compared: Marks = ()
    file_writes: Marks = ()
    unreturned: Marks = ()
    bare_names: Marks = ()
    earlier_sent: Marks = ()
    sent_where: Marks = ()
    sent_under: Marks = ()
    excepts: tuple[tuple[int, int], ...] = ()
    kept_prints: Marks = ()
    enough_loops: Marks = ()
    sendall_asked: Marks = ()
    files: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    cut_prints: tuple[CutPrint, ...] = ()
    reply_names: frozenset[str] = frozenset()
    address_names: frozenset[str] = frozenset()
    exit_texts: tuple[tuple[tuple[str, ...], int], ...] = ()
    argument_exits: Marks = ()
    commented_calls: tuple[tuple[str, str, int], ...] = ()
    top_names: Marks = ()
    own_builtins: Marks = ()
    lone_inputs: Marks = ()
    counting_loops: tuple[tuple[str, int, int], ...] = ()
    stale_loops: tuple[tuple[str, int, int], ...] = ()
    early_leaves: Marks = ()
    closings: Marks = ()
    unanswered_leaves: Marks = ()
    own_raises: tuple[tuple[str, str, int, int], ...] = ()


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
        closings=tuple(closings_of(nodes)),
        unanswered_leaves=tuple(unanswered_leaves_of(nodes)),
        own_raises=tuple(own_raises_of(nodes)),
    )

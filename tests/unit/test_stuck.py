"""The proof of being stuck: which calls wait for ever, when nothing has moved, and when a network is still."""

from __future__ import annotations

from typing import Any

import pytest

from grader.sandbox import stuck
from grader.sandbox.kernel import Look, Row, Thread
from grader.sandbox.stuck import (
    INPUT,
    NUMBERS,
    SERVING,
    WAITS,
    WINDOW_BYTES,
    all_wait,
    network_is_still,
    polls_one,
    rests,
    serves_on,
    waits_for_ever,
    waits_for_input,
)

X86 = NUMBERS["x86_64"]
FOREVER = 0xFFFFFFFF  # -1 as the kernel shows a 32-bit argument
POINTER = 0x7FFD12345678


@pytest.fixture(autouse=True)
def _on_x86(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of one kind of machine, whichever this is."""
    monkeypatch.setattr(stuck, "NAMES", {number: name for name, number in X86.items()})


def a_thread(call: str | int | None = "recvfrom", *arguments: int, **changes: int) -> Thread:
    number = X86[call] if isinstance(call, str) else call
    values: dict[str, Any] = {"process": 2, "thread": 2, "run_ns": 1000, "delay_ns": 0, **changes}
    return Thread(call=number, arguments=(*arguments, 0, 0, 0, 0, 0, 0)[:6], **values)


def a_look(*threads: Thread, complete: bool = True) -> Look:
    return Look(threads=threads, memory_bytes=0, complete=complete)


# --- calls ------------------------------------------------------------------------------------------------------------

ALWAYS = [
    "read", "readv", "recvfrom", "recvmsg", "accept", "accept4", "write", "writev", "sendto", "sendmsg", "wait4",
    "waitid", "pause", "rt_sigsuspend", "flock", "fcntl", "msgrcv", "semop", "open", "openat",
]  # fmt: skip


@pytest.mark.parametrize("call", ALWAYS)
def test_a_call_that_has_no_time_out_waits_for_ever(call: str) -> None:
    """Whatever its arguments are."""
    assert waits_for_ever(a_thread(call))
    assert waits_for_ever(a_thread(call, 3, POINTER, 1024, POINTER, POINTER, POINTER))


BY_POINTER = {
    "futex": 3, "ppoll": 2, "select": 4, "pselect6": 4, "recvmmsg": 4, "semtimedop": 3, "epoll_pwait2": 3,
}  # fmt: skip


@pytest.mark.parametrize(("call", "position"), BY_POINTER.items())
def test_a_call_with_a_pointer_to_its_time_out_waits_for_ever_without_one(call: str, position: int) -> None:
    """Only that argument counts."""
    others = [POINTER] * 6
    others[position] = 0
    assert waits_for_ever(a_thread(call, *others))
    timed = [0] * 6
    timed[position] = POINTER
    assert not waits_for_ever(a_thread(call, *timed))


BY_MILLISECONDS = {"poll": 2, "epoll_wait": 3, "epoll_pwait": 3}


@pytest.mark.parametrize(("call", "position"), BY_MILLISECONDS.items())
@pytest.mark.parametrize(
    ("milliseconds", "for_ever"),
    [(FOREVER, True), (0xFFFFFFFFFFFFFFFF, True), (0x80000000, True), (0, False), (1, False), (0x7FFFFFFF, False)],
)
def test_a_call_with_milliseconds_waits_for_ever_when_they_are_negative(
    call: str, position: int, milliseconds: int, for_ever: bool
) -> None:
    """-1 means no time-out, as a number of 32 bits or of 64."""
    arguments = [0] * 6
    arguments[position] = milliseconds
    assert waits_for_ever(a_thread(call, *arguments)) is for_ever
    wrong = [FOREVER] * 6
    wrong[position] = 1000
    assert not waits_for_ever(a_thread(call, *wrong))


@pytest.mark.parametrize("call", ["nanosleep", "clock_nanosleep", "connect"])
def test_a_sleep_and_an_attempt_to_connect_end_by_themselves(call: str) -> None:
    """A program in one may go on without us."""
    assert not waits_for_ever(a_thread(call))


def test_a_wait_for_a_signal_may_be_ended_by_an_alarm() -> None:
    """Which signals `sigwait` waits for the kernel does not show, nor whether a timer is set: no proof."""
    assert not waits_for_ever(a_thread("rt_sigtimedwait"))
    assert not waits_for_ever(a_thread("rt_sigtimedwait", POINTER, POINTER, 0))


@pytest.mark.parametrize("call", [None, -1, 9999], ids=["running", "outside any call", "unknown call"])
def test_what_is_not_known_is_never_stuck(call: int | None) -> None:
    """Better to wait until a limit than to wrong somebody."""
    assert not waits_for_ever(a_thread(call))


def test_every_call_that_is_judged_is_covered_here() -> None:
    """A call that is added to the table needs a line of these tests."""
    assert set(WAITS) == {*ALWAYS, *BY_POINTER, *BY_MILLISECONDS}


@pytest.mark.parametrize("machine", NUMBERS)
def test_a_number_means_one_call(machine: str) -> None:
    """And every call that is numbered is one that we judge, or one that is known to end by itself, or may."""
    assert len(set(NUMBERS[machine].values())) == len(NUMBERS[machine])
    assert set(NUMBERS[machine]) - set(WAITS) == {"connect", "nanosleep", "clock_nanosleep", "rt_sigtimedwait"}


# --- two looks --------------------------------------------------------------------------------------------------------


def test_a_thread_that_waits_in_both_looks_and_did_not_run_is_stuck() -> None:
    """Nothing but somebody else can end that."""
    assert all_wait(a_look(a_thread()), a_look(a_thread()))


def test_time_spent_waiting_for_a_processor_is_no_running() -> None:
    """A loaded machine changes nothing."""
    assert all_wait(a_look(a_thread(delay_ns=1)), a_look(a_thread(delay_ns=99)))


@pytest.mark.parametrize(
    "second",
    [
        a_look(a_thread(run_ns=1001)),
        a_look(a_thread("read")),
        a_look(a_thread("recvfrom", 4)),
        a_look(a_thread(None)),
        a_look(a_thread(thread=3)),
        a_look(a_thread(process=3)),
        a_look(a_thread(), a_thread(thread=3)),
        a_look(),
        a_look(a_thread(), complete=False),
    ],
    ids=[
        "ran",
        "other call",
        "other descriptor",
        "running",
        "other thread",
        "other process",
        "one more",
        "gone",
        "torn",
    ],
)
def test_whatever_changes_between_two_looks_is_no_proof(second: Look) -> None:
    """In either order."""
    assert not all_wait(a_look(a_thread()), second)
    assert not all_wait(second, a_look(a_thread()))


def test_one_thread_that_may_go_on_is_enough() -> None:
    """A sleeping thread can wake all the others."""
    sleeper = a_thread("clock_nanosleep", thread=3)
    look = a_look(a_thread(), sleeper, a_thread(process=4, thread=4))
    assert not all_wait(look, look)
    assert all_wait(a_look(a_thread(), a_thread("futex", thread=3)), a_look(a_thread(), a_thread("futex", thread=3)))


def test_the_order_of_threads_does_not_matter() -> None:
    """The kernel lists them as it likes."""
    one, two = a_thread(), a_thread("futex", thread=3)
    assert all_wait(a_look(one, two), a_look(two, one))


def test_a_box_without_threads_waits_trivially() -> None:
    """Nobody is left who could do anything."""
    assert all_wait(a_look(), a_look())
    assert not all_wait(a_look(), a_look(complete=False))


# --- the network ------------------------------------------------------------------------------------------------------

SERVER, CLIENT = ("127.0.0.1", 65432), ("127.0.0.1", 40000)


def two_ends(state: str = "established", other: str = "established", *, unsent: int = 0, unread: int = 0) -> list[Row]:
    """A connection: `unsent` bytes on the client's side, `unread` ones on the server's."""
    return [
        Row(local=CLIENT, remote=SERVER, state=state, send_queue=unsent, receive_queue=0),
        Row(local=SERVER, remote=CLIENT, state=other, send_queue=0, receive_queue=unread),
    ]


def test_a_quiet_connection_is_still() -> None:
    """Nothing has been sent that has not arrived."""
    assert network_is_still([])
    assert network_is_still(two_ends())


@pytest.mark.parametrize(
    ("state", "other"), [("fin-wait-1", "close-wait"), ("last-ack", "time-wait"), ("closing", "closing")]
)
def test_a_fin_that_has_arrived_is_not_under_way(state: str, other: str) -> None:
    """Its acknowledgement may take 40 ms more, but the other end shows that it is there."""
    assert network_is_still(two_ends(state, other, unsent=1, unread=13))


def test_bytes_before_a_fin_are_under_way_with_it() -> None:
    """Only a FIN by itself is known to have arrived by the other end's state."""
    assert not network_is_still(two_ends("fin-wait-1", "close-wait", unsent=2))


@pytest.mark.parametrize("state", ["syn-sent", "syn-recv", "new-syn-recv", "fin-wait-1", "closing", "last-ack"])
def test_a_connection_that_is_made_or_ended_is_under_way(state: str) -> None:
    """On whichever side it shows."""
    assert not network_is_still(two_ends(state))
    assert not network_is_still(two_ends("established", state))


@pytest.mark.parametrize("state", ["established", "fin-wait-2", "close-wait", "time-wait", "close", "listen"])
def test_a_connection_that_is_made_or_half_ended_is_still(state: str) -> None:
    """These states last until a program acts."""
    assert network_is_still(two_ends(state))


def test_bytes_that_have_not_been_taken_are_under_way() -> None:
    """They may wake the program at any moment."""
    assert not network_is_still(two_ends(unsent=1))
    assert not network_is_still(two_ends(unsent=100_000, unread=WINDOW_BYTES - 1))
    assert not network_is_still(two_ends("close-wait", unsent=1))


def test_bytes_wait_where_the_receiver_is_full() -> None:
    """Then they wait for the program to read, as everything else does."""
    assert network_is_still(two_ends(unsent=100_000, unread=WINDOW_BYTES))


def test_data_that_nobody_reads_is_no_hope() -> None:
    """It has been delivered, and woke nobody."""
    assert network_is_still(two_ends(unread=5))


def test_only_the_other_end_of_a_connection_makes_room() -> None:
    """A full receiver elsewhere says nothing about this one, and a far end that is gone takes nothing."""
    elsewhere = Row(local=SERVER, remote=("127.0.0.1", 41000), state="established", send_queue=0, receive_queue=1 << 20)
    assert not network_is_still([*two_ends(unsent=1), elsewhere])
    assert not network_is_still([two_ends(unsent=1)[0], elsewhere])
    own = Row(local=CLIENT, remote=SERVER, state="established", send_queue=1, receive_queue=1 << 20)
    assert not network_is_still([own, two_ends()[1]])


def test_a_full_receiver_is_found_by_its_mapped_address() -> None:
    """A socket for both families shows IPv4 addresses in its own way; the other end does not."""
    mapped = [("::ffff:" + host, port) for host, port in (SERVER, CLIENT)]
    full = Row(local=mapped[0], remote=mapped[1], state="established", send_queue=0, receive_queue=1 << 20)
    assert network_is_still([two_ends(unsent=9)[0], full])
    assert network_is_still([full, two_ends(unsent=9)[0]])
    room = Row(local=mapped[0], remote=mapped[1], state="established", send_queue=0, receive_queue=0)
    assert not network_is_still([two_ends(unsent=9)[0], room])
    own = Row(local=mapped[1], remote=mapped[0], state="established", send_queue=9, receive_queue=0)
    assert network_is_still([own, two_ends(unread=1 << 20)[1]])


@pytest.mark.parametrize("state", ["fin-wait-1", "closing", "last-ack"])
def test_a_last_word_waits_behind_bytes_that_the_receiver_has_no_room_for(state: str) -> None:
    """Alone, or where there is room, it is under way."""
    assert network_is_still(two_ends(state, unsent=9, unread=1 << 20))
    assert not network_is_still(two_ends(state, unsent=9, unread=WINDOW_BYTES - 1))
    assert not network_is_still(two_ends(state, unsent=0, unread=1 << 20))


def test_the_backlog_of_a_listener_is_no_traffic() -> None:
    """The kernel shows it in the queue's column."""
    listener = Row(local=SERVER, remote=("0.0.0.0", 0), state="listen", send_queue=128, receive_queue=1)
    assert network_is_still([listener])


# --- serving on -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", ["accept", "accept4", "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2"]
)
def test_a_server_between_clients_waits_for_something_on_a_socket(call: str) -> None:
    """With a time-out of its own or without."""
    assert serves_on(a_look(a_thread(call)))
    assert serves_on(a_look(a_thread(call, *[POINTER] * 6), a_thread("futex", thread=3)))


@pytest.mark.parametrize("call", ["recvfrom", "read", "futex", "clock_nanosleep", "wait4", None])
def test_a_program_that_waits_for_something_else_serves_nobody(call: str | None) -> None:
    """Nor does one that has ended."""
    assert not serves_on(a_look(a_thread(call)))
    assert not serves_on(a_look())


# --- resting, and waiting for input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", sorted(INPUT))
def test_a_program_that_reads_or_waits_for_others_waits_for_input(call: str) -> None:
    """With a time-out of its own or without: what it had to say by now it has said."""
    assert waits_for_input(a_look(a_thread(call)))
    assert waits_for_input(a_look(a_thread(call, *[POINTER] * 6), a_thread("futex", thread=3)))


@pytest.mark.parametrize("call", ["clock_nanosleep", "nanosleep", "sendto", "write", "connect", "rt_sigsuspend", None])
def test_a_sleep_or_a_word_of_its_own_is_no_wait_for_input(call: str | None) -> None:
    """One thread in a sleep is enough: it may speak when it wakes."""
    assert not waits_for_input(a_look(a_thread(call)))
    assert not waits_for_input(a_look(a_thread(), a_thread(call, thread=3)))


def test_what_serves_waits_for_input() -> None:
    """Whoever waits for a client waits for something to come."""
    assert SERVING < INPUT
    assert "connect" not in INPUT


@pytest.mark.parametrize("call", ["recvfrom", "accept4", "clock_nanosleep", "sendto", "rt_sigtimedwait", 9999])
def test_a_program_in_any_call_rests(call: str | int) -> None:
    """A sleep is a rest as well: it does nothing before it wakes."""
    assert rests(a_look(a_thread(call)))
    assert rests(a_look(a_thread(call), a_thread("futex", thread=3)))


@pytest.mark.parametrize("call", [None, -1], ids=["running", "outside any call"])
def test_a_program_that_may_do_something_does_not_rest(call: int | None) -> None:
    """Not even where all its other threads do."""
    assert not rests(a_look(a_thread(call)))
    assert not rests(a_look(a_thread(), a_thread(call, thread=3), a_thread("futex", thread=4)))


def test_nobody_rests_and_waits_where_nobody_is() -> None:
    """A box without threads: whoever asks knows by other means that the program has ended."""
    assert rests(a_look())
    assert waits_for_input(a_look())
    assert not serves_on(a_look())


@pytest.mark.parametrize(
    ("call", "descriptors", "expected"),
    [("poll", 1, True), ("ppoll", 1, True), ("poll", 2, False), ("poll", 0, False), ("recvfrom", 1, False)],
)
def test_a_poll_of_one_descriptor_is_how_python_waits_with_a_time_out(
    call: str, descriptors: int, expected: bool
) -> None:
    """The number of descriptors is the second argument (poll(2))."""
    assert polls_one(a_thread(call, POINTER, descriptors, 5000)) is expected

"""The whole catalogue, in the order in which it is asked: the most specific mistakes first, then the generic ones."""

from __future__ import annotations

from grader.diagnose.abroad import ABROAD
from grader.diagnose.address import ADDRESS_ADVICE, KINDS, MISSING_ACCEPT, MISSING_CALLS, SWALLOWED, WRONG_ADDRESS
from grader.diagnose.begun import BEGUN
from grader.diagnose.calls import ADDRESSES
from grader.diagnose.client import CLIENT
from grader.diagnose.connections import CONNECTIONS
from grader.diagnose.entry import Entry
from grader.diagnose.errors import ERRORS
from grader.diagnose.generic import GENERIC
from grader.diagnose.hidden import SILENCES, UNANSWERED, UNSEEN
from grader.diagnose.limits import EXHAUSTED, LIMITS, SLEEPING
from grader.diagnose.loading import LOADING
from grader.diagnose.objects import OBJECTS
from grader.diagnose.others import OTHERS, OTHERS_ADVICE
from grader.diagnose.output import OUTPUT, SLIPS
from grader.diagnose.pairs import PAIRS
from grader.diagnose.patience import PATIENCE
from grader.diagnose.refusals import REFUSALS
from grader.diagnose.replies import LOST, REPLIES
from grader.diagnose.server import EARLY, SERVER
from grader.diagnose.shown import PASSED_OVER, SHOWN
from grader.diagnose.sockets import SOCKETS
from grader.diagnose.taken import TAKEN, UNPRINTED
from grader.diagnose.todos import TODOS
from grader.diagnose.undone import ENDS, NOTICES, REFUSED, STARTING
from grader.diagnose.unread import UNREAD

CATALOGUE: tuple[Entry, ...] = (
    *UNREAD,  # files that Python cannot read: saved as a document, copied from a page
    *ABROAD,  # programs that need another system, another Python, a screen
    *LOADING,  # syntax, imports and names: programs that Python cannot start
    *BEGUN,  # programs that end before their sockets: for want of a keyboard, of arguments, of a call
    *TODOS,  # parts left to be written
    *PAIRS,  # two programs that never meet
    *OTHERS,  # one program that runs the other
    *KINDS,  # another kind of program: UDP, the other role, no socket
    *CONNECTIONS,  # one connection too many, one that a server opens, HTTP
    *LOST,  # bytes received or sent that nothing is done with
    *MISSING_ACCEPT,  # no call of accept
    *ADDRESSES,  # bind and connect refused: the arguments, the host, the port
    *SOCKETS,  # sockets in the wrong state, told by the exception
    *WRONG_ADDRESS,  # another address than the assignment's
    *EXHAUSTED,  # memory, processes or files used up, told by the exception
    *REFUSED,  # sockets that do not wait, and streams taken for sockets
    *OBJECTS,  # methods and values of the program's own classes
    *STARTING,  # work that is never begun: a thread not started, a coroutine not awaited
    *SLIPS,  # a print with something behind its parentheses
    *ERRORS,  # text and bytes mixed up, and all other exceptions
    *UNSEEN,  # a mistake that an except block may hide: unknown names, text sent, decoding
    *MISSING_CALLS,  # calls that are missing
    *OUTPUT,  # output that goes where nobody sees it
    *NOTICES,  # small slips that show in what is printed, when, or as which exit status
    *SLEEPING,  # programs that spin or sleep
    *ENDS,  # lines behind a return or an exit
    *EARLY,  # servers that do nothing with what came
    *PATIENCE,  # waiting too short, or for more than comes
    *SILENCES,  # nothing is sent, and the source says why
    *TAKEN,  # errors that the program's own except blocks take
    *SERVER,  # servers that were reached and do not do what they should
    *UNANSWERED,  # servers that wait, spin or ask more before they answer
    *REPLIES,  # answers with other bytes than were received
    *SHOWN,  # clients that got their reply and print something else
    *CLIENT,  # clients that were reached and do not say or print what they should
    *UNPRINTED,  # the same, in the way of a print
    *PASSED_OVER,  # prints that are never reached
    *REFUSALS,  # clients that are refused and do not say so
    *SWALLOWED,  # errors that an except block hides
    *LIMITS,  # time, memory or output used up
    *GENERIC,  # one for each code, always true
)

ADVICE: tuple[Entry, ...] = (*ADDRESS_ADVICE, *OTHERS_ADVICE)

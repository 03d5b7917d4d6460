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
    *UNREAD,
    *ABROAD,
    *LOADING,
    *BEGUN,
    *TODOS,
    *PAIRS,
    *OTHERS,
    *KINDS,
    *CONNECTIONS,
    *LOST,
    *MISSING_ACCEPT,
    *ADDRESSES,
    *SOCKETS,
    *WRONG_ADDRESS,
    *EXHAUSTED,
    *REFUSED,
    *OBJECTS,
    *STARTING,
    *SLIPS,
    *ERRORS,
    *UNSEEN,
    *MISSING_CALLS,
    *OUTPUT,
    *NOTICES,
    *SLEEPING,
    *ENDS,
    *EARLY,
    *PATIENCE,
    *SILENCES,
    *TAKEN,
    *SERVER,
    *UNANSWERED,
    *REPLIES,
    *SHOWN,
    *CLIENT,
    *UNPRINTED,
    *PASSED_OVER,
    *REFUSALS,
    *SWALLOWED,
    *LIMITS,
    *GENERIC,
)

ADVICE: tuple[Entry, ...] = (*ADDRESS_ADVICE, *OTHERS_ADVICE)

"""Every sentence that students or staff read about an answer, in one place so that its tone can be read at one go."""

from __future__ import annotations

FEEDBACK_MET = "This part is there."
FEEDBACK_MISSING = "An idea seems missing: {kind}."
FEEDBACK_EMPTY = "There is no answer yet."

STAFF_MET = "States the idea \u201c{idea}\u201d by the pattern `{pattern}`."
STAFF_MORE = " {count} more patterns agree."
STAFF_MISSING = "Does not state the idea \u201c{idea}\u201d in any wording the rubric knows."
STAFF_DENIED = "The words of the idea \u201c{idea}\u201d stand under a negation (`{pattern}`)."
STAFF_VETOED = (
    "The words of the idea \u201c{idea}\u201d are there (`{pattern}`), next to a wording that the rubric rejects."
)
STAFF_NEAR = "All words of `{pattern}` are there, but not as the pattern wants them; the idea is \u201c{idea}\u201d."

REVIEW_NEAR = "{criterion}: nearly met, the wording is not one the rubric knows."
REVIEW_DENIED = "{criterion}: the words are there, but denied."
REVIEW_BOTH = "{criterion}: stated in one place and denied in another."
REVIEW_HEDGED = "Guesses or takes something back, and earns points."
REVIEW_VETOED = "{criterion}: met, next to a wording that the rubric rejects."
REVIEW_BELIEF = "Earns points and shows the misconception \u201c{says}\u201d."
REVIEW_LIST = "A list of keywords; nothing is stated."
REVIEW_COPY = "The question is copied."
REVIEW_FOREIGN = "Does not look like English."
REVIEW_INSTRUCTION = "Contains words addressed to the grader; they were left out of the scoring."
REVIEW_LONG = "Very long: only the first {count} characters were read."

"""Every sentence that students or staff read about an answer, in one place so that its tone can be read at one go."""

from __future__ import annotations

from grader.answers.decide import Situation

FEEDBACK_MET = "This part is there."
FEEDBACK_MISSING = "An idea seems missing: {kind}."
FEEDBACK_EMPTY = "There is no answer yet."

STAFF_MARKED_MET = "Marked by a person, among the examples or decisions, as stating the idea \u201c{idea}\u201d."
STAFF_MARKED_NOT = "Marked by a person, among the examples or decisions, as not stating the idea \u201c{idea}\u201d."
STAFF_MET = "States the idea \u201c{idea}\u201d by the pattern `{pattern}`."
STAFF_OVERRULED = (
    "The pattern `{pattern}` finds the idea \u201c{idea}\u201d, but read as a whole the answer does not state it."
)
STAFF_MODEL = "States the idea \u201c{idea}\u201d in a wording of its own."
STAFF_WITHHELD = "Seems to state the idea \u201c{idea}\u201d; no credit before a person has looked."
STAFF_MISSING = "Does not state the idea \u201c{idea}\u201d in any wording the rubric knows."
STAFF_DENIED = "The words of the idea \u201c{idea}\u201d stand under a negation (`{pattern}`)."
STAFF_VETOED = (
    "The words of the idea \u201c{idea}\u201d are there (`{pattern}`), next to a wording that the rubric rejects."
)
STAFF_NEAR = "All words of `{pattern}` are there, but not as the pattern wants them; the idea is \u201c{idea}\u201d."

REVIEW_HEDGED = "Guesses or takes something back, and earns points."
REVIEW_BELIEF = "Earns points and shows the misconception \u201c{says}\u201d."
REVIEW_LIST = "A list of keywords; nothing is stated."
REVIEW_COPY = "The question is copied."
REVIEW_FOREIGN = "Does not look like English."
HINT_FOREIGN = "This does not look like English, the one language that the program reads. Write your answer in English."
REVIEW_INSTRUCTION = "Contains words addressed to the grader; they were left out of the scoring."
REVIEW_LONG = "Very long: only the first {count:,} characters were read."
REVIEW_LONG_FOR_MODEL = "Long: rules have read all of it, but the model only how it begins."
REVIEW_LONG_FILE = "The file is very long: only its first {count:,} characters were read; this answer may go on there."
REVIEW_COMMENT = (
    "No answer, but text that stands in a comment (`<!-- … -->`) and was not read; see whether it is the answer."
)
REVIEW_SAME = "The same text was taken for several questions: no heading parts it, or it stands under each of them."
REVIEW_ELSEWHERE = "No answer here; what stands under question {number} may hold this one too."
REVIEW_WITHHELD = (
    "Takes something back, or speaks to the grader, and is too long to be read again without that: no credit yet."
)
REVIEW_NO_MODEL = "Not read by the model: {why}."
# By whether the criterion is met.
REVIEW_ONLY = {
    True: "{criterion}: met, but hardly sure enough to be the only idea that earns anything ({percent} %).",
    False: "{criterion}: too unsure to be the only idea that earns anything ({percent} % that it is met).",
}

REVIEW_CRITERION = "{criterion}: {seen} ({percent} % that it is met)."
# Why one criterion is in doubt, by what the rules found and what was decided.
SEEN = {
    (Situation.TWICE, True): "the words are there, yet read as a whole it may not be stated",
    (Situation.TWICE, False): "the words are there, yet read as a whole it is not stated",
    (Situation.ONCE, True): "the words are there, yet read as a whole it may not be stated",
    (Situation.ONCE, False): "the words are there, yet read as a whole it is not stated",
    (Situation.BOTH, True): "stated in one place and denied in another",
    (Situation.BOTH, False): "stated in one place and denied in another",
    (Situation.VETOED, True): "met, next to a wording that the rubric rejects",
    (Situation.VETOED, False): "the words are there, next to a wording that the rubric rejects",
    (Situation.DENIED, True): "met, though words of it are denied",
    (Situation.DENIED, False): "the words are there, but denied",
    (Situation.NEAR, True): "met in a wording the rubric does not know",
    (Situation.NEAR, False): "nearly met, the wording is not one the rubric knows",
    (Situation.MISSING, True): "met in a wording the rubric does not know",
    (Situation.MISSING, False): "perhaps met in a wording the rubric does not know",
    (Situation.PLAIN, True): "probably stated, not surely",
    (Situation.PLAIN, False): "probably not stated, not surely",
}


def staff_more(count: int) -> str:
    """How many more patterns agree with the one that is named; nothing for none."""
    if not count:
        return ""
    return " 1 more pattern agrees." if count == 1 else f" {count} more patterns agree."

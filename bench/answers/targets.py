"""What each target of precision brings: `python -m bench.answers.targets`.

The log-odds in `bench/answers/logits` are of banks left out of training; the weights on top are fitted on the
other banks. The doubts that are allowed at a target come from the shipped calibration (`decide.largest_doubt`).
"""

from __future__ import annotations

from bench.answers.banks import load_logits
from bench.answers.fusion import acted_on, cells, coverage, crossed
from grader.answers.decide import GUARD, calibration, largest_doubt

TARGETS = (0.85, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99)


def main() -> None:
    logits, known = load_logits(), calibration()
    for title, ours, fitted in (
        ("The assignment's questions, with patterns", True, known.doubt),
        ("Other questions, in plain words", False, known.doubt_plain),
    ):
        print(f"{title}\ntarget  doubt  settled  right  [95 % interval]")
        marked = cells(logits, ours=ours)
        judged = crossed(marked, sorted({one.answer.bank for one in marked}))
        for target in TARGETS:
            doubt = largest_doubt(fitted, target)
            only = min(largest_doubt(known.doubt_only, target), 1 - known.award_only - GUARD)
            one = coverage(acted_on(judged, doubt, only) if ours else judged, doubt)
            print(f"{target:>6.0%}  {doubt:.3f}  {one.settled:>6.0%}  {one.right:.3f}  [{one.low:.3f}, {one.high:.3f}]")


if __name__ == "__main__":
    main()

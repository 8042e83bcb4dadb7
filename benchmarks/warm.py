"""A worker that stays: `python -m benchmarks.warm <step>` runs the step's handler on each line of stdin, which is an event.

Prints the answer to each as one line of JSON, with the write units that it took; whatever the handler itself prints goes
to stderr.
"""

import json
import os
import sys

from benchmarks.invocation import Context, Weighed, load_handler

# template.yaml: PaymentTimeout and SyncTimeout of the stage production.
TIMEOUTS_S = {"mirror_payment": 30, "mirror_bill": 30, "sync_batch": 300}


def main(step: str) -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    handler, weighed = load_handler(step), Weighed()
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        before = weighed.write_units
        answer = handler(json.loads(line), Context(TIMEOUTS_S[step]))
        print(json.dumps({"answer": answer, "write_units": weighed.write_units - before}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

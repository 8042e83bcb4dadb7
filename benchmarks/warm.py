"""A worker that stays: `python -m benchmarks.warm <step>` runs the step's handler on each line of stdin, which is an event.

Prints the answer to each as one line of JSON; whatever the handler itself prints goes to stderr.
"""

import json
import os
import sys

from benchmarks.invocation import Context, load_handler

# template.yaml: PaymentTimeout of the stage production.
TIMEOUT_S = 30


def main(step: str) -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    handler = load_handler(step)
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(handler(json.loads(line), Context(TIMEOUT_S))), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

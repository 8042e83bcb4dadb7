"""Workers of a step side by side, each a process that runs the deployed handler, and the queue that is polled for it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from crossfoot.aws import SQS, AwsService
from crossfoot.messages import BILL_LANES, MIRROR_LANES, SYNC_LANES

from benchmarks.figures import BenchError
from local.stack.paths import ROOT

POLL_S, DEADLINE_S, STOP_S = 0.05, 600, 30


@dataclass(frozen=True, slots=True)
class Source:
    """A queue, and how Lambda polls it.

    Takes: `variable` names the queue in the environment; it has as many workers as groups; `batch` is the BatchSize of the
    event source in template.yaml.
    """

    variable: str
    workers: int
    batch: int = 10


PAYMENTS_QUEUE = Source("PAYMENTS_QUEUE_URL", MIRROR_LANES)
BILLS_QUEUE = Source("BILLS_QUEUE_URL", BILL_LANES)
SYNCS_QUEUE = Source("SYNCS_QUEUE_URL", 1, batch=1)
SYNC_POSTS_QUEUE = Source("SYNC_POSTS_QUEUE_URL", SYNC_LANES)


class Worker:
    """One process of a step: it takes one batch at a time off its queue, as a Lambda worker does."""

    def __init__(self, step: str, source: Source, environment: Mapping[str, str], log: Path) -> None:
        self._log, self._batch, self._url = log, source.batch, environment[source.variable]
        account, name = self._url.split("/")[-2:]
        self._arn = f"arn:aws:sqs:us-east-1:{account}:{name}"
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.warm", step], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=stderr, env=dict(environment), cwd=ROOT, text=True,
            )  # fmt: skip

    def answer(self) -> Any:
        """Read its next answer; the first one says that it is ready. Raises: BenchError when it has ended."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"a worker ended: {self._log.read_text()[-1500:]}")
        return json.loads(line)

    def work(self, sqs: AwsService) -> tuple[int, int] | None:
        """Have one batch handled, if there is one to be had; what failed stays in the queue.

        Returns: how many messages are done, and the write units that they took.
        """
        request = {"QueueUrl": self._url, "MaxNumberOfMessages": self._batch}
        received = sqs.call("ReceiveMessage", request)["Messages"]
        if not received:
            return None
        failed, write_units = self._handle({"Records": [self._to_record(each) for each in received]})
        done = [each for each in received if each["MessageId"] not in failed]
        if done:
            entries = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in done]
            sqs.call("DeleteMessageBatch", {"QueueUrl": self._url, "Entries": entries})
        return len(done), write_units

    def _handle(self, event: Mapping[str, Any]) -> tuple[Sequence[str], int]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        answer = self.answer()
        failures = answer["answer"]["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in failures], answer["write_units"]

    def _to_record(self, received: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "messageId": received["MessageId"], "receiptHandle": received["ReceiptHandle"], "body": received["Body"],
            "attributes": received["Attributes"], "eventSourceARN": self._arn,
        }  # fmt: skip

    def stop(self) -> None:
        """Let it end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(STOP_S)
        finally:
            self._process.kill()
            self._process.stdout.close()


class Workers:
    """The workers of one step, on all of its queues.

    `invocations` and `write_units` are what they took by now.
    """

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers, self._lock = workers, Lock()
        self.invocations = self.write_units = self._done = 0

    def empty(self, messages: int) -> None:
        """Let them take so many messages off their queues, side by side. Raises: BenchError when that does not end."""
        wanted = self._done + messages
        self.work_until(lambda: self._done >= wanted)

    def work_until(self, is_over: Callable[[], bool]) -> None:
        """Let them take messages, side by side, until it is over and none are left. Raises: BenchError if it never is."""
        ends_at = time.monotonic() + DEADLINE_S
        with ThreadPoolExecutor(len(self._workers)) as pool:
            list(pool.map(lambda worker: self._poll(worker, is_over, ends_at), self._workers))

    def _poll(self, worker: Worker, is_over: Callable[[], bool], ends_at: float) -> None:
        sqs = AwsService(SQS)
        while True:
            if time.monotonic() > ends_at:
                raise BenchError("the queues do not become empty")
            if not self._work(worker, sqs):
                if is_over():
                    return
                time.sleep(POLL_S)

    def _work(self, worker: Worker, sqs: AwsService) -> bool:
        took = worker.work(sqs)
        if took is None:
            return False
        done, write_units = took
        with self._lock:
            self._done += done
            self.invocations += 1
            self.write_units += write_units
        return True


@contextmanager
def running_workers(
    step: str, sources: Iterable[Source], environment: Mapping[str, str], folder: Path
) -> Iterator[Workers]:
    """Start workers of a step, and wait until each is ready. Takes: `folder` is for their log."""
    with ExitStack() as stack:
        log = folder / f"{step}.log"
        workers = [Worker(step, source, environment, log) for source in sources for _ in range(source.workers)]
        for worker in workers:
            stack.callback(worker.stop)
        for worker in workers:
            worker.answer()
        yield Workers(workers)

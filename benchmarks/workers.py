"""Workers of a step side by side, each a process that runs the deployed handler, and a queue that is polled for each."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from crossfoot.aws import SQS, AwsService

from benchmarks.figures import BenchError
from local.stack.paths import ROOT

# template.yaml: BatchSize of the event sources of the payments queue, and of the syncs queue.
BATCH, SYNC_BATCH = 10, 1
POLL_S, DEADLINE_S, STOP_S = 0.05, 600, 30


class Worker:
    """One process of a step: it takes one batch at a time, as a Lambda worker does."""

    def __init__(self, step: str, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
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

    def handle(self, event: Mapping[str, Any]) -> tuple[Sequence[str], int]:
        """Have a batch handled. Returns: the messages that failed, and the write units that it took."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        answer = self.answer()
        failures = answer["answer"]["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in failures], answer["write_units"]

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
    """The workers of one step, and its queue.

    `invocations` and `write_units` are what they took by now.
    """

    def __init__(self, workers: Sequence[Worker], queue_url: str, batch: int) -> None:
        self._workers, self._url, self._batch, self._lock = workers, queue_url, batch, Lock()
        self.invocations = self.write_units = self._done = 0
        account, name = queue_url.split("/")[-2:]
        self._arn = f"arn:aws:sqs:us-east-1:{account}:{name}"

    def empty(self, messages: int) -> None:
        """Let them take so many messages off the queue, side by side. Raises: BenchError when that does not end."""
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
                raise BenchError("the queue does not become empty")
            if not self._work(worker, sqs):
                if is_over():
                    return
                time.sleep(POLL_S)

    def _work(self, worker: Worker, sqs: AwsService) -> bool:
        """Have one batch handled, if there is one to be had. What failed stays in the queue."""
        request = {"QueueUrl": self._url, "MaxNumberOfMessages": self._batch}
        received = sqs.call("ReceiveMessage", request)["Messages"]
        if not received:
            return False
        failed, write_units = worker.handle({"Records": [self._to_record(each) for each in received]})
        done = [each for each in received if each["MessageId"] not in failed]
        if done:
            entries = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in done]
            sqs.call("DeleteMessageBatch", {"QueueUrl": self._url, "Entries": entries})
        with self._lock:
            self._done += len(done)
            self.invocations += 1
            self.write_units += write_units
        return True

    def _to_record(self, received: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "messageId": received["MessageId"], "receiptHandle": received["ReceiptHandle"], "body": received["Body"],
            "attributes": received["Attributes"], "eventSourceARN": self._arn,
        }  # fmt: skip


@contextmanager
def running_workers(
    step: str, count: int, environment: Mapping[str, str], queue: str, folder: Path, batch: int = BATCH
) -> Iterator[Workers]:
    """Start workers of a step, and wait until each is ready.

    Takes: `queue` names what says in the environment where its queue is; `folder` is for their log; `batch` is how many
    messages an invocation takes.
    """
    with ExitStack() as stack:
        workers = [Worker(step, environment, folder / f"{step}.log") for _ in range(count)]
        for worker in workers:
            stack.callback(worker.stop)
        for worker in workers:
            worker.answer()
        yield Workers(workers, environment[queue], batch)

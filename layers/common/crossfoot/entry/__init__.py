"""The edge: AWS events in, answers out. Errors are caught here and nowhere else."""

from crossfoot.entry.batch import handle_batch
from crossfoot.entry.http import Answer, Call, answer_problem, read_call
from crossfoot.entry.problems import Problem, problem

__all__ = ["Answer", "Call", "Problem", "answer_problem", "handle_batch", "problem", "read_call"]

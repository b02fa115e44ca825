"""A committer in a process of its own: `python -m tests.console.store.committing`, told what to store on its input."""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

import psycopg

from rtk.console.store.commit import Acknowledgement, Call, Committer
from rtk.console.store.intake import batch_of
from rtk.console.store.problem import Problem


def answered(told: dict[str, Any]) -> list[int]:
    """Store the calls, those of a round at once; what each was answered: `next`, or minus the status of a refusal."""

    async def connect() -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(**told["parameters"], autocommit=True)

    async def work() -> list[int]:
        committer, numbers = Committer(connect), list[int]()
        for calls in told["rounds"]:
            made = [
                Call(UUID(call["run"]), call["team"], call["verification"], batch_of(json.dumps(call["body"]).encode()))
                for call in calls
            ]
            for answer in await asyncio.gather(*map(committer.submit, made), return_exceptions=True):
                numbers.append(_number(answer))
        await committer.close()
        return numbers

    return asyncio.run(work())


def _number(answer: Acknowledgement | BaseException) -> int:
    if isinstance(answer, Acknowledgement):
        return answer.next
    if isinstance(answer, Problem):
        return -answer.status
    raise answer


if __name__ == "__main__":
    json.dump(answered(json.load(sys.stdin)), sys.stdout)

"""Which question comes next, which questions a mock exam has, and which topic words mean."""

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from knowledge.errors import KnowledgeError
from knowledge.practice.guide import domain_of, exam_guide
from knowledge.practice.memory import due_at, retention
from knowledge.question import TASKS, Question, Task
from knowledge.terms import fold

#: A question comes back after at least this many others.
GAP = 3
_ALIKE = 85  # of 100: typing errors, plurals


def next_adaptive(
    pool: Sequence[Question],
    cards: Mapping[str, str],
    asked: Sequence[str],
    weak: Sequence[str],
    now: datetime,
) -> Question | None:
    """Return what is due, else new of a weak topic, else new, else what is known least.

    Args:
        pool: In the order of chance that new ones come in.
        cards: Of questions that were answered.
        asked: Ids of this session so far; the newest few do not come back yet.
        weak: Topics, the weakest first.
        now: Aware time.
    """
    recent = set(asked[-GAP:])
    left = [question for question in pool if question.id not in recent]
    due = [q for q in left if q.id in cards and due_at(cards[q.id]) <= now]
    if due:
        return min(due, key=lambda q: retention(cards[q.id], now))
    fresh = [q for q in left if q.id not in asked]
    new = [q for q in fresh if q.id not in cards]
    for topic in weak:
        for question in new:
            if topic in question.topics:
                return question
    if new:
        return new[0]
    return min(fresh, key=lambda q: retention(cards[q.id], now), default=None)


def mixed(pool: Sequence[Question], count: int, seed: int) -> tuple[str, ...]:
    """Return ids in an order of chance; the questions of a case follow each other."""
    return tuple(question.id for question in in_order_of_chance(pool, seed)[:count])


def in_order_of_chance(pool: Sequence[Question], seed: int) -> list[Question]:
    """Return the questions in an order that the seed decides, those of a case together."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    groups: dict[str, list[Question]] = {}
    for question in pool:
        groups.setdefault(question.case or f"-{question.id}", []).append(question)
    order = list(groups)
    chance.shuffle(order)
    return [question for key in order for question in groups[key]]


def mock(pool: Sequence[Question], count: int, seed: int) -> tuple[str, ...]:
    """Return a practice exam's ids: domains weighted as in the guide, tasks alike within each.

    Where a task has too few questions, the others of its domain and then all others fill up.
    """
    left = in_order_of_chance(pool, seed)
    taken: list[Question] = []
    for task, wanted in quotas(count).items():
        taken += [q for q in left if q.task == task][:wanted]
    for same_domain in (True, False):
        for domain, wanted in _by_domain(quotas(count)).items():
            have = sum(domain_of(q.task) == domain for q in taken)
            lacking = wanted - have if same_domain else count - len(taken)
            rest = [q for q in left if q not in taken]
            rest = [q for q in rest if domain_of(q.task) == domain or not same_domain]
            taken += rest[: max(0, lacking)]
    return mixed(sorted(taken, key=lambda q: q.id), count, seed)


def quotas(count: int) -> dict[Task, int]:
    """Return how many questions of each task a practice exam of `count` has; they add up."""
    weights = exam_guide().weights
    per_domain = Counter(domain_of(task) for task in TASKS)
    total = sum(weights.values())
    exact = {task: count * weights[domain_of(task)] / total / per_domain[domain_of(task)]
             for task in TASKS}  # fmt: skip
    made = {task: int(share) for task, share in exact.items()}
    by_remainder = sorted(exact, key=lambda task: made[task] - exact[task])
    for task in by_remainder[: count - sum(made.values())]:
        made[task] += 1
    return made


def _by_domain(tasks: Mapping[Task, int]) -> dict[str, int]:
    summed: Counter[str] = Counter()
    for task, wanted in tasks.items():
        summed[domain_of(task)] += wanted
    return dict(summed)


def topics_meant(words: str, questions: Sequence[Question]) -> tuple[str, ...]:
    """Return the topics that a person's words mean, by name, typing error or part of a name.

    Raises:
        KnowledgeError: No topic is like it; names some that are.
    """
    topics = Counter(topic for question in questions for topic in question.topics)
    asked = _parts(words)
    joined = "".join(asked)
    exact = [t for t in topics if joined and t.replace("-", "") == joined]
    if exact:
        return tuple(exact)
    found = [t for t in topics if asked and _within(asked, _parts(t))] or _alike(joined, topics)
    if not found:
        known = ", ".join(topic for topic, _ in topics.most_common(12))
        raise KnowledgeError(
            f"There are no questions about {words.strip()[:60]!r}.",
            remedy=f"Name a topic, for example {known}.",
        )
    return tuple(sorted(found))


def _parts(words: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", fold(words)))


def _within(asked: tuple[str, ...], topic: tuple[str, ...]) -> bool:
    return set(asked) <= set(topic) or set(topic) <= set(asked)


def _alike(joined: str, topics: Mapping[str, int]) -> list[str]:
    from rapidfuzz.fuzz import ratio

    scored = [(ratio(joined, topic.replace("-", "")), topic) for topic in topics]
    best = max(scored, default=(0.0, ""))
    return [best[1]] if best[0] >= _ALIKE else []

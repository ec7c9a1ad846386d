"""Practice of one user: sessions, the next question, marks, progress."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

from knowledge.errors import KnowledgeError
from knowledge.practice import choosing, memory
from knowledge.practice.guide import exam_guide
from knowledge.practice.history import Asked, History, Mode, Session
from knowledge.practice.marking import Marked, Result, letters_of, marked, result_of
from knowledge.practice.pool import BANK, Pool
from knowledge.practice.shuffling import own_letters, shuffled
from knowledge.practice.standing import (
    Answered,
    Progress,
    Standing,
    by_day,
    by_task,
    by_topic,
    standing,
    weakest,
)
from knowledge.question import Question, QuestionSet

MOST_QUESTIONS = 200  # of one session
LONGEST_THOUGHT_S = 600.0  # longer, somebody was away: how long it took is not known


class Practice:
    """One user's practice; several processes may hold the same."""

    def __init__(
        self,
        home: Path,
        user: str,
        *,
        now: Callable[[], datetime],
        questions: QuestionSet | None = None,
    ) -> None:
        """Open it.

        Args:
            home: Holds practice.sqlite and the folder questions/ with sets of one's own.
            user: Whose.
            now: Aware time.
            questions: Instead of the product's own.
        """
        self.user = user
        self.pool = Pool(home / "questions", questions)
        self._history = History(home / "practice.sqlite")
        self._now = now

    # --- sessions
    def start(
        self,
        topic: str | None = None,
        task: str | None = None,
        count: int | None = None,
        mode: Mode = "adaptive",
        source: str = BANK,
    ) -> Session:
        """Begin a session; a practice exam's time begins now.

        Args:
            topic: As a person calls it; None for all.
            task: Of the exam guide; None for all.
            count: How many questions; None for 10, or as many as the exam has of these domains.
            mode: "adaptive" asks what is due or weak, "mixed" anything, "mock" is timed and
                weighted like the exam.
            source: "bank", "own" or the name of one's own set.

        Raises:
            KnowledgeError: There are no such questions.
        """
        if mode not in get_args(Mode):
            raise KnowledgeError(
                f"There is no mode {mode!r}.", remedy="Use adaptive, mixed or mock."
            )
        guide = exam_guide()
        wanted = count if count is not None else guide.mock_questions if mode == "mock" else 10
        if not 1 <= wanted <= MOST_QUESTIONS:
            raise KnowledgeError(
                f"A session has 1 to {MOST_QUESTIONS} questions.", remedy="Ask for so many."
            )
        pool, seed, now = (
            self.pool.chosen(topic, task, source),
            secrets.randbelow(2**31),
            self._now(),
        )
        made = Session(
            id=secrets.token_hex(6),
            user=self.user,
            mode=mode,
            topic=topic,
            task=task,
            source=source,
            count=wanted if mode == "adaptive" else min(wanted, len(pool)),
            seed=seed,
            planned=_planned(mode, pool, wanted, seed),
            started_at=now,
        )
        if mode == "mock":
            ends = now + timedelta(seconds=guide.seconds_each * made.count)
            made = made.model_copy(update={"deadline": ends})
        self._history.begin(made)
        return made

    def resume(self) -> Session | None:
        """Return the newest session if it goes on still."""
        newest = self._history.newest(self.user)
        return newest if newest is not None and not self._over(newest) else None

    def session(self, session_id: str | None = None) -> Session:
        """Return a session of this user, the newest when None.

        Raises:
            KnowledgeError: There is none.
        """
        history = self._history
        found = (
            history.newest(self.user)
            if session_id is None
            else history.session(session_id, self.user)
        )
        if found is None:
            raise KnowledgeError("There is no such session.", remedy="Begin one.")
        return found

    def finish(self, session_id: str | None = None) -> Result:
        """End a session; what was not answered counts as wrong in a practice exam."""
        session = self.session(session_id)
        self._history.finish(session.id, self._now())
        return self.result(session.id)

    def next(self, session_id: str | None = None) -> Question | None:
        """Return the question that waits for an answer, with the letters of this session.

        None when the session is over: everything answered, ended, or its time is up.
        """
        session = self.session(session_id)
        asked = self._history.asked(session.id)
        gone = any(a.letters is None and self.pool.find(a.question_id) is None for a in asked)
        if gone or self._over(session):  # gone: a question that is no more waits for an answer
            self._history.finish(session.id, self._now())
            return None
        while (shown := self._shown(session, asked)) is None:
            if len(asked) >= session.count or (chosen := self._choose(session, asked)) is None:
                self._history.finish(session.id, self._now())
                return None
            self._history.ask(session, len(asked), chosen, self._now())
            asked = self._history.asked(session.id)
        return shown

    def answer(
        self,
        question_id: str,
        letters: Iterable[str],
        seconds: float | None = None,
        session_id: str | None = None,
    ) -> Marked:
        """Mark an answer and keep it, once.

        Args:
            question_id: The one that waits.
            letters: As they were shown; in order where order counts; none to skip it.
            seconds: How long it took; None: since it was asked, unless that is very long.
            session_id: None for the newest session.

        Raises:
            KnowledgeError: The question does not wait, the time is up, or a letter is not there.
        """
        session, now = self.session(session_id), self._now()
        waiting = next(
            (a for a in self._history.asked(session.id)
             if a.letters is None and a.question_id == question_id), None
        )  # fmt: skip
        if waiting is None or session.finished_at is not None:
            raise KnowledgeError(
                "This question does not wait for an answer.", remedy="Ask for the next one."
            )
        if session.deadline is not None and now >= session.deadline:
            self._history.finish(session.id, now)
            raise KnowledgeError("The time is up.", remedy="Look at the result.")
        question = self.pool.question(question_id)
        given = letters_of(question, letters)
        own = own_letters(question, session.seed, given)
        right = bool(own) and question.is_right(own)
        took = seconds if seconds is not None else (now - waiting.asked_at).total_seconds()
        known_s = took if 0 <= took <= LONGEST_THOUGHT_S else None
        kept = Answered(session_id=session.id, question_id=question_id, letters=own, right=right,
                        seconds=known_s, at=now)  # fmt: skip
        card = self._history.answer(
            session,
            kept,
            lambda old: memory.reviewed(old, right=right, seconds=known_s, now=now),
        )
        if card is None:
            raise KnowledgeError(
                "This question was answered already.", remedy="Ask for the next one."
            )
        shown = shuffled(question, session.seed)
        return marked(shown, given, right=right, due=memory.due_at(card))

    def shown(self, question_id: str, session_id: str | None = None) -> Question:
        """Return a question with the letters that a session showed it with."""
        return shuffled(self.pool.question(question_id), self.session(session_id).seed)

    def as_last_shown(self, question_id: str) -> Question:
        """Return a question as the newest session showed it, else with its own letters."""
        newest = self._history.newest(self.user)
        asked = self._history.asked(newest.id) if newest is not None else ()
        if newest is not None and any(one.question_id == question_id for one in asked):
            return self.shown(question_id, newest.id)
        return self.pool.question(question_id)

    def result(self, session_id: str | None = None) -> Result:
        """Return how a session went, or goes."""
        session = self.session(session_id)
        done = [one for one in self._history.asked(session.id) if one.letters is not None]
        return result_of(session, done, self.pool, self._now())

    def answered(self, session_id: str | None = None) -> tuple[tuple[Question, Asked], ...]:
        """Return a session's answered questions, with its letters, in order."""
        session = self.session(session_id)
        rows = [one for one in self._history.asked(session.id) if one.letters is not None]
        found = [(self.pool.find(row.question_id), row) for row in rows]
        return tuple((shuffled(q, session.seed), row) for q, row in found if q is not None)

    # --- history
    def progress(self, user: str | None = None) -> Progress:
        """Return where a user stands, this one when None; sets of one's own are rows apart."""
        whose = user or self.user
        history, cards, now = (
            self._history.answers(whose),
            self._history.cards(whose),
            self._now(),
        )

        def judge(name: str, questions: Sequence[Question]) -> Standing:
            return standing(name, questions, history, cards, now)

        questions = self.pool.bank.questions
        topics = by_topic(questions, judge)
        return Progress(
            user=whose,
            overall=judge("all", questions),
            tasks=by_task(questions, judge),
            topics=topics,
            weak=weakest(topics),
            own=tuple(judge(name, one.questions) for name, one in self.pool.own().items()),
            days=by_day(history),
        )

    def reset(self) -> int:
        """Forget everything about this user; returns how many answers that were."""
        return self._history.forget(self.user)

    # --- within
    def _over(self, session: Session) -> bool:
        late = session.deadline is not None and self._now() >= session.deadline
        return session.finished_at is not None or late

    def _shown(self, session: Session, asked: Sequence[Asked]) -> Question | None:
        waiting = next((one for one in asked if one.letters is None), None)
        if waiting is None:
            return None
        return shuffled(self.pool.question(waiting.question_id), session.seed)

    def _choose(self, session: Session, asked: Sequence[Asked]) -> str | None:
        if session.planned:
            had = {one.question_id for one in asked}
            left = (one for one in session.planned if one not in had)
            return next((one for one in left if self.pool.find(one) is not None), None)
        pool = self.pool.chosen(session.topic, session.task, session.source)
        questions = choosing.in_order_of_chance(pool, session.seed)
        cards, now = self._history.cards(self.user), self._now()
        history = self._history.answers(self.user)
        topics = by_topic(pool, lambda name, some: standing(name, some, history, cards, now))
        ids = [one.question_id for one in asked]
        found = choosing.next_adaptive(questions, cards, ids, weakest(topics), now)
        return found.id if found is not None else None


def _planned(mode: Mode, pool: Sequence[Question], count: int, seed: int) -> tuple[str, ...]:
    if mode == "adaptive":
        return ()
    return (choosing.mock if mode == "mock" else choosing.mixed)(pool, count, seed)

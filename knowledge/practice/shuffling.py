"""A question with its options in another order, so that a letter is never what is learnt."""

import random
from collections.abc import Iterable

from knowledge.question import Question


def shuffled(question: Question, seed: int) -> Question:
    """Return the question as one session shows it; a whole question, with its own letters.

    The same seed gives the same order. An "ordering" question never shows the right order.
    """
    before = order(question, seed)
    letter = dict(zip(before, (option.key for option in question.options), strict=True))
    by_key = {option.key: option for option in question.options}
    proof = question.proof
    if proof is not None and proof.wrong:
        wrong = {letter[key]: option for key, option in proof.wrong.items()}
        proof = proof.model_copy(update={"wrong": wrong})
    options = tuple(by_key[key].model_copy(update={"key": letter[key]}) for key in before)
    answer = [letter[key] for key in question.answer]
    keeps_order = question.kind in {"ordering", "matching"}
    told = tuple(answer if keeps_order else sorted(answer))
    return question.model_copy(update={"options": options, "answer": told, "proof": proof})


def order(question: Question, seed: int) -> tuple[str, ...]:
    """Return the question's own letters in the order shown."""
    keys = [option.key for option in question.options]
    chance = random.Random(f"{seed}:{question.id}")  # noqa: S311 - no secret
    chance.shuffle(keys)
    if question.kind == "ordering" and tuple(keys[: len(question.answer)]) == question.answer:
        keys = keys[1:] + keys[:1]
    return tuple(keys)


def own_letters(question: Question, seed: int, shown: Iterable[str]) -> tuple[str, ...]:
    """Return the question's own letters for letters as they were shown; others are left out."""
    letters = [option.key for option in question.options]
    back = dict(zip(letters, order(question, seed), strict=True))
    return tuple(back[letter] for letter in shown if letter in back)

"""Exam practice in words: a question, what an answer was worth, why, progress."""

from collections.abc import Mapping
from typing import Any

from assistant.messages import N_, Translator
from assistant.offline.history import dictionary, rows
from assistant.offline.practice_wishes import wish
from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk

_HOW = {
    "single": N_("Answer with a letter."),
    "ordering": N_("Answer with the letters in order, for example: C A B."),
    "matching": N_("Answer with a letter for each number, for example: 1B 2A 3B."),
}
_MOST_OPERATIONS = 12


def practising(talk: Talk) -> Reply | None:
    """Practise when that is what is asked; None otherwise. Nothing here answers a plan."""
    wanted = wish(talk.turn, talk.intents)
    if wanted is None or not talk.desk.offers(wanted.tool):
        return None
    result = talk.desk.call(wanted.tool, **wanted.arguments)
    if result.error:
        text = failed(result, talk._)
    else:
        told = {
            "practice_question": _question,
            "practice_answer": _marked,
            "practice_explain": _explained,
            "practice_progress": _progress,
        }
        text = told[wanted.tool](result.value, talk._)
    return Reply(text, asked=talk.turn.asked, practice=True)


def _question(value: Mapping[str, Any], _: Translator) -> str:
    asked = dictionary(value.get("question"))
    if not asked:
        return "\n\n".join([_("That was the last question."), _result(value.get("result"), _)])
    head = _(
        "**Question {number} of {of}** (task {task})",
        number=str(asked.get("number")),
        of=str(asked.get("of")),
        task=str(asked.get("task")),
    )
    if (left := asked.get("remaining_s")) is not None:
        head += " · " + _("{minutes} min left", minutes=str(-(-int(left) // 60)))
    prompts = [f"{n}. {prompt}" for n, prompt in enumerate(asked.get("prompts") or (), 1)]
    options = [f"- **{k}** {text}" for k, text in dictionary(asked.get("options")).items()]
    many = _("Answer with {count} letters.", count=str(asked.get("choose")))
    how = _(_HOW[str(asked["kind"])]) if asked.get("kind") in _HOW else many
    parts = [head, asked.get("case"), asked.get("stem"), "\n".join(prompts), "\n".join(options)]
    return "\n\n".join([*(str(part) for part in parts if part), how])


def _marked(value: Mapping[str, Any], _: Translator) -> str:
    if "noted" in value:
        return "\n\n".join([_("Noted."), _question(value, _)])
    right = ", ".join(str(letter) for letter in value.get("right") or ())
    if value.get("correct"):
        head = _("**Right: {letters}.**", letters=right)
    elif value.get("given"):
        head = _("**Not right; the answer is {letters}.**", letters=right)
    else:
        head = _("**Skipped; the answer is {letters}.**", letters=right)
    lines = [head, _rationales(value.get("options"), _), _notes(value, _)]
    if value.get("left"):
        lines.append(_('Say "next" for another question, "show me in the sandbox", or "stop".'))
    else:
        lines += [_result(value.get("result"), _), _('Say "quiz me" for more.')]
    return "\n\n".join(filter(None, lines))


def _rationales(options: Any, _: Translator) -> str:
    marks = {True: _("right"), False: _("wrong")}
    return "\n".join(
        f"- **{row.get('letter')}** ({marks[bool(row.get('right'))]}) "
        f"{row.get('text')}: {row.get('rationale')}"
        for row in rows(options)
    )


def _notes(value: Mapping[str, Any], _: Translator) -> str:
    found = [f"[{c.get('title')}]({c.get('source_url')})" for c in rows(value.get("citations"))]
    return _("Notes: {notes}", notes="; ".join(found)) if found else ""


def _explained(value: Mapping[str, Any], _: Translator) -> str:
    shown = value.get("shown")
    if not isinstance(shown, Mapping):
        return "\n\n".join(filter(None, [_rationales(value.get("options"), _), _notes(value, _)]))
    lines = [str(line) for line in shown.get("lines") or ()]
    if not lines:
        return _("The product cannot show this one; the notes say it.") + "\n\n" + _notes(value, _)
    parts = [_("This is what the product itself says:"), "\n".join(f"- {line}" for line in lines)]
    parts += [f"- {fault}" for fault in shown.get("faults") or ()]
    return "\n\n".join(filter(None, [*parts, _planned(shown.get("plan"), _)]))


def _planned(plan: Any, _: Translator) -> str:
    if not isinstance(plan, Mapping):
        return ""
    calls = [str(call) for call in plan.get("operations") or ()]
    shown = ", ".join(f"`{call}`" for call in calls[:_MOST_OPERATIONS])
    told = _(
        "A plan for it, only shown and not waiting for approval: {summary} It has {count} calls: "
        "{calls}.",
        summary=str(plan.get("summary")),
        count=str(len(calls)),
        calls=shown,
    )
    return told + " " + _("Tell me your own requirements to have one that you can approve.")


def _result(value: Any, _: Translator) -> str:
    made = dictionary(value)
    if not made:
        return ""
    text = _(
        "{right} of {answered} right.",
        right=str(made.get("right")),
        answered=str(made.get("questions") if made.get("score") else made.get("answered")),
    )
    if made.get("score") is None:
        return text
    verdict = _("above the pass mark") if made.get("passed") else _("below the pass mark")
    return text + " " + _(
        "On the exam's scale that is about {score} ({low} to {high}), {verdict} of {mark}. It is "
        "an estimate: AWS does not publish its scaling, and only domains 3 and 4 are asked.",
        score=str(made.get("score")),
        low=str(made.get("score_low")),
        high=str(made.get("score_high")),
        verdict=verdict,
        mark=str(made.get("pass_mark")),
    )  # fmt: skip


def _progress(value: Mapping[str, Any], _: Translator) -> str:
    overall = dictionary(value.get("overall"))
    if not overall.get("answers"):
        return _('You have not practised yet. Say "quiz me" to begin.')
    lines = []
    if value.get("result"):
        lines.append(_("We stop here.") + " " + _result(value.get("result"), _))
    lines.append(
        _(
            "You have seen {seen} of {questions} questions; {share} of the newest answers were "
            "right (95 % interval {low} to {high}), and {due} questions are due.",
            seen=str(overall.get("seen")),
            questions=str(overall.get("questions")),
            due=str(overall.get("due")),
            **_shares(overall, _),
        )
    )
    tasks = [
        _(
            "- Task {task}: {right} of {answers} right, {share} lately",
            task=str(row.get("name")),
            right=str(row.get("right")),
            answers=str(row.get("answers")),
            share=_shares(row, _)["share"],
        )
        for row in rows(value.get("tasks"))
    ]
    lines.append("\n".join(tasks))
    weak = ", ".join(str(topic) for topic in value.get("weak") or ())
    lines.append(
        _("Weak topics: {topics}.", topics=weak) if weak else _("No topic is weak so far.")
    )
    return "\n\n".join(filter(None, lines))


def _shares(row: Mapping[str, Any], _: Translator) -> dict[str, str]:
    return {key: _.percent(round(float(row.get(key) or 0), 2)) for key in ("share", "low", "high")}

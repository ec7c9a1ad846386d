"""Practice for people: questions, marks, results and progress in the terminal (rich)."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.exam.practising import Shown, cited, flowing
from knowledge.practice.guide import exam_guide
from knowledge.practice.history import Asked
from knowledge.practice.marking import Marked, Result
from knowledge.practice.standing import Progress, Standing
from knowledge.question import TASKS, Case, Question

_HOW = {
    "single": "Answer with a letter",
    "ordering": "Answer with all letters in order, for example C A B",
    "matching": "Answer with a letter for each number, for example 1B 2A 3B",
}


def show_case(case: Case) -> None:
    """Print the scenario that the next questions share."""
    Console().print(Text(f"\n{flowing(case.text)}", style="italic"))


def show_question(question: Question, result: Result) -> None:
    """Print a question and how it is answered."""
    console = Console()
    head = f"\nQuestion {result.answered + 1} of {result.questions}"
    if result.remaining_s is not None:
        head += f" · {result.remaining_s / 60:.0f} min left"
    console.print(Text(f"{head} · task {question.task} · {question.id}", style="bold"))
    console.print(Text(flowing(question.stem)))
    for number, prompt in enumerate(question.prompts, 1):
        console.print(Text(f"  {number}. {flowing(prompt)}"))
    for option in question.options:
        console.print(Text(f"  {option.key}  {flowing(option.text)}"))
    how = _HOW.get(question.kind, f"Answer with {len(question.answer)} letters")
    console.print(Text(f"{how}; or skip, show (the one before), stop.", style="dim"))


def show_marked(question: Question, made: Marked) -> None:
    """Print what an answer was worth, why each option is right or wrong, and the notes."""
    console = Console()
    right = " ".join(made.right)
    head = f"Right: {right}." if made.correct else f"Not right; the answer is {right}."
    console.print(Text(head, style="bold green" if made.correct else "bold red"))
    for option in question.options:
        mark = "+" if option.key in made.right else "-"
        console.print(Text(f"  {mark} {option.key}  {flowing(option.rationale)}"))
    for note in cited(made.notes):
        console.print(Text(f"  Note [{note['note_id']}] {note['title']}  {note['source_url']}"))


def show_result(made: Result, answered: Iterable[tuple[Question, Asked]]) -> None:
    """Print how a session went; for a practice exam also what was missed."""
    console = Console()
    total = made.questions if made.score is not None else made.answered
    console.print(Text(f"\n{made.right} of {total} right", style="bold"))
    for task, (right, count) in made.tasks.items():
        console.print(Text(f"  task {task}: {right} of {count}"))
    if made.score is None:
        return
    guide = exam_guide()
    verdict = "above" if made.passed else "below"
    console.print(
        Text(
            f"About {made.score} of 1000 ({made.score_low} to {made.score_high}), {verdict} the "
            f"pass mark of {guide.pass_mark}. An estimate on a straight line: AWS does not publish "
            f"its scaling, and domains 3 and 4 are {guide.covered_percent} % of the exam."
        )
    )
    for question, row in answered:
        if not row.right:
            console.print(
                Text(f"  missed: {question.id} (sagepilot exam why {question.id} LETTER)")
            )


def show_shown(seen: Shown) -> None:
    """Print what the product itself says to a question."""
    console = Console()
    if not seen.lines:
        console.print("The product cannot show this one; its notes say it.")
    for line in seen.lines:
        console.print(Text(f"  {line}"))
    for fault in seen.faults:
        console.print(Text(f"  otherwise: {fault}", style="red"))
    if seen.plan is not None:
        from assistant.cli.tables import plan_table

        console.print(plan_table(seen.plan.model_dump(mode="json")))
        console.print(Text("Only shown: `sagepilot plan` makes one that can be approved."))
    elif seen.why_no_plan:
        console.print(Text(f"  no plan: {seen.why_no_plan}"))


def show_progress(made: Progress) -> None:
    """Print shares with their intervals, what is due and what is weak."""
    console = Console()
    for title, rows in (
        (f"Practice of {made.user}", (made.overall,)),
        ("Tasks", made.tasks),
        ("Topics", tuple(row for row in made.topics if row.answers)),
        ("Your own sets", made.own),
    ):
        if rows:
            console.print(_table(title, rows))
    weak = ", ".join(made.weak)
    console.print(Text(f"Weak topics: {weak}" if weak else "No topic is weak so far."))


def _table(title: str, rows: Sequence[Standing]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "seen", "right", "lately", "95 % interval", "still known", "due"):
        table.add_column(heading)
    for row in rows:
        name = f"{row.name} {TASKS[row.name]}" if row.name in TASKS else row.name
        table.add_row(
            Text(name),
            f"{row.seen} of {row.questions}",
            f"{row.right} of {row.answers}",
            "" if row.share is None else f"{row.share:.0%}",
            "" if row.share is None else f"{row.low:.0%} to {row.high:.0%}",
            "" if row.retention is None else f"{row.retention:.0%}",
            str(row.due),
        )
    return table

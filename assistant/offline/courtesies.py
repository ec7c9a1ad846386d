"""Sections that need no tool: greetings, help, what was not understood."""

from assistant.offline.fields import known, label
from assistant.offline.meaning import Intent
from assistant.offline.talk import Talk


def greeting(talk: Talk) -> str:
    """Greet, and say what to begin with."""
    _ = talk._
    if talk.advances or Intent.ASK_KNOWLEDGE in talk.intents:
        return _("Hello!")
    if talk.values:
        return _("Hello! We can go on where we were.")
    return _("Hello!") + " " + _begin(talk)


def _begin(talk: Talk) -> str:
    return talk._(
        "Tell me about your model and who calls it, and I take it to a SageMaker endpoint: "
        'for example "I have a scikit-learn model in ./model.joblib, 200 ms, 20 requests a second".'
    )


def thanks(talk: Talk) -> str:
    """Answer thanks."""
    return talk._("You are welcome.")


def help_text(talk: Talk) -> str:
    """Say what can be done here."""
    return talk._(
        "I take you from a sentence to a working SageMaker endpoint. You can:\n"
        "- describe your model, latency, payload, traffic and budget, and correct me at any time\n"
        '- ask "why not serverless?", "and if traffic doubles?" or any question about SageMaker '
        "endpoints\n"
        '- say "go ahead" for a plan with sensible defaults; you approve it, nobody else can\n'
        "- ask for the status, list endpoints, delete or undo"
    )


def small_talk(talk: Talk) -> str:
    """Answer small talk."""
    return talk._(
        "I am Sagepilot, all is well here, and SageMaker endpoints are what I am best at. "
        "What shall we deploy?"
    )


def out_of_scope(talk: Talk) -> str:
    """Decline politely."""
    return talk._(
        "That is outside what I can help with. I choose, plan and explain SageMaker endpoints: "
        "tell me about your model, or ask about options, limits, scaling and cost."
    )


def summary(talk: Talk) -> str:
    """Say what is known, for a message that was not understood."""
    _ = talk._
    if talk.values:
        return _("What I know so far: {facts}.", facts=known(talk.values, _))
    return ""


def not_understood(talk: Talk) -> str:
    """Say that a message was not understood, and what would be."""
    _ = talk._
    names = _.join([label(f, _) for f in talk.turn.asked if talk.values.get(f) is None])
    if not talk.turn.text.strip():
        return _("Your message was empty.") + ("" if talk.values else " " + _begin(talk))
    if names:
        return _("I did not understand that as an answer about {fields}.", fields=names)
    if not talk.values:
        return _("I did not understand that.") + " " + _begin(talk)
    return _('I did not understand that. Say "help" to see what I can do.')

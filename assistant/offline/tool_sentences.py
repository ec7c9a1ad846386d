"""Sentences that tools say in English, so that they can be said in the reader's language.

The rules and the common refusals of `tools` speak English with the values filled in. Here are their
sentences with placeholders: what a tool said is matched with them and the values are put into the
translation. What matches none stays English.
"""

import re
from functools import cache

from assistant.messages import N_, Translator
from assistant.offline.fields import CHOICES

SENTENCES: tuple[str, ...] = (
    N_(
        "A {a} of {b} and an answer within {c} ms cannot both be had: above 25 MB only an "
        "asynchronous endpoint takes it, through S3 and a queue."
    ),
    N_("The model needs {a} for a request, so an answer within {b} cannot be had."),
    N_(
        "Somebody waits, but {a} of processing is over the 60 s of an answer in one call; only "
        "a stream may take 8 min."
    ),
    N_(
        "The cheapest that fits is {a} at about {b} USD a month, because a GPU is required; "
        "the budget is {c} USD."
    ),
    N_("The cheapest that fits is {a} at about {b} USD a month; the budget is {c} USD."),
    N_(
        "The cheapest that fits is {a} at about {b} USD a month; within the budget of {c} USD "
        "there is only serverless, but: {d}"
    ),
    N_("An average of {a} requests/s is above the peak of {b}."),
    N_("Traffic cannot be steady and absent {a} of the time."),
    N_(
        "Idle {a} of the time, an average of {b} requests/s over the month is more than the "
        "peak rate allows in the rest."
    ),
    N_(
        "SageMaker hosting is not listed in {a}; choose one of the {b} Regions that have it, "
        "for example us-east-1."
    ),
    N_(
        "These payloads at this rate are {a} Gbit/s, more than 100 Gbit/s: send references to "
        "S3 instead of the data."
    ),
    N_("Traffic is a batch, yet {a}: a batch job answers at its end."),
    N_("somebody waits for each answer"),
    N_("an answer is wanted within {a} ms"),
    N_("Somebody waits, but a request of {a} is over the 1 GB that any endpoint takes."),
    N_(
        "{a} for one request is over the 60 min of asynchronous and batch requests: split the "
        "work, or run a Processing job."
    ),
    N_("No endpoint answers within {a} ms: the network alone takes about {b} ms (assumed)."),
    N_("Only a real-time endpoint streams, with requests of at most 25 MB and at most 8 min."),
    N_("JumpStart deploys models of its own catalogue; this one comes from {a}."),
    N_("Only a real-time endpoint holds {a} models, and here it is excluded: {b}"),
    N_("Streaming is wanted, yet nobody waits: an answer in one piece would do."),
    N_("About {a} USD a month are over the budget of {b} USD (estimate)."),
    N_("At this traffic {a} costs about {b} USD a month, {c} about {d} USD (estimate)."),
    N_("Idle or forgotten, the endpoint costs {a} USD a month until it is deleted."),
    N_("Data in and out adds about {a} USD a month; it counts against the budget."),
    N_("{a} USD a month use up most of the budget of {b} USD; more instances at a peak exceed it."),
    N_("The model needs a GPU, which serverless endpoints do not have."),
    N_(
        "Neo could make the model faster on c5, m5 and g4dn, but it takes PyTorch up to 2.0, "
        "TensorFlow up to 2.9, ONNX 1.7 and XGBoost 1.3.3 only."
    ),
    N_(
        "Neo compiles the model for the family {a} and for requests of one fixed shape; compare "
        "it with the plain model before keeping it."
    ),
    N_("Neo compiles for one family of instances, and a serverless endpoint names none."),
    N_("The compiled model takes requests of exactly this shape: {a}."),
    N_(
        "In the sandbox ONNX Runtime stands in for Neo: that the compiled model answers as before "
        "is tried, its speed and its operators on AWS are not."
    ),
    N_("Neo might make it faster, and is left out: {a}"),
    N_("Triton's configuration, made from the graph's inputs and outputs."),
    N_(
        "A model of {a} needs about {b} MB to run (estimate), over the {c} MB of the largest "
        "serverless endpoint."
    ),
    N_("A model of {a} is over the 5 GB disk of a serverless environment."),
    N_("{a} models are to share the endpoint; a serverless endpoint holds one."),
    N_("{a} models are to share the endpoint; an asynchronous endpoint holds one."),
    N_("No GPU instance type offered in {a} holds a model of {b}."),
    N_("No instance type offered in {a} holds a model of {b}."),
    N_("A real-time multi-model endpoint holds {a} models and loads them on demand."),
    N_(
        "The GPU is idle {a} of the time and a start of minutes is tolerated: an asynchronous "
        "endpoint goes down to zero instances."
    ),
    N_(
        "A model of {a} loads slowly: raise ModelDataDownloadTimeoutInSeconds and "
        "ContainerStartupHealthCheckTimeoutInSeconds (up to 3600 s)."
    ),
    N_("Of several models the rarely used ones are loaded anew: a slow first call."),
    N_(
        "New accounts often have a quota of 0 for GPU instances on endpoints: check Service "
        "Quotas before deploying."
    ),
    N_("A payload of {a} is over the {b} of a serverless endpoint."),
    N_("A payload of {a} is over the {b} of a real-time endpoint."),
    N_("A request of {a} is over the 1 GB ({b} bytes) of an asynchronous endpoint."),
    N_(
        "A record of {a} is over the {b} that batch transform sends in one request; an "
        "asynchronous endpoint takes it whole."
    ),
    N_(
        "Input of {a} is a data set: batch transform reads it from S3 and sends it in records "
        "of at most {b}."
    ),
    N_(
        "A payload of {a} is above 6 MB, the limit in the feature matrix and in the API model "
        "(6,291,456 bytes), and within the 25 MB of the newer FAQ: test it early, or use an "
        "asynchronous endpoint."
    ),
    N_("A payload of {a} is close to the limit of 4 MB: larger ones will be refused."),
    N_("A payload of {a} is close to the limit of 1 GB."),
    N_("Regulated data asks for a VPC and network isolation; a serverless endpoint has neither."),
    N_("Serverless inference is not in the price list of {a} (it is in {b} Regions)."),
    N_("SageMaker hosting is not listed in the Region {a}."),
    N_(
        "For regulated data set VpcConfig (subnets in two zones), EnableNetworkIsolation and a "
        "KMS key for volumes and output."
    ),
    N_("{a} of processing is over the 60 s of a serverless endpoint."),
    N_("A serverless endpoint answers in one piece; streaming needs real-time."),
    N_("{a} of processing is over the 60 s of a real-time answer."),
    N_("A stream of {a} is over the 8 min of a streamed answer."),
    N_("{a} of processing is over the 60 min of an asynchronous request."),
    N_("An asynchronous endpoint puts whole answers into S3 and cannot stream."),
    N_(
        "An answer within {a} ms is wanted; through S3 and a queue it takes about {b} ms at "
        "best (estimate)."
    ),
    N_("{a} for one record is over the 60 min of batch transform."),
    N_("Somebody waits for each answer; a batch transform job answers at its end."),
    N_(
        "{a} ms is less than a call to any endpoint takes (about {b} ms at best, assumed): run "
        "the model inside the application or on the device."
    ),
    N_("A p95 of {a} ms needs instances that are always warm."),
    N_(
        "A first answer may take {a}, a cold start takes about {b} (estimate): instances are "
        "always warm, serverless only with provisioned concurrency."
    ),
    N_("Somebody waits, and the answer comes back in the same call."),
    N_("Nobody waits, so requests can queue and the result be fetched from S3."),
    N_(
        "{a} of processing is near or over the 60 s of a synchronous call; an asynchronous "
        "request may take 60 min."
    ),
    N_(
        "A whole data set is scored and nobody waits: a batch transform job needs no endpoint "
        "and costs nothing between jobs."
    ),
    N_(
        "{a} of processing leaves little of the 60 s: slower requests will fail. Set the "
        "client's read timeout to 70 s."
    ),
    N_("After idle time the first answer takes about {a} (estimate; watch ModelSetupTime)."),
    N_("Warm environments: {a}, paid for all the time; requests beyond them meet a cold start."),
    N_("Scaled to zero, the first request waits several minutes for an instance."),
    N_(
        "The estimated p95 is {a} ms, above the {b} ms that are wanted: measure before you "
        "promise it."
    ),
    N_("Somebody waits, but the answer arrives in S3: notify them through SNS, or poll."),
    N_("{a} requests/s x {b} are {c} at once, over the {d} of a serverless endpoint."),
    N_("Traffic is {a}: an instance that is always on is used most of the time."),
    N_(
        "Traffic is {a}, idle {b} of the time: serverless costs nothing while idle, and cold "
        "starts are tolerated."
    ),
    N_(
        "The queue evens out bursts, and without requests the endpoint may go down to zero "
        "instances."
    ),
    N_("One instance has no second Availability Zone to fall back on (Security Hub SageMaker.4)."),
    N_(
        "A maximum concurrency of {a} is above the quota of 10 that new accounts report: check "
        "Service Quotas."
    ),
    N_(
        "The capacity of an instance is derived from an assumed processing time of {a}: "
        "load-test one instance, then correct count and target."
    ),
    N_("Up to {a} instances may be needed: the account's quota for the type must allow them."),
    N_(
        "{a} requests at once are close to the 200 of a serverless endpoint: a bigger peak is "
        "throttled."
    ),
    N_("payload above {a}"),
    N_("payload of at most {a}"),
    N_("well above the break-even of {a} requests a day"),
    N_("traffic mostly absent and cold starts accepted"),
    N_("steady traffic"),
    N_("a whole data set offline, without an endpoint"),
    N_("nobody waits for the answer"),
    N_("somebody waits for the answer"),
    N_("processing above {a}"),
    N_("processing of at most {a}"),
    N_("cold starts not tolerated"),
    N_("a GPU is required"),
    N_("regulated data"),
    N_("several models share the endpoint"),
    N_("the answer is streamed"),
    N_("model above {a}"),
    N_("an answer after minutes is good enough"),
    N_("a latency of seconds is good enough"),
    N_("no GPU is needed"),
    N_("one endpoint for each model"),
    N_("the Region is {a}"),
    N_("the answer comes in one piece"),
    N_("a smaller model of at most {a}"),
    N_("a budget of at least {a} USD a month"),
    N_("There is no file or folder {a}."),
    N_("Check the path; give it in full if in doubt."),
    N_("There is nothing at {a} that these credentials can see."),
    N_("Check bucket, key and region."),
    N_("S3 refuses access to {a}."),
    N_("Grant s3:GetObject on it, or copy the archive to a place you can read."),
    N_("There is an endpoint named {a} already."),
    N_("Choose another name, or delete that endpoint first."),
    N_("There is no deployment to undo."),
    N_("There is no deployment {a} to undo."),
    N_("Look at `sagepilot endpoints` for what stands."),
    N_("Nothing of that deployment is left."),
    N_("There is nothing to do."),
    N_("There is nothing to remove."),
    N_("Name another endpoint."),
    N_("{a} holds no files."),
    N_("Give the folder or archive with the model."),
    N_("{a} does not name one object."),
    N_("Give s3://bucket/path/model.tar.gz."),
    N_("A model from {a} cannot be planned by this version."),
    N_("Give a local path or the s3:// URI of the model's archive."),
    N_("Change the requirement that the message names."),
    N_("The scikit-learn image has no default model_fn, so the archive must bring one."),
    N_("A real-time endpoint is always warm, and no price says that serverless is cheaper."),
    N_(
        "SageMaker has no {a} inference image: another framework's image with a handler, Triton, "
        "or an image of your own serves the model."
    ),
    N_("One run costs about {a} USD: {b}"),
    N_(
        "This plan is one run. To repeat it, plan again, or let EventBridge Scheduler call "
        "CreateTransformJob on your schedule: its universal target takes the call of this plan, "
        "with <aws.scheduler.execution-id> in the job's name (a name serves once); the model must "
        "stay then."
    ),
    N_("There is nothing under {a}."),
    N_("Check bucket and prefix, or upload the data."),
    N_("There is no data at {a}."),
    N_("Give a file or folder with records, or an s3:// address."),
    N_("The rows have {a} columns, and the model takes {b}."),
    N_("There is no bucket {a} that these credentials can see."),
    N_("Check the bucket's name and its region."),
    N_("That is not allowed here because of your organisation's policy: {a}"),
    N_("AWS would refuse this plan: {a}"),
)


def localized(text: str, _: Translator) -> str:
    """Say a tool's sentence in the reader's language; one that is not known stays as it is."""
    if _.language == "en" or not text:
        return text
    if (whole := _(text)) != text:
        return whole
    for msgid, pattern in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: _value(value, _) for name, value in found.groupdict().items()}
            return _(msgid, **values)
    return _value(text, _) if _MEASURE.fullmatch(text) else text


_MEASURE = re.compile(r"\d[\d,]*(?:\.\d+)?(?: ?(?:%|[A-Za-z]+))?")
_UNITS = {"min": N_("{n} min"), "h": N_("{n} h"), "bytes": N_("{n} bytes")}


def _value(value: str, _: Translator) -> str:
    """Write a number of a tool with the language's separators; translate anything else."""
    if not _MEASURE.fullmatch(value):
        return localized(CHOICES.get(value, value), _)
    number, unit = re.fullmatch(r"([\d,.]+) ?(.*)", value).groups()  # type: ignore[union-attr]
    whole, point, fraction = number.replace(",", "").partition(".")
    written = _.number(int(whole)) + (_.number(0.5)[1] + fraction if point else "")
    if unit in _UNITS:
        return _(_UNITS[unit], n=written)
    return f"{written} {unit}" if " " in value else f"{written}{unit}"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Sentences with placeholders as patterns, the most literal text first."""
    longest_first = sorted((s for s in SENTENCES if "{" in s), key=len, reverse=True)
    return tuple((msgid, re.compile(_pattern(msgid))) for msgid in longest_first)


def _pattern(msgid: str) -> str:
    return re.sub(r"\\\{(\w)\\\}", r"(?P<\1>.+?)", re.escape(msgid))

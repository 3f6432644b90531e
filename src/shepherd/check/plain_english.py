"""
The lists of English words that wording is judged by, and whether words are English at all.

A flow's language is not declared; it shows in its words. Some are in every English sentence and in hardly any other
language: where they make up a tenth of all words, the words are English. In other languages they stay below a
twentieth. A flow of so few words that none of them occurs is not judged by these lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: Frequent in English, and no words, or rare ones, of the languages around it.
TELLING = frozenset(
    "the and you your yours this that these those they them their there what which when where who how why with without "
    "from have has had not are were been being would could should can't don't please yes if because then than any some "
    "our ours us here does did it's isn't i'm we'll by".split()
)
LEAST_SHARE = 0.1
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

#: Harder words for the ear than needed, and what says the same.
HARDER = {
    "accordingly": "so",
    "additionally": "also",
    "aforementioned": "this",
    "amongst": "among",
    "ascertain": "find out",
    "at the present time": "now",
    "at this point in time": "now",
    "cease": "stop",
    "commence": "start",
    "commenced": "started",
    "consequently": "so",
    "discontinue": "stop",
    "due to the fact that": "because",
    "endeavour": "try",
    "erroneous": "wrong",
    "erroneously": "by mistake",
    "expedite": "speed up",
    "facilitate": "help",
    "forthwith": "now",
    "furnish us with": "give us",
    "hereby": "(leave it out)",
    "herewith": "(leave it out)",
    "henceforth": "from now on",
    "in accordance with": "as … says",
    "in order to": "to",
    "in respect of": "about",
    "in the course of": "during",
    "in the event of": "if",
    "in the event that": "if",
    "inasmuch as": "because",
    "initiate": "start",
    "initiated": "started",
    "notwithstanding": "even if",
    "obtain": "get",
    "obtained": "got",
    "prior to": "before",
    "pursuant to": "under",
    "remuneration": "pay",
    "reside at": "live at",
    "subsequent to": "after",
    "subsequently": "later",
    "terminate": "end",
    "terminated": "ended",
    "thereafter": "after that",
    "utilise": "use",
    "utilize": "use",
    "until such time as": "until",
    "whilst": "while",
    "with reference to": "about",
    "with regard to": "about",
    "with the exception of": "except",
}
_HARDER = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(HARDER, key=len, reverse=True))})(?!\w)", re.IGNORECASE)

#: Labels that say nothing of what they stand for.
VAGUE = re.compile(
    r"(?:(?:option|choice|answer|button|case|variant|item)\s*(?:\d{1,3}|[a-z])?|click(?: here)?|press here|tap here|"
    r"something|stuff|things?|misc(?:ellaneous)?|etc|values?|inputs?|fields?|data|foo|bar|asdf)[.!:…]*",
    re.IGNORECASE,
)
#: What a refusal says where it says nothing.
UNHELPFUL = re.compile(
    r"(?:sorry,? )?(?:(?:that|this|it) is )?(?:an? )?(?:invalid|wrong|incorrect|error|bad|not valid|not correct|failed)"
    r"(?: (?:value|input|answer|entry|data|date|number|format|text))?[.!]*(?: please)?(?: try again[.!]*)?",
    re.IGNORECASE,
)
#: A question that yes or no does not answer. ("What about Monday?" and "How about …" they do.)
OPEN_QUESTION = re.compile(r"(?:what|which|who|whose|where|when|why|how)\b(?! about| if)[^.!?]*\?\s*$", re.IGNORECASE)
_SUBJECT = r"(?:you|your|it|its|there|they|we|i|he|she|that|this|the|any\w*|some\w*)"
_ASKS = r"(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|may|might|shall|should)"
_OPENS = r"(?:what|which|who|where|when|why|how)"
#: A second question that hangs on the first by "and".
SECOND = re.compile(rf"\band (?:{_ASKS} {_SUBJECT}\b|{_OPENS} (?:\w+ ){{0,3}}?{_ASKS}\b)", re.IGNORECASE)
BEGINS_AS_QUESTION = re.compile(rf"(?:[^.!?]*, )?(?:{_ASKS}|{_OPENS})\b", re.IGNORECASE)

_COLOUR = r"(?:red|green|blue|yellow|orange|amber|grey|gray|purple|pink|violet|white|black)"
_SIGN = r"(?:button|field|box|link|text|area|bar|line|words?|entry|entries|row|rows|column|mark|marks|banner|part)"
#: Something on a page that is told by its colour alone.
BY_COLOUR = re.compile(
    rf"\b{_COLOUR} {_SIGN}\b|\b(?:shown|marked|highlighted|printed|written|displayed) in {_COLOUR}\b", re.IGNORECASE
)
BARE_COLOUR = re.compile(rf"(?:\w+ing |steady |solid |bright |dark |light )?{_COLOUR}", re.IGNORECASE)
LIGHT = re.compile(r"\b(?:lights?|lamps?|leds?|indicators?|symbols?|icons?)\b", re.IGNORECASE)
#: An answer for somebody who can't tell.
CAN_NOT_TELL = re.compile(
    r"\b(?:can ?not|can't|don't know|do not know|not sure|unsure|none of|no idea|unclear)\b", re.I
)


def is_english(texts: Iterable[str]) -> bool:
    """Whether *texts*, all those of one flow, are English."""
    words = [word.lower().replace("’", "'") for text in texts for word in _WORD.findall(text)]
    return bool(words) and sum(word in TELLING for word in words) >= LEAST_SHARE * len(words)


def harder(text: str) -> Iterator[re.Match[str]]:
    """The harder words in *text*."""
    return _HARDER.finditer(text)

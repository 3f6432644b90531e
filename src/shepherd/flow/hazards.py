"""What a file of this language may not contain: the rules of reading, and YAML's errors in words for designers."""

from __future__ import annotations

import re

import yaml

from shepherd.flow import colons
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.indents import SAME_COLUMN, Slip, before, of_lists, outside, standing_out
from shepherd.flow.shown import JOINERS, STEERING

NOT_UTF8 = Rule("SHP001", "not-utf-8", "error", "A file is text in UTF-8, so that every reader sees the same words.")
BOM = Rule(
    "SHP002",
    "byte-order-mark",
    "error",
    "A file does not begin with a byte order mark; some editors add one, unseen, and the first key is no longer one.",
)
CONTROL = Rule(
    "SHP003",
    "unseen-character",
    "error",
    "Control characters, marks that reverse the reading direction, and what has no width are refused: what is read "
    "must be what is run. What joins letters or emoji may stand between them.",
)
TAB = Rule("SHP004", "tab-for-indent", "error", "Lines are indented with spaces; a tab has no fixed width.")
SYNTAX = Rule("SHP005", "not-yaml", "error", "The file must be YAML, of which this language uses the plain part.")
WORDS = Rule(
    "SHP006",
    "words-need-a-block",
    "error",
    "Words that contain `: `, or begin with a mark that YAML reads itself, stand on the next line after `say: |`.",
)
DOUBLE_KEY = Rule(
    "SHP007", "double-key", "error", "The same key twice in one map: YAML would keep one of the two in silence."
)
EMPTY_VALUE = Rule(
    "SHP008",
    "empty-value",
    "error",
    "Every key has a value: an empty one is nearly always a slip, such as a stray comma.",
)
ANCHOR = Rule(
    "SHP009", "anchor", "error", "YAML anchors are refused: parts are shared by `call`, `texts` and `values`."
)
ALIAS = Rule("SHP010", "alias", "error", "YAML aliases are refused: `call`, `texts` and `values` share parts.")
TAG = Rule("SHP011", "tag", "error", "YAML tags are refused: the place of a value says what it is.")
MERGE = Rule("SHP012", "merge-key", "error", "YAML's merge key is refused: what a step says stands in the step.")
DIRECTIVE = Rule("SHP013", "directive", "error", "YAML directives are refused: there is one way to read a file.")
DOCUMENTS = Rule("SHP014", "several-documents", "error", "A file holds one document; the name of the file is its name.")
CUT = Rule(
    "SHP015",
    "cut-by-hash",
    "error",
    "In YAML, ` #` ends a text that has no quotes, and the rest is lost in silence. Comments stand on their own line, "
    "or two blanks behind a value that is not spoken.",
)
TOO_LARGE = Rule(
    "SHP016",
    "too-large",
    "error",
    "Files, texts and flows have limits, far above what people write.",
)
TOO_DEEP = Rule("SHP017", "too-deep", "error", "A file nests at most 32 levels deep; a flow needs about six.")
KEY = Rule("SHP018", "key-is-no-word", "error", "A key is one word or text, never a list or a map.")
EMPTY_FILE = Rule("SHP019", "empty-file", "error", "A file that says nothing is a slip: delete it, or begin its flow.")

RULES = (
    NOT_UTF8,
    BOM,
    CONTROL,
    TAB,
    SYNTAX,
    WORDS,
    DOUBLE_KEY,
    EMPTY_VALUE,
    ANCHOR,
    ALIAS,
    TAG,
    MERGE,
    DIRECTIVE,
    DOCUMENTS,
    CUT,
    TOO_LARGE,
    TOO_DEEP,
    KEY,
    EMPTY_FILE,
)

DIFFERS = "This line is indented differently from its neighbours."
FLATTER = "Each step, field and answer stands directly below its group: take the brackets or the indent out."
NO_REUSE = "Write it out, or share it by `call`, `texts` or `values`."
BLOCK = "Put the words on the next line after `say: |`."
BRACES = (
    f"Below `with`, `set`, `when` and their like a name stands without braces. For words: {BLOCK[0].lower()}{BLOCK[1:]}"
)
STAR = f"For words that begin with a star: {BLOCK[0].lower()}{BLOCK[1:]}"
AMPERSAND = f"For words that begin with an ampersand: {BLOCK[0].lower()}{BLOCK[1:]}"
BANG = f"For words that begin with an exclamation mark: {BLOCK[0].lower()}{BLOCK[1:]}"
CUT_HINT = "Put the text into quotes, or on the next line after `say: |`; a comment goes on a line of its own."

UNSEEN = re.compile(rf"(?![\t\r])[{STEERING}]|\r(?!\n)|{JOINERS}")
#: Whatever ``UNSEEN`` may find begins with one of these: text without them is looked through ten times as fast.
_SUSPECT = re.compile(rf"[{STEERING}\r\u200c\u200d]")
_TAB = re.compile(r"^[ -]*\t", re.MULTILINE)
_ENTRY = re.compile(r"^(?P<lead>\s*(?:- +)*)(?P<key>[A-Za-z_][\w.-]*)\s*:(?P<gap>\s+)(?P<value>.*)$")
_IN_MAP = re.compile(r"^\s*(?:- +)*(?:[\w.-]+\s*:\s+)?\{.*\{\{")
_CONDITION = frozenset(["when", "is", "must", "otherwise", "default", "show_if"])
#: A blank that is none for YAML, where one has to stand: before the first word, or behind a mark.
_BLANK = re.compile(r"(?:[^'\"]*?[:,-]| *)([\u00a0\u2000-\u200a\u202f\u3000])")
_APOSTROPHE = re.compile(r"\w'$")
_MARKS = "@`*&!|>%'\"[{?-#,]}"


def decode(data: bytes, file: str, most: int) -> tuple[str | None, list[Finding]]:
    """The text of *data*, or None and why: too large, no UTF-8, a mark in front, characters that nobody can see."""
    start = Place(1, 1, 1, 2)
    if len(data) > most:
        message = f"This file has {len(data)} bytes; at most {most} are read."
        return None, [TOO_LARGE.at(start, message, file=file, hint="Split it into several flows.")]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [NOT_UTF8.at(start, "This file is written in UTF-16.", file=file, hint="Save it as UTF-8.")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"The byte 0x{data[error.start]:02X} in this line is no UTF-8."
        place = Place(line, column, line, column + 1)
        return None, [NOT_UTF8.at(place, message, file=file, hint="Save the file as UTF-8.")]
    if text.startswith("\ufeff"):
        message = "This file begins with a byte order mark, which no one can see."
        return None, [BOM.at(start, message, file=file, hint='Save it as "UTF-8", not as "UTF-8 with BOM".')]
    found = unseen(text)
    if found is not None:
        place = _place(text, found.start())
        message = f"The invisible character U+{ord(found[0]):04X} stands here."
        return None, [CONTROL.at(place, message, file=file, hint="Delete it and type the words anew.")]
    return text, []


def unseen(text: str) -> re.Match[str] | None:
    """The first character of *text* that nobody can see, as a match."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return None
    suspect = _SUSPECT.search(text)
    return UNSEEN.search(text, suspect.start()) if suspect is not None else None


def decode_yaml(data: bytes, file: str, most: int) -> tuple[str | None, list[Finding]]:
    """What ``decode`` gives, where no line is indented with a tab; in other files a line may begin with one."""
    text, findings = decode(data, file, most)
    tab = _TAB.search(text) if text is not None else None
    if text is not None and tab is not None:
        place = _place(text, tab.end() - 1)
        return None, [TAB.at(place, "This line is indented with a tab.", file=file, hint="Use spaces.")]
    return text, findings


def _place(text: str, index: int) -> Place:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Place(line, column, line, column + 1)


def short(text: str, last: bool = False, most: int = 30) -> str:
    """*text* for a message: its beginning, or its end if *last*."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return f"…{text[-most:]}" if last else f"{text[:most]}…"


def empty(text: str, index: int, key: str) -> tuple[str, str]:
    """What to say of an empty value of *key* (empty for a list item or a key itself) at *index*."""
    line_start = text.rfind("\n", 0, index) + 1
    line = text[line_start : text.find("\n", index) if "\n" in text[index:] else len(text)]
    parted = colons.of_key(key)
    if parted is not None:
        return parted
    if key and "{" in line:
        hint = f'A comma in a one-line map begins a new key ("{short(key)}"): put the text before it into quotes.'
        return f'"{short(key)}" has no value.', hint
    if key:
        return f'"{short(key)}" has no value.', "Give it one, or delete the line."
    return "There is nothing here where a value is due.", "Write the value, or delete the mark before it."


def tag(word: str) -> tuple[str, str]:
    """What to say of *word*, which YAML takes for a tag."""
    name = re.fullmatch(r"!(?:([a-z][a-z0-9_.]*),?|\(.*)", word)
    hint = f"A condition says `not {name[1] or '(…)'}`. {BANG}" if name else BANG
    return f'"{word}" is a YAML tag; a flow has none.', hint


def explain(error: yaml.MarkedYAMLError, text: str, file: str) -> Finding:
    """What YAML's parser could not read, in a designer's words and at the line that has to change."""
    lines = text.split("\n")
    problem, mark, context = error.problem or "", error.problem_mark, error.context_mark
    number = min(mark.line if mark is not None else 0, len(lines) - 1)
    column = mark.column if mark is not None else 0
    for at in dict.fromkeys((number, min(context.line, len(lines) - 1) if context is not None else number)):
        blank = _BLANK.match(lines[at])
        if blank is not None:
            place = Place(at + 1, blank.start(1) + 1, at + 1, blank.end(1) + 1)
            message = f"The blank here, U+{ord(blank[1]):04X}, is not the one of the space bar."
            return CONTROL.at(place, message, file=file, hint="Delete it and type a blank.")
    if "nesting depth" in problem:
        # Newer versions of libyaml have a limit of their own, which their scanner reaches before ours sees an event.
        place = Place(number + 1, column + 1, number + 1, column + 2)
        return TOO_DEEP.at(place, "This file nests deeper than is read.", file=file, hint=FLATTER)
    if context is not None and ("quoted scalar" in (error.context or "") or "flow" in (error.context or "")):
        words = _by_words(lines, min(context.line, len(lines) - 1), file, problem)
        if words is not None:
            return words
    words = _by_words(lines, number, file, problem)
    if words is not None:
        return words
    if number and " #" in lines[number - 1] and "expected" in problem:
        cut = lines[number - 1].index(" #")
        place = Place(number, cut + 2, number, len(lines[number - 1]) + 1)
        return CUT.at(place, "The text ends here: what follows is a comment.", file=file, hint=CUT_HINT)
    slip = _slip(problem, lines, number, context.line if context is not None else number)
    if slip is not None:
        line = lines[slip.line].rstrip()
        first = len(line) - len(line.lstrip()) + 1
        place = Place(slip.line + 1, first, slip.line + 1, max(first, len(line)) + 1)
        return SYNTAX.at(place, slip.message, file=file, hint=slip.hint)
    opened = "end of stream" in problem or ("',' or" in problem and context is not None and context.line != number)
    if opened and context is not None:  # what is never closed is mended where it begins
        number, column = min(context.line, len(lines) - 1), context.column
    place = Place(number + 1, column + 1, number + 1, max(column + 2, len(lines[number].rstrip()) + 1))
    apostrophe = _APOSTROPHE.search(lines[number][:column]) if "',' or" in problem and not opened else None
    if apostrophe is not None:
        place = Place(number + 1, column, number + 1, column + 1)
        return SYNTAX.at(place, "This apostrophe ends the text for YAML.", file=file, hint="Write two of them: ''.")
    message, hint = _said(problem, error.context or "")
    return SYNTAX.at(place, message, file=file, hint=hint)


def _slip(problem: str, lines: list[str], number: int, begun: int) -> Slip | None:
    """Where a colon or the blank behind it is missing, or a line is wrongly indented, and what to say of it."""
    begun = min(begun, len(lines) - 1)
    if "expected ':'" in problem:
        return Slip(begun, *colons.of_line(lines[begun].rstrip()))
    if "mapping values" in problem:
        told = colons.of_brace(lines[number].rstrip())
        return Slip(number, *told) if told else before(lines, number)
    neighbours = "block end" in problem or "expected key" in problem
    if "'-' indicator" in problem or (neighbours and lines[number].lstrip()[:1] == "-"):
        return Slip(number, DIFFERS, of_lists(lines))
    if not neighbours or not number:
        return None
    return standing_out(lines, number - 1, number) or outside(lines, number)


def _by_words(lines: list[str], number: int, file: str, problem: str) -> Finding | None:
    """The well-known cases, which show in the line itself: words that YAML takes for its own marks."""
    line = lines[number]
    found = _ENTRY.match(line.rstrip())
    if _IN_MAP.match(line):
        at = line.index("{{")
        place = Place(number + 1, at + 1, number + 1, at + 3)
        message = "Words with `{{` can't stand in a one-line map."
        hint = "Write the step over several lines, and put the words on the next line after `say: |`."
        return WORDS.at(place, message, file=file, hint=hint)
    if found is None or "escape" in problem:
        return None
    key, value = found["key"], found["value"]
    start = found.start("value")
    place = Place(number + 1, start + 1, number + 1, start + 1 + len(value))
    if key in _CONDITION and value[:1] == "!":
        message = 'A condition that begins with "!" means something else to YAML.'
        return WORDS.at(place, message, file=file, hint=f"Write `not {value[1:].strip()[:40]}`.")
    if key in _CONDITION and value[:1] in "\"'[" and value:
        message = "A condition that begins with a quote or a bracket is cut by YAML."
        whole = f" Or put all of it into single quotes: '{value}'." if "'" not in value and len(value) < 80 else ""
        hint = f'Begin with the name: line.status == "down".{whole}'
        return WORDS.at(place, message, file=file, hint=hint)
    if value[:1] == '"' and "end of stream" in problem:
        return SYNTAX.at(place, "A quote is opened here and never closed.", file=file, hint="Close it.")
    inside = _quoted_inside(value)
    if inside:
        message = "The text ends for YAML where its own quotation mark stands in it."
        return WORDS.at(place, message, file=file, hint=inside)
    block = BLOCK.replace("say", key)
    inner = re.fullmatch(r"([a-z_]+):\s+([a-z0-9_]+)", value)
    if inner:
        message = "Two keys stand on one line."
        return WORDS.at(
            place, message, file=file, hint=f"Write {key}: {{{inner[1]}: {inner[2]}}}, or use a line for each."
        )
    if re.search(r":\s", value) and not value.startswith(("{", "[")):
        return WORDS.at(place, 'Words with ": " in them look like a key to YAML.', file=file, hint=block)
    if value[:1] and value[0] in _MARKS and not _one_line_map(value, problem):
        message = f"Words that begin with {value[0]} mean something else to YAML."
        return WORDS.at(place, message, file=file, hint=block)
    return None


def _quoted_inside(value: str) -> str:
    """How *value*, a text in quotes that has such a quote inside, is written; empty where it is none."""
    mark, text = value[:1], value.rstrip()
    if mark not in ("'", '"') or len(text) < 3 or text[-1] != mark or mark not in text[1:-1]:
        return ""
    inner = text[1:-1]
    if mark == "'":
        return f"Double it inside: '{short(inner, most=60).replace(mark, mark * 2)}'."
    return f'Write a backslash before it: "{short(inner, most=60).replace(mark, chr(92) + mark)}".'


def _one_line_map(value: str, problem: str) -> bool:
    """Whether *value* is meant as a one-line list or map in which something else went wrong."""
    return value[0] in "[{" and not value.startswith("{{") and ("',' or" in problem or value[-1:] in "]}")


def _said(problem: str, context: str) -> tuple[str, str]:
    """A sentence and a hint for the rest of YAML's errors."""
    if "end of stream" in problem and "quoted" in context:
        return (
            "A quote is opened here and never closed.",
            "Close it, or put the words on the next line after `say: |`.",
        )
    if "',' or" in problem:
        return (
            "A one-line list or map is not closed.",
            "Close it, and put a comma between the parts.",
        )
    if "escape" in problem:
        return (
            "In double quotes a backslash begins an escape, and this is none.",
            "Write two backslashes, or no quotes.",
        )
    if "mapping values" in problem:
        return "A key stands here where none is due.", "Keys of one map begin in the same column; see the line before."
    if "block sequence entries" in problem:
        return "A list item stands here where none is due.", "Begin the list on a line of its own."
    if "start any token" in problem:
        return "YAML keeps this mark for itself.", "Put the text into quotes; in a table's cell write `over 5000`."
    if "alphabetic or numeric" in problem:
        return "YAML keeps this mark for itself.", "Put the text into quotes; in a table's cell write `any` for a star."
    if "node content" in problem:
        return "Nothing stands between two marks here.", "Take the comma out; in a table's cell write `any`."
    if "comment or line break" in problem:
        return "After | or > the line must end.", "Put the words on the next line."
    if "expected key" in problem or "block end" in problem:
        return DIFFERS, SAME_COLUMN
    return f"YAML can't read on here: {problem or 'something is wrong'}.", "See the line before, too."

"""Words: markup of pages and pictures, a terminal's and a spreadsheet's marks, and other template languages."""

from __future__ import annotations

from tests.hostile.case import FLOW, HEAD, Case, block, of, words

#: Each stands in the title, in words, in a label and in a condition, and comes out of every format as plain words.
PLAIN = {
    "script": "<script>alert(1)</script>",
    "script that ends another": "</script><script src=//x.invalid></script>",
    "picture with a handler": "<img src=x onerror=alert(1)>",
    "end of a picture": "</text></svg><evil onload=alert(1)>",
    "picture in a picture": "<svg/onload=alert(1)><animate onbegin=alert(1)>",
    "end of a style": "</style><evil>",
    "end of a text box": "</textarea><evil>",
    "end of a title": "</title><evil>",
    "out of an attribute": '" onmouseover="alert(1)" x="',
    "out of a quoted attribute": "' autofocus onfocus='alert(1)' x='",
    "out of a comment": "--><evil><!--",
    "section of characters": "]]><evil><![CDATA[",
    "entities": "&lt;evil&gt;&#60;evil&#62;&amp;lt;",
    "an entity of its own": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "address of a script": "javascript:alert(1)",
    "address with data": "data:text/html,<script>alert(1)</script>",
    "mark of a page's base": "<base href=//x.invalid>",
    "refresh": "<meta http-equiv=refresh content=0;url=//x.invalid>",
    "template of a page": "{{constructor.constructor('alert(1)')()}}".replace("{{", "{ {").replace("}}", "} }"),
    "letters that decompose": "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "formula": '=HYPERLINK("http://x.invalid","x")',
    "formula by a command": "=cmd|'/C calc'!A0",
    "formula by an at": "@SUM(1+1)",
    "markdown": "[x](javascript:alert(1)) ![x](//x.invalid) **b** # h",
    "end of a DOT label": '"]; evil [label="x',
    "backslash at the end": "x\\",
    "escapes of DOT": '\\N \\G \\l \\r \\\\" x',
    "html of DOT": "<<table><tr><td>x</td></tr></table>>",
    "end of a Mermaid label": '"] --> evil["x',
    "click of Mermaid": '"]\nclick s_hello call alert()\ns_x["',
    "directive of Mermaid": "%%{init: {'securityLevel': 'loose'} }%%",
    "front matter": "---\nconfig: {securityLevel: loose}\n---",
    "end of a quoted title": "' x: 'y",
    "command of a shell": "$(touch ran) `touch ran`; touch ran | cat",
    "format of python": "{0.__class__} %s %(x)s %n",
    "format of c": "%n%n%n%s%s%s",
    "ejs": "<%= 7*7 %>",
    "shell variable": "${HOME} $HOME %HOME%",
    "ruby": "#{7*7}",
    "annotation of GitHub": "::error file=x::y%0A::add-mask::z",
    "lines of a log": "x\nERROR everything failed\n2026-01-01 admin logged in",
    "path": "../../../../etc/passwd",
    "null in words": "%00 \\0 &#0;",
    "very long word": "w" * 15_000,
    "quotes of all kinds": "\" ' ` \u201c \u201d \u2018 \u2019 \u00ab \u00bb",
}
#: Braces in words: each is refused by its own rule.
REFUSED = {
    "statement": ("{% for x in y %}x{% endfor %}", "SHP303"),
    "include": ("{% include '/etc/passwd' %}", "SHP303"),
    "extends": ("{% extends 'base.html' %}", "SHP303"),
    "macro that calls itself": ("{% macro m() %}{{ m() }}{% endmacro %}", "SHP301"),
    "set": ("{% set x = 1 %}", "SHP303"),
    "import": ("{% import 'os' as os %}", "SHP303"),
    "raw": ("{% raw %}{{ x }}{% endraw %}", "SHP303"),
    "comment": ("{# x #}", "SHP303"),
    "autoescape off": ("{% autoescape false %}{{ hello }}{% endautoescape %}", "SHP303"),
    "unclosed": ("{{ x", "SHP303"),
    "closed only": ("x }}", "SHP303"),
    "three braces": ("{{{ x }}}", "SHP301"),
    "braces in braces": ("{{ {{ x }} }}", "SHP301"),
    "empty": ("{{ }}", "SHP301"),
    "quotes that do not pair": ("{{ 'x }} and {{ y' }} }}", "SHP303"),
    "braces in a quoted text": ("{{ '}}' }} {{", "SHP303"),
    "minus for blanks": ("{{- x -}}", "SHP301"),
    "sandbox": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "SHP301"),
    "globals": ("{{ config }} {{ self }} {{ request }}", "SHP311"),
    "safe": ("{{ today | safe }}", "SHP301"),
    "width": ("{{ today | center(1000000000) }}", "SHP301"),
    "format of a filter": ("{{ '%0999999999d' | format(1) }}", "SHP301"),
    "repetition": ("{{ 'a' * 1000000000 }}", "SHP321"),
    "loops": ("{{ range(999999999) }}", "SHP301"),
    "joined by a long text": ("{{ ['a', 'b'] | join('" + "x" * 1990 + "') }}", "SHP301"),
    "a thousand openings": ("{{ " * 1000, "SHP303"),
    "a thousand quotes": ("{{ " + "'" * 1000, "SHP303"),
    "10 000 braces": ("{" * 10_000, "SHP303"),
    "quotes and braces by turns": ("{{ '" * 4_000, "SHP303"),
    "backslashes in braces": ("{{ '" + "\\" * 9_000 + "' }}", "SHP301"),
}


def everywhere(text: str) -> str:
    """A flow that has *text* in its title, in words, in a question, in a label and in a condition."""
    one = " ".join(text.split("\n"))
    quoted = '"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"'
    said = words(text).partition("steps:\n")[2].partition("  done:")[0]
    condition = f"t == {quoted}" if len(quoted) < 1900 else "t == 'x'"
    return (
        HEAD.replace("title: T", f"title: {quoted}")
        + f"inputs: {{t: text}}\nsteps:\n{said}"
        + f"  choose:\n    ask: {quoted}\n    answers:\n      yes: {{label: {quoted}, then: which}}\n      no: done\n"
        + "  which:\n    decide:\n"
        + block("when", condition, 8).replace("        when", "      - when", 1)
        + "        then: done\n      - otherwise: done\n  done: {end: ok}\n"
    )


CASES: dict[str, Case] = {name: of(everywhere(text), door="shown") for name, text in PLAIN.items()}
CASES |= {f"braces: {name}": of(words(text), code) for name, (text, code) in REFUSED.items()}
CASES |= {
    "braces in a title": of(FLOW.replace("title: T", "title: '{{ x }} {% y %}'"), "{% y %}"),
    "braces in a label": of(
        HEAD
        + "steps:\n  hello:\n    ask: Go?\n    answers:\n      yes: {label: '{{ x }}', then: done}\n  done: {end: ok}\n"
    ),
    "braces in a description of an outcome": of(FLOW.replace("{resolves: true}", "{resolves: true, code: '{{ x }}'}")),
}

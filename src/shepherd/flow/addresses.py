"""Telephone numbers and mail addresses: the shape that every one of them has, not whether somebody answers there."""

from __future__ import annotations

import re

from shepherd.flow.refusal import Refusal

#: ITU-T E.164: an international number has at most fifteen digits. Fewer than five are no subscriber's.
LEAST_DIGITS, MOST_DIGITS = 5, 15
#: RFC 5321 (4.5.3.1): the part before the sign, and a path of 256 characters without its brackets.
MOST_LOCAL, MOST_ADDRESS = 64, 254
_BETWEEN = re.compile(r"[\s()\[\]\-\u2010\u2011\u2012\u2013]")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def phone(raw: str) -> str | Refusal:
    """*raw* as digits with their leading ``+``, if any; spaces, hyphens and brackets are left out."""
    text = raw.strip()
    if text.startswith("+") and re.search(r"[(\[]\s*0\s*[)\]]", text):
        return Refusal("pattern", "Leave out the (0): behind the country's code it is not dialled.")
    number = _BETWEEN.sub("", text)
    digits = number.removeprefix("+")
    if not re.fullmatch("[0-9]+", digits):
        return Refusal("pattern", "Give a telephone number in digits, like +358 40 1234567.")
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
        return Refusal("pattern", f"Give a telephone number of {LEAST_DIGITS} to {MOST_DIGITS} digits.")
    if number.startswith("+0"):
        return Refusal("pattern", "No country's code begins with 0. Give the number like +358 40 1234567.")
    return number


def email(raw: str) -> str | Refusal:
    """*raw* as typed, its domain in small letters."""
    text = raw.strip()
    local, sign, domain = text.rpartition("@")
    if not sign or "@" in local:
        return Refusal("pattern", "Give a mail address with one @ in it, like ada@example.com.")
    if len(text) > MOST_ADDRESS or len(local) > MOST_LOCAL:
        return Refusal("pattern", f"A mail address has at most {MOST_LOCAL} characters before the @, and 254 in all.")
    if not _LOCAL.fullmatch(local):
        return Refusal("pattern", "What stands before the @ is no mail address. Give one like ada@example.com.")
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        return Refusal("pattern", "What stands behind the @ is no mail domain. Give an address like ada@example.com.")
    return f"{local}@{domain.lower()}"

"""Languages by the tags that files bear (``de``, ``pt-BR``): their names, and in which others one may fall back on."""

from __future__ import annotations

#: Each with the name that it has for itself, and in English.
NAMES: dict[str, tuple[str, str]] = {
    "ar": ("العربية", "Arabic"),
    "bg": ("български", "Bulgarian"),
    "bn": ("বাংলা", "Bengali"),
    "bs": ("bosanski", "Bosnian"),
    "ca": ("català", "Catalan"),
    "cs": ("čeština", "Czech"),
    "cy": ("Cymraeg", "Welsh"),
    "da": ("dansk", "Danish"),
    "de": ("Deutsch", "German"),
    "el": ("Ελληνικά", "Greek"),
    "en": ("English", "English"),
    "es": ("español", "Spanish"),
    "et": ("eesti", "Estonian"),
    "eu": ("euskara", "Basque"),
    "fa": ("فارسی", "Persian"),
    "fi": ("suomi", "Finnish"),
    "fr": ("français", "French"),
    "ga": ("Gaeilge", "Irish"),
    "gl": ("galego", "Galician"),
    "gu": ("ગુજરાતી", "Gujarati"),
    "he": ("עברית", "Hebrew"),
    "hi": ("हिन्दी", "Hindi"),
    "hr": ("hrvatski", "Croatian"),
    "hu": ("magyar", "Hungarian"),
    "hy": ("հայերեն", "Armenian"),
    "id": ("Bahasa Indonesia", "Indonesian"),
    "is": ("íslenska", "Icelandic"),
    "it": ("italiano", "Italian"),
    "ja": ("日本語", "Japanese"),
    "ka": ("ქართული", "Georgian"),
    "ko": ("한국어", "Korean"),
    "ku": ("kurdî", "Kurdish"),
    "lb": ("Lëtzebuergesch", "Luxembourgish"),
    "lt": ("lietuvių", "Lithuanian"),
    "lv": ("latviešu", "Latvian"),
    "mk": ("македонски", "Macedonian"),
    "ms": ("Bahasa Melayu", "Malay"),
    "mt": ("Malti", "Maltese"),
    "nb": ("norsk bokmål", "Norwegian (bokmål)"),
    "nl": ("Nederlands", "Dutch"),
    "nn": ("norsk nynorsk", "Norwegian (nynorsk)"),
    "no": ("norsk", "Norwegian"),
    "pa": ("ਪੰਜਾਬੀ", "Punjabi"),
    "pl": ("polski", "Polish"),
    "ps": ("پښتو", "Pashto"),
    "pt": ("português", "Portuguese"),
    "rm": ("rumantsch", "Romansh"),
    "ro": ("română", "Romanian"),
    "ru": ("русский", "Russian"),
    "se": ("davvisámegiella", "Northern Sami"),
    "sk": ("slovenčina", "Slovak"),
    "sl": ("slovenščina", "Slovenian"),
    "so": ("Soomaali", "Somali"),
    "sq": ("shqip", "Albanian"),
    "sr": ("српски", "Serbian"),
    "sv": ("svenska", "Swedish"),
    "sw": ("Kiswahili", "Swahili"),
    "ta": ("தமிழ்", "Tamil"),
    "th": ("ไทย", "Thai"),
    "tl": ("Tagalog", "Tagalog"),
    "tr": ("Türkçe", "Turkish"),
    "uk": ("українська", "Ukrainian"),
    "ur": ("اردو", "Urdu"),
    "vi": ("Tiếng Việt", "Vietnamese"),
    "zh": ("中文", "Chinese"),
}


def language_name(tag: str) -> str:
    """*tag* for people: ``Deutsch (German)``, ``português (Portuguese, BR)``; one that is not known is itself."""
    first, _, region = tag.partition("-")
    if first not in NAMES:
        return tag
    own, english = NAMES[first]
    known = ", ".join(part for part in (english if own != english else "", region) if part)
    return f"{own} ({known})" if known else own


def language_in_english(tag: str) -> str:
    """*tag* within an English sentence: ``German``."""
    first, _, region = tag.partition("-")
    return f"{NAMES[first][1]} ({region})" if region and first in NAMES else NAMES.get(first, ("", tag))[1]


def falls_back(tag: str) -> tuple[str, ...]:
    """*tag* and what stands in for words that it lacks: ``de-AT`` falls back on ``de``."""
    return (tag, tag.partition("-")[0]) if "-" in tag else (tag,) if tag else ()

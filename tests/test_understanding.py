"""Typed words: any characters give a calm, bounded, repeatable answer that holds nothing of the words."""

from __future__ import annotations

import logging
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import Understood, normal, reading, spelling, understand
from bot.understanding.model import model

TOPICS = frozenset(model().lanes) - reading.NOT_TOPICS
#: Letters of all that people mix, with what is invisible, stacked or turned round.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("абвәқңөүіabc014 .,!?'’-😭🔪\u0301\u0336\u200b\u202e\u2066\ufeff\ud800\x00\x07\ufdfa"),
        st.characters(),
    ),
    max_size=300,
)


def whole(got: Understood) -> None:
    assert set(got.topics) <= TOPICS
    assert len(got.topics) == len(set(got.topics)) <= reading.OFFERED
    assert got.crisis == (got.topics[0] if got.topics and got.topics[0] in reading.CRISES else None)
    assert got.crisis in (None, *reading.CRISES)
    assert got.language in ("en", "ru", "kk", "mixed", "")
    assert got.why


def test_there_are_as_many_topics_as_people_ask_about() -> None:
    assert len(TOPICS) == 34
    assert set(reading.CRISES) < TOPICS


@settings(deadline=None)
@given(HOSTILE)
def test_any_string_is_answered(words: str) -> None:
    whole(understand(words))


@settings(deadline=None)
@given(HOSTILE)
def test_the_same_words_give_the_same_answer(words: str) -> None:
    assert understand(words) == understand(words)


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(0, 3_000))
def test_work_is_bounded_whatever_the_length(piece: str, times: int) -> None:
    text = normal.clean(piece * times)
    assert len(text) <= normal.MOST
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Mn", "Me", "Cs") for one in text)


FLOODS = {
    "one letter": "a" * 1_000_000,
    "words": "help me please " * 70_000,
    "marks": "h" + "\u0336\u0301" * 500_000,
    "mixed marks": "h" + "\u0316\u0301\u05b0" * 300_000,
    "right to left": "\u202e\u2066" * 500_000,
    "zero width": "\u200b" * 1_000_000,
    "ligatures that grow": "\ufdfa" * 300_000,
    "emoji": "🔪" * 250_000,
    "control": "\x00\x1b[31m\x07" * 150_000,
    "half characters": "\ud800" * 1_000_000,
    "one long word": "өлтір" * 200_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_read_like_a_message(name: str) -> None:
    whole(understand(FLOODS[name]))
    assert len(normal.clean(FLOODS[name])) <= normal.MOST


def stacked(text: str) -> str:
    return "".join(one + "\u0336\u0353\u0301" * 4 for one in text)


DISGUISES = {
    "zalgo": stacked,
    "zero width": "\u200b".join,
    "spelled out": " ".join,
    "turned round": lambda text: f"\u202e{text}\u202c",
    "wide": lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
    "capitals": str.upper,
    "stuck keys": lambda text: text.replace("е", "еееее").replace("e", "eeeee"),
}
CRIES = {"help": "danger", "помогите": "danger", "suicide": "self-harm", "суицид": "self-harm", "құтқарыңдар": "danger"}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_cry_is_heard_in_any_disguise(disguise: str) -> None:
    heard = {cry: understand(DISGUISES[disguise](cry)).crisis for cry in CRIES}
    assert heard == CRIES


SPELLINGS = [
    ("қорқамын", "коркамын", "qorqamyn", "korkamin", "QORQAMYN"),
    ("жоқ", "жок", "joq", "zhok", "jok"),
    ("что", "4то", "4to", "chto"),
    ("хочу", "xo4u", "hochu", "khochu"),
    ("şygarmaı", "шығармай", "shygarmay", "шыгармай"),
]


@pytest.mark.parametrize("ways", SPELLINGS, ids=lambda ways: ways[0])
def test_ways_to_spell_a_word_are_one(ways: tuple[str, ...]) -> None:
    assert len({spelling.rough(one) for way in ways for one in spelling.words(normal.clean(way))}) == 1


def test_nothing_to_read_is_nothing_understood() -> None:
    empty = ["", " \n\t", "\u200b\u202e", "...", "😀"]
    assert [understand(words).topics for words in empty] == [()] * len(empty)


LANGUAGES = [
    ("Where can I find a lawyer?", "en"),
    ("Где найти адвоката?", "ru"),
    ("gde naiti advokata", "ru"),
    ("Заңгерді қайдан табамын?", "kk"),
    ("зангерди кайдан табамын", "kk"),
    ("zangerdi qaidan tabamyn", "kk"),
    ("Мен не хочу идти туда, қорқамын", "mixed"),
]


@pytest.mark.parametrize(("words", "language"), LANGUAGES)
def test_the_language_is_that_of_the_words(words: str, language: str) -> None:
    assert understand(words).language == language


def test_the_end_of_a_long_message_is_read() -> None:
    story = "we went to the lake with the whole family and had lunch there. " * 40
    assert understand(story).crisis is None
    assert understand(story + "now he is banging on my door with a knife, help").crisis == "danger"


def test_nothing_of_the_words_is_kept_or_told(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    words = "zhanymgul lockedmein ulytau, he strangled zhanymgul"
    got = understand(words)
    told = repr(got) + caplog.text + "".join(capsys.readouterr()) + repr(reading.reader()) + repr(model())
    assert got.topics
    assert [word for word in words.replace(",", "").split() if len(word) > 4 and word in told] == []


def test_what_is_offered_is_never_nothing_of_ours() -> None:
    assert Understood("en", ("other",), None, "-").offers == ()
    assert Understood("en", ("report", "other", "lawyer"), None, "-").offers == ("report", "lawyer")

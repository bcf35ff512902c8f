"""What may be typed instead of a button: commands, emergency numbers and the safe word, in any state and script."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import conversation
from bot.authoring.load import FLOWS
from bot.conversation import Book, Meaning
from bot.dialogue import code
from bot.dialogue.explore import Exploration
from bot.dialogue.model import Event
from bot.understanding import commands
from tests.conftest import NOON
from tests.test_words import drawn, everywhere, friends

HELP, EXIT = Meaning(Event("command", "help")), Meaning(Event("command", "exit"))
NUMBERS = [
    "112", "1 1 2", "1-1-2", "112!", "call 112", "call 103!", "150", "позвонить 112", "звони в 102", "112 қоңырау шалу",
    "111", "112, 103", "1️⃣1️⃣2️⃣", "١١٢", "１１２", "1\u200b12", "911", "номер 150 пожалуйста", "dial 1 0 3 now",
]  # fmt: skip
NO_NUMBERS = ["1", "12", "1125", "room 112", "112 days ago", "я звонила 102 и они не приехали", "150000 тенге", "2024"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: What people write to leave, to get help, to go back: with typos, in Latin letters, in capitals.
SPOKEN = {
    "help": ["help", "HELP!!", "help me", "помощь", "помогитe", "pomosh", "pomogite", "көмек", "комек", "komek"],
    "exit": ["exit", "выход", "ВЫХОДД", "выхд", "exti", "закрть", "vyhod", "закрыть чат", "шығу", "шыгу", "shygu",
             "vihod", "leave"],
    "menu": ["menu", "меню", "менюю", "главное меню", "мәзір", "мазір", "mazir"],
    "back": ["back", "назад", "нзад", "nazad", "вернуться", "артқа", "артка", "artqa", "go back"],
    "language": ["language", "langauge", "язык", "сменить язык", "тіл", "yazyk"],
}  # fmt: skip
CASES = [(name, words) for name, several in SPOKEN.items() for words in several]


@pytest.mark.parametrize(("name", "words"), CASES)
def test_a_command_may_be_typed_in_any_language_and_script(book: Book, name: str, words: str) -> None:
    assert conversation.meaning(book, words) == Meaning(Event("command", name))


@pytest.mark.parametrize("words", ["start", "/start", "старт", "начать", "бастау", "start over"])
def test_start_begins_anew(book: Book, words: str) -> None:
    assert conversation.meaning(book, words) == Meaning(Event("start"))


@pytest.mark.parametrize("words", NUMBERS)
def test_an_emergency_number_in_any_writing_brings_the_card(book: Book, words: str) -> None:
    assert conversation.meaning(book, words) == HELP


@pytest.mark.parametrize("words", NO_NUMBERS)
def test_a_number_among_other_words_is_not_the_card(book: Book, words: str) -> None:
    assert conversation.meaning(book, words) != HELP


def test_from_every_state_numbers_and_the_safe_word_bring_the_bare_card(book: Book, exploration: Exploration) -> None:
    """In each language, whatever the chat's; nothing on the screen says why it came."""
    words = [*book.safe.values(), *(word.upper() for word in book.safe.values()), "112", "call 150", "aprikot"]
    reduced = {conversation.meaning(book, one) for one in words}
    assert set(book.safe) == set(book.languages) and reduced == {HELP}
    kinds = {(state.step, state.over, state.page): state for state in everywhere(book, exploration)}
    looked = 0
    for number, state in enumerate(friends(book, iter(kinds.values()))):
        before = drawn(book, state, book.languages[number % 3])
        typed = conversation.mean(book, before.code, HELP, "", NOON)
        pressed = conversation.command(book, before.code, "help", "", NOON)
        assert typed == pressed and typed.screen.over == book.dialogue.help
        assert conversation.mean(book, before.code, EXIT, "", NOON).screen.left
        looked += 1
    assert looked > 500


def test_the_safe_word_is_told_under_privacy_in_each_language(book: Book) -> None:
    from bot.dialogue.model import State

    assert book.safe
    for language, word in book.safe.items():
        assert word in drawn(book, State("privacy.first"), language).screen.text


@pytest.mark.parametrize(("words", "language"), [("English", "en"), ("по-русски", "ru"), ("Қазақша", "kk")])
def test_the_name_of_a_language_switches_to_it(book: Book, words: str, language: str) -> None:
    before = conversation.begin(book, "ru" if language == "en" else "en", NOON)
    after = conversation.say(book, before.code, words, "", NOON)
    assert after == drawn(book, code.unpack(book.dialogue, before.code, 0).state, language)


@cache
def phrases() -> tuple[tuple[str, frozenset[str]], ...]:
    """Everything the topics are taught and tested with, and what it is about."""
    taught: dict[str, set[str]] = {}
    for path in sorted((FLOWS / "topics").glob("??-*.yaml")):
        for topic, texts in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader).items():
            for text in texts or ():
                taught.setdefault(str(text), set()).add(topic)
    return tuple((text, frozenset(topics)) for text, topics in taught.items())


#: A word that wants to be away from here, or asks for the very button, may be a command too.
MAY_LEAVE = frozenset({"hide", "other", "language", "greeting"})


@pytest.mark.long
def test_no_phrase_of_a_topic_or_a_crisis_leaves_the_chat(book: Book) -> None:
    """Nor does a slip of the finger make a command of it."""
    looked, wrong = 0, []
    for text, topics in phrases():
        said = commands.exact(book.commands, text) or commands.slipped(book.commands, text)
        looked += 1
        if said in ("exit", "start") and not topics & MAY_LEAVE:
            wrong.append((text, said))
    assert wrong == []
    assert looked > 5_000


GRAVE = ("exit", "start", "back")
#: Words people use. In a closet somebody hides; a door is закрыта; "қайтты" says that he came back.
WORDS = [
    "closet", "closed", "smart", "star", "lease", "lose", "закрыта", "закрыт", "закрыто", "закурить", "вход", "вывод",
    "вернутся", "вернусь", "начат", "нажать", "қайтты", "қайта", "артта", "арқа", "айту", "бақ", "тастау", "қасынан",
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_a_word_that_only_looks_like_a_command_takes_nothing_away(book: Book, words: str) -> None:
    for typed in (words, words.upper(), f"{words}!"):
        assert (commands.exact(book.commands, typed) or commands.slipped(book.commands, typed)) not in GRAVE


#: Met in the training phrases, and meant as what they are taken for.
MISSPELLED = {"leae", "закрть", "зокрой", "нахад", "начннт"}


def test_no_word_of_any_phrase_typed_alone_takes_the_chat_away(book: Book) -> None:
    """A word that looks like a command belongs under `not`, unless it is one with a slip."""
    words = {word for text, _ in phrases() for word in commands.spelled(text)}
    taken = {word for word in words if commands.slipped(book.commands, word) in GRAVE}
    assert len(words) > 10_000 and taken <= MISSPELLED


def test_for_a_grave_command_only_a_slip_inside_the_word_counts(book: Book) -> None:
    """Another first or last letter makes another word; whoever slips there has the button."""
    looked = 0
    for phrase, name in book.commands.phrases.items():
        if name not in GRAVE or len(phrase) != 1:
            continue
        word, alone = phrase[0], replace(book.commands, phrases={phrase: name})
        ends = {word[1:], word[:-1], *(one + word for one in LETTERS), *(word + one for one in LETTERS)}
        ends |= {*(one + word[1:] for one in LETTERS), *(word[:-1] + one for one in LETTERS)}
        for typed in ends - {word, word[0] + word, word + word[-1]}:  # a stuck key is no other word
            assert commands.slipped(alone, typed) == "", (typed, word)
            looked += 1
    assert looked > 1_000


def test_the_words_that_are_none_are_looked_at_as_they_are_spelled(book: Book) -> None:
    """ "закрыть" closes the chat and "закрыт" is a door, though they are one word to whoever types without "ь"."""
    assert commands.exact(book.commands, "закрыть") == commands.exact(book.commands, "zakryt") == "exit"
    assert commands.rough("закрыт") == commands.rough("закрыть") and not commands.exact(book.commands, "закрыт")


@given(st.text(min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_one_slip_is_one_slip(word: str) -> None:
    """Against the definition: left out, put in, replaced, exchanged."""
    cut = {word[:i] + word[i + 1 :] for i in range(len(word))}
    replaced = {word[:i] + "z" + word[i + 1 :] for i in range(len(word))}
    added = {word[:i] + "z" + word[i:] for i in range(len(word) + 1)}
    turned = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    for near in (cut | replaced | added | turned) - {word}:
        assert commands.one_slip(word, near) and commands.one_slip(near, word)
    assert not commands.one_slip(word, word)
    assert not commands.one_slip(word, word + "zz")


def test_short_words_are_not_repaired(book: Book) -> None:
    """ "exist" is no "exit", and "тел" no "тіл"."""
    for words in ("exist", "exits", "тела", "бэк", "men"):
        assert commands.slipped(book.commands, words) == ""

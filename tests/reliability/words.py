"""What people, and others, may send."""

from __future__ import annotations

from tests.fake_telegram import Person
from tests.reliability.bench import Bench, all_of
from tests.reliability.case import Part
from tests.telegram_bot import screens

PART = Part("Odd and hostile messages")
CRISIS = "self-harm"

LONG_TEXTS = ("x" * 4096, "\U0001f600" * 2048, "a\u0301" * 20_000, "слово " * 170_000, "\x00" * 50, "\ud800 \udfff",
              "\u200b" * 300, "\u202e112\u202c", "z" + "\u0301" * 1000,
              "{0.__class__} %s %n $x", "'; DROP TABLE sessions; --")  # fmt: skip


@PART.case(
    "Words of a million letters, a thousand marks on one letter, invisible ones only, NUL, halves of letters, code",
    done="cuts them to 4,096 before any work; takes them for words like others",
    seen="the same calm answer; nothing of it is repeated to them",
    kept="nothing",
)
async def odd_words(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    for words in LONG_TEXTS:
        await bench.person.send_text(words)
        await bench.one_screen()
        assert words.strip()[:20] not in bench.person.live().text or words.startswith("\u202e")
    return f"{len(LONG_TEXTS)} kinds, each answered; one screen each time"


CRIES = ("I want to d\u200bie", "I WANT TO DIE", "i\u00a0want\u2003to die!!!", "\uff29 want to die", "хочу умереть",
         "өлгім келеді", "olgim keledi")  # fmt: skip


@PART.case(
    "A cry for help in capitals, with invisible letters between, in wide letters, in three languages, in Latin Kazakh",
    done="reads it as what it is",
    seen="the crisis card",
    kept="nothing of the words",
)
async def cries(bench: Bench) -> str:
    await bench.life.start()
    wanted = bench.book.dialogue.topics[CRISIS].go
    card = bench.book.dialogue.steps[wanted]
    for person, words in zip(bench.people(len(CRIES)), CRIES, strict=True):
        await bench.opened(person)
        first = person.live().text
        await person.send_text(words)
        await bench.until(lambda: first not in screens(person))  # noqa: B023
        await bench.one_screen(person)
        assert any(says in person.live().text for says in ("111", "150")), words
        assert "112" in person.live().text
    assert card.overlay
    return f"{len(CRIES)} of {len(CRIES)} read"


@PART.case(
    "HTML and Markdown in words, links to people and addresses",
    done="repeats no words of anybody, so there is nothing to escape",
    seen="the same calm answer",
    kept="nothing",
)
async def markup(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    for words in ("<b>x</b>", '<a href="tg://user?id=1">x</a>', "&lt;&amp;", "_*[x](http://evil.example)`", "@stalker"):
        await bench.person.send_text(words)
        await bench.one_screen()
        assert "evil" not in bench.person.live().text
        assert "stalker" not in bench.person.live().text
    return "5 kinds, nothing repeated"


PAYLOADS = ("x" * 64, "../../x", "' OR 1=1", "campaign_1", "H4sIAAAAAAAA", "y" * 4000, "admin", "\u202e")


@PART.case(
    "/start with a payload: unknown, a path, SQL, somebody's campaign, 4,000 letters",
    done="takes it for a plain /start, and keeps nothing of it",
    seen="the first screen; the message goes",
    kept="nothing",
)
async def payloads(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    first = bench.person.live().text
    for payload in PAYLOADS:
        await bench.person.start(payload)
        await bench.one_screen()
        assert bench.person.live().text == first
    return f"{len(PAYLOADS)} payloads, the same screen"


KINDS = ("photo", "voice", "sticker", "document", "contact", "dice")


@PART.case(
    "A photo, a voice message, a sticker, a file, a contact, a dice",
    done="fetches and keeps nothing of it, says what it can read, deletes it",
    seen="one line before the screen; what was sent goes (a fresh dice can't)",
    kept="nothing",
)
async def media(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    for kind in KINDS:
        await getattr(bench.person, f"send_{kind}")()
        await bench.settled()
    await bench.until(lambda: len(screens(bench.person)) == 1)
    left = [message for message in bench.person.visible() if not message.by_bot]
    assert all("dice" in message.body for message in left)
    assert bench.server.called("getFile") == []
    return f"{len(KINDS)} kinds; {len(left)} dice left, 0 files fetched"


@PART.case(
    "Edited words; words forwarded, quoted, sent by another bot; a reply to somebody",
    done="edited ones are not asked for; of the others only the words are read, not where they come from",
    seen="an answer to the words",
    kept="nothing",
)
async def forwarded(bench: Bench) -> str:
    await bench.life.start()
    await bench.opened()
    origin = {"type": "user", "sender_user": {"id": 5, "is_bot": False, "first_name": "CanaryOther"}, "date": 1}
    reply = {"message_id": 1, "date": 1, "chat": bench.person.chat_body, "text": "canary"}
    marks = ("forward_origin", origin), ("quote", {"text": "canary"}), ("via_bot", origin["sender_user"])
    for name, what in (*marks, ("reply_to_message", reply)):
        sent = await bench.person.send({"text": "what can I do", name: what})
        await bench.one_screen()
    await bench.person.send_edited(sent.message_id, "I want to die")
    await bench.one_screen()
    assert "canary" not in bench.person.live().text.lower()
    return "4 answered, 1 edit passed over"


@PART.case(
    "The bot is added to a group or a channel, and spoken to there",
    done="leaves in silence, keeps no id",
    seen="nothing is ever said there",
    kept="nothing",
)
async def groups(bench: Bench) -> str:
    await bench.life.start()
    group = bench.person.in_group()
    await group.send_text("/start@fake_bot")
    await bench.until(lambda: bench.server.called("leaveChat"))
    await bench.settled()
    assert bench.server.called("sendMessage") == []
    return "left; 0 messages sent"


@PART.case(
    "A sender that is a bot, or Telegram's own service account",
    done="passes it over",
    seen="nothing",
    kept="nothing",
)
async def no_people(bench: Bench) -> str:
    await bench.life.start()
    for more in ({"is_bot": True}, {"id": 777000}):
        body = {"message_id": 1, "date": 1, "chat": bench.person.chat_body, "text": "/start"}
        await bench.person.raw_update({"message": body | {"from": bench.person.user | more}})
    await bench.settled()
    assert bench.server.called("sendMessage") == []
    return "0 messages sent"


LANGUAGES = ("kk-Latn", "xx", "", "e" * 500, "../en", "RU", "pt-br", "\u202e")


@PART.case(
    "Odd language codes",
    done="takes a language it has, else its first one; it can be changed on every screen",
    seen="the first screen",
    kept="nothing",
)
async def languages(bench: Bench) -> str:
    await bench.life.start()
    people = [Person(bench.server, one.user | {"language_code": code}, one.chat_body) for one, code in
              zip(bench.people(len(LANGUAGES)), LANGUAGES, strict=True)]  # fmt: skip
    await all_of(person.start() for person in people)
    await bench.one_screen(*people)
    return f"{len(LANGUAGES)} codes, each answered"

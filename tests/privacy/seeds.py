"""Privacy bugs as somebody might write them: the file, what becomes of which words, and which tests must notice."""

from __future__ import annotations

from dataclasses import dataclass

TELEGRAM, SESSIONS = "bot/channels/telegram", "bot/sessions"
CANARIES = "tests/privacy/test_canaries.py::test_no_byte_of_200_people_is_written_anywhere"
PHONE, STORE, LOGS = "tests/privacy/test_phone.py", "tests/test_sessions.py", "tests/test_logs.py"
INTAKE, GARBAGE = "tests/test_telegram_intake.py -k words_and_coordinates", "tests/privacy/test_garbage.py"
HIDDEN = f"{PHONE} -m long -k flow_answers"  #: beside the exit: after expiry and after hiding
HARD, DEPLOY, TURNS = "tests/test_hardening.py", "tests/test_deploy.py", "tests/test_telegram_turns.py"


@dataclass(frozen=True)
class Seed:
    name: str
    file: str
    old: str  #: stands exactly once in the file
    new: str
    tests: str  #: a file of tests, or one test, or a file and `-k` words


SEEDS = (
    # ---- logs and errors
    Seed(
        "a chat id on standard error", f"{TELEGRAM}/turn.py", 'event("answered")',
        '__import__("sys").stderr.write(f"{incoming.chat}\\n")', CANARIES,
    ),
    Seed(
        "the text of an exception logged", f"{TELEGRAM}/turn.py", 'event("turn-failed", error=error)',
        '__import__("sys").stderr.write(f"{error}\\n")', CANARIES,
    ),
    Seed(
        "errors shown with their words", "bot/logs.py", "return _type_name(type(value)) + _place(value.__traceback__)",
        "return repr(value)", LOGS,
    ),
    Seed(
        "a library's own words printed", "bot/logs.py",
        "line = f\"library-event {top if top in LIBRARIES else 'other'} {_level(record.levelno)}\"",
        "line = record.getMessage()", LOGS,
    ),
    Seed("asyncio prints for itself", "bot/logs.py", "loop.set_exception_handler(", "id(", LOGS),
    Seed("tracebacks of what nobody caught", "bot/logs.py", "sys.excepthook = _uncaught", "pass", LOGS),
    Seed("large numbers are logged", "bot/logs.py", "LARGEST = 9_999", "LARGEST = 10**12", LOGS),
    Seed(
        "the token in the representation of settings", "bot/settings.py", 'token: str = field(default="", repr=False)',
        'token: str = field(default="")', "tests/test_settings.py",
    ),
    Seed(
        "words in the representation of an update", f"{TELEGRAM}/updates.py",
        'text: str = field(default="", repr=False)  #: typed', 'text: str = field(default="")  #: typed',
        "tests/test_telegram_updates.py",
    ),
    # ---- where sessions lie
    Seed("sessions on a disk", f"{SESSIONS}/folder.py", "return bool(kinds) and kinds <= set(MEMORY_TYPES)",
         "return True", STORE),
    Seed("write-ahead log", f"{SESSIONS}/database.py", '"journal_mode=TRUNCATE"', '"journal_mode=WAL"', STORE),
    Seed("deleted rows stay readable", f"{SESSIONS}/database.py", '"secure_delete=ON"', '"secure_delete=OFF"', STORE),
    Seed(
        "the keys in the home folder", f"{SESSIONS}/access.py", "open_keys(folder and folder / KEYS_NAME,",
        "open_keys(Path.home() / KEYS_NAME,", CANARIES,
    ),
    Seed("the database open to others", f"{SESSIONS}/database.py", "os.O_CLOEXEC, 0o600)", "os.O_CLOEXEC, 0o644)",
         f"{STORE} tests/privacy/test_store.py"),
    # ---- rows
    Seed(
        "a plain hash as the row's name", f"{SESSIONS}/seal.py",
        'return hashlib.blake2b(name, key=day_key, digest_size=32, person=b"session row").digest()',
        "return hashlib.sha256(name).digest()", CANARIES,
    ),
    Seed("rows not sealed", f"{SESSIONS}/seal.py", "_cipher(day_key, secret).encrypt(nonce, plain, bound)",
         "plain + bytes(16)", CANARIES),
    Seed("rows not bound to their place", f"{SESSIONS}/rows.py",
         'return row_key + _EXPIRY.pack(expiry) + _SLOT.pack(slot)', 'return b""', STORE),
    Seed("the day's key never turns", f"{SESSIONS}/keys.py", "if now - born >= max(DAY, self._ttl):", "if False:",
         STORE),
    Seed("rows of different length", f"{SESSIONS}/encoding.py", '.ljust(SIZE, b"\\0")', "", STORE),
    Seed("sessions never end", f"{SESSIONS}/model.py", "return now // 60 >= expiry", "return False", STORE),
    Seed("the expiry tells the second", f"{SESSIONS}/model.py", "return int((now + ttl) // 60)",
         "return int((now + ttl) * 1000)", f"{STORE} tests/privacy/test_store.py"),
    Seed(
        "expiry by the wall clock", f"{SESSIONS}/clock.py",
        "return time.monotonic() if clock is None else time.clock_gettime(clock)", "return time.time()",
        "tests/privacy/test_store.py",
    ),
    Seed("forgetting skips a row", f"{SESSIONS}/rowstore.py", "        await self._drop(rows)\n\n    async def _drop",
         "        await self._drop(rows[1:])\n\n    async def _drop", STORE),
    Seed(
        "forgetting leaves the secret", f"{SESSIONS}/rowstore.py",
        "        self._erase([self._own_slot(row) for row in rows])\n        for row in rows:",
        "        for row in rows:", STORE,
    ),
    Seed("yesterday's key stays", f"{SESSIONS}/keys.py", "elif yesterday != _NONE and now >= dropped:", "elif False:",
         STORE),
    # ---- what waits to be answered
    Seed("typed words in the inbox", f"{TELEGRAM}/minimal.py",
         'return replace(incoming, text="", meaning=conversation.meaning(book, incoming.text))',
         "return replace(incoming, meaning=conversation.meaning(book, incoming.text))", INTAKE),
    Seed("coordinates in the inbox", f"{TELEGRAM}/minimal.py",
         "return replace(incoming, place=None, meaning=conversation.whereabouts(book, *incoming.place))",
         'return replace(incoming, text=f"{incoming.place}")', INTAKE),
    Seed("the inbox is not sealed", f"{SESSIONS}/inbox.py", "seal.seal(self._key, _SECRET, _bound(place), plain)",
         "plain + bytes(seal.OVERHEAD)", "tests/test_sessions_inbox.py"),
    # ---- what the process itself remembers
    Seed("an error that holds itself, and the chat", f"{TELEGRAM}/outbox.py", "            del job, done\n",
         "            pass\n", GARBAGE),
    Seed("an error that holds itself, and the names in an answer", f"{TELEGRAM}/transport.py",
         "                del outcome ", "                pass ", GARBAGE),
    Seed("the last updates stay until the next come", f"{TELEGRAM}/receive.py",
         "                outcome = None  # names", "                pass  # names", GARBAGE),
    Seed("the webhook's server keeps what it read", f"{TELEGRAM}/webhook.py", "body = await _body(request)",
         "body = await request.read()", GARBAGE),
    Seed("chats that were served stay known", f"{TELEGRAM}/outbox.py", "        self._line.forget()\n", "",
         "tests/test_telegram_outbox.py -k last_chats"),
    Seed("who may have got an answer stays known", f"{TELEGRAM}/doubles.py",
         "known = self._lost.pop(chat, None)", "known = None", "tests/test_telegram_doubles.py"),
    # ---- leaving
    Seed("`deleteMessages` trusted", f"{TELEGRAM}/send.py", "if not rest or await self._is_gone(chat, rest[0], lane):",
         "if True:", f"{PHONE} -k believed"),
    Seed("one bad id holds back its batch", f"{TELEGRAM}/send.py", "half = len(messages) // 2",
         "return list(messages)\n            half = 1", f"{PHONE} -k cannot_go"),
    Seed("the exit remembers where one was", f"{TELEGRAM}/leave.py",
         "            await cover(self._book, self._sender, chat, message, language, self._clock())\n"
         "        await self._people.forget(chat)",
         "            await cover(self._book, self._sender, chat, message, language, self._clock())\n"
         "        await self._people.save(Session(chat, 0, session.code))", TURNS),
    Seed("the exit says goodbye", f"{TELEGRAM}/leave.py", "        for message in sorted(left):\n",
         '        await self._sender.send(chat, "Goodbye", [])\n        for message in sorted(left):\n', TURNS),
    Seed("an interrupted exit is not remembered", f"{TELEGRAM}/leave.py",
         "await self._people.save(replace(session, leaving=True))", "pass", f"{PHONE} -k interrupts"),
    Seed("what nobody remembers stays", f"{TELEGRAM}/leave.py",
         "return set(range(max(1, first, last - most + 1), last + 1)) - known", "return set()",
         f"{PHONE} -k remembers"),
    Seed("cards stay after the exit", f"{TELEGRAM}/leave.py",
         "return {session.live, *session.messages, *session.cards} - {0}",
         "return {session.live, *session.messages} - {0}", f"{PHONE} -k card_leaves"),
    Seed("nobody is told what can't be cleared", "flows/start.yaml",
         "I can't clear its list of chats, screenshots, other devices or the call list.", "I keep nothing.",
         f"{PHONE} -k told_first"),
    # ---- silence
    Seed("hiding keeps the place", f"{TELEGRAM}/forget.py", 'Session(session.chat, session.live, "", left,',
         "Session(session.chat, session.live, session.code, left,", HIDDEN),
    Seed("hiding keeps what was explained", f"{TELEGRAM}/forget.py", "cards=session.cards))\n        else",
         "cards=session.cards, told=session.told))\n        else", HIDDEN),
    Seed("hiding keeps the chosen time", f"{TELEGRAM}/forget.py", "cards=session.cards))\n        else",
         "cards=session.cards, hide=session.hide))\n        else", f"{PHONE} -k can_be_chosen"),
    Seed("hiding sends a message", f"{TELEGRAM}/cover.py",
         "return await sender.edit(chat, message, hidden, start_key(start))",
         "return bool(await sender.send(chat, hidden, start_key(start)))", f"{PHONE} -k thirty"),
    Seed("nobody is ever hidden", f"{TELEGRAM}/run.py", "await forgetting.hide(hide_after, own=True)",
         "await asyncio.sleep(0)", f"{PHONE} -k thirty"),
    Seed("a deletion of cards believed", f"{TELEGRAM}/forget.py",
         "        left |= {*await self._sender.delete_for_certain(session.chat, known - left)}\n", "",
         f"{PHONE} -k only_says"),
    Seed("cards stay for ever", f"{TELEGRAM}/run.py", "_CARDS_STAY = 3 * 3600.0", "_CARDS_STAY = 3e9",
         f"{PHONE} -k outlives"),
    # ---- the phone
    Seed("the subject on a lock screen", "bot/render.py", '[line(voice, "head")]', "[]", f"{PHONE} -k first_line"),
    Seed("typed words stay", f"{TELEGRAM}/turn.py",
         "self._forgetting.soon(chat, old, self._doubles.of(chat, [live], typed) - {live, *session.cards})\n",
         "pass\n", TURNS),
    Seed(
        "the language remembered after the exit", f"{TELEGRAM}/turn.py",
        "hint, name = incoming.language, command(incoming.text)",
        'seen, name = globals().setdefault("_SEEN", {}), command(incoming.text)\n'
        "    spoken = conversation.tap(book, incoming.text, incoming.language, now).screen.language\n"
        '    hint = spoken if incoming.kind == "tap" else seen.get(incoming.chat, incoming.language)\n'
        "    seen[incoming.chat] = hint", f"{PHONE} -k flow_answers",
    ),
    # ---- the machine
    Seed("core dumps", "bot/hardening.py", "    _prctl(_SET_DUMPABLE, 0)\n", "", HARD),
    Seed("swap overlooked", "bot/hardening.py", "return len(swaps) != 1", "return len(swaps) > 1", HARD),
    Seed("a debugging switch overlooked", "bot/hardening.py", " or any(name in sys._xoptions for name in _SWITCHES)",
         "", HARD),
    Seed("freed memory is not overwritten", "deploy/janymda.service", "glibc.malloc.perturb=165:", "", DEPLOY),
    Seed("freed memory keeps its words", "deploy/janymda.service", ":glibc.malloc.tcache_count=0", "", DEPLOY),
    Seed("the container keeps a log", "deploy/janymda.container", "LogDriver=none", "LogDriver=journald", DEPLOY),
    Seed("the unit may write to the disk", "deploy/janymda.service", "ProtectSystem=strict", "ProtectSystem=no",
         DEPLOY),
)  # fmt: skip

"""What the people we made up do: walk, type, share, send what nobody can read, make the bot fail, and leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tests.fake_telegram import FakeTelegram, Person
from tests.privacy.canaries import Canary
from tests.privacy.inside import CRASH
from tests.privacy.subject import LONG

Deed = Callable[[Person, Canary], Awaitable[object]]


def join(server: FakeTelegram, crowd: Sequence[Canary]) -> list[Person]:
    people = []
    for one in crowd:
        person = server.person(one.id, one.language, first_name=one.first, username=one.username)
        person.user["last_name"] = person.chat_body["last_name"] = one.last
        people.append(person)
    return people


async def say(person: Person, one: Canary) -> None:
    await person.send_text(f"{one.latin} {one.cyrillic}")


async def share(person: Person, one: Canary) -> None:
    await person.send_location(one.latitude, one.longitude)


async def contact(person: Person, one: Canary) -> None:
    await person.send_contact(one.phone)


async def forge(person: Person, one: Canary) -> None:
    await person.tap_message(person.live().id, f"{one.latin}{one.id}")


async def crash(person: Person, one: Canary) -> None:
    await person.send_text(f"{CRASH} {one.latin} {one.cyrillic} {one.id}")


def tap(number: int) -> Deed:
    async def deed(person: Person, one: Canary) -> None:
        buttons = [button for button in person.live().buttons if button.data]
        await person.tap_message(person.live().id, buttons[number % len(buttons)].data)

    return deed


async def start(person: Person, one: Canary) -> None:
    await person.start()


async def leave(person: Person, one: Canary) -> None:
    await person.send_text("/exit")


#: In this order; a photo with a caption is a text that nobody should ever have read.
WALK: tuple[Deed, ...] = (start, tap(0), say, tap(0), share, contact, forge, crash)


async def together(server: FakeTelegram, people: Sequence[Person], crowd: Sequence[Canary], deed: Deed) -> None:
    """Everybody does it, and everything is answered."""
    for person, one in zip(people, crowd, strict=True):
        await deed(person, one)
    await server.settle(LONG)

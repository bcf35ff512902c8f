"""The directory as it is in `flows/`: who is listed, who is nearest, and how a town is found."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.care import centres
from bot.care.centres import Directory, DirectoryError, directory_from, find_place, picker_pages, which_page
from bot.care.names import fold

FLOWS = Path(__file__).parent.parent / "flows"
LANGUAGES = ("en", "ru", "kk")

Raw = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def raw() -> Raw:
    places = yaml.load((FLOWS / "places.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    listed = yaml.load((FLOWS / "centres.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    return places["regions"], places["places"], listed["centres"]


@pytest.fixture(scope="module")
def directory(raw: Raw) -> Directory:
    return directory_from(*raw)


# ---- what is in it


def test_everything_is_there(directory: Directory) -> None:
    assert len(directory.regions) == 20
    assert len(directory.places) == 109
    assert sum(place.settlement for place in directory.places.values()) == 19
    assert Counter(centre.country for centre in directory.centres.values()) == {"KZ": 14, "GB": 5}


def test_the_attribution_of_the_place_data_is_kept() -> None:
    head = (FLOWS / "places.yaml").read_text("utf-8")
    assert "Place data: GeoNames (geonames.org), CC BY 4.0, modified." in head


def test_the_numbers_that_texts_need_have_names(directory: Directory) -> None:
    assert directory.placeholders() == {
        "rescue": "112",
        "ambulance": "103",
        "police": "102",
        "helpline": "150",
        "helpline_whatsapp": "+77081060810",
        "children": "111",
        "embassy": "+77172556200",
        "aids_almaty": "+77272465336",
        "aids_astana": "+77172381585",
        "aids_astana_second": "+77172380464",
        "qorgau_whatsapp": "+77028929777",
        "zhan_saya_whatsapp": "+77714503450",
    }


def test_a_landline_carries_the_area_code_of_its_town(directory: Directory) -> None:
    """So the doubtful second number of the AIDS centre in Almaty, withheld until dialled, can't slip in."""
    codes = {"astana": "+77172", "almaty": "+7727"}
    numbers = [(c.city, number) for c in directory.centres.values() if c.city for number in c.phones]
    landlines = [(city, number) for city, number in numbers if number[:4] in ("+771", "+772")]
    assert len(landlines) > 8
    assert all(number.startswith(codes[city]) for city, number in landlines)
    assert len(directory.centres["aids-centre-almaty"].phones) == 1


def test_every_entry_says_where_it_is_from(directory: Directory) -> None:
    assert directory.centres
    for centre in directory.centres.values():
        assert centre.sources, centre.id
        assert centre.guide == "fcdo", centre.id
        assert centre.notes, centre.id
        assert all(note.sources for note in centre.notes), centre.id
        assert not centre.checked, "no number was dialled yet"


def test_who_is_told_goes_no_further_than_the_source(directory: Directory) -> None:
    told = {(c.id, t.who, t.how) for c in directory.centres.values() for t in c.told if t.how != "not-known"}
    assert told == {
        ("ambulance-103", "police", "always"),
        ("police-102", "police", "always"),
        ("aids-centre-astana", "register", "always"),
        ("aids-centre-almaty", "register", "always"),
        ("british-embassy-astana", "embassy", "always"),
    }


def test_shelters_say_whom_they_can_not_take(directory: Directory) -> None:
    shelters = [centre for centre in directory.centres.values() if "shelter" in centre.services]
    assert len(shelters) == 4
    for centre in shelters:
        assert centre.accepts is not None
        assert (centre.accepts.women, centre.accepts.children, centre.accepts.men_shelter) == ("yes", "yes", "no")
        assert centre.accepts.men_services == ("psychological", "legal")
        assert centre.accepts.police_report_for_shelter == "not-known"


# ---- who is nearest


def test_the_nearest_centre_comes_first_with_its_distance(directory: Directory) -> None:
    for place in directory.places:
        found = centres.nearest(directory, "pep", place)
        assert {centre.id for centre, _ in found} == {"aids-centre-astana", "aids-centre-almaty"}
        assert found[0][1] <= found[1][1]
    near, far = centres.nearest(directory, "pep", "karaganda")
    assert (near[0].city, far[0].city) == ("astana", "almaty")
    assert 180 < near[1] < 210  # about 200 km by road


def test_nothing_is_near_where_nobody_offers_it(directory: Directory) -> None:
    assert centres.nearest(directory, "sarc", "almaty") == ()
    assert centres.nearest(directory, "pep", "unset") == ()
    assert centres.in_place(directory, "pep", "semey") == ()
    assert [c.id for c in centres.in_place(directory, "shelter", "almaty")] == ["zhan-saya-almaty", "rodnik-almaty"]


def test_only_astana_and_almaty_are_listed(directory: Directory) -> None:
    listed = {place for place in directory.places if centres.class_of(directory, place) == "listed"}
    assert listed == {"astana", "almaty"}
    silent = {name: replace(centre, phones=()) for name, centre in directory.centres.items()}
    assert centres.class_of(replace(directory, centres=silent), "astana") == "none"


def test_timed_care_points_to_the_nearest_big_city(directory: Directory) -> None:
    assert directory.places
    for place in directory.places.values():
        city = directory.places[centres.big_city(directory, place.id)]
        assert (city.population or 0) >= 100_000
        if (place.population or 0) >= 100_000:
            assert city is place
    assert centres.big_city(directory, "kosshy") == "astana"
    assert centres.big_city(directory, "kulsary") == "atyrau"


def test_distances_agree_with_known_ones(directory: Directory) -> None:
    places = directory.places
    assert 960 < centres.distance_km(places["astana"].point, places["almaty"].point) < 985
    assert centres.distance_km((90.0, 0.0), (-90.0, 77.0)) == pytest.approx(20_015, rel=1e-3)
    assert centres.distance_km((43.0, 77.0), (43.0, 77.0)) == 0
    assert centres.distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111, rel=0.01)


def test_a_shared_position_is_the_nearest_place(directory: Directory) -> None:
    assert directory.places
    for place in directory.places.values():
        assert centres.nearest_place(directory, place.lat, place.lon) == place.id
    assert centres.nearest_place(directory, 46.0, 70.0) in directory.places  # the emptiest steppe


def test_a_position_that_says_nothing_is_no_place(directory: Directory) -> None:
    strange = [(51.5, 0.0), (0.0, 0.0), (91.0, 70.0), (50.0, 181.0), (float("nan"), 70.0), (50.0, float("inf"))]
    assert [centres.nearest_place(directory, *position) for position in strange] == [""] * len(strange)


# ---- typed names


def test_every_name_finds_its_own_place_or_region(directory: Directory, raw: Raw) -> None:
    tried = 0
    for entry in (*raw[0], *raw[1]):
        wanted = entry["centre"] if entry.get("kind") == "city" else entry["id"]
        short = entry["short"].values() if "short" in entry else ()
        for name in (*entry["names"].values(), *short, *entry.get("also", ()), *entry.get("also_unchecked", ())):
            for written in (name, name.upper(), name.lower(), f" {name}. ", name.replace("-", " ")):
                assert wanted in find_place(directory, written), written
                tried += 1
    assert tried > 2500


def test_kazakh_letters_and_signs_may_be_left_out(directory: Directory) -> None:
    typed = {
        "Оскемен": "ust-kamenogorsk",
        "усть каменогорск": "ust-kamenogorsk",
        "Öskemen": "ust-kamenogorsk",
        "Кокшетау": "kokshetau",
        "г. Алматы": "almaty",
        "город Тараз": "taraz",
        "Семей қаласы": "semey",
        "Приозёрск": "priozersk",
        "Приозерск": "priozersk",
        "Uralsk city": "uralsk",
        "alma ata": "almaty",
    }
    assert typed
    assert {name: find_place(directory, name) for name in typed} == {name: (place,) for name, place in typed.items()}


def test_a_name_that_several_bear_gives_several(directory: Directory) -> None:
    assert find_place(directory, "Абай") == ("abay", "abay-keles", "abai-region")
    assert find_place(directory, "Аксу") == ("aksu", "aksukent")
    assert find_place(directory, "Алатау") == ("almaty", "alatau")
    assert find_place(directory, "Мангистау") == ("mangystau", "mangystau-region")
    assert find_place(directory, "Жамбыл") == ("taraz", "zhambyl-region")
    assert find_place(directory, "карагандинская обл.") == ("karaganda-region",)
    assert find_place(directory, "Алматы облысы") == ("almaty-region",)
    assert find_place(directory, "Алматы") == ("almaty",)


def slips(name: str) -> Iterator[str]:
    for i in range(len(name)):
        yield name[:i] + name[i + 1 :]
        yield name[:i] + "ъ" + name[i + 1 :]
        yield name[:i] + "ъ" + name[i:]
        yield name[:i] + name[i + 1 : i + 2] + name[i] + name[i + 2 :]


def test_one_slip_is_forgiven_and_never_decides_between_two(directory: Directory) -> None:
    found: Counter[int] = Counter()
    for place in directory.places.values():
        name = fold(place.names["ru"])
        others = directory.names[name]
        for typed in slips(name):
            if len(typed) >= 5 and typed not in directory.names:
                candidates = find_place(directory, typed)
                assert len(candidates) <= 1, typed
                assert not candidates or candidates[0] in others, typed
                found[len(candidates)] += 1
    assert found[1] > 2000
    assert found[0] < found[1] / 20


def test_two_slips_or_a_short_word_are_no_name(directory: Directory) -> None:
    words = ["Павлодрррр", "Орл", "Шy", "Кар", "г", "город", "", " ", "!!!", "🙂", "привет", "помогите", "help"]
    assert {word: find_place(directory, word) for word in words} == dict.fromkeys(words, ())


def test_long_words_are_not_looked_at(directory: Directory) -> None:
    assert find_place(directory, "Алматы" + " " * 58) == ("almaty",)
    assert find_place(directory, "Алматы" + " " * 59) == ()


# ---- the picker


def test_every_place_is_four_taps_away_at_most(directory: Directory) -> None:
    pages = picker_pages(directory)
    taps: dict[str, int] = {}
    shown = [("", 1)]
    while shown:
        page, tap = shown.pop(0)
        for place in pages[page].places:
            assert place not in taps, f"{place} stands on two pages"
            taps[place] = tap
        shown += [(further, tap + 1) for further in pages[page].pages]
    assert set(taps) == set(directory.places)
    assert max(taps.values()) <= 4
    assert {place for place, tap in taps.items() if tap == 1} == {"almaty", "astana", "shymkent"}


def test_pages_are_small_and_lead_back(directory: Directory) -> None:
    pages = picker_pages(directory)
    assert len(pages) > 20
    assert pages[""].places == ("almaty", "astana", "shymkent")
    for page in pages.values():
        assert pages[page.id] is page
        more = [name for name in page.pages if name.rpartition("-")[2].isdigit()]
        assert len(page.places) + len(page.pages) - len(more) <= 8
        assert more == list(page.pages[len(page.pages) - len(more) :])
        assert len(more) <= 1
        assert page.parent in pages
        assert all(name in pages for name in page.pages)
        if not page.id.startswith("which"):
            assert all(pages[name].parent == page.id for name in page.pages)


def test_a_region_begins_with_its_centre_and_its_larger_towns(directory: Directory) -> None:
    pages = picker_pages(directory)
    regions = [region for region in directory.regions.values() if region.kind == "region"]
    assert len(regions) == 17
    for region in regions:
        first = pages[region.id].places
        assert first[0] == region.centre
        sizes = [directory.places[place].population or 0 for place in first[1:]]
        assert sizes == sorted(sizes, reverse=True)


def test_whoever_types_a_name_of_several_can_choose(directory: Directory) -> None:
    pages = picker_pages(directory)
    several = {found for found in directory.names.values() if len(found) > 1}
    assert len(several) > 5
    for found in several:
        page = pages[which_page(found)]
        offered = {*page.places, *page.pages}
        within = {place for name in page.pages for place in pages[name].places}
        assert all(one in offered or one in within for one in found), found
        for language in LANGUAGES:
            labels = [directory.places[place].names[language] for place in page.places]
            assert len(labels) == len(set(labels)), labels


def test_names_fit_on_a_button(directory: Directory) -> None:
    labels = [place.names[language] for place in directory.places.values() for language in LANGUAGES]
    labels += [region.short[language] for region in directory.regions.values() for language in LANGUAGES]
    assert len(labels) == 3 * 129
    assert all(0 < len(label) <= 24 for label in labels)


# ---- what an author may get wrong

WRONG: dict[str, tuple[int, dict[str, Any]]] = {
    "no such key": (2, {"phone": ["+77172497889"]}),
    r"not \+, country": (2, {"phones": ["8 7172 497889"]}),
    "not a short number": (2, {"short_numbers": ["0150000"]}),
    "no 'atlantis'": (2, {"city": "atlantis"}),
    "is none of": (2, {"kind": "hotel"}),
    "without a source": (2, {"told": [{"who": "police", "how": "nobody"}]}),
    "more than 12 words": (2, {"notes": [{"text": "word " * 13, "source": ["fcdo#support.1"]}]}),
    "does not name one of its numbers": (2, {"called": {"umit": "112"}}),
    "names another number": (2, {"short_numbers": ["150"], "called": {"helpline": "150"}}),
    "not a day": (2, {"checked": "yesterday"}),
    "not a list": (2, {"services": "shelter"}),
    "not a list of words": (2, {"services": [["shelter"]]}),
    "not words": (2, {"address": ["a street"]}),
    "not a table": (2, {"accepts": "women"}),
    "is missing": (2, {"accepts": {"women": "yes"}}),
    "not a number": (1, {"lat": "north"}),
    "not between": (1, {"lon": "7691"}),
    "no 'mars'": (1, {"region": "mars"}),
    "not a name in each": (1, {"names": {"en": "Almaty"}}),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_mistake_is_named_with_its_entry(raw: Raw, message: str) -> None:
    which, change = WRONG[message]
    entry = {0: "abai-region", 1: "almaty", 2: "umit-astana"}[which]
    changed = copy.deepcopy(raw)
    next(one for one in changed[which] if one["id"] == entry).update(change)
    with pytest.raises(DirectoryError, match=message) as caught:
        directory_from(*changed)
    assert caught.value.entry.startswith(entry)


def test_the_same_id_twice_is_a_mistake(raw: Raw) -> None:
    regions, places, listed = raw
    with pytest.raises(DirectoryError, match="twice"):
        directory_from(regions, [*places, places[0]], listed)

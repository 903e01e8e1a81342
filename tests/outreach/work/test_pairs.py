"""One resident whom partners wrote as two persons: somebody looks, and what they decide makes them one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.households.likeness import Likeness
from signals.outreach.review import doubt_page
from signals.outreach.search import SearchQuery
from signals.outreach.work.decisions import close
from signals.outreach.work.dossier_persons import residents
from signals.outreach.work.links import decide_link
from signals.outreach.work.outcomes import Client
from signals.outreach.work.pairing import decide_pair, undo_pair
from signals.outreach.work.pairs import ASKED_AT_MOST, alike, asked_pairs
from signals.outreach.work.people import NotPossibleError, StaleError
from signals.reports.subjects import find_subjects
from tests.reference.notation import report

from .people import ANNA, BRAM, HOME, P9, R1, V1, act, acting, file_of

if TYPE_CHECKING:
    from signals.outreach.review import Doubt
    from signals.outreach.work.pairs import Pair
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
REASON = "Vader en dochter."


@pytest.fixture
def pair(desk: Desk) -> Pair:
    """One partner sent a citizen service number, the other did not; all else is alike."""
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9, surname="Pietersen"))
    desk.system.rows("UPDATE persons SET surname = 'Jansen', date_of_birth = '1980-02-03' RETURNING id")
    desk.system.rows("UPDATE persons SET bsn = '111222333' WHERE id = (SELECT max(id) FROM persons) RETURNING id")
    one, other = (person.id for person in file_of(desk).persons)
    return one, other


def asked(desk: Desk) -> list[Doubt]:
    return [doubt for home in act(desk, doubt_page, {"0141"}).homes for doubt in home.doubts]


def case_of(desk: Desk) -> int:
    return desk.case(HOME).id


def refused(desk: Desk, *arguments: object, **more: object) -> str:
    with pytest.raises(NotPossibleError) as caught:
        act(desk, decide_pair, case_of(desk), *arguments, ANNA, **more)
    return caught.value.code


def test_two_that_differ_in_a_number_alone_stand_in_the_list(desk: Desk, pair: Pair) -> None:
    (doubt,) = asked(desk)
    assert (doubt.other, doubt.person, doubt.lack) == (*pair, "written-apart")
    assert [(one.partner, one.name, one.date_of_birth) for one in doubt.writings] == [
        ("welbions", "A. Jansen", "1980-02-03"),
        ("menzis", "A. Jansen", "1980-02-03"),
    ]
    first, second = file_of(desk).persons
    assert (first.asked_with, second.asked_with) == ((), (pair[0],))


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("bsn = '999990019'", 0),  # two different numbers
        ("date_of_birth = '1980-02-04'", 0),
        ("initials = 'B.'", 0),
        ("surname = 'Smit'", 0),
        ("surname = 'Jansen-Smit', date_of_birth = NULL, initials = NULL", 1),
        ("date_of_birth = '1980-02-00'", 1),
    ],
)
def test_what_contradicts_is_not_asked(desk: Desk, pair: Pair, change: str, number: int) -> None:
    desk.system.rows(f"UPDATE persons SET {change} WHERE id = %s RETURNING id", pair[0])
    assert len(asked(desk)) == number
    if not number:
        assert refused(desk, pair, "same") == "nothing-to-link"


def test_the_same_person_is_one_for_closing_and_feedback(desk: Desk, pair: Pair) -> None:
    with pytest.raises(NotPossibleError) as caught:
        act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)
    assert caught.value.code == "of-one-person"
    before = desk.lines()
    act(desk, decide_pair, case_of(desk), pair, "same", ANNA)
    assert (asked(desk), desk.lines()) == ([], before)  # no route, no count, no case changes by it
    line = file_of(desk).history[-1]
    assert line.nl == "Eén persoon: wat Menzis en Welbions verschillend schreven, gaat over één inwoner"
    (resident,) = residents(file_of(desk).persons)
    assert (resident.id, resident.persons, resident.partners) == (pair[0], pair, ("welbions", "menzis"))
    assert resident.certain
    desk.forget_outbox()
    act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)
    told = [desk.told(f"feedback.{name}")[-1]["result"] for name in ("welbions", "menzis")]
    assert told == ["known-to-debt-help"] * 2


def test_whoever_asks_what_is_known_of_them_is_found_under_each_writing(desk: Desk, pair: Pair) -> None:
    desk.take_in(report("c", "2026-11-04", V1, surname="Jansen-Smit"))
    desk.system.rows("UPDATE persons SET date_of_birth = NULL WHERE surname = 'Jansen-Smit' RETURNING id")
    other = file_of(desk).persons[-1].id
    asked_for = SearchQuery(name="Jansen", born=date(1980, 2, 3))
    assert [one.id for one in act(desk, find_subjects, asked_for, {"0141"})] == [*pair]
    act(desk, decide_pair, case_of(desk), (pair[1], other), "same", ANNA)
    assert [one.id for one in act(desk, find_subjects, asked_for, {"0141"})] == [*pair, other]


def test_who_accepted_help_is_one_client_and_both_partners_hear_it(desk: Desk, pair: Pair) -> None:
    desk.take_in(report("c", "2026-11-04", V1, surname="De Vries"))
    act(desk, decide_pair, case_of(desk), pair, "same", ANNA)
    desk.forget_outbox()
    with pytest.raises(NotPossibleError) as caught:  # they are one, under the first number
        act(desk, close, [case_of(desk)], "quick-fix", ANNA, persons=[Client(pair[1])])
    assert caught.value.code == "for-whom"
    act(desk, close, [case_of(desk)], "quick-fix", ANNA, persons=[Client(pair[0])])
    told = [desk.told(f"feedback.{name}")[-1]["result"] for name in ("welbions", "menzis", "vitens")]
    assert told == ["accepted-help", "accepted-help", "picked-up"]


def test_one_of_whom_is_unsure_makes_the_whole_unsure(desk: Desk, pair: Pair) -> None:
    desk.take_in(report("c", "2026-11-04", V1))  # of "A. Jansen", whose identity is the first one's
    desk.system.rows("UPDATE persons SET date_of_birth = NULL WHERE id = %s RETURNING id", pair[0])
    act(desk, decide_pair, case_of(desk), pair, "same", ANNA)
    with pytest.raises(NotPossibleError) as caught:
        act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)
    assert caught.value.code == "not-certainly-one"
    act(desk, decide_link, case_of(desk), pair[0], "same", ANNA)
    act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)


def test_different_persons_stay_two_and_are_not_asked_again(desk: Desk, pair: Pair) -> None:
    act(desk, decide_pair, case_of(desk), pair, "different", ANNA, reason=REASON)
    assert asked(desk) == []
    first, second = file_of(desk).persons
    assert (first.resident, second.resident, second.asked_with) == (None, None, ())
    assert [link.by for link in second.pairs] == ["Anna Postma"]
    assert file_of(desk).history[-1].nl.endswith(f"gaat over verschillende inwoners. {REASON}")


def test_it_can_be_taken_back_and_decided_otherwise(desk: Desk, pair: Pair) -> None:
    case = case_of(desk)
    act(desk, decide_pair, case, pair, "same", ANNA)
    assert refused(desk, pair, "same") == "nothing-to-link"
    act(desk, undo_pair, case, pair, BRAM)
    assert len(asked(desk)) == 1
    assert desk.kinds(HOME)[-2:] == ["one-person", "pair-undone"]
    with pytest.raises(NotPossibleError):
        act(desk, undo_pair, case, pair, BRAM)
    act(desk, decide_pair, case, pair, "different", BRAM, reason=REASON)
    act(desk, decide_pair, case, pair, "same", ANNA)  # without taking it back first
    assert len(residents(file_of(desk).persons)) == 1


def test_what_is_no_question_is_not_decided(desk: Desk, pair: Pair) -> None:
    desk.take_in(report("c", "2026-11-04", V1, at=14, surname="Jansen"))
    (neighbour,) = file_of(desk, "7607GC 14 2026-11").persons
    for wrong in ((pair[0], neighbour.id), (pair[0], pair[0]), (pair[1], pair[0]), (0, pair[0])):
        assert refused(desk, wrong, "same") == "nothing-to-link"
    assert refused(desk, pair, "different") == "text-length"
    with pytest.raises(StaleError):
        act(desk, decide_pair, case_of(desk), pair, "same", ANNA, 0)
    with pytest.raises(NotPossibleError):  # of another household
        act(desk, decide_pair, desk.case("7607GC 14 2026-11").id, pair, "same", ANNA)


def test_what_contradicts_a_third_is_refused_and_what_follows_is_not_asked(desk: Desk, pair: Pair) -> None:
    desk.take_in(report("c", "2026-11-04", V1, surname="Janssen-Smit"))
    desk.system.rows("UPDATE persons SET initials = NULL WHERE date_of_birth IS NULL RETURNING id")
    third = file_of(desk).persons[-1].id
    assert [(one.other, one.person) for one in asked(desk)] == [pair, (pair[0], third), (pair[1], third)]
    case = case_of(desk)
    act(desk, decide_pair, case, pair, "same", ANNA)
    (doubt,) = asked(desk)  # of two who are one it is asked once, with what was written of both
    assert (doubt.other, doubt.person, doubt.others) == (pair[0], third, frozenset(pair))
    assert [(one.person, one.partner) for one in doubt.writings] == [
        (pair[0], "welbions"), (pair[1], "menzis"), (third, "vitens")
    ]  # fmt: skip
    act(desk, decide_pair, case, (pair[0], third), "same", ANNA)
    assert asked(desk) == []
    assert refused(desk, (pair[1], third), "different", reason=REASON) == "contradicts"
    act(desk, undo_pair, case, (pair[0], third), ANNA)
    act(desk, decide_pair, case, (pair[1], third), "different", ANNA, reason=REASON)
    assert asked(desk) == []
    assert refused(desk, (pair[0], third), "same") == "contradicts"


def test_two_persons_with_different_numbers_never_become_one_by_a_third(desk: Desk, pair: Pair) -> None:
    desk.take_in(report("c", "2026-11-04", V1, surname="Willems"))
    desk.system.rows("UPDATE persons SET surname = 'Jansen', bsn = '999990019' WHERE surname = 'Willems' RETURNING id")
    desk.system.rows("UPDATE persons SET date_of_birth = NULL, initials = NULL WHERE id = %s RETURNING id", pair[0])
    third = file_of(desk).persons[-1].id
    case = case_of(desk)
    assert [(one.other, one.person) for one in asked(desk)] == [pair, (pair[0], third)]
    act(desk, decide_pair, case, pair, "same", ANNA)
    assert asked(desk) == []
    assert refused(desk, (pair[0], third), "same") == "contradicts"


def test_of_very_many_so_many_are_asked_at_a_time() -> None:
    persons = {number: Likeness(names=frozenset({"bakker"})) for number in range(400)}
    assert len(asked_pairs(persons, {})) == ASKED_AT_MOST


def test_nobody_is_one_with_another_by_themselves(desk: Desk, pair: Pair) -> None:
    with acting(desk) as cursor:
        cursor.execute("SELECT count(*) FROM person_pairs")
        assert cursor.fetchall() == [(0,)]
    assert alike({}) == {}
    assert [one.persons for one in residents(file_of(desk).persons)] == [(pair[0],), (pair[1],)]

"""A person of whom several partners wrote may be several: somebody looks, and what they decide is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.review import QUARANTINE_AT_MOST, doubt_page, in_quarantine, lack_of
from signals.outreach.work.decisions import close
from signals.outreach.work.links import decide_link, undo_link
from signals.outreach.work.outcomes import is_certain
from signals.outreach.work.people import NotPossibleError, StaleError
from tests.reference.notation import report

from .people import ANNA, BRAM, HOME, P9, R1, V1, act, file_of

if TYPE_CHECKING:
    from signals.outreach.review import DoubtfulHome
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


@pytest.fixture
def person(desk: Desk) -> int:
    """The number of a person of whom two partners wrote, without a date of birth."""
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    (one,) = file_of(desk).persons
    return one.id


def asked(desk: Desk) -> list[DoubtfulHome]:
    return list(act(desk, doubt_page, {"0141"}).homes)


def case_of(desk: Desk) -> int:
    return desk.case(HOME).id


def test_both_writings_stand_side_by_side_with_what_is_lacking(desk: Desk, person: int) -> None:
    (home,) = asked(desk)
    (doubt,) = home.doubts
    assert (home.place.key.case, doubt.person, doubt.lack) == (case_of(desk), person, "no-birth")
    assert [(one.partner, one.name) for one in doubt.writings] == [("menzis", "A. Jansen"), ("welbions", "A. Jansen")]
    assert home.seen == file_of(desk).seen
    assert act(desk, doubt_page, {"0164"}).homes == ()


def test_who_is_named_by_one_partner_or_certainly_one_is_not_asked(desk: Desk, person: int) -> None:
    desk.take_in(report("c", "2026-11-03", V1, at=14))
    assert len(asked(desk)) == 1
    desk.system.rows("UPDATE persons SET date_of_birth = '1985-06-14' WHERE id = %s", person)
    assert asked(desk) == []


def test_the_same_person_is_one_for_closing_and_stays_so(desk: Desk, person: int) -> None:
    with pytest.raises(NotPossibleError) as refused:
        act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)
    assert refused.value.code == "not-certainly-one"
    before = desk.lines()
    act(desk, decide_link, case_of(desk), person, "same", ANNA)
    assert (asked(desk), desk.lines()) == ([], before)  # no route, no count, no case changes by it
    (one,) = file_of(desk).persons
    assert (one.certain, one.asked, one.linked_nl) == (True, False, "Dezelfde persoon, volgens Anna Postma")
    assert file_of(desk).history[-1].nl == "Dezelfde persoon: Menzis en Welbions bedoelen één inwoner"
    desk.forget_outbox()
    act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)
    assert [desk.told(f"feedback.{name}")[-1]["result"] for name in ("welbions", "menzis")] == [
        "known-to-debt-help"
    ] * 2


def test_different_persons_keep_their_outcomes_apart_and_are_not_asked_again(desk: Desk, person: int) -> None:
    act(desk, decide_link, case_of(desk), person, "different", ANNA, reason="Vader en zoon.")
    assert asked(desk) == []
    (one,) = file_of(desk).persons
    assert (one.certain, one.asked) == (False, False)
    assert one.linked_en.startswith("Different persons of the same name, according to Anna Postma")
    assert file_of(desk).history[-1].nl.endswith("bedoelen niet dezelfde inwoner. Vader en zoon.")
    with pytest.raises(NotPossibleError) as refused:
        act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)
    assert refused.value.code == "not-certainly-one"


@pytest.mark.parametrize(("verdict", "reason"), [("same", ""), ("different", "Vader en zoon.")])
def test_it_is_asked_again_when_another_partner_writes(desk: Desk, person: int, verdict: str, reason: str) -> None:
    act(desk, decide_link, case_of(desk), person, verdict, ANNA, reason=reason)
    desk.take_in(report("c", "2026-11-04", R1))  # one who wrote before
    assert asked(desk) == []
    desk.take_in(report("d", "2026-11-05", V1))
    ((doubt,),) = [home.doubts for home in asked(desk)]
    assert [one.partner for one in doubt.writings] == ["menzis", "vitens", "welbions"]
    (one,) = file_of(desk).persons
    assert (one.certain, one.asked, one.link) == (False, True, None)
    with pytest.raises(NotPossibleError):
        act(desk, close, [case_of(desk)], "known-to-debt-help", ANNA)


def test_it_can_be_taken_back_and_decided_otherwise(desk: Desk, person: int) -> None:
    case = case_of(desk)
    act(desk, decide_link, case, person, "same", ANNA)
    act(desk, undo_link, case, person, BRAM)
    assert len(asked(desk)) == 1
    assert desk.kinds(HOME)[-2:] == ["same-person", "link-undone"]
    with pytest.raises(NotPossibleError):
        act(desk, undo_link, case, person, BRAM)
    act(desk, decide_link, case, person, "different", BRAM, reason="Vader en zoon.")
    act(desk, decide_link, case, person, "same", ANNA)  # without taking it back first
    assert file_of(desk).persons[0].certain


def test_what_is_no_question_is_not_decided(desk: Desk, person: int) -> None:
    case = case_of(desk)
    desk.take_in(report("c", "2026-11-03", V1, at=14))
    (neighbour,) = file_of(desk, "7607GC 14 2026-11").persons
    for wrong in (neighbour.id, 0):
        with pytest.raises(NotPossibleError):
            act(desk, decide_link, case, wrong, "same", ANNA)
    with pytest.raises(NotPossibleError, match="reason"):
        act(desk, decide_link, case, person, "different", ANNA)
    with pytest.raises(StaleError):
        act(desk, decide_link, case, person, "same", ANNA, 0)
    act(desk, decide_link, case, person, "same", ANNA)
    with pytest.raises(NotPossibleError):
        act(desk, decide_link, case, person, "same", BRAM)
    with pytest.raises(NotPossibleError):  # of another household
        act(desk, undo_link, desk.case("7607GC 14 2026-11").id, person, BRAM)


def test_pages_follow_each_other_without_a_gap(desk: Desk) -> None:
    for number in range(12, 22):
        desk.take_in(
            report(f"a{number}", "2026-11-02", f"welbions/{number}", at=number),
            report(f"b{number}", "2026-11-03", f"menzis/{number}", at=number),
        )
    first = act(desk, doubt_page, {"0141"}, None, 4)
    second = act(desk, doubt_page, {"0141"}, first.next, 4)
    last = act(desk, doubt_page, {"0141"}, second.next, 4)
    assert [len(page.homes) for page in (first, second, last)] == [4, 4, 2]
    assert last.next is None
    numbers = [home.place.number for page in (first, second, last) for home in page.homes]
    assert numbers == list(range(12, 22))


@pytest.mark.parametrize(
    ("initials", "born", "lack"),
    [
        (None, None, "only-name"),
        ("", "1985-06-14", "no-initials"),
        ("A.", None, "no-birth"),
        ("A.", "1900-01-01", "no-birth"),
        ("A.", "1985-06-00", "part-of-birth"),
        ("A.", "1985-06-01", "part-of-birth"),
    ],
)
def test_what_is_lacking_is_said(initials: str | None, born: str | None, lack: str) -> None:
    assert not is_certain(initials, born)
    assert lack_of(initials, born) == lack


def test_quarantine_is_counted_so_far_and_of_partners_that_may_signal_here(desk: Desk) -> None:
    assert act(desk, in_quarantine, {"0141"}) == 0
    put = """INSERT INTO quarantine (log_id, topic, partition, "offset", nth, code, message, original, received_at)
        SELECT 'log', %s, 0, n, n, 'not-json', 'x', '', now() FROM generate_series(1, %s) AS n"""
    desk.system.rows("UPDATE partners SET municipalities = '{0164}' WHERE id = 'menzis'")
    desk.system.rows(put, "arrears.health.menzis", 3)
    desk.system.rows(put, "arrears.housing.welbions", 2)
    assert (act(desk, in_quarantine, {"0141"}), act(desk, in_quarantine, {"0164"})) == (2, 5)
    desk.system.rows(put, "arrears.water.vitens", 200)
    assert act(desk, in_quarantine, {"0141"}) == QUARANTINE_AT_MOST + 1

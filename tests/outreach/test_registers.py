"""Partners, policies and lists: what may change, what may not, and that a running intake sees it at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from signals.contract.partners import Partner
from signals.errors import WrongUseError
from signals.households.listings import ListedPerson
from signals.outreach import registers
from signals.outreach.configuration import current_revision, load_configuration, refreshed
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.store.database import transaction
from tests.reference.notation import policy, report
from tests.reference.policy import toml_text
from tests.reference.wire import source_of

from .desk import PARTNERS

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

WELBIONS = next(partner for partner in PARTNERS if partner.id == "welbions")
ALMELO = shipped()["almelo.toml"]


def register(desk: Desk, *partners: Partner) -> list[str]:
    with transaction(desk.system.engine) as cursor:
        return registers.register_partners(cursor, partners, actor="manager")


def load(desk: Desk, body: str) -> bool:
    with transaction(desk.system.engine) as cursor:
        return registers.load_policy(cursor, parse_policy(body, "policy"), actor="manager")


def revision(desk: Desk) -> int:
    with transaction(desk.system.engine) as cursor:
        return current_revision(cursor)


def audited(desk: Desk) -> list[tuple[str, str]]:
    return [
        (a, s) for a, s in desk.system.rows("SELECT action, subject FROM audit WHERE actor = 'manager' ORDER BY id")
    ]


@pytest.mark.parametrize(
    "changed",
    [
        replace(WELBIONS, sources=frozenset({"urn:other"})),
        replace(WELBIONS, municipalities=frozenset({"0141"})),
        replace(WELBIONS, bsn=True),
        replace(WELBIONS, ddas_type="Huur"),
        Partner("cak", "health", frozenset({"urn:cak"}), frozenset({"0141", "0164"}), True, "CAK Eigen bijdrage"),
        Partner("odd", "other", frozenset({"urn:a\\b", "urn:c d", "urn:é"})),
    ],
)
def test_a_partner_that_is_new_or_changed_is_registered_as_said(desk: Desk, changed: Partner) -> None:
    before = revision(desk)
    assert register(desk, changed) == [changed.id]
    with transaction(desk.system.engine) as cursor:
        assert load_configuration(cursor).directory.partners[changed.id] == changed
    assert revision(desk) > before
    assert audited(desk) == [("partners", changed.id)]
    assert register(desk, changed) == []
    assert audited(desk) == [("partners", changed.id)]


def test_a_partner_has_one_sector(desk: Desk) -> None:
    before = revision(desk)
    with pytest.raises(WrongUseError, match="welbions is registered for housing and cannot also be energy"):
        register(desk, Partner("newcomer", "water", frozenset({"urn:n"})), replace(WELBIONS, sector="energy"))
    assert revision(desk) == before
    assert desk.system.rows("SELECT 1 FROM partners WHERE id = 'newcomer'") == []


def test_a_policy_version_is_never_changed(desk: Desk) -> None:
    before = revision(desk)
    assert load(desk, ALMELO) is False
    with pytest.raises(WrongUseError, match=r"already has a policy valid from 2020-01-01 with another text"):
        load(desk, ALMELO + "\n# one more line\n")
    assert revision(desk) == before
    assert audited(desk) == []


def test_a_later_version_is_added(desk: Desk) -> None:
    before = revision(desk)
    assert load(desk, ALMELO.replace("2020-01-01", "2026-11-10")) is True
    assert revision(desk) > before
    assert audited(desk) == [("policy", "0141 2026-11-10")]
    assert desk.system.rows("SELECT count(*) FROM policy_versions WHERE municipality = '0141'") == [(2,)]


def test_a_list_replaces_that_of_its_municipality_only(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        for municipality in ("0141", "0164"):
            rows = [ListedPerson(municipality, bsn="999990019"), ListedPerson(municipality, bsn="111222333")]
            assert registers.replace_listing(cursor, "caseload", rows, [municipality], actor="manager") == 2
        registers.replace_listing(
            cursor, "exclusion", [ListedPerson("0141", bsn="999990019")], ["0141"], actor="manager"
        )
    desk.replace_listing("caseload", ListedPerson("0141", bsn="123456782"))
    assert desk.system.rows("SELECT kind, municipality, bsn FROM listings ORDER BY 1, 2, 3") == [
        ("caseload", "0141", "123456782"),
        ("caseload", "0164", "111222333"),
        ("caseload", "0164", "999990019"),
        ("exclusion", "0141", "999990019"),
    ]
    assert audited(desk) == [("caseload-import", "0141"), ("caseload-import", "0164"), ("exclusion-import", "0141")]


def test_a_configuration_is_read_anew_only_when_something_changed(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        known = refreshed(cursor, None)
        assert refreshed(cursor, known) is known
        registers.load_policy(cursor, parse_policy(ALMELO.replace("2020-01-01", "2026-11-10"), "policy"), actor="test")
        assert refreshed(cursor, known) is not known


def test_a_running_intake_sees_a_new_partner_with_its_next_batch(desk: Desk) -> None:
    desk.begin(partners=[WELBIONS])
    desk.take_in(report("a", "2026-11-02", "welbions/R1"), report("b", "2026-11-02", "menzis/P9"))
    register(desk, Partner("menzis", "health", frozenset({source_of("menzis")})))
    desk.take_in(report("c", "2026-11-02", "menzis/P9"))
    assert desk.statuses() == {"a": "not-yet-picked-up", "c": "not-yet-picked-up"}
    assert desk.system.rows("SELECT code FROM quarantine") == [("source-mismatch",)]


def test_a_running_intake_sees_a_new_municipality_with_its_next_batch(desk: Desk) -> None:
    strange = report("a", "2026-11-02", "welbions/R1", municipality="0153")
    desk.take_in(strange)
    load(desk, toml_text(policy(None) | {"municipality": "0153", "name": "Enschede"}))
    desk.take_in(strange)
    assert desk.system.rows("SELECT code FROM quarantine") == [("municipality-unknown",)]
    assert desk.statuses() == {"a": "not-yet-picked-up"}


def test_a_running_intake_judges_by_a_new_version_with_its_next_batch(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-10", "welbions/R1", "60.00"))
    load(desk, toml_text(policy(valid_from="2026-11-10", threshold={"housing": "80.00"})))
    desk.take_in(report("b", "2026-11-10", "welbions/R2", "60.00"), report("c", "2026-11-09", "welbions/R3", "60.00"))
    assert desk.statuses() == {"a": "not-yet-picked-up", "b": "wrongful", "c": "not-yet-picked-up"}
    versions = dict(
        desk.system.rows(
            """SELECT events.event_id, valid_from::text FROM reports JOIN events ON events.id = reports.event_id
            JOIN policy_versions ON policy_versions.id = policy_id"""
        )
    )
    assert versions == {"a": "2020-01-01", "b": "2026-11-10", "c": "2020-01-01"}


def test_a_running_intake_sees_a_new_list_with_its_next_batch(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", "welbions/R1"))
    desk.replace_listing("exclusion", ListedPerson("0141", postcode="7607GC", number=12))
    desk.take_in(report("b", "2026-11-03", "welbions/R2"))
    assert desk.statuses() == {"a": "not-yet-picked-up", "b": "other-reason"}

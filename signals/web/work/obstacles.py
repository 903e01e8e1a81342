"""In which words does a page say why something cannot be done with a case?

Between `outreach.work`, which refuses with a code, and the page of the case: no refusal without its reason, and with
what to do next.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from signals.outreach.release import NotReleasedError
from signals.outreach.work.people import NotPossibleError
from signals.web.texts import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.errors import SignalsError
    from signals.outreach.work.people import Obstacle

OBSTACLES: Final[Mapping[Obstacle, str]] = MappingProxyType(
    {
        "appointment": said("Deze afspraak kan niet: kies een dag die nog komt, binnen een jaar."),
        "attempt": said(
            "Deze contactpoging kan niet: kies hoe u contact zocht en op welke dag. De dag is niet in de toekomst en "
            "niet vóór het eerste signaal, het deel van de dag is begonnen, en bij een huisbezoek hoort er een."
        ),
        "choice": said("Een van uw keuzes staat niet in de lijst. Kies opnieuw."),
        "contradicts": said(
            "Dit past niet bij wat over een derde is beslist. Neem die beslissing eerst terug, of kies anders."
        ),
        "death-reported": said(
            "Er is een overlijden gemeld dat uw pagina nog niet liet zien. Kijk eerst wie er is overleden."
        ),
        "for-whom": said("Kies wie hulp heeft geaccepteerd: alleen hun partners krijgen dat te horen."),
        "no-case": said("Deze zaak is er niet meer: er hoort geen signaal meer bij."),
        "no-colleague": said("Deze collega werkt hier niet. Kies een andere collega."),
        "no-target": said("Deze doorverwijzing staat niet meer in het beleid. Kies een andere."),
        "no-team": said("Dit team staat niet meer in het beleid. Kies een andere wachtrij."),
        "not-agreed": said("Er staat geen afspraak meer met de inwoner."),
        "not-certainly-one": said(
            "Dit eindresultaat geldt voor één inwoner. Meer partners schreven deze naam, en dat kunnen "
            "verschillende inwoners zijn. Markeer de signalen één voor één."
        ),
        "not-closed": said("Deze zaak is al open."),
        "not-given": said(
            "Terugnemen kan niet meer: uw collega is begonnen, of een ander droeg de zaak over. Overleg met elkaar."
        ),
        "not-here": said("Dit hoort niet bij deze zaak, of het is er niet meer."),
        "not-markable": said("Dit signaal telt niet meer mee in een open zaak, dus u kunt het niet meer markeren."),
        "not-marked": said(
            "Niemand heeft dit signaal gemarkeerd, of de markering geldt niet meer: de achterstand werd hoger of "
            "ernstiger."
        ),
        "not-open": said("Deze zaak is gesloten. Heropen hem eerst."),
        "not-yours": said(
            "Alleen wie dit opschreef of een teamleider kan het doorhalen: één keer, en op de dag dat het is "
            "opgeschreven."
        ),
        "note-there": said(
            "Deze notitie hebt u al bewaard: hij staat bij de zaak. Bewaar hem alleen als hij er twee keer moet staan."
        ),
        "nothing-left": said(
            "In deze zaak telt geen signaal meer mee. Kies eerst bij welk signaal u de markering terugneemt."
        ),
        "nothing-to-link": said(
            "Hier is niet meer de vraag of partners dezelfde persoon bedoelen, of een collega besliste het al."
        ),
        "nothing-to-look-at": said("Hier valt nu niets te bekijken, of een collega deed het al."),
        "nothing-waits": said("Er wacht bij dit huishouden niets meer op vrijgave."),
        "of-one-person": said(
            "Dit eindresultaat geldt voor één inwoner, en in deze zaak tellen signalen van meer inwoners mee. De "
            "partner van de een mag niet horen wat voor de ander geldt. Markeer de signalen één voor één."
        ),
        "of-one-signal": said(
            "Dit eindresultaat geldt voor één signaal, en in deze zaak tellen er meer mee. Markeer de signalen één "
            "voor één."
        ),
        "same-route": said("De zaak heeft deze route al. Kies de andere route, of laat hem zo."),
        "text-length": said("Wat u schreef is leeg of te lang. Maak het korter."),
        "unsafe": said(
            "Aan deze deur is het onveilig: spreek geen huisbezoek af. Een teamleider kan zeggen dat het weer veilig "
            "is."
        ),
    }
)
"""Why an act was refused → the sentence on the page."""
NOT_RELEASED: Final = said(
    "Vrijgeven kan nu niet: er wacht niets meer, of er gaat geen brief uit omdat er een huisbezoek wacht bij dit "
    "huishouden."
)

NOT_SAFE: Final = said(
    "Vrijgeven kan niet: aan deze deur is het onveilig. Kies de route brief, of laat een teamleider eerst zeggen dat "
    "het weer veilig is."
)


def why_not(refusal: SignalsError) -> str:
    """Why it was refused, in Dutch."""
    if isinstance(refusal, NotPossibleError):
        return OBSTACLES[refusal.code]
    return NOT_SAFE if isinstance(refusal, NotReleasedError) and refusal.code == "unsafe" else NOT_RELEASED

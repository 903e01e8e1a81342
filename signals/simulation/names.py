"""What are simulated people called? Names put together here, uneven as real ones, of nobody in particular.

Common names come first and are drawn far more often than rare ones (roughly one over the rank, in whole numbers). Each
origin has names of its own, because the check that a score treats all origins alike needs to tell them apart; the
service itself never sees an origin.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from itertools import accumulate, chain, zip_longest
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signals.simulation.dice import Dice

Origin = Literal["dutch", "turkish", "moroccan", "polish", "surinamese", "other"]
ORIGINS: Final[tuple[Origin, ...]] = get_args(Origin)
Sex = Literal["man", "woman"]


class Surname(NamedTuple):
    """A surname as the residents' register holds it: the prefix (tussenvoegsel) apart from the name."""

    prefix: str | None
    name: str

    @property
    def whole(self) -> str:
        """Prefix and name in one: "van der Berg"."""
        return f"{self.prefix} {self.name}" if self.prefix else self.name


_PLAIN: Final = (
    "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits Janssen Kok Jacobs "
    "Willems Hermans Kuipers Postma Maas Verhoeven Koster Prins Blom Huisman Peeters Kuijpers Veenstra Kramer Schouten "
    "Molenaar Meyer Groen Wolters Gerritsen Hoekstra Koning Timmermans Willemsen Martens Bosman Driessen Evers "
    "Claassen Hofman Sanders Beekman Wijnands IJzerman Nijhuis Daniëls Wolthuis Zijlstra Raaijmakers Kruyt Weiß "
    "Israëls Feijen Bruijns Kuyper Wessels Assink Böhmer Olthuis Roossien Oude^Voshaar Groote^Schaarsberg "
    "Klein^Haarhuis Noë Strauß Küpers Coöps Héman Naber Dijkhuis Pijnappel Spijkers Hesselink Vissers Bosscha Raphaël"
)
_WITH_PREFIX: Final = {
    "de": "Vries Jong Boer Groot Wit Bruin Haan Graaf Wolf Lange Ruiter Bruijn Rijk Zwart Ridder Nijs",
    "van": "Dijk Leeuwen Dam Beek Velzen Loon Wijk Essen Rossum Rijn Houten Vliet Ittersum",
    "van der": "Meer Linden Heijden Veen Wal Laan Molen Heide Berg Horst Ploeg Woude Sluis Zee Weijden Poel",
    "van den": "Berg Broek Brink Bosch Heuvel Hoek Akker Dool Bossche Eijnde",
    "van de": "Ven Pol Kamp Wiel Weerd Rijt Sande",
    "ten": "Hove Brink Cate Have Broeke Dam Thije",
    "ter": "Horst Haar Beek Braak Steege Huurne",
    "te": "Riele Velde Wierik Pas Nijenhuis",
    "in het": "Veld Hout Panhuis",
    "van 't": "Hof Hoff Veer Zand Hek",
    "op de": "Beek Weegh Hoek",
}
_STEMS: Final = "Wolt Nij Lans Kolk Haar Veld Brem Esch Lind Roel Haver Olde Hulst Wes Bus Mor Stok Rijn Wijn Gras Kley"
_ENDS: Final = "huis kamp ink ing man sma stra horst berg beek mans ema brink"
_TURKISH: Final = (
    "Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Çetin Kara Koç Özkan Şimşek Polat "
    "Korkmaz Çakır Güneş Bulut Acar Güler Toprak Taş Işık Uçar Keskin Sarı Gündüz Tunç Ateş Bozkurt"
)
_MOROCCAN_EL: Final = "Amrani Idrissi Haddad Bakkali Yousfi Khattabi Hamdaoui Mansouri Fassi Ghazi Ouali Kaddouri"
_MOROCCAN_STEMS: Final = "zidi taleb khari rahma salem moussa aïssa daoud hassan chaïb driss lahcen"
_POLISH: Final = "Nowak Wójcik Krawczyk Kaczmarek Zając Król Wróbel Stępień Dudek Pająk Sikora Gołąb Wałęga Mróz"
_POLISH_STEMS: Final = (
    "Kowal Wiśniew Zieliń Szymań Dąbrow Kozłow Jabłoń Pawłow Grabow Ostrow Borow Lipiń Sosnow Brzeziń Jasiń Malinow"
)
_SURINAMESE_STEMS: Final = "Ram Bhag Jai Raghoe Bal Har Kal Sew Gan Bis"
_SURINAMESE_ENDS: Final = "din persad lal charan nath dat"
_SURINAMESE: Final = "Pinas Kromosari Wongsodarmo Amiemba Landfeld Sabajo Kartosen Misidjang Tjon^A^Fo Vreedzaam"
_OTHER: Final = (
    "Conceição Müller Magalhães García Schröder Ferrão Guimarães Núñez Großmann Lefèvre Simões Jürgens Gonçalves "
    "Tesfaye Heß Popescu Ivanova Bérard Hoxha Haile Petrović Marić Sørensen Khoury Nazari Rahimi Okafor Mensah Holm"
)

_GIVEN: Final[dict[Origin, tuple[str, str]]] = {
    "dutch": (
        (
            "Jan Johannes Pieter Hendrik Willem Theo Kees Thomas Daan Bram Sander Mark Jeroen Erik Gerrit Christiaan "
            "Albert Lucas Sem Ruud Tim Niels Joost Wouter Bas Maarten Theodoor IJsbrand Herman Frans Derk Berend Luuk "
            "Stijn René Paul Vincent Otto Evert Chris"
        ),
        (
            "Maria Anna Johanna Emma Sanne Lisa Julia Sophie Eva Ingrid Marijke Thea Christina Monique Linda Petra "
            "Esther Femke Iris Lotte Wilma Hanneke Truus Geertruida Theodora Roos Fleur Noor Saar Tess Zoë Elise Chloë "
            "Annelies Bertha Corrie Dieuwertje Ytsje Fenna Renée"
        ),
    ),
    "turkish": (
        "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Ömer Yusuf Emre Çağlar Şenol Kemal Orhan Umut Volkan",
        "Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Özlem Gülşen Sevgi Çiğdem Derya Ebru Nuray Yasemin Esra",
    ),
    "moroccan": (
        "Mohamed Ahmed Hassan Youssef Abdelkader Rachid Omar Ismaïl Bilal Karim Nourdin Said Khalid Hamza Anouar",
        "Fatima Khadija Naïma Aïcha Samira Nadia Malika Hanan Loubna Soumaya Rachida Ikram Karima Saïda Yasmina",
    ),
    "polish": (
        "Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Łukasz Jakub Adam Grzegorz Wojciech Zbigniew Kamil",
        "Katarzyna Małgorzata Agnieszka Barbara Ewa Elżbieta Joanna Magdalena Monika Zofia Łucja Beata Dorota Iwona",
    ),
    "surinamese": (
        "Rajesh Anand Dennis Radjin Humphrey Soeresh Winston Vinod Stanley Ruben Roy Orlando Dewanand Kenneth Glenn",
        "Indra Anita Sharmila Chandra Sherida Asha Usha Marlène Joyce Radha Cynthia Soenita Lilian Priya Wonny",
    ),
    "other": (
        "João Thomas Stefan Daniel Jürgen André Tesfalem Dragan Karim Luís Viktor Philippe Kwame Björn Emeka",
        "Ana Maria Olena Ursula Helga Inês Selam Mirjana Leila Théa Chiara Grace Lucía Birgit Parisa",
    ),
}
_TRADES: Final = (
    *("Bakkerij", "Klusbedrijf", "Kapsalon", "Fietsenmakerij", "Schildersbedrijf", "Hoveniersbedrijf", "Eetcafé"),
    *("Naaiatelier", "Taxibedrijf", "Schoonheidssalon", "Timmerwerken", "Bloemenhuis"),
)
_FANTASY: Final = ("'t Hoekje", "De Gouden Schaar", "De Kleine Werkplaats", "Zonnedauw", "Over de Brug", "Draadje")
_DIGRAPHS: Final = ("IJ", "Chr", "Th", "Ph")


class _Ranked(NamedTuple):
    """Names, the common ones first, with the sums of their weights."""

    names: tuple[Surname, ...]
    sums: tuple[int, ...]


def _ranked(names: Iterable[Surname]) -> _Ranked:
    once = tuple(dict.fromkeys(names))
    return _Ranked(once, tuple(accumulate(2000 // (rank + 8) + 1 for rank in range(len(once)))))


def _bare(text: str) -> Iterator[Surname]:
    # A ^ stands for the space within a name of more words.
    return (Surname(None, name.replace("^", " ")) for name in text.split())


def _joined(stems: str, ends: str) -> Iterator[Surname]:
    # The ends outside, so that the first names are not all of one stem.
    return (Surname(None, stem + end) for end in ends.split() for stem in stems.split())


def _in_turn(*rows: Iterable[Surname]) -> Iterator[Surname]:
    return (name for name in chain.from_iterable(zip_longest(*rows)) if name is not None)


def _with_prefix() -> Iterator[Surname]:
    rows = ([Surname(prefix, name) for name in names.split()] for prefix, names in _WITH_PREFIX.items())
    return _in_turn(*rows)


def _moroccan() -> Iterator[Surname]:
    short = [Surname(None, start + stem) for stem in _MOROCCAN_STEMS.split() for start in ("Bou", "Ben")]
    return _in_turn((Surname("el", name) for name in _MOROCCAN_EL.split()), short)


_SURNAMES: Final[dict[Origin, _Ranked]] = {
    "dutch": _ranked(chain(_in_turn(_bare(_PLAIN), _with_prefix()), _joined(_STEMS, _ENDS))),
    "turkish": _ranked(chain(_bare(_TURKISH), _joined("Hacı Molla Kadı Keçeci Kahveci Demirci Çoban", "oğlu"))),
    "moroccan": _ranked(_moroccan()),
    "polish": _ranked(_in_turn(_bare(_POLISH), _joined(_POLISH_STEMS, "ski"))),
    "surinamese": _ranked(_in_turn(_bare(_SURINAMESE), _joined(_SURINAMESE_STEMS, _SURINAMESE_ENDS))),
    "other": _ranked(_bare(_OTHER)),
}
_GIVEN_NAMES: Final[dict[tuple[Origin, Sex], _Ranked]] = {
    (origin, sex): _ranked(_bare(names))
    for origin, both in _GIVEN.items()
    for sex, names in zip(get_args(Sex), both, strict=True)
}


def surnames(origin: Origin) -> tuple[Surname, ...]:
    """All surnames of an origin, as a man bears them, the common ones first."""
    return _SURNAMES[origin].names


def surname(origin: Origin, dice: Dice) -> Surname:
    """A surname, as a man bears it."""
    return _drawn(_SURNAMES[origin], dice)


def given_name(origin: Origin, sex: Sex, dice: Dice) -> str:
    """A first name."""
    return _drawn(_GIVEN_NAMES[origin, sex], dice).name


def _drawn(ranked: _Ranked, dice: Dice) -> Surname:
    return ranked.names[bisect_right(ranked.sums, dice.between(0, ranked.sums[-1] - 1))]


def as_borne_by(sex: Sex, name: Surname) -> Surname:
    """The form in which a man or a woman bears a name: "Kowalski" and "Kowalska"."""
    if sex == "woman" and name.name.endswith("ski"):
        return Surname(name.prefix, f"{name.name[:-1]}a")
    return name


def initial_of(given: str) -> str:
    """The initial of a first name: "A.", and "IJ." "Chr." "Th." "Ph." where the register keeps more letters."""
    for start in _DIGRAPHS:
        if given.startswith(start):
            return f"{start}."
    return f"{given[0]}."


def business_name(name: Surname, dice: Dice) -> str:
    """What a sole trader or small partnership is called; never a word by which one knows a legal person."""
    trade = dice.pick(_TRADES)
    form = dice.between(0, 3)
    if form == 0:
        return f"{trade} {dice.pick(_FANTASY)}"
    if form == 1:
        return f"{trade} {name.whole} V.O.F."
    return f"{trade} {name.whole}"


def without_diacritics(text: str) -> str:
    """The name as a system writes it that knows only a-z: "Öztürk" → "Ozturk", "Yılmaz" → "Yilmaz"; ß stays."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)


# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS: Final = str.maketrans("ıłŁøØđ", "ilLoOd")

"""How people say in Norwegian that something grows, fades or is new, and how they say what only sounds like it.

A wording is a line of items: a word in lower case, `a/b` for either, `bli*` for any ending, `…` for up to four words
without punctuation between, and in capitals what the grammar or a list below knows: `PAST` a verb in the past, `CMP`
a comparative, `MORE`, `LESS`, `TECH`, `SOON`, `YEARS`, `END` punctuation or the end of the sentence. A new or other
line needs a higher number in `pipeline.change.RULES`.
"""

from __future__ import annotations

LISTS = {
    "MORE": (
        "mer mere meir flere fleire viktigere viktigare strengere strengare større hardere tøffere høyere vanligere "
        "oftere tyngre raskere travlere sykere"
    ),
    "LESS": "mindre færre sjeldnere sjeldnare lavere",
    "TECH": (
        "app* nettbrett* brett* skjerm* system* robot* ki ai kunstig digital* elektronisk* automat* selvbetj* chat* "
        "portal* kamera* sensor* skann* program* teknologi* velferdsteknologi* nett nettet nettside* nettbutikk* "
        "nettressurs* netthandel* algoritm* drone* "
        "maskin* data* kassesystem* journalsystem* mail* epost* e-post* facebook* video*"
    ),
    "THING": (
        "krav* regl* rutin* lov* forskrift* avtale* ordning* løsning* tjeneste* produkt* metode* arbeidsmåte* kass* "
        "verktøy* hjelpemid* utstyr* standard* mal* skjema* oppgave*"
    ),
    "SOON": "snart framover fremover framtida fremtiden framtiden etterhvert",
    "YEARS": "årene åra år tida tiden",
}

GROWS = """
blir/bli … MORE
er/har blitt … MORE
er/har blitt CMP
kommer/kjem … til å … MORE
kommer/kjem … til å trenge/trenga
kommer/kjem … til å få … bruk for
kommer/kjem … for fullt
stadig MORE
bare MORE og MORE
MORE og MORE
stadig viktigere/vanligere
CMP … enn før/tidligere
CMP … enn … før/tidligere
CMP … nå/no/idag enn
CMP … enn da jeg/eg/vi
CMP … enn … var/gjorde/måtte/pleide/hadde
må/skal/bør kunne … mer/meir/flere
må kunne … bedre
trenger/treng … MORE … SOON
SOON … trenger/treng … MORE
nå/no … MORE
MORE … nå/no
MORE … de siste YEARS
MORE … i dag END
øker/økt/økende/aukar
vokser/vokst/veks
i større grad
etterspørselen … opp/større
går/gått kraftig/mye opp
får/fått mer/større/mye … si
MORE … for hvert år/tilsyn
"""

FADES = """
blir/bli … LESS
er/har blitt … LESS
kommer/kjem … til å … LESS
kommer/kjem … til å forsvinne/forsvinna
kommer/kjem … til å bli borte/overflødig*
kommer/kjem … til å ta slutt
ferd med å forsvinne/dø
holder på å forsvinne/dø
forsvinner nok/vel/snart/helt/mer
har/er forsvunnet
stadig LESS
LESS og LESS
LESS … enn før/tidligere
LESS … enn … før/tidligere/gjorde/var/hadde/måtte
LESS … SOON
nå/no … LESS
LESS … nå/no
vi/me/man/folk/kundene/alle … ikke/ikkje … lenger/lengre
det … ikke/ikkje … lenger/lengre
trenger/trengs/finnes/fins … ikke/ikkje … lenger/lengre
ingen som/har/vil/kan … lenger/lengre
ingen andre som … lenger/lengre
vi/me/man/folk/kundene … ikke/ikkje … mer/meir END
ikke/ikkje … som før
ikke/ikkje så/like … som … før/gjorde/var
snart … ingen/ikke/slutt
blir borte
på vei/veg ut END
dør/dø/dødd ut
fases/faset/fase ut
er historie/fortid/forbi
er … slutt på/med END
er … slutt på/med det/den/alt/å
vi/me slipper/slepp å
da slipper/slepp vi/me
folk/kundene/vi slutter å/med
har folk/kundene/vi … sluttet/slutta å/med
folk/kundene/vi har sluttet/slutta å/med
har gått ned/tilbake etter/siden/kraftig/mye
går ned for/år
minker/avtar
lagt/legges ned
ikke bruk for
overflødig*
mister/mista … kontakten/faget/håndverket
"""

NEW = """
er/har kommet/komme/kommi … ny/nye/nytt/TECH
kommer/kjem … ny/nye/nytt THING/TECH
kommer/kjem snart/nå/no … TECH/THING
har fått … ny/nye/nytt THING/TECH
har … fått … TECH
vi/alle/de fikk … TECH
innfører/innførte/innført/innføres
lagt/legges om
vi/me/folk/kundene/de/mange/alle/kommunen/kjeden har begynt å/med
har vi/me/folk/kundene/de … begynt å/med
det nye nå/er
er … noe nytt
er nytt
må/skal lære oss/seg
må/skal sette oss/seg … inn
må … venne oss/seg
fra høsten/nyttår/januar/våren/sommeren/neste … skal/må/blir
etter nyttår/sommeren/ferien må/skal/blir
til høsten/våren/neste/sommeren … skal/må/blir/kommer/får
snart skal/må/blir/kommer/får vi/det/alle/de/du
om et/ett/noen/to/tre/fem/ti … år … står/blir/er/kommer/har/må
er/har blitt TECH
går … på/over TECH nå/no
"""

# Taken only where nothing above is found: they need a look at who does what.
WEAK_FADES = """
tatt/tar/tok over
overtatt/overtar
"""

WEAK_NEW = """
nå/no må/skal/kan vi/alle/man/de
vi/alle må/skal nå/no
TECH … nå/no END
nå/no … TECH
"""

BEFORE = """
før/tidligere PAST
før/tidligere så/da PAST
før i tida/tiden/verden … PAST
i gamle dager … PAST
"""

NOW = """
nå/no
i dag
idag
"""

# Talk of what is not so, of what comes back every year, of one's own life, and of learning the job.
WHEN = {"når", "idet", "gang"}
UNREAL = {"hadde", "kunne", "skulle", "var"}  # first in a sentence
DENYING = {"ikke", "ikkje", "ingen", "ingenting", "knapt", "nesten", "slutt", "slipper"}  # what a wording says itself
GONE = {"ikke", "ikkje", "ingen", "ingenting", "slutt", "borte", "aldri", "lenger", "slipper"}
HYPOTHETICAL = {"hvis", "dersom", "viss", "ønske", "ønsker", "håper", "burde", "gid"}
IF = {"om", "hvis", "dersom", "viss"}
WONDERING = {"vet", "veit", "vite", "lurer", "spørs", "usikker", "tviler"}
NEGATIONS = {"ikke", "ikkje", "ikkj", "itj", "ikje", "aldri", "neppe", "verken", "alltid"}
PRIVATE = {
    "ungene", "ungane", "barna", "barnebarna", "sønnen", "datteren", "dattera", "mannen", "kona", "samboeren",
    "kjæresten", "hjemme", "heime", "hund", "hunden", "hytta", "bestemor", "mamma", "pappa",
}  # fmt: skip
SINCE = {"før", "tidligere", "nå", "no", "årene", "åra", "år", "fjor", "etter", "siden", "sidan"}
PASSING = """
utover/utpå dagen/kvelden/natta/natten/ettermiddagen/vakta/uka
ut på dagen/kvelden/natta/natten
mot jul/sommeren/påske/helga/helgen/kvelden
i helgene/helga/helgen
om sommeren/vinteren/våren/høsten
på lørdager/fredager/mandager/søndager/høsten/våren
den/denne kvelden/dagen/natta/gangen/uka
jo/desto/dess CMP
jo/desto/dess flere/mer
"""
ONESELF = {"jeg", "eg", "æ", "je", "jæ"}
ANYONE = {"du", "en", "man", "ein"}
ONE_PERSON = {"han", "hun", "ho", "hu"}
THINKING = {"tror", "trur", "synes", "syns", "vet", "veit", "merker", "ser", "opplever", "føler", "regner", "håper"}
SKILLED = {"flinkere", "bedre", "betre", "tryggere", "roligere", "eldre", "sterkere", "klokere", "modigere", "rausere"}

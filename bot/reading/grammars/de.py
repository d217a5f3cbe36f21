"""Days and hours in German, as people type them. Only words; `moment.py` knows what they mean."""

from bot.reading.grammar import Grammar, counted

GRAMMAR = Grammar(
    days={"heute": 0, "heut": 0, "morgen": 1, "übermorgen": 2, "überübermorgen": 3, "gestern": -1, "vorgestern": -2},
    ahead={
        "in {n} tag|tagen": 1,
        "in {n} woche|wochen": 7,
        "heute in {n} woche|wochen": 7,
    },
    months={"in {n} monat|monaten": 0},
    weeks={
        "diese|dieser woche": 0,
        "in dieser woche": 0,
        "nächste|nächster|kommende|kommender woche": 1,
        "in der nächsten|kommenden woche": 1,
        "die nächste|kommende woche": 1,
        "übernächste woche": 2,
        "in der übernächsten woche": 2,
    },
    weekends={
        "dieses wochenende": 0,
        "an diesem wochenende": 0,
        "am wochenende": 0,
        "nächstes wochenende": 1,
        "am nächsten wochenende": 1,
        "kommendes wochenende": 0,
        "am kommenden wochenende": 0,
    },
    coming=("{w}", "diesen|dieser|diesem {w}", "kommenden|kommender|kommendem {w}", "den|der|dem kommenden {w}"),
    next=("nächsten|nächster|nächstem {w}", "den|der|dem nächsten {w}"),
    following=(
        "{w} nächste|nächster|kommende|kommender woche",
        "nächste|kommende woche {w}",
        "nächste|kommende woche am {w}",
        "{w} in der nächsten|kommenden woche",
    ),
    later=("{w} in einer woche", "in einer woche am {w}", "{w} in acht tagen"),
    marks=("uhr", "punkt", "uhr punkt"),
    words=frozenset({"so"}),
    clocks={
        "{h} uhr und {m} minuten": "+m",
        "halb {h}": "-30",
        "viertel nach {h}": "15",
        "viertel vor {h}": "-15",
        "dreiviertel {h}": "-15",
        "drei viertel {h}": "-15",
        "{m} (minuten) nach {h}": "+m",
        "{m} (minuten) vor {h}": "-m",
        "{m} (minuten) vor halb {h}": "-30-m",
        "{m} (minuten) nach halb {h}": "-30+m",
    },
    midnight=("mitternacht", "(um) 12|zwölf uhr nachts"),
    ranges=(
        "zwischen {a} und {b}",
        "von {a} bis {b}",
        "{a} bis {b}",
        "ab {a}",
        "frühestens (um) {a}",
        "nicht vor {a}",
        "nach {a}",
        "vor {b}",
        "bis (um) {b}",
        "spätestens (um) {b}",
    ),
    noon=(
        "mittag",
        "am mittag",
        "zu mittag",
        "12 uhr mittags",
        "um 12 uhr mittags",
        "mittag|mittags um zwölf|12 (uhr)",
    ),
    parts={
        "(am|in) (der) (frühen) morgen": (5, 12),
        "morgens": (5, 12),
        "früh": (5, 10),
        "in der früh": (5, 10),
        "frühmorgens": (5, 9),
        "(am) vormittag": (8, 12),
        "vormittags": (8, 12),
        "mittags": (11, 14),
        "vor dem mittag": (0, 12),
        "nach dem mittag": (12, 24),
        "(am) (frühen) nachmittag": (12, 18),
        "(am) späten nachmittag": (15, 18),
        "nachmittags": (12, 18),
        "(am) (frühen) abend": (17, 24),
        "abends": (17, 24),
        "(in) (der) nacht": (20, 24),
    },
    at=("um", "gegen", "um circa", "ca", "zirka", "so um", "so gegen", "etwa um", "um etwa"),
    on=("am", "den", "der", "dem", "an", "für", "vom", "für den"),
    the=("am", "der", "den", "dem", "für den"),
    polite=(
        "bitte",
        "danke",
        "ok",
        "okay",
        "ja",
        "hallo",
        "gern",
        "gerne",
        "vielleicht",
        "ich hätte gern",
        "ich möchte",
        "lieber",
        "geht",
        "ginge",
        "wie wäre es",
        "wie wär's",
        "dann",
        "passt",
        "guten tag",
        "am besten",
    ),
    short={
        **{
            f"{day}{part}": f"{day} {part}"
            for day in ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag")
            for part in ("morgen", "vormittag", "mittag", "nachmittag", "abend", "nacht")
        },
        "morgen früh": "morgen vormittag",
        "heute früh": "heute vormittag",
        "heute morgen": "heute vormittag",
        "übermorgen früh": "übermorgen vormittag",
        "heute nacht": "heute abend",
        "vierzehn tagen": "14 tagen",
        "acht tagen": "7 tagen",
    },
    joints=("der", "den", "dem", "am", "ten", "te"),
    weekdays={"sonnabend": 5, "diens": 1},
    numbers=counted(
        "null eins|ein|einem|einer|eine zwei|zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
        " fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig einundzwanzig zweiundzwanzig dreiundzwanzig"
        " vierundzwanzig fünfundzwanzig sechsundzwanzig siebenundzwanzig achtundzwanzig neunundzwanzig dreißig"
        " einunddreißig"
    )
    | {"fünfunddreißig": 35, "vierzig": 40, "fünfundvierzig": 45, "fünfzig": 50, "fünfundfünfzig": 55},
    ordinals=counted(
        "erste|ersten|erster zweite|zweiten|zweiter dritte|dritten|dritter vierte|vierten|vierter"
        " fünfte|fünften|fünfter sechste|sechsten|sechster siebte|siebten|siebter achte|achten|achter"
        " neunte|neunten|neunter zehnte|zehnten|zehnter",
        1,
    ),
)

"""Days and hours in English, as people type them. Only words; `moment.py` knows what they mean."""

from bot.reading.grammar import Grammar, counted

GRAMMAR = Grammar(
    days={
        "today": 0,
        "tomorrow|tmrw|tomorow|tommorow|tommorrow": 1,
        "(the) day after tomorrow": 2,
        "overmorrow": 2,
        "yesterday": -1,
    },
    ahead={
        "in {n} day|days": 1,
        "{n} day|days from now|today": 1,
        "in {n} week|weeks": 7,
        "{n} week|weeks from now|today": 7,
        "in a week": -7,
        "a week from now|today": -7,
        "in a fortnight": -14,
    },
    months={"in a month": 1, "in {n} month|months": 0, "a month from now|today": 1},
    weeks={"this week": 0, "next week": 1, "the week after next": 2},
    weekends={"this weekend": 0, "the weekend": 0, "next weekend": 1},
    coming=("{w}", "this {w}", "this coming {w}", "coming {w}", "the coming {w}", "{w} this week"),
    next=("next {w}", "{w} next"),
    following=("{w} next week", "next week {w}", "{w} (of) next week", "next week on {w}"),
    later=("a week on {w}", "{w} week", "a week from {w}", "{w} in a week"),
    marks=("o'clock", "h", "hrs", "hours", "hour", "oclock"),
    clocks={
        "{h}": "0",
        "{h} {m}": "+m",
        "{h} oh {m}": "+m",
        "half past {h}": "30",
        "half {h}": "30",
        "(a) quarter past|after {h}": "15",
        "(a) quarter to|before|till|of {h}": "-15",
        "{m} (minutes) past|after {h}": "+m",
        "{m} (minutes) to|before|till {h}": "-m",
    },
    noon=("noon", "midday", "12 noon", "high noon"),
    parts={
        "(in|during) (the) early morning": (5, 9),
        "(in|during) (the) morning": (5, 12),
        "(in|during) (the) mornings": (5, 12),
        "(in|during) (the) late morning": (10, 12),
        "(in|during) (the) early afternoon": (12, 15),
        "(in|during) (the) afternoon|arvo": (12, 18),
        "(in|during) (the) late afternoon": (15, 18),
        "(in|during) (the) evening": (17, 23),
        "(at) night": (19, 24),
    },
    at=("at", "at about|around", "around", "about", "by", "@", "for"),
    on=("on", "for", "the", "on the", "of", "by"),
    the=("the", "on the", "for the"),
    polite=(
        "please",
        "pls",
        "thanks",
        "thank you",
        "ok",
        "okay",
        "maybe",
        "perhaps",
        "how about",
        "what about",
        "hi",
        "hello",
        "i would like",
        "i'd like",
        "can i have|come",
        "let's say",
        "could we do",
        "yes",
        "sure",
        "then",
    ),
    short={
        "tonight": "today evening",
        "this morning": "today morning",
        "this afternoon": "today afternoon",
        "this evening": "today evening",
        "tomorrow night": "tomorrow evening",
        "a week today": "in 1 week",
        "a week tomorrow": "in 8 days",
        "couple of": "2",
        "a couple of": "2",
    },
    joints=("the", "of", "th", "st", "nd", "rd", "on"),
    weekdays={"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
    numbers=counted(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty twenty_one twenty_two twenty_three twenty_four twenty_five twenty_six"
        " twenty_seven twenty_eight twenty_nine thirty thirty_one"
    )
    | {"thirty five": 35, "forty": 40, "forty five": 45, "fifty": 50, "fifty five": 55},
    ordinals=counted(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
        " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty_first twenty_second twenty_third"
        " twenty_fourth twenty_fifth twenty_sixth twenty_seventh twenty_eighth twenty_ninth thirtieth thirty_first",
        1,
    ),
    halves={"am": "am", "a m": "am", "pm": "pm", "p m": "pm"},
)

"""Words of the synthetic world: genres and their scenes, tags as users write them, artist names.

All names are invented; a likeness to an artist who exists is chance.
"""

import numpy as np

# Genre -> its five scenes, the moods its artists are tagged with, words of its artists' names.
# Genres and scenes stand in falling order of popularity.
GENRES = {
    "rock": (
        ("classic rock", "alternative rock", "hard rock", "psychedelic", "garage rock"),
        ("energetic", "guitar", "epic"),
        ("Highway", "Thunder", "Engine", "Gasoline", "Wheel", "Canyon", "Rifle", "Saints"),
    ),
    "pop": (
        ("dance-pop", "pop rock", "teen pop", "europop", "power pop"),
        ("catchy", "summer", "happy"),
        ("Candy", "Glitter", "Heartbeat", "Mirror", "Holiday", "Starlight", "Lipstick", "Crush"),
    ),
    "indie": (
        ("indie rock", "indie pop", "dream pop", "shoegaze", "lo-fi"),
        ("melancholic", "mellow", "quirky"),
        ("Sweater", "Museum", "Balcony", "Postcard", "Lanterns", "Bicycle", "Kites", "Attic"),
    ),
    "electronic": (
        ("electronica", "house", "techno", "idm", "drum and bass"),
        ("dance", "hypnotic", "party"),
        ("Circuit", "Voltage", "Pixel", "Signal", "Neon", "Module", "Laser", "Grid"),
    ),
    "metal": (
        ("heavy metal", "metalcore", "progressive metal", "death metal", "black metal"),
        ("aggressive", "brutal", "dark"),
        ("Crypt", "Torment", "Iron", "Plague", "Wolf", "Throne", "Ashes", "Blood"),
    ),
    "hip-hop": (
        ("rap", "underground hip-hop", "gangsta rap", "turntablism", "grime"),
        ("flow", "street", "party"),
        ("Cipher", "Hustle", "Block", "Crown", "Verse", "Corner", "Dime", "Avenue"),
    ),
    "punk": (
        ("punk rock", "emo", "post-punk", "hardcore", "ska punk"),
        ("angry", "energetic", "political"),
        ("Riot", "Rats", "Curfew", "Pins", "Concrete", "Strike", "Bottle", "Static"),
    ),
    "rnb": (
        ("soul", "contemporary rnb", "funk", "neo-soul", "northern soul"),
        ("sexy", "smooth", "groovy"),
        ("Velvet", "Honey", "Silk", "Brown", "Sugar", "Groove", "Midnight", "Amber"),
    ),
    "folk": (
        ("singer-songwriter", "acoustic", "alt-country", "freak folk", "bluegrass"),
        ("mellow", "beautiful", "melancholic"),
        ("River", "Willow", "Barn", "Sparrow", "Orchard", "Harvest", "Cedar", "Fiddle"),
    ),
    "ambient": (
        ("chillout", "trip-hop", "downtempo", "new age", "dark ambient"),
        ("atmospheric", "relaxing", "dreamy"),
        ("Drift", "Horizon", "Mist", "Tide", "Aurora", "Silence", "Vapour", "Orbit"),
    ),
    "gothic": (
        ("industrial", "synthpop", "darkwave", "gothic rock", "ebm"),
        ("dark", "atmospheric", "melancholic"),
        ("Raven", "Shroud", "Cathedral", "Nocturne", "Thorns", "Chapel", "Veil", "Absinthe"),
    ),
    "latin": (
        ("mpb", "reggaeton", "bossa nova", "salsa", "samba"),
        ("summer", "romantic", "dance"),
        ("Luna", "Corazón", "Fuego", "Praia", "Sol", "Ritmo", "Mar", "Céu"),
    ),
    "jazz": (
        ("smooth jazz", "acid jazz", "nu jazz", "bebop", "swing"),
        ("smooth", "cool", "mellow"),
        ("Quartet", "Trio", "Saxophone", "Lounge", "Blue", "Brass", "Avenue", "Swingers"),
    ),
    "classical": (
        ("soundtrack", "piano", "minimalism", "baroque", "opera"),
        ("beautiful", "epic", "relaxing"),
        ("Ensemble", "Orchestra", "Sonata", "Chamber", "Strings", "Consort", "Aria", "Fugue"),
    ),
}
SCENES_PER_GENRE = 5
# Countries with scenes of their own, one a genre, and what invented names there sound like.
LOCAL_SYLLABLES = {
    "brazilian": ("são", "ção", "ra", "ni", "to", "ju", "lha", "be"),
    "german": ("stein", "wald", "ü", "mer", "berg", "ö", "lin", "hart"),
    "polish": ("sz", "ław", "mi", "cza", "ski", "bo", "żu", "na"),
    "japanese": ("shi", "ka", "mi", "no", "ryu", "ta", "ha", "ko"),
    "swedish": ("sjö", "lund", "bå", "vik", "mä", "dal", "kar", "ne"),
    "french": ("lé", "mon", "be", "çois", "rou", "vé", "gne", "ma"),
    "spanish": ("ño", "ro", "cha", "lla", "me", "di", "qui", "sa"),
    "finnish": ("jää", "ky", "lä", "puu", "ra", "vo", "nen", "suo"),
    "turkish": ("ğı", "şe", "can", "ba", "öz", "lu", "dır", "ay"),  # noqa: RUF001
    "russian": ("во", "ста", "ми", "лё", "гра", "ня", "ду", "рек"),  # noqa: RUF001
    "italian": ("gli", "ra", "to", "vè", "ni", "bel", "lo", "ssa"),
}
LOCAL_COUNTRIES = tuple(LOCAL_SYLLABLES)

GENRE_NAMES = tuple(GENRES)
# Genres that one listener often likes together.
FAMILIES = (
    ("rock", "indie", "metal", "punk", "gothic"),
    ("pop", "hip-hop", "rnb", "latin"),
    ("electronic", "folk", "ambient", "jazz", "classical"),
)
# Global scenes genre by genre, then local scenes country by country: "polish rock".
N_GLOBAL_SCENES = SCENES_PER_GENRE * len(GENRES)
SCENE_NAMES = (
    *(scene for scenes, _, _ in GENRES.values() for scene in scenes),
    *(f"{country} {genre}" for country in LOCAL_COUNTRIES for genre in GENRES),
)
GENRE_OF_SCENE = np.concatenate(
    [
        np.repeat(np.arange(len(GENRES)), SCENES_PER_GENRE),
        np.tile(np.arange(len(GENRES)), len(LOCAL_COUNTRIES)),
    ]
)
MOODS = tuple(moods for _, moods, _ in GENRES.values())
DECADES = ("60s", "70s", "80s", "90s", "00s")
VOICES = ("female vocalists", "male vocalists", "instrumental")
COUNTRIES = ("american", "british", "canadian", "australian", *LOCAL_COUNTRIES)
# What users write when they do not name a genre, most frequent first.
COMMON_TAGS = (
    "seen live", "awesome", "love", "favorites", "beautiful songs", "amazing", "love at first "
    "listen", "guilty pleasure", "cool", "my favorite", "best", "good stuff", "check out",
    "to listen", "music for work", "driving", "live 2009", "nostalgia", "música", "<3", "café",
    "überragend", "canción", "albums i own", "sing along", "overrated", "underrated",
)  # fmt: skip

# Names that trip up programs; they are given to widely known artists, so that they turn up.
AWKWARD_NAMES = (
    "Ke$ha and A$AP",
    "<img src=x onerror=alert(1)>",
    'Little "Lightning" Moreau',
    "Rock & Röll Ünion",
    "The Paper Cranes",
    "The Paper Cranes",
    "O'Hallow's *Own* [Band]",
    "Ночной Трамвай",
    "夜の電車",
    "NULL",
    "1,000 Miles; No Map",
    "C:\\temp\\new",
)

_ADJECTIVES = (
    "Black", "Golden", "Silent", "Broken", "Electric", "Hollow", "Crimson", "Lost", "Wild",
    "Little", "Burning", "Northern", "Paper", "Distant", "Sleeping", "Lucky", "Frozen", "Velvet",
    "Secret", "Crooked", "Plastic", "Holy", "Dusty", "Modern", "Pale", "Sunken", "Rusty", "Tiny",
    "Scarlet", "Restless", "Gentle", "Second", "Endless", "Hidden", "Bitter", "Open", "Foreign",
    "Midnight", "Solar", "Lonely", "Young", "Silver", "Quiet", "Blind", "Running", "Wooden",
    "Bright", "Last", "Seven", "Ancient", "Mutual", "Polar",
)  # fmt: skip
_NOUNS = (
    "Foxes", "Machine", "Garden", "Parade", "Ghosts", "Sisters", "Ocean", "Mountain", "Radio",
    "Winter", "Animals", "Union", "Theatre", "Letters", "Empire", "Strangers", "Satellite",
    "Kingdom", "Shadows", "Harbour", "Brothers", "Tigers", "Cinema", "Circus", "Moon", "Station",
    "Colours", "Windows", "Daughters", "Arrows", "Pilots", "Islands", "Children", "Bandits",
    "Forest", "Cities", "Wolves", "Signals", "Society", "Brigade", "Dreamers", "Mirrors", "Bridges",
    "Planet", "Flowers", "Tourists", "Engines", "Lovers", "Club", "Waves", "Harpoons", "Rebels",
    "Monuments", "Lions", "Nation", "Airport", "Poets", "Sailors", "Butchers",
)  # fmt: skip
_GIVEN_NAMES = (
    "Ada", "Alma", "Anton", "Basil", "Bella", "Clara", "Conrad", "Cora", "Dahlia", "Edgar", "Eliza",
    "Esther", "Felix", "Flora", "Gideon", "Greta", "Hazel", "Hugo", "Ida", "Iris", "Jasper",
    "Jonah", "June", "Leon", "Lena", "Lucas", "Mabel", "Maya", "Milo", "Nadia", "Nina", "Noah",
    "Olive", "Oscar", "Otis", "Pearl", "Quinn", "Rosa", "Ruben", "Selma", "Silas", "Stella", "Theo",
    "Vera", "Victor", "Viola", "Wanda",
)  # fmt: skip
_SURNAME_STARTS = (
    "Ash", "Black", "Bram", "Cal", "Dun", "El", "Fair", "Gren", "Hal", "Hart", "Kel", "Lang", "Mar",
    "Nor", "Pem", "Ros", "Thorn", "Wes",
)  # fmt: skip
_SURNAME_ENDS = (
    "berry", "bourne", "brook", "combe", "croft", "den", "field", "ford", "gate", "holm", "ley",
    "low", "more", "ridge", "ton", "well",
)  # fmt: skip
_SYLLABLES = (
    "ka", "lo", "mi", "ra", "ven", "dor", "el", "tan", "zu", "bel", "nor", "fa", "ri", "os", "mar",
    "lin", "jo", "an", "vi", "ge", "sa", "te", "no", "ru", "di", "ko",
)  # fmt: skip
_OPENINGS = ("i want", "songs for", "music to", "best of", "too much", "my", "not", "so", "pure")
_SUBJECTS = (
    "rain", "sunday", "monday", "night", "kitchen", "train", "heartbreak", "summer 2008", "winter",
    "sleep", "dancing", "crying", "friends", "gym", "road", "coffee", "school", "breakup", "mom",
    "party", "childhood", "beach", "homework", "revolution", "moonlight", "cats", "robots", "soul",
)  # fmt: skip
_ENDINGS = ("", "", " songs", " mix", " forever", " lol", " vibes", " feelings", "!!", " 4ever")


def artist_names(genres: np.ndarray, countries: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an invented name for each artist, each another one, shape (n_artists,).

    Parameters
    ----------
    genres, countries : ndarray of int, shape (n_artists,)
        Positions in `GENRE_NAMES`, whose words a name borrows, and in `COUNTRIES`, whose sounds.
    rng : Generator
    """
    names = _compose(genres, countries, rng)
    repeated = _repeated(names)
    while len(repeated):
        names[repeated] = _compose(genres[repeated], countries[repeated], rng)
        repeated = _repeated(names)
    return names


def _compose(genres: np.ndarray, countries: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    names = np.empty(len(genres), dtype=object)
    words = [genre_words for _, _, genre_words in GENRES.values()]
    sounds = [_SYLLABLES, *LOCAL_SYLLABLES.values()]
    sound_of = np.maximum(countries - (len(COUNTRIES) - len(LOCAL_COUNTRIES)) + 1, 0)
    forms = rng.choice(len(_FORMS), len(genres), p=_FORM_SHARES)
    # One draw of many whole numbers is quicker than a call of the generator for each word.
    draws = rng.integers(0, 2**31, (len(genres), 6)).tolist()
    columns = (genres.tolist(), sound_of.tolist(), forms.tolist(), draws)
    for row, (genre, sound, form, draw) in enumerate(zip(*columns, strict=True)):
        names[row] = _FORMS[form](words[genre], sounds[sound], draw)
    return names


def _repeated(names: np.ndarray) -> np.ndarray:
    """Return the rows whose name stands in an earlier row already."""
    seen: set[str] = set()
    return np.array([row for row, name in enumerate(names) if name in seen or seen.add(name)], int)


def junk_tags(n: int, rng: np.random.Generator) -> list[str]:
    """Return n distinct tags that say little about the music, the common ones first."""
    tags = dict.fromkeys(COMMON_TAGS[:n])
    taken = {*GENRE_NAMES, *SCENE_NAMES, *DECADES, *VOICES, *COUNTRIES, *sum(MOODS, ())}
    while len(tags) < n:
        draw = rng.integers(0, 2**31, 5).tolist()
        tag = _junk_tag(draw)
        if tag not in taken:
            tags[tag] = None
    return list(tags)


def _junk_tag(draw: list[int]) -> str:
    form = draw[0] % 4
    if form == 0:
        return _invented(_SYLLABLES, draw[1:]).lower()
    if form == 1:
        return f"{_of(SCENE_NAMES, draw[1])} {_of(_SUBJECTS, draw[2])}{_of(_ENDINGS, draw[3])}"
    if form == 2:
        return f"{_of(_SUBJECTS, draw[1])} {_of(_SUBJECTS, draw[2])}{_of(_ENDINGS, draw[3])}"
    return f"{_of(_OPENINGS, draw[1])} {_of(_SUBJECTS, draw[2])}{_of(_ENDINGS, draw[3])}"


def _of(words: tuple[str, ...], draw: int) -> str:
    return words[draw % len(words)]


def _invented(sounds: tuple[str, ...], draw: list[int]) -> str:
    """Return a word of two or three syllables."""
    return "".join(_of(sounds, d) for d in draw[: 2 + draw[0] // 64 % 2]).title()


def _person(sounds: tuple[str, ...], draw: list[int]) -> str:
    given = _of(_GIVEN_NAMES, draw[0])
    if sounds is _SYLLABLES:
        return f"{given} {_of(_SURNAME_STARTS, draw[1])}{_of(_SURNAME_ENDS, draw[2])}"
    return f"{given} {_invented(sounds, draw[1:])}"


_FORMS = (
    lambda words, sounds, d: f"The {_of(_ADJECTIVES, d[0])} {_of(_NOUNS, d[1])}",
    lambda words, sounds, d: f"{_of(_ADJECTIVES, d[0])} {_of(words, d[1])}",
    lambda words, sounds, d: f"{_of(words, d[0])} {_of(_NOUNS, d[1])}",
    lambda words, sounds, d: f"{_invented(sounds, d)} {_of(words, d[4])}",
    lambda words, sounds, d: _invented(sounds, d) + _of(sounds, d[5]),
    lambda words, sounds, d: _person(sounds, d),
    lambda words, sounds, d: f"{_person(sounds, d)} & The {_of(_NOUNS, d[5])}",
    lambda words, sounds, d: f"{_of(words, d[0])} of {_invented(sounds, d[1:])}",
    lambda words, sounds, d: f"DJ {_invented(sounds, d)}",
    lambda words, sounds, d: f"{_of(_NOUNS, d[0])} {1 + d[1] % 99}",
)
_FORM_SHARES = (0.16, 0.1, 0.16, 0.11, 0.05, 0.2, 0.06, 0.1, 0.03, 0.03)

"""Words of the synthetic playlists: what songs, albums and playlists are called.

All titles are invented; a likeness to a song that exists is chance.
"""

SONG_ADJECTIVES = (
    "Blue", "Broken", "Burning", "Careless", "Cold", "Crooked", "Dangerous", "Distant", "Easy",
    "Electric", "Empty", "Endless", "Faded", "Fallen", "Foolish", "Golden", "Heavy", "Hollow",
    "Honest", "Hungry", "Lazy", "Little", "Lonely", "Lost", "Lucky", "Magic", "Midnight", "Naked",
    "Neon", "Old", "Paper", "Perfect", "Pretty", "Quiet", "Ragged", "Reckless", "Restless",
    "Secret", "Silver", "Simple", "Slow", "Strange", "Sudden", "Sweet", "Tender", "Thin",
    "Unspoken", "Velvet", "Warm", "Wicked", "Wild", "Young",
)  # fmt: skip
SONG_NOUNS = (
    "Afternoon", "Alibi", "Anchor", "Angel", "Answer", "Avenue", "Bedroom", "Bridge", "Camera",
    "Carousel", "Ceiling", "Chapel", "City", "Cloud", "Coastline", "Compass", "Confession",
    "Corner", "Crown", "Daylight", "Devil", "Diamond", "Dream", "Echo", "Engine", "Fever", "Fire",
    "Flame", "Garden", "Ghost", "Gravity", "Guitar", "Hand", "Harbour", "Heart", "Highway", "Home",
    "Honey", "Hurricane", "Island", "Kiss", "Ladder", "Lamp", "Letter", "Lie", "Light", "Lightning",
    "Machine", "Memory", "Mile", "Mirror", "Money", "Moon", "Morning", "Mountain", "Name", "Night",
    "Ocean", "Picture", "Pilot", "Promise", "Rain", "River", "Road", "Room", "Runaway", "Sailor",
    "Season", "Shadow", "Shoes", "Silence", "Sister", "Skin", "Sky", "Smoke", "Snow", "Station",
    "Stone", "Storm", "Stranger", "Street", "Summer", "Sunday", "Tattoo", "Thunder", "Ticket",
    "Tide", "Train", "Valley", "Voice", "Water", "Window", "Winter", "Wire", "Wolf", "Wonder",
    "Yesterday",
)  # fmt: skip
SONG_VERBS = (
    "Believe", "Break", "Bring", "Call", "Carry", "Catch", "Chase", "Dance", "Drive", "Fall",
    "Feel", "Find", "Fly", "Follow", "Forget", "Forgive", "Hold", "Kill", "Leave", "Let", "Lose",
    "Love", "Meet", "Miss", "Move", "Need", "Remember", "Rescue", "Run", "Save", "Show", "Sing",
    "Stay", "Take", "Teach", "Tell", "Trust", "Turn", "Wait", "Wake", "Walk", "Want", "Watch",
)  # fmt: skip
SONG_TAILS = (
    "Again", "Alone", "Away", "Back", "Down", "Forever", "Home", "Me", "Me Back", "My Way", "Now",
    "Slowly", "Tonight", "Too Late", "Tomorrow", "Under the Stars", "With Me", "Without You", "You",
    "for the Weekend", "in the Dark", "on the Radio", "to Nowhere", "to the End",
)  # fmt: skip
SONG_OPENINGS = (
    "All the", "Another", "Every", "Her", "His", "House of", "King of", "My", "No", "Not Your",
    "One More", "Queen of", "Same Old", "Song for the", "Ten Thousand", "That", "The", "This",
    "Too Much", "Your",
)  # fmt: skip
ALBUM_FORMS = ("{}", "{}", "{}", "The {} Sessions", "{} and Other Stories", "{}, Pt. 2", "{} EP")

# What is added to the name of a track or an album; {} stands for a year or a name.
REMASTERS = ("{} - Remastered {year}", "{} - {year} Remaster", "{} - Remastered")
EDITS = ("{} - Single Version", "{} - Radio Edit", "{} - Mono", "{} (Album Version)")
VERSIONS = (
    "{} - Live", "{} - Acoustic", "{} - Live at the {noun} Hall", "{} - {noun} Remix", "{} (Remix)",
    "{} - Instrumental",
)  # fmt: skip
DELUXE = ("{} (Deluxe Edition)", "{} (Deluxe)", "{} [Expanded Edition]", "{} (Special Edition)")
COLLECTIONS = ("The Best of {}", "Greatest Hits", "The Essential {}", "{}: The Singles")

# Moods of playlists: titles, the weight of calm, middling and lively songs, and genres that
# are met more often than elsewhere.
PLAYLIST_MOODS = {
    "chill": (
        ("chill", "chill vibes", "relax", "mellow", "calm", "lazy sunday", "coffee shop"),
        (1.0, 0.25, 0.02),
        {"indie": 3, "folk": 3, "ambient": 4, "rnb": 2},
    ),
    "sleep": (
        ("sleep", "sleepy time", "bedtime", "night", "study", "homework", "focus"),
        (1.0, 0.05, 0.005),
        {"ambient": 8, "classical": 8, "folk": 3, "jazz": 2},
    ),
    "sad": (
        ("sad songs", "sad", "feels", "heartbreak", "rainy day", "crying in the club", "slow"),
        (1.0, 0.4, 0.03),
        {"indie": 3, "pop": 2, "folk": 3, "rnb": 2},
    ),
    "workout": (
        ("workout", "gym", "run", "running", "pump up", "beast mode", "lift", "cardio"),
        (0.01, 0.15, 1.0),
        {"hip-hop": 4, "electronic": 4, "rock": 1.5, "metal": 1.5},
    ),
    "party": (
        ("party", "party mix", "turn up", "lit", "dance", "pregame", "club", "friday night"),
        (0.02, 0.35, 1.0),
        {"pop": 5, "hip-hop": 4, "electronic": 3, "latin": 2},
    ),
    "happy": (
        ("good vibes", "happy", "feel good", "sing along", "shower", "cleaning", "morning"),
        (0.15, 1.0, 0.8),
        {"pop": 4, "indie": 2, "rnb": 1.5},
    ),
    "driving": (
        ("road trip", "driving", "car", "car jams", "drive", "cruising", "long drive"),
        (0.2, 0.9, 1.0),
        {"rock": 3, "pop": 2, "indie": 1.5, "hip-hop": 1.5},
    ),
    "dinner": (
        ("dinner", "wedding", "dinner party", "love songs", "date night", "background music"),
        (1.0, 0.6, 0.1),
        {"rnb": 4, "jazz": 5, "folk": 1.5, "latin": 1.5},
    ),
}
SEASONS = ("spring", "summer", "fall", "winter")
GENRE_TITLES = {
    "hip-hop": ("hip hop", "rap", "hip-hop", "hiphop", "rap"),
    "rnb": ("r&b", "rnb", "R&B", "soul"),
    "electronic": ("electronic", "edm", "edm", "electro"),
    "gothic": ("gothic", "goth", "dark stuff"),
    "latin": ("latin", "spanish", "música latina"),
    "indie": ("indie", "indie", "alternative", "alt"),
    "metal": ("metal", "heavy", "hard stuff"),
    "folk": ("folk", "acoustic", "country"),
}
OLD_TITLES = ("oldies", "classics", "old school", "golden oldies")
THROWBACK_TITLES = ("throwbacks", "throwback", "childhood", "middle school", "nostalgia")
VAGUE_TITLES = (
    "good stuff", "favs", "new", "my jams", "jams", "music", "stuff", "favorites", "all", "mix",
    "tunes", "random", "everything", "songs", "mine", "current", "new music", "vibes", "yes", "idk",
    "now", "playlist", "my playlist", "asdf", "untitled", "?", "...", "main", "the best", "best",
    "good", "fave", "my music", "bops", "other", "on repeat", "top songs", "dope", "mixtape",
    "✨", "🔥", "🎵", "❤", "🔥🔥🔥", "💯", "🎧", "😊", "🌊", "✌️",
)  # fmt: skip
# Forms a title takes; a plain one is the most frequent.
TITLE_FORMS = (
    "{}", "{}", "{}", "{}", "{}", "{}", "{} ", "{} mix", "{} playlist", "{} music", "{} songs",
    "{} jams", "my {}", "{}!", "{}!!", "best of {}", "{} 🎶", "{} 🔥", "{}.", "~{}~",
)  # fmt: skip
# Titles that trip up programs.
AWKWARD_TITLES = (
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "Ke$ha & A$AP $$",
    "</script><script>alert(2)</script>",
    "Música para café ☕",
    "夜のドライブ",
    "плейлист",
    'say "hi", ok',
    "a\\b_c*d [x](y)",
    "👩‍👩‍👧 family",
    "NULL",
    "   ",
)
DESCRIPTIONS = (
    "", "songs i like", "for the car", "all of my favorites in one place", "Rock &amp; roll only",
    "updated every week!", "<b>the</b> best", "what i listened to in school", "🎶 🎶 🎶",
)  # fmt: skip

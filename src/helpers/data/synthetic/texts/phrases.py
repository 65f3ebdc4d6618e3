"""What invented critics write: words for the sound of each genre, and sentences to put them in."""

# The critics write for one of these; each is a file.
MAGAZINES = ("Needle and Groove", "Side B", "The Long Player", "Volume Eleven")

SOUNDS = {
    "rock": ("roaring guitars", "a big chorus", "a Hammond organ", "riffs for the open road",
             "drum fills", "a slide guitar solo"),
    "pop": ("a hook you hum for days", "glossy production", "handclaps", "a sugary refrain",
            "radio polish", "a key change near the end"),
    "indie": ("jangling guitars", "bedroom recordings", "a shy voice", "blurred reverb",
              "a glockenspiel", "feedback under the melody"),
    "electronic": ("analogue synthesizers", "a four-to-the-floor beat", "sequenced basslines",
                   "chopped samples", "a drum machine", "rising filters"),
    "metal": ("down-tuned riffs", "blast beats", "double bass drums", "a shredding solo",
              "guttural growls", "twin lead guitars"),
    "hip-hop": ("dusty beats", "sharp rhymes", "a rapper with breath to spare", "scratches",
                "booming bass", "quick-witted verses"),
    "punk": ("three chords", "shouted choruses", "two-minute songs", "breakneck tempos",
             "a sneer", "gang vocals"),
    "rnb": ("silky harmonies", "a slinky bassline", "a horn section", "falsetto",
            "slow jams", "gospel chords"),
    "folk": ("fingerpicked guitar", "a banjo", "campfire harmonies", "fiddle tunes",
             "storytelling lyrics", "a creaking piano stool"),
    "ambient": ("slow drones", "field recordings", "washes of sound", "hushed loops",
                "long fades", "soft pads"),
    "gothic": ("cold synthesizers", "a funereal organ", "a baritone from the crypt",
               "mechanical percussion", "chorus-drenched bass", "whispered menace"),
    "latin": ("nylon strings", "hand percussion", "a swaying rhythm", "brass stabs",
              "congas", "call and response"),
    "jazz": ("a walking bass", "brushed drums", "a long saxophone solo", "blue notes",
             "piano comping", "swinging cymbals"),
    "classical": ("a string section", "counterpoint", "a grand piano", "woodwinds",
                  "an adagio", "orchestral swells"),
}  # fmt: skip
SCENE_FORMS = (
    "{artist} play {words} and nothing else.",
    "File this under {words}.",
    "As {words} goes, it hardly gets better.",
    "If you follow {words}, you know the name.",
    "Another chapter in the story of {words}.",
)
SOUND_FORMS = (
    "There is {words} on nearly every track.",
    "What stays with you: {words}.",
    "The producer put {words} up front.",
    "Expect {words}.",
    "Nobody else makes so much of {words}.",
)
MOOD_FORMS = (
    "The whole thing feels {words}.",
    "A {words} record from start to finish.",
    "More {words} than before, and better for it.",
)
DECADE_FORMS = (
    "It breathes the {words}.",
    "You would date it to the {words} within seconds.",
    "A child of the {words}.",
)
VOICE_FORMS = (
    "Those who love {words} will be at home.",
    "With {words} throughout.",
)
COUNTRY_FORMS = (
    "One of the {words} acts to watch.",
    "Proudly {words}, too.",
)
COMPARISON_FORMS = (
    "Fans of {words} should listen.",
    "Comparisons with {words} are not far off.",
    "Think of {words} on a good day.",
    "They once opened for {words}.",
)
# What would fit any artist: the background that term weighting has to see through.
CHATTER = (
    "I saw them live in a half-empty hall and loved it.",
    "The new album is out on a small label.",
    "The tour starts next month.",
    "My favourite record of the year so far.",
    "The cover alone is worth the money.",
    "The second half drags a little.",
    "A friend played this to me on a long drive.",
    "The songs are awesome, the interview was not.",
    "Seven out of ten.",
    "Four stars.",
    "The label sent no lyrics.",
    "It took the band two years and three studios.",
    "Overrated, say some; I disagree.",
    "The opening track is the single.",
    "You can hear how much work went into this.",
    "It will not change your life, but it may change your evening.",
    "The audience knew every word.",
    "Buy it, borrow it, tell your friends.",
)

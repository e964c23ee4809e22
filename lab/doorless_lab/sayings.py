"""What people of the lab say to each other: sentences of human beings, each with its marker.

Alice and Bob write English; a view shows the same sentence in the language of the class. What is
searched for, and what is counted, is the marker behind it alone.
"""

from typing import Final

from doorless_lab.words import Words, same

SAYINGS: Final = (
    Words("Treffen wir uns um drei?", "Shall we meet at three?"),
    Words("Ja, vor der Bibliothek.", "Yes, outside the library."),
    Words("Ich war heute beim Arzt.", "I saw the doctor today."),
    Words("Und, was hat er gesagt?", "And, what did he say?"),
    Words("Erzähl es bitte niemandem.", "Please tell nobody."),
    Words("Versprochen.", "I promise."),
    Words("Der Türcode hat sich geändert.", "The door code has changed."),
    Words("Mama macht sich Sorgen.", "Mum is worried."),
    Words("Ich glaube, ich kündige.", "I think I will hand in my notice."),
    Words("Weiß es dein Chef schon?", "Does your boss know?"),
    Words("Ich habe mich verliebt.", "I have fallen in love."),
    Words("In wen denn?", "With whom?"),
    Words("Das sage ich dir morgen.", "I will tell you tomorrow."),
    Words("Die Prüfung habe ich verhauen.", "I failed the exam."),
    Words("Das nächste Mal klappt es.", "It will work next time."),
    Words("Hast du das Foto gelöscht?", "Did you delete the picture?"),
    Words("Ja, sofort.", "Yes, at once."),
    Words("Wir ziehen im Sommer um.", "We are moving in the summer."),
    Words("Nach Hamburg, wie du wolltest?", "To Hamburg, as you wanted?"),
    Words("Ich gehe am Samstag zur Demo.", "I am going to the protest on Saturday."),
    Words("Pass auf dich auf.", "Take care."),
    Words("Ich habe Angst vor ihm.", "I am afraid of him."),
    Words("Ich hole dich ab.", "I will pick you up."),
    Words("Danke. Bis gleich.", "Thank you. See you soon."),
)

SHOWN: Final = 12
"""Characters of a marker in a view."""


def written(number: int, marker: str) -> str:
    """The text that is really sent, counted from 0; after the last saying comes the first."""
    return f"{SAYINGS[number % len(SAYINGS)].en} · {marker}"


def spoken(number: int, marker: str) -> Words:
    """The same as a view shows it."""
    saying = SAYINGS[number % len(SAYINGS)]
    return Words(f"{saying.de} · {marker}", f"{saying.en} · {marker}")


def as_spoken(text: str) -> Words:
    """A text that was written here, as a view shows it; any other one as it is."""
    said, _, marker = text.partition(" · ")
    german = _GERMAN.get(said)
    if not (german and marker):
        return same(text)
    short = marker if len(marker) <= SHOWN else f"{marker[:SHOWN]}…"
    return Words(f"{german} · {short}", f"{said} · {short}")


_GERMAN: Final = {saying.en: saying.de for saying in SAYINGS}

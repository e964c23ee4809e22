"""The three lessons: 15, 45 and 90 minutes. docs/howto/teach-with-the-lab.md tells them whole."""

from doorless_lab.web.lessons import Lesson, Station, played, poll
from doorless_lab.words import Words

HEADLINE = Station(
    Words("Eine Schlagzeile", "A headline"),
    1,
    Words(
        "Lies die Schlagzeile vor. Frage: Was genau hat er versprochen, und was nicht?",
        "Read the headline aloud. Ask: what exactly did he promise, and what not?",
    ),
    show=Words(
        "März 2017, nach dem Anschlag von London. Microsoft sagt: Wir helfen keiner Regierung, "
        "Kunden zu hacken. Daten geben wir heraus, wenn das Gesetz uns zwingt.",
        "March 2017, after the attack in London. Microsoft says: we will not help any government "
        "hack a customer. We turn over data only when the law compels us.",
    ),
)

OPERATOR = played(
    "A1",
    8,
    Words("Du bist der Betreiber", "You are the operator"),
    Words(
        "Erst vorhersagen lassen, dann „cloud“, dann das echte Produkt. Lest die Antwort zusammen.",
        "Have them predict, then play “cloud”, then the real product. Read the answer together.",
    ),
)
SILENCE = played(
    "A5",
    3,
    Words("Schweigen müssen", "Having to keep silent"),
    Words(
        "2.576 Schweigeanordnungen in 18 Monaten, 1.752 davon ohne Ende (USA, 2016). "
        "Was erfährt wer, wann?",
        "2,576 secrecy orders in 18 months, 1,752 of them without an end (USA, 2016). "
        "Who learns what, when?",
    ),
)
IRELAND = played(
    "A6",
    2,
    Words("Der Server steht in Irland", "The server is in Ireland"),
    Words(
        "Eine Frage: Für welche Daten hilft der Ort, für welche die Mathematik?",
        "One question: for which data does the place help, for which mathematics?",
    ),
)
DOORS = (
    played(
        "B3",
        3,
        Words("Baut uns eine Tür: das Geistergerät", "Build us a door: the ghost device"),
        Words(
            "Team 1 berichtet eine Minute: Was wurde gebaut? Wen trifft es? Wer merkt es?",
            "Team 1 reports for a minute: what was built? Whom does it hit? Who notices?",
        ),
    ),
    played(
        "E1",
        3,
        Words("Baut uns eine Tür: der Nachschlüssel", "Build us a door: the spare key"),
        Words("Team 2, dieselben drei Fragen.", "Team 2, the same three questions."),
    ),
    played(
        "E4",
        2,
        Words("Baut uns eine Tür: der Scanner", "Build us a door: the scanner"),
        Words(
            "Team 3. Rechnet: Wie viele Meldungen von 1.112 treffen zu?",
            "Team 3. Calculate: how many of 1,112 reports are right?",
        ),
    ),
    played(
        "E5",
        2,
        Words("Baut uns eine Tür: das Update", "Build us a door: the update"),
        Words("Team 4, dieselben drei Fragen.", "Team 4, the same three questions."),
    ),
)
LEAK = played(
    "E2",
    5,
    Words("Der Nachschlüssel wird gestohlen", "The spare key is stolen"),
    Words(
        "Eine Minute Stille. Dann: Welche drei Folgen seht ihr?",
        "A minute of silence. Then: which three effects do you see?",
    ),
)
LIMITS = (
    played(
        "C2",
        3,
        Words("Ehrliche Grenze: Verkehrsdaten", "An honest limit: traffic data"),
        Words(
            "Was würdet IHR jetzt als Polizei tun?",
            "What would YOU do now, as the police?",
        ),
    ),
    played(
        "D1",
        3,
        Words("Ehrliche Grenze: das offene Telefon", "An honest limit: the open phone"),
        Words(
            "Lass die Grenze nie weg: Hier schützt Verschlüsselung nicht.",
            "Never leave the limit out: here encryption does not protect.",
        ),
    ),
)


def _controversy(minutes: int) -> Station:
    return Station(
        Words("Streitgespräch mit Rollen", "A debate with roles"),
        minutes,
        Words(
            "Rollenkarten austeilen, nach der Hälfte tauschen. Jede Seite kommt gut zu Wort.",
            "Hand out the role cards, swap sides at half time. Each side at its best.",
        ),
        show=Words("Soll ein Gesetz eine Tür verlangen?", "Should a law demand a door?"),
        cards=True,
    )


def _exit(minutes: int) -> Station:
    return Station(
        Words("Zum Schluss", "To end with"),
        minutes,
        Words(
            "Jede und jeder schreibt drei Sätze. Das Arbeitsblatt ist die Hausaufgabe.",
            "Everybody writes three sentences. The worksheet is homework.",
        ),
        show=Words(
            "Der Betreiber kann … / kann nicht … / muss …",
            "The operator can … / cannot … / must …",
        ),
    )


ALL = ("P1", "P2", "P3", "P4", "P5", "P6")

SHORT = Lesson(
    "15",
    Words("Können und nicht können", "Can and cannot"),
    Words(
        "Eine Anordnung, zwei Produkte: Was der Betreiber nicht hat, kann er nicht herausgeben.",
        "One order, two products: what the operator does not have it cannot hand over.",
    ),
    (
        poll("before", 2, "P1", "P6"),
        OPERATOR,
        LIMITS[1],
        poll("after", 2, "P1", "P6"),
    ),
)
LESSON = Lesson(
    "45",
    Words("Können, dürfen, müssen", "Can, may, must"),
    Words(
        "Inhalt und Verkehrsdaten unterscheiden, eine Hintertür und ihren Preis nennen, beide "
        "Seiten vertreten, zwei ehrliche Grenzen nennen.",
        "Tell content from traffic data, name a back door and its cost, argue both sides, state "
        "two honest limits.",
    ),
    (
        HEADLINE,
        poll("before", 3, *ALL),
        OPERATOR,
        SILENCE,
        IRELAND,
        *DOORS,
        LEAK,
        *LIMITS,
        _controversy(4),
        poll("after", 2, *ALL),
        _exit(1),
    ),
)
DOUBLE = Lesson(
    "90",
    Words("Können, dürfen, müssen: Doppelstunde", "Can, may, must: a double lesson"),
    Words(
        "Dazu: Warum hilft das Mitschneiden nicht, wer entdeckt einen falschen Schlüssel, und was "
        "ist mit Quantencomputern?",
        "In addition: why does recording not help, who finds a false key, and what about quantum "
        "computers?",
    ),
    (
        HEADLINE,
        poll("before", 4, *ALL),
        OPERATOR,
        played(
            "A2",
            7,
            Words("Ab jetzt alles mitschneiden", "Keep everything from now on"),
            Words(
                "Frage: Warum kann der Betreiber hier nicht, was ein Mailanbieter kann?",
                "Ask: why can the operator here not do what a mail provider can?",
            ),
        ),
        SILENCE,
        IRELAND,
        played(
            "B1",
            8,
            Words("Detektivarbeit: der falsche Schlüssel", "Detective work: the false key"),
            Words(
                "Wer von beiden Angreifern geht das größere Risiko ein?",
                "Which of the two attackers takes the greater risk?",
            ),
        ),
        played(
            "B5",
            7,
            Words("Zwei Wahrheiten im Verzeichnis", "Two truths in the log"),
            Words(
                "Prüft den Beweis mit doorless-verify. Warum kann der Betreiber ihn nicht "
                "zurücknehmen?",
                "Check the evidence with doorless-verify. Why can the operator not take it back?",
            ),
        ),
        *DOORS,
        LEAK,
        played(
            "C3",
            7,
            Words("Heute speichern, morgen entschlüsseln", "Store now, decrypt later"),
            Words("Wer muss sich 2026 um 2040 sorgen?", "Who has to worry in 2026 about 2040?"),
        ),
        *LIMITS,
        _controversy(15),
        poll("after", 4, *ALL),
        _exit(3),
    ),
)

LESSONS = {lesson.name: lesson for lesson in (SHORT, LESSON, DOUBLE)}

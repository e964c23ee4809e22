"""Role cards: each side in good faith, so that a class can hear the best of every argument."""

from dataclasses import dataclass

from doorless_lab.words import Words


@dataclass(frozen=True, slots=True)
class Role:
    who: Words
    wants: Words
    strongest: Words
    asked: Words


ROLES = (
    Role(
        Words("Ermittlerin der Polizei", "Police investigator"),
        Words(
            "Sie will eine angekündigte Tat verhindern und hat wenig Zeit.",
            "She wants to prevent an announced crime and has little time.",
        ),
        Words(
            "Ein Gericht hat die Maßnahme geprüft. Ein Beschluss, der ins Leere geht, "
            "schützt niemanden.",
            "A court has examined the measure; an order that finds nothing protects nobody.",
        ),
        Words(
            "Was können Sie auch ohne den Inhalt ermitteln?",
            "What can you find out without the content?",
        ),
    ),
    Role(
        Words("Staatsanwalt", "Prosecutor"),
        Words(
            "Er will Beweise, die vor Gericht Bestand haben.",
            "He wants evidence that holds in court.",
        ),
        Words(
            "Gleiches Recht gilt für Brief, Telefon und Messenger.",
            "The same law holds for letters, telephones and messengers.",
        ),
        Words(
            "Gibt es einen Schlüssel, den nur Sie benutzen können?",
            "Is there a key that you alone can use?",
        ),
    ),
    Role(
        Words("Anwältin eines Opfers", "Counsel of a victim"),
        Words(
            "Sie vertritt jemanden, dem im Netz Gewalt angetan wurde.",
            "She stands for somebody who was harmed online.",
        ),
        Words(
            "Der Schutz der Täter darf nicht mehr zählen als der Schutz der Opfer.",
            "Protecting offenders must not count for more than protecting victims.",
        ),
        Words(
            "Wer schützt Ihre Mandantin, wenn ihr eigenes Telefon durchsucht wird?",
            "Who protects your client when her own phone is searched?",
        ),
    ),
    Role(
        Words("Betreiber des Messengers", "Operator of the messenger"),
        Words(
            "Er will das Gesetz befolgen und das Vertrauen aller behalten.",
            "He wants to obey the law and keep the trust of everybody.",
        ),
        Words(
            "Was ich nicht habe, kann ich weder herausgeben noch verlieren.",
            "What I do not have I can neither hand over nor lose.",
        ),
        Words("Welche Daten haben Sie doch?", "Which data do you have after all?"),
    ),
    Role(
        Words("Sicherheitsingenieurin", "Security engineer"),
        Words(
            "Sie baut das System und weiß, wie es angegriffen wird.",
            "She builds the system and knows how it is attacked.",
        ),
        Words(
            "Eine Tür prüft nicht, wer hindurchgeht: Der Nachschlüssel öffnet auch für Diebe.",
            "A door does not ask who goes through: the spare key opens for thieves too.",
        ),
        Words(
            "Gegen welchen Angriff hilft Ihre Technik nicht?",
            "Against which attack does your design not help?",
        ),
    ),
    Role(
        Words("Journalist", "Journalist"),
        Words(
            "Er muss seine Quellen schützen und will wissen, was geschieht.",
            "He has to protect his sources and wants to know what happens.",
        ),
        Words(
            "Ohne vertrauliche Gespräche erfährt die Öffentlichkeit nichts.",
            "Without confidential talk the public learns nothing.",
        ),
        Words(
            "Was verraten Verkehrsdaten über Ihre Quelle?",
            "What do traffic data tell about your source?",
        ),
    ),
    Role(
        Words("Abgeordnete im Parlament", "Member of parliament"),
        Words(
            "Sie soll eine Regel schreiben, die für alle gilt.",
            "She has to write a rule that holds for everybody.",
        ),
        Words(
            "Das Gesetz wägt ab: Freiheit und Sicherheit sind beide Grundrechte wert.",
            "The law weighs: liberty and security are both worth a fundamental right.",
        ),
        Words(
            "Wer kontrolliert die Maßnahme, und wer erfährt danach davon?",
            "Who controls the measure, and who learns of it afterwards?",
        ),
    ),
)

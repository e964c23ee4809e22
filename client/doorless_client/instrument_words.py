"""By what law data was demanded: what the codes of the desk stand for, in a few words.

A code that is not here is shown as it is: a relay may name what it likes.
"""

from collections.abc import Mapping
from typing import Final

INSTRUMENTS: Final[Mapping[str, str]] = {
    "US_SUBPOENA": "subpoena, 18 USC 2703(c)(2)",
    "US_2703D": "court order, 18 USC 2703(d)",
    "US_WARRANT": "search warrant",
    "US_PRTT": "pen register, trap and trace",
    "US_T3": "wiretap order",
    "US_NSL": "national security letter",
    "US_FISA": "order or directive under FISA",
    "US_EDR": "emergency request",
    "US_PRESERVE": "request to preserve, 18 USC 2703(f)",
    "MLAT": "legal assistance between states",
    "CLOUD_EA": "foreign order under an agreement of the CLOUD Act",
    "EU_EPOC": "European Production Order",
    "EU_EPOCPR": "European Preservation Order",
    "DE_BESTAND": "Bestandsdatenauskunft",
    "DE_VERKEHR": "Verkehrsdaten, § 100g StPO",
    "DE_TKUE": "Telekommunikationsüberwachung, § 100a StPO",
    "DE_QTKUE": "Quellen-TKÜ, § 100a StPO",
    "DE_ODS": "Online-Durchsuchung, § 100b StPO",
    "UK_TCN": "technical capability notice",
    "AU_TAR": "technical assistance request",
    "AU_TAN": "technical assistance notice",
    "AU_TCN": "technical capability notice",
    "IN_TRACE": "order to name the first originator",
}


def in_words(code: str) -> str:
    words = INSTRUMENTS.get(code)
    return f"{words} ({code})" if words else code

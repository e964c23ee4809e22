"""All targets, by name."""

from fuzz import attachments, backups, conversations, identities, keylog, log_forms, people, wire
from fuzz.harness import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for group in (identities, conversations, wire, people, keylog, log_forms, attachments, backups)
    for target in group.TARGETS
}

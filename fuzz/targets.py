"""All targets, by name."""

from fuzz import conversations, identities, keylog, people, wire
from fuzz.harness import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for group in (identities, conversations, wire, people, keylog)
    for target in group.TARGETS
}

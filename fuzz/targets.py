"""All targets, by name."""

from fuzz import conversations, identities, people, wire
from fuzz.harness import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for group in (identities, conversations, wire, people)
    for target in group.TARGETS
}

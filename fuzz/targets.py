"""All targets, by name."""

from fuzz import (
    attachments,
    backups,
    conversations,
    demand_files,
    demands,
    identities,
    keylog,
    linking,
    listening,
    log_forms,
    notices,
    people,
    wire,
)
from fuzz.harness import Target

_GROUPS = (
    *(identities, conversations, wire, people, keylog, log_forms, attachments, backups),
    *(linking, listening, demands, demand_files, notices),
)

TARGETS: dict[str, Target] = {target.name: target for group in _GROUPS for target in group.TARGETS}

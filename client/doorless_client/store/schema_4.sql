-- Schema version 4: messages that are shown elsewhere than where they are stored.
-- Docs: docs/spec/08-state.md §7.

CREATE TABLE late (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    before       INTEGER NOT NULL,
    counter      INTEGER NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

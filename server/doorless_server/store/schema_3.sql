-- Where the envelopes of a mailbox lie, apart from the envelopes: written for many at a time, when
-- their mailbox's turn comes, and not for each as it arrives. store/places.py says how.

CREATE TABLE places (
    mailbox BLOB NOT NULL,      -- routing | finds what waits in a mailbox; says again what the envelope's row says | until acknowledged, at most 30 days | yes
    position INTEGER NOT NULL,  -- count | where it lies among all | until acknowledged, at most 30 days | yes
    PRIMARY KEY (mailbox, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE placed (
    position INTEGER NOT NULL  -- count | each envelope up to here is in places; a start reads those behind | always | yes
) STRICT;

INSERT INTO places SELECT mailbox, position FROM envelopes ORDER BY mailbox, position;
INSERT INTO placed SELECT position FROM envelopes ORDER BY position DESC LIMIT 1;
DROP INDEX envelopes_by_mailbox;

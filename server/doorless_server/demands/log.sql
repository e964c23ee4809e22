-- The demand log of docs/spec/18-demand-log.md: public entries, and what opens their slots.
-- Behind each column: class | purpose | kept until | whether it can be produced on a demand.

-- The entries, the last ones perhaps not signed yet.
CREATE TABLE entries (
    place INTEGER PRIMARY KEY,  -- count | its place in the log, from 0 | with the log | yes
    entry BLOB NOT NULL         -- public key | what anybody may read | with the log | yes
) STRICT;

-- Of the log's tree (RFC 6962): the roots of all complete subtrees.
CREATE TABLE hashes (
    level INTEGER NOT NULL,  -- count | the subtree has 2^level entries | with the log | yes
    place INTEGER NOT NULL,  -- count | from 0, in its level | with the log | yes
    hash BLOB NOT NULL,      -- public key | its root | with the log | yes
    PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;

-- The one row: what was signed and is shown.
CREATE TABLE head (
    id INTEGER PRIMARY KEY,  -- count | 1: there is one row | with the log | yes
    size INTEGER NOT NULL,   -- count | entries under the note | with the log | yes
    note BLOB NOT NULL       -- public key | the signed checkpoint with its cosignatures | until the next one | yes
) STRICT;

CREATE TABLE periods (
    period INTEGER PRIMARY KEY,  -- time | which one, periods since 1970 | with the log | yes
    entry INTEGER NOT NULL,      -- count | the place of its entry | with the log | yes
    openings BLOB NOT NULL       -- token | 32 random bytes for each slot, real or dummy | with the log | no
) STRICT;

CREATE TABLE demands (
    id TEXT PRIMARY KEY,         -- name | how the operator calls the demand | with the log | no
    number INTEGER NOT NULL,     -- count | the order of committing | with the log | no
    since INTEGER NOT NULL,      -- time | the period in which it was committed | with the log | no
    record BLOB NOT NULL,        -- routing | what its slot commits to; names no account | with the log | no
    gag_until INTEGER NOT NULL,  -- time | when its secrecy ends, as renewed; Unix seconds | with the log | no
    outcome INTEGER NOT NULL,    -- count | what came of it; 0: not decided | with the log | no
    period INTEGER,              -- time | whose slot it has; null: it waits | with the log | no
    place INTEGER                -- count | which of the period's slots | with the log | no
) STRICT;
CREATE UNIQUE INDEX demands_by_slot ON demands (period, place);

-- Slots that were laid open.
CREATE TABLE revealed (
    period INTEGER NOT NULL,  -- time | whose slot | with the log | yes
    place INTEGER NOT NULL,   -- count | which of the period's slots | with the log | yes
    entry INTEGER NOT NULL,   -- count | the place of the entry that opens it | with the log | yes
    PRIMARY KEY (period, place)
) STRICT, WITHOUT ROWID;

-- Slots of which it was said, after the horizon, that they stay shut.
CREATE TABLE renewed (
    period INTEGER NOT NULL,  -- time | whose slot | with the log | yes
    place INTEGER NOT NULL,   -- count | which of the period's slots | with the log | yes
    until INTEGER NOT NULL,   -- time | how long, as was said in public; Unix seconds | with the log | yes
    PRIMARY KEY (period, place)
) STRICT, WITHOUT ROWID;

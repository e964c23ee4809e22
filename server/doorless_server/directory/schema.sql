-- The key log (docs/spec/13-directory.md). Classes and columns as in store/schema.sql:
--                                  class | purpose | kept | producible
-- Indexes and hashes stay for as long as the log does: it can only be added to. What a record
-- says is erased with its account, and from then on no hash of it opens any more.

CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 1),  -- count | there is one log; the row that its builder locks | with the log | yes
    builder BLOB NOT NULL,                  -- routing | drawn by the process that builds, so that another one is seen | until the next start | yes
    size INTEGER NOT NULL,                  -- count | epochs built, the last one perhaps not published | with the log | yes
    published INTEGER NOT NULL,             -- count | epochs published | with the log | yes
    note BLOB NOT NULL,                     -- public key | the published checkpoint with its signatures | until the next epoch | yes
    next_node INTEGER NOT NULL              -- count | the number of the next node of the map | with the log | yes
) STRICT;

-- No name is here: who does not know a label, or holds the key, cannot tell which is whose.
CREATE TABLE labels (
    id INTEGER PRIMARY KEY,      -- routing | short for the label | with the log | yes
    place BLOB NOT NULL UNIQUE,  -- public key | the label's index in the map, drawn from it by the VRF's key | with the log | yes
    version INTEGER NOT NULL,    -- count | of its newest record in an epoch; 0: none | with the log | yes
    head BLOB NOT NULL,          -- public key | the head of its chain | with the log | yes
    replaced BLOB NOT NULL       -- public key | the account that its last reset replaced, which may object; may be empty | until closed | yes
) STRICT;

CREATE TABLE versions (
    label INTEGER NOT NULL,     -- routing | whose chain | with the log | yes
    version INTEGER NOT NULL,   -- count | its place in the chain, from 1 | with the log | yes
    epoch INTEGER NOT NULL,     -- count | the epoch that it came with | with the log | yes
    commitment BLOB NOT NULL,   -- public key | binds the record and shows nothing of it | with the log | yes
    head BLOB NOT NULL,         -- public key | of the chain up to here | with the log | yes
    PRIMARY KEY (label, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    label INTEGER NOT NULL,    -- routing | whose record | until closed | yes
    version INTEGER NOT NULL,  -- count | its place in the chain | until closed | yes
    opening BLOB NOT NULL,     -- public key | opens the commitment; shown with the record to who looks up | until closed | yes
    record BLOB NOT NULL,      -- public key | signed by the account: its keys and manifest, by hash | until closed | yes
    UNIQUE (label, version)
) STRICT;

-- A change from its arrival until its epoch is published.
CREATE TABLE pending (
    label INTEGER PRIMARY KEY,    -- routing | whose chain | until published | yes
    version INTEGER NOT NULL,     -- count | its place in the chain | until published | yes
    kind INTEGER NOT NULL,        -- count | of the record: whether it closes the account | until published | yes
    replaced BLOB NOT NULL,       -- public key | the account that may object after it; may be empty | until published | yes
    commitment BLOB NOT NULL,     -- public key | of the record | until published | yes
    opening BLOB NOT NULL,        -- public key | of the commitment | until published | yes
    record BLOB NOT NULL,         -- public key | what the account signed | until published | yes
    receipt BLOB NOT NULL,        -- public key | our promise, given again where it is asked again | until published | yes
    superseded BLOB NOT NULL,     -- public key | the manifest before it, answered until then; may be empty | until published | yes
    state INTEGER NOT NULL        -- count | 0: the account is not changed yet; 1: it is; 2: in an epoch | until published | yes
) STRICT;

CREATE TABLE epochs (
    epoch INTEGER PRIMARY KEY,  -- count | its place in the log, from 0 | with the log | yes
    leaf BLOB NOT NULL,         -- public key | what the log holds of it; its time is public | with the log | yes
    root INTEGER NOT NULL,      -- count | the map's root among the nodes; 0: the map is empty | with the log | yes
    deltas BLOB NOT NULL        -- public key | index and commitment of each change, for auditors | with the log | yes
) STRICT;

CREATE TABLE anchors (
    number INTEGER PRIMARY KEY,  -- count | from 1 | with the log | yes
    epoch INTEGER NOT NULL,      -- count | which epoch it is | with the log | yes
    next_node INTEGER NOT NULL,  -- count | nodes before this one were there when it was built | with the log | yes
    kept INTEGER NOT NULL        -- count | 1: its map is still there; 0: it was too old and is gone | with the log | yes
) STRICT;

-- Of the log's own tree (RFC 6962): the roots of all complete subtrees.
CREATE TABLE hashes (
    level INTEGER NOT NULL,  -- count | the subtree has 2^level entries | with the log | yes
    place INTEGER NOT NULL,  -- count | from 0, in its level | with the log | yes
    hash BLOB NOT NULL,      -- public key | its root | with the log | yes
    PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;

-- Of the map. A row never changes: an epoch adds copies of the nodes above what it changed.
CREATE TABLE nodes (
    id INTEGER PRIMARY KEY,  -- count | names the node, from 1, in the order of making | until no kept epoch needs it | yes
    node BLOB NOT NULL       -- public key | hashes, a bit and which nodes are below; or an index and its head | until no kept epoch needs it | yes
) STRICT;

-- Nodes that newer epochs have no use for, by the newest anchor that has.
CREATE TABLE retired (
    anchor INTEGER NOT NULL,  -- count | the newest anchor whose map it is in; 0: none | until no kept epoch needs it | yes
    epoch INTEGER NOT NULL,   -- count | the epoch that replaced it | until no kept epoch needs it | yes
    node INTEGER NOT NULL,    -- count | which | until no kept epoch needs it | yes
    PRIMARY KEY (anchor, epoch, node)
) STRICT, WITHOUT ROWID;

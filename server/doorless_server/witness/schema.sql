-- What a witness keeps. Version 1. The last four tables are an auditor's alone.

CREATE TABLE cosigned (                     -- the newest checkpoint of each log
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note BLOB NOT NULL
);
CREATE TABLE forks (                        -- two checkpoints of one size, signed by one log
    origin TEXT PRIMARY KEY,
    ours BLOB NOT NULL,
    theirs BLOB NOT NULL,
    found INTEGER NOT NULL
);
CREATE TABLE audited (                      -- the newest epoch that was replayed
    one INTEGER PRIMARY KEY CHECK (one = 1),
    config BLOB NOT NULL,
    note BLOB,
    leaf BLOB,
    anchor BLOB,
    map_id INTEGER,
    map_hash BLOB,
    next_id INTEGER NOT NULL
);
CREATE TABLE edge (                         -- the right edge of the log's tree
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, number)
) WITHOUT ROWID;
CREATE TABLE nodes (                        -- the map of that epoch
    id INTEGER PRIMARY KEY,
    node BLOB NOT NULL
);
CREATE TABLE links (                        -- the newest version of each label in it
    place BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    previous BLOB NOT NULL,
    commitment BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE convictions (                  -- what the log did, once and for all
    one INTEGER PRIMARY KEY CHECK (one = 1),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence BLOB NOT NULL,
    found INTEGER NOT NULL
);

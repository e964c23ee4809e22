-- Sealed files. A column is here because something needs it; its comment says what it is, as in
-- store/schema.sql:                        class | purpose | kept | producible

CREATE TABLE files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- count | joins a file and its pieces; never used twice | until dropped, at most 30 days | yes
    id BLOB NOT NULL UNIQUE,                   -- routing | a hash of what reads it, which is not held | until dropped, at most 30 days | yes
    size INTEGER NOT NULL,                     -- count | bytes of the whole, one of a few hundred sizes | until dropped, at most 30 days | yes
    received INTEGER NOT NULL,                 -- count | bytes that are there; it can be read when they are all | until dropped, at most 30 days | yes
    expires_day INTEGER NOT NULL               -- time | the last day on which it is kept; days since 1970 | until dropped, at most 30 days | yes
) STRICT;
CREATE INDEX files_by_expiry ON files (expires_day);

CREATE TABLE pieces (
    file INTEGER NOT NULL,   -- routing | which file it is a piece of | until dropped, at most 30 days | yes
    place INTEGER NOT NULL,  -- count | its place in the file | until dropped, at most 30 days | yes
    piece BLOB NOT NULL,     -- ciphertext | what is to be fetched | until dropped, at most 30 days | yes
    UNIQUE (file, place)
) STRICT;

-- Everything that the relay writes down. A column is here because something needs it.
--
-- Each one says what class it is of, what for, how long it is kept, and whether it can be
-- produced when the law demands it:      class | purpose | kept | producible
-- Classes: name (chosen by the person), public key (and what is signed with one), token (a
-- hash that opens something), routing (whose, or which), ciphertext, time, count.
-- A test reads these lines, walks a live database, and fails on a column without one.

CREATE TABLE accounts (
    id BLOB PRIMARY KEY,             -- public key | names the account, a hash of its key | until closed | yes
    handle TEXT NOT NULL UNIQUE,     -- name | what others look up | until closed | yes
    created_day INTEGER NOT NULL,    -- time | shows old accounts to the operator; days since 1970 | until closed | yes
    connected_day INTEGER NOT NULL,  -- time | shows dead accounts to the operator; days since 1970 | until closed | yes
    version INTEGER NOT NULL,        -- count | the next manifest must be one higher | until closed | yes
    manifest_hash BLOB NOT NULL,     -- public key | the next manifest must name it | until closed | yes
    manifest BLOB NOT NULL,          -- public key | the signed list of devices, answered to lookups | until replaced | yes
    token_hash BLOB NOT NULL,        -- token | tells contacts from strangers | until replaced | yes
    previous_hash BLOB NOT NULL,     -- token | serves until contacts know the next; may be empty | until replaced | yes
    previous_until INTEGER NOT NULL  -- time | the last day on which it serves; days since 1970 | until replaced | yes
) STRICT;

CREATE TABLE heads (
    account BLOB NOT NULL,     -- routing | whose history it is | until closed | yes
    version INTEGER NOT NULL,  -- count | its place in the history | until closed | yes
    head BLOB NOT NULL,        -- public key | a signed head, so that contacts can check the chain | until closed | yes
    UNIQUE (account, version)
) STRICT;

CREATE TABLE devices (
    id BLOB PRIMARY KEY,             -- routing | names the device in its manifest | until revoked | yes
    account BLOB NOT NULL,           -- routing | whose device it is | until revoked | yes
    mailbox BLOB NOT NULL UNIQUE,    -- routing | where its envelopes wait | until revoked | yes
    key_hash BLOB NOT NULL,          -- public key | of the key with which it signs in | until revoked | yes
    incarnation INTEGER NOT NULL     -- count | lets a device see that it was rolled back or cloned | until revoked | yes
) STRICT;
CREATE INDEX devices_by_account ON devices (account);

CREATE TABLE bindings (
    digest BLOB PRIMARY KEY,  -- public key | hash of a key or id that no other account may claim | until closed | yes
    account BLOB NOT NULL     -- routing | who claimed it | until closed | yes
) STRICT;
CREATE INDEX bindings_by_account ON bindings (account);

CREATE TABLE bundles (
    device BLOB PRIMARY KEY,       -- routing | whose prekeys they are | until replaced or expired | yes
    bundle BLOB NOT NULL,          -- public key | signed prekeys, answered to who begins a session | until replaced or expired | yes
    hash BLOB NOT NULL,            -- public key | tells the device what is served | until replaced or expired | yes
    expires_day INTEGER NOT NULL   -- time | the last day on which it is served; days since 1970 | until replaced or expired | yes
) STRICT;

CREATE TABLE served_keys (
    digest BLOB PRIMARY KEY,  -- public key | hash of a prekey, which no other device may publish | until replaced or expired | yes
    device BLOB NOT NULL      -- routing | whose prekey it is | until replaced or expired | yes
) STRICT;
CREATE INDEX served_keys_by_device ON served_keys (device);

CREATE TABLE one_time_pairs (
    device BLOB NOT NULL,     -- routing | whose pair it is | until handed out | yes
    place INTEGER NOT NULL,   -- count | its place in the batch | until handed out | yes
    pair BLOB NOT NULL,       -- public key | prekeys for one session | until handed out | yes
    path BLOB NOT NULL,       -- public key | hashes that lead to the signed root of the batch | until handed out | yes
    UNIQUE (device, place)
) STRICT;

CREATE TABLE envelopes (
    position INTEGER PRIMARY KEY,  -- count | the order of arrival | until acknowledged, at most 30 days | yes
    mailbox BLOB NOT NULL,         -- routing | who may collect it | until acknowledged, at most 30 days | yes
    id BLOB NOT NULL,              -- routing | random, the sender's; the device acknowledges by it | until acknowledged, at most 30 days | yes
    request INTEGER NOT NULL,      -- routing | 1: it came without the token and uses a place for requests | until acknowledged, at most 30 days | yes
    hour INTEGER NOT NULL,         -- time | when it came, for expiry; hours since 1970 | until acknowledged, at most 30 days | yes
    envelope BLOB NOT NULL         -- ciphertext | what is to be delivered | until acknowledged, at most 30 days | yes
) STRICT;
CREATE INDEX envelopes_by_mailbox ON envelopes (mailbox);

-- A hash of mailbox and id: whoever does not know the id cannot tell from it whose it was.
CREATE TABLE receipts (
    number INTEGER PRIMARY KEY,  -- count | their order, so that the oldest are found first | 24 hours after delivery | yes
    digest BLOB NOT NULL,        -- routing | recognises an envelope that is sent again | 24 hours after delivery | yes
    delivered INTEGER NOT NULL   -- time | when it was acknowledged; hours since 1970 | 24 hours after delivery | yes
) STRICT;

-- Schema version 6: a device that was linked holds no account key.

CREATE TABLE own_of_any_device (
    single           INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    handle           TEXT    NOT NULL,
    relay            TEXT    NOT NULL,
    tls              INTEGER NOT NULL,
    pin              BLOB    NOT NULL,
    account_key      BLOB    NOT NULL CHECK (length(account_key) IN (0, 64)),
    unshown_seed     BLOB    NOT NULL,
    device_keys      BLOB    NOT NULL,
    token            BLOB    NOT NULL CHECK (length(token) = 16),
    registered       INTEGER NOT NULL,
    token_published  INTEGER NOT NULL,
    config           BLOB    NOT NULL,
    incarnation      INTEGER NOT NULL,
    next_incarnation INTEGER NOT NULL,
    frozen           INTEGER NOT NULL
) STRICT;

INSERT INTO own_of_any_device SELECT
    single, handle, relay, tls, pin, account_key, unshown_seed, device_keys, token, registered,
    token_published, config, incarnation, next_incarnation, frozen
FROM own;

DROP TABLE own;

ALTER TABLE own_of_any_device RENAME TO own;

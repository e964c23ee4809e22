-- Schema version 8: what can be done with a message, and how chats are arranged.
-- Docs: docs/spec/08-state.md §15.

-- What few messages have, beside their words.
CREATE TABLE extras (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    quote        BLOB    NOT NULL,
    file         BLOB    NOT NULL,
    forwarded    INTEGER NOT NULL,
    pinned       INTEGER NOT NULL,
    edited       INTEGER NOT NULL,
    deleted      INTEGER NOT NULL,
    lasts        INTEGER NOT NULL,
    gone_at      INTEGER NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

CREATE INDEX extras_gone ON extras (gone_at) WHERE gone_at > 0;

CREATE TABLE reactions (
    conversation BLOB    NOT NULL,
    author       BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    by           BLOB    NOT NULL,
    emoji        TEXT    NOT NULL,
    device       BLOB    NOT NULL,
    counter      INTEGER NOT NULL,
    PRIMARY KEY (conversation, author, id, by)
) STRICT;

CREATE TABLE versions (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    text         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (conversation, place, number)
) STRICT;

-- Places that are shown no more.
CREATE TABLE gone (
    conversation BLOB    NOT NULL,
    place        INTEGER NOT NULL,
    PRIMARY KEY (conversation, place)
) STRICT;

-- What was done with a message that did not come yet.
CREATE TABLE waiting_acts (
    conversation BLOB    NOT NULL,
    author       BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    act          BLOB    NOT NULL,
    content      BLOB    NOT NULL,
    device       BLOB    NOT NULL,
    received     INTEGER NOT NULL,
    PRIMARY KEY (conversation, author, id, act)
) STRICT;

CREATE TABLE shelf (
    conversation  BLOB    NOT NULL PRIMARY KEY,
    pinned        INTEGER NOT NULL,
    muted_until   INTEGER NOT NULL,
    archived      INTEGER NOT NULL,
    marked_unread INTEGER NOT NULL,
    lasts         INTEGER NOT NULL,
    own_name      TEXT    NOT NULL,
    changed       INTEGER NOT NULL
) STRICT;

-- Who lives on this computer, to try things with; x'' keys: forgotten for good.
CREATE TABLE echo (
    single   INTEGER NOT NULL PRIMARY KEY CHECK (single = 1),
    keys     BLOB    NOT NULL,
    manifest BLOB    NOT NULL,
    ours     BLOB    NOT NULL,
    theirs   BLOB    NOT NULL,
    trust    TEXT    NOT NULL,
    draft    TEXT    NOT NULL,
    seen     INTEGER NOT NULL,
    made     INTEGER NOT NULL
) STRICT;

CREATE TABLE echo_said (
    place    INTEGER NOT NULL PRIMARY KEY,
    id       BLOB    NOT NULL,
    mine     INTEGER NOT NULL,
    device   BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    received INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    state    INTEGER NOT NULL,
    head     BLOB    NOT NULL,
    size     INTEGER NOT NULL,
    mailbox  BLOB    NOT NULL
) STRICT;

-- Which messages have which words; the texts themselves are not in it. rowid: that of the message.
CREATE VIRTUAL TABLE words USING fts5 (
    text, chat, content = '', tokenize = 'unicode61 remove_diacritics 2'
);
-- What is taken out is overwritten at once, not when the index is next merged.
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

-- Messages up to this rowid are in the index.
CREATE TABLE words_mark (upto INTEGER NOT NULL) STRICT;
INSERT INTO words_mark VALUES (0);

CREATE TRIGGER words_changed AFTER UPDATE OF text ON messages
WHEN old.text <> new.text AND old.kind = 'text' AND old.rowid <= (SELECT upto FROM words_mark)
BEGIN
    INSERT INTO words (words, rowid, text, chat)
    VALUES ('delete', old.rowid, old.text, substr(hex(old.conversation), 1, 16));
    INSERT INTO words (rowid, text, chat)
    VALUES (old.rowid, new.text, substr(hex(old.conversation), 1, 16));
END;

CREATE TRIGGER words_gone AFTER DELETE ON messages
WHEN old.rowid <= (SELECT upto FROM words_mark)
BEGIN
    INSERT INTO words (words, rowid, text, chat)
    SELECT 'delete', old.rowid, old.text, substr(hex(old.conversation), 1, 16)
    WHERE old.kind = 'text';
    UPDATE words_mark SET upto = min(upto, (SELECT coalesce(max(rowid), 0) FROM messages));
END;

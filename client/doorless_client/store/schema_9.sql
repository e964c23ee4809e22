-- Schema version 9: what is forgotten goes in steps.
-- Docs: docs/spec/08-state.md §15.8.

-- Conversations that the person forgot, and of which rows are left. The row of the contact is
-- empty and shown to nobody: it stays for what refers to it, and goes last.
CREATE TABLE forgotten (
    conversation BLOB NOT NULL PRIMARY KEY REFERENCES contacts ON DELETE CASCADE
) STRICT;

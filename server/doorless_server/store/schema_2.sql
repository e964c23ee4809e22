-- Names by what an eye sees of them, so that no two accounts have handles that look alike, and
-- nobody takes over the name of somebody who just left.

CREATE TABLE names (
    skeleton TEXT PRIMARY KEY,      -- name | refuses a handle that looks like this one | until closed, then 400 days | yes
    released_day INTEGER NOT NULL,  -- time | when it was given up; days since 1970, 0 while it is held | until closed, then 400 days | yes
    owner BLOB NOT NULL             -- public key | hash of name and account, by which a closed account gets its name back; empty while it is held | 400 days after closing | yes
) STRICT;
CREATE INDEX names_by_release ON names (released_day);

-- Of accounts that look alike already, each keeps its handle; their skeleton is held once.
INSERT OR IGNORE INTO names SELECT skeleton(handle), 0, x'' FROM accounts;

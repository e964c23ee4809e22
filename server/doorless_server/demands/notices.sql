-- Notices to people whose data was demanded. A column is here because something needs it; its comment
-- says what it is, as in store/schema.sql:      class | purpose | kept | producible

CREATE TABLE notices (
    account BLOB NOT NULL,        -- routing | whom it is for | until the account is closed, a year after it could be told | yes
    demand TEXT NOT NULL,         -- routing | which demand it tells of, in the ledger | until the account is closed, a year after it could be told | no
    from_time INTEGER,            -- time | from when it may be told, Unix seconds; NULL while an answer is not written, or an order has no end | until the account is closed, a year after it could be told | no
    notice BLOB NOT NULL,         -- count | what the account is told: the relay's own words of its answer | until the account is closed, a year after it could be told | no
    PRIMARY KEY (account, demand)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_by_demand ON notices (demand);
CREATE INDEX notices_by_time ON notices (from_time);

-- Schema version 7: an alarm remembers what was shown, so that the same is told once and
-- something else of the same kind is told again; and which change of ours a broken promise was
-- of, so that its words fit. Docs: docs/spec/08-state.md §14.6.

ALTER TABLE log_alarms ADD COLUMN shown BLOB NOT NULL DEFAULT x'' CHECK (length(shown) IN (0, 32));

ALTER TABLE log_alarms ADD COLUMN change TEXT NOT NULL DEFAULT '';

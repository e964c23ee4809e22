-- Schema version 7: an alarm remembers what was shown, so that the same is told once and
-- something else of the same kind is told again. Docs: docs/spec/08-state.md §14.6.

ALTER TABLE log_alarms ADD COLUMN shown BLOB NOT NULL DEFAULT x'' CHECK (length(shown) IN (0, 32));

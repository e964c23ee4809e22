"""The key log: why a directory cannot swap a key unseen. Spec: docs/spec/09-key-log.md."""

-- Whether a phrase that was learned found the command: counted apart from what was taught.
ALTER TABLE runs ADD COLUMN learned INTEGER NOT NULL DEFAULT 0;

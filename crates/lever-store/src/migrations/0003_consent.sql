-- Where the programs of a command were found when it ran with a person's consent; another place is asked about once.
CREATE TABLE program_paths (
  command      INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  name         TEXT NOT NULL,
  path         TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (command, namespace, name, path)
) STRICT, WITHOUT ROWID;

-- Commands that list what a parameter can be, each approved by its own digest, and what they said last.
CREATE TABLE suggestions (
  command      INTEGER NOT NULL,
  param        TEXT NOT NULL,
  template     TEXT NOT NULL,
  digest       TEXT NOT NULL,
  plan         TEXT NOT NULL,
  approved_by  TEXT,
  approved_at  INTEGER,
  PRIMARY KEY (command, param)
) STRICT, WITHOUT ROWID;
CREATE TABLE suggested_values (
  command      INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  param        TEXT NOT NULL,
  found        TEXT NOT NULL,                             -- a JSON list
  at           INTEGER NOT NULL,
  PRIMARY KEY (command, namespace, param)
) STRICT, WITHOUT ROWID;

-- They go with their command, and belong to what it did when they were made.
CREATE TRIGGER command_gone AFTER DELETE ON commands BEGIN
  DELETE FROM program_paths WHERE command = old.seq;
  DELETE FROM suggestions WHERE command = old.seq;
  DELETE FROM suggested_values WHERE command = old.seq;
END;
CREATE TRIGGER command_changed AFTER UPDATE OF digest ON commands WHEN old.digest <> new.digest BEGIN
  DELETE FROM program_paths WHERE command = old.seq;
  DELETE FROM suggestions WHERE command = old.seq;
  DELETE FROM suggested_values WHERE command = old.seq;
END;

-- The end of what a run wrote, for commands whose owner wants it kept.
ALTER TABLE runs ADD COLUMN tail_out TEXT;
ALTER TABLE runs ADD COLUMN tail_err TEXT;

-- A layer is a set of phrases and commands that is loaded, versioned and invalidated as a whole: one for each
-- namespace's own entries, one for each pack. Every namespace sees its own layer over all packs.
--
-- Rows of a layer lie together: the seq of a phrase or a command is (layer << 32) | number, and numbers are never used
-- twice. A taught command's id is its number, mixed (ids.rs), so that no index is needed to find it.
CREATE TABLE layers (
  id           INTEGER PRIMARY KEY,
  kind         INTEGER NOT NULL CHECK (kind IN (0, 1)),   -- 0 namespace, 1 pack
  name         TEXT NOT NULL,
  version      TEXT,                                      -- packs
  digest       TEXT,                                      -- packs
  approved     INTEGER NOT NULL DEFAULT 0,                -- packs whose commands count as approved by installing them
  generation   INTEGER NOT NULL DEFAULT 0,                -- counts the changes that matching can see; only ever grows
  next_phrase  INTEGER NOT NULL DEFAULT 0,
  next_command INTEGER NOT NULL DEFAULT 0,
  removed_from INTEGER NOT NULL DEFAULT 0,                -- `removed` is complete after this generation
  created_at   INTEGER NOT NULL,
  UNIQUE (kind, name)
) STRICT;

CREATE TABLE commands (
  seq          INTEGER PRIMARY KEY,
  slug         TEXT,                                      -- packs: the id, `pack:slug`
  phrase       INTEGER NOT NULL,                          -- its canonical phrase
  template     TEXT NOT NULL,
  digest       TEXT NOT NULL,
  plan         TEXT NOT NULL,
  params       TEXT NOT NULL,
  effects      TEXT NOT NULL,
  permissions  TEXT NOT NULL,
  details      TEXT NOT NULL,
  trust        REAL,                                      -- where its trust starts, if not at the setting
  approved_by  TEXT,                                      -- taught ones: who approved this digest; packs': see approvals
  approved_at  INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX commands_by_slug ON commands (slug) WHERE slug IS NOT NULL;

-- A namespace may have phrases of its own for a pack's command: `layer` is the phrase's, the command's is in its seq.
--
-- The canonical phrase is found by its command's row, so that teaching a command writes one index less. That leaves
-- no index for a foreign key to check deletions by; integrity_check looks for what it would have kept out.
CREATE TABLE phrases (
  seq          INTEGER PRIMARY KEY,
  layer        INTEGER NOT NULL REFERENCES layers (id),
  command      INTEGER NOT NULL,
  text         TEXT NOT NULL,
  key          TEXT NOT NULL,
  source       INTEGER NOT NULL,                          -- 0 taught, 1 learned, 2 pack, 3 model, 4 bank
  canonical    INTEGER NOT NULL,
  pattern      INTEGER NOT NULL,
  weak         INTEGER NOT NULL,
  uses         INTEGER NOT NULL,
  UNIQUE (layer, key)
) STRICT;
CREATE INDEX aliases_by_command ON phrases (command) WHERE canonical = 0;

-- Phrases that are gone, so that a process that has an older copy of the layer can follow without reading it again.
CREATE TABLE removed (
  layer        INTEGER NOT NULL REFERENCES layers (id),
  generation   INTEGER NOT NULL,
  phrase       INTEGER NOT NULL,
  PRIMARY KEY (layer, generation, phrase)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden (
  namespace    TEXT NOT NULL,
  command      TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (namespace, command)
) STRICT, WITHOUT ROWID;

-- What a namespace has about a command goes with the command; the command comes first, so that new ones are at the end.
CREATE TABLE trust (
  command      INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  score        REAL NOT NULL,
  successes    INTEGER NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,
  promoted     INTEGER NOT NULL DEFAULT 0,                -- successes at the last promotion
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (command, namespace)
) STRICT, WITHOUT ROWID;

-- Each namespace approves a pack's commands for itself.
CREATE TABLE approvals (
  command      INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  digest       TEXT NOT NULL,
  by           TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (command, namespace)
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmations (
  command      INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  hash         TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (command, namespace, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE confirm_tokens (
  token        TEXT PRIMARY KEY,
  bound        TEXT NOT NULL,
  payload      TEXT NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX confirm_tokens_by_expiry ON confirm_tokens (expires_at);

CREATE TABLE runs (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  at           INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  caller       TEXT NOT NULL,
  request      TEXT NOT NULL,
  status       TEXT NOT NULL,
  gate         INTEGER,
  match        TEXT,
  cached       INTEGER NOT NULL,
  probability  REAL,
  command      TEXT,
  argv         TEXT,
  parameters   TEXT,
  exit_code    INTEGER,
  signal       INTEGER,
  timed_out    INTEGER NOT NULL,
  duration_ms  INTEGER,
  bytes_out    INTEGER,
  bytes_err    INTEGER,
  truncated    INTEGER NOT NULL,
  sandbox      TEXT,
  error        TEXT
) STRICT;
CREATE INDEX runs_by_namespace ON runs (namespace);

-- Bounded by number: the oldest go when new ones come.
CREATE TABLE resolutions (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace    TEXT NOT NULL,
  key          TEXT NOT NULL,
  generation   INTEGER NOT NULL,
  matcher      TEXT NOT NULL,
  result       TEXT NOT NULL,
  UNIQUE (namespace, key)
) STRICT;

CREATE TABLE counterexamples (
  namespace    TEXT NOT NULL,
  key          TEXT NOT NULL,
  command      TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (namespace, key, command)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_calls (
  seq          INTEGER PRIMARY KEY,
  at           INTEGER NOT NULL,
  namespace    TEXT NOT NULL,
  backend      TEXT NOT NULL,
  model        TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  tokens_in    INTEGER NOT NULL,
  tokens_out   INTEGER NOT NULL,
  took_ms      INTEGER NOT NULL,
  outcome      TEXT NOT NULL
) STRICT;

-- What can be computed again: vectors of an embedder, a compiled trie. The bytes are in `file`, in the folder beside
-- the database, so that they can be mapped; in a database without a folder they are in `bytes`.
CREATE TABLE snapshots (
  layer        INTEGER NOT NULL REFERENCES layers (id),
  kind         TEXT NOT NULL,
  generation   INTEGER NOT NULL,
  next_phrase  INTEGER NOT NULL,
  count        INTEGER NOT NULL,
  length       INTEGER NOT NULL,
  file         TEXT,
  bytes        BLOB,
  PRIMARY KEY (layer, kind)
) STRICT, WITHOUT ROWID;

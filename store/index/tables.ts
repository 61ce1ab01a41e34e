/** The tables of the index. Any change of them raises the format, and every index of another format is built anew. */

/** Written into the index; an index with another one is thrown away. */
export const INDEX_FORMAT = "3";

/** Statements that make the tables, empty and without indexes, which are quicker to build once the rows are there. */
export const TABLES: readonly string[] = [
  "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TABLE bead(
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    space INTEGER NOT NULL,
    oid TEXT NOT NULL,
    status TEXT NOT NULL,
    category TEXT NOT NULL,
    satisfied INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    type TEXT NOT NULL,
    assignee TEXT,
    parent TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    defer INTEGER,
    pinned INTEGER NOT NULL,
    ephemeral INTEGER NOT NULL,
    template INTEGER NOT NULL,
    blocked INTEGER NOT NULL DEFAULT 0,
    json TEXT NOT NULL,
    clock TEXT NOT NULL
  )`,
  "CREATE TABLE label(label TEXT NOT NULL, id TEXT NOT NULL)",
  "CREATE TABLE edge(src TEXT NOT NULL, dst TEXT NOT NULL, type TEXT NOT NULL, metadata TEXT, spawner TEXT)",
  "CREATE TABLE field(key TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL)",
  "CREATE TABLE hidden(id TEXT PRIMARY KEY, oid TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE tombstone(id TEXT NOT NULL, space INTEGER NOT NULL, oid TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY(id, space)) WITHOUT ROWID",
  "CREATE TABLE problem(path TEXT NOT NULL, space INTEGER NOT NULL, oid TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(space, path)) WITHOUT ROWID",
  "CREATE TABLE alias(alias TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(alias, id)) WITHOUT ROWID",
  `CREATE TABLE event(
    seq INTEGER PRIMARY KEY, commit_oid TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, actor TEXT NOT NULL,
    at TEXT NOT NULL, field TEXT, old TEXT, new TEXT
  )`,
  "CREATE TABLE text_todo(n INTEGER PRIMARY KEY)",
  "CREATE VIRTUAL TABLE bead_text USING fts5(title, body, content='', contentless_delete=1)",
];

/** Statements that make the indexes. */
export const INDEXES: readonly string[] = [
  "CREATE UNIQUE INDEX bead_id ON bead(id)",
  "CREATE INDEX bead_order ON bead(priority, created DESC, id)",
  "CREATE INDEX bead_status ON bead(status, priority, created DESC, id)",
  "CREATE INDEX bead_ready ON bead(priority, created DESC, id) WHERE status = 'open' AND blocked = 0",
  "CREATE INDEX bead_blocked ON bead(priority, created DESC, id) WHERE blocked = 1",
  "CREATE INDEX bead_assignee ON bead(assignee) WHERE assignee IS NOT NULL",
  "CREATE INDEX bead_parent ON bead(parent) WHERE parent IS NOT NULL",
  "CREATE INDEX bead_type ON bead(type, status)",
  "CREATE INDEX bead_updated ON bead(updated)",
  "CREATE UNIQUE INDEX label_label ON label(label, id)",
  "CREATE INDEX label_id ON label(id)",
  "CREATE UNIQUE INDEX edge_src ON edge(src, dst)",
  "CREATE INDEX edge_dst ON edge(dst, type, src)",
  "CREATE INDEX edge_spawner ON edge(spawner, src) WHERE spawner IS NOT NULL",
  "CREATE UNIQUE INDEX field_key ON field(key, value, id)",
  "CREATE INDEX field_id ON field(id)",
  "CREATE INDEX alias_id ON alias(id)",
  "CREATE INDEX event_id ON event(id, seq)",
];

//! Commands: reading one, and listing them by the page or as a stream.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, Phrase};
use crate::trust::Trust;
use crate::{Millis, Settings, Store};

/// What a command does, as its owner wrote and approved it. The store looks at none of it but the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewBody<'a> {
    /// The shell text with its parameters.
    pub template: &'a str,
    /// Names template, interpreter, parameters and permissions: what an approval is bound to.
    pub digest: &'a str,
    /// The compiled plan, as JSON.
    pub plan: &'a str,
    /// The parameters, as JSON.
    pub params: &'a str,
    /// What it may do, as JSON.
    pub effects: &'a str,
    /// What a run of it is allowed, as JSON.
    pub permissions: &'a str,
    /// Anything else about it (tags, description), as JSON.
    pub details: &'a str,
}

/// A command as one namespace sees it: body, approval and trust are of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its name for programs: six or more letters and digits, or `pack:slug`. Never used again for another.
    pub id: String,
    /// The pack that it comes from.
    pub pack: Option<String>,
    /// Its canonical phrase.
    pub phrase: String,
    /// The shell text with its parameters.
    pub template: String,
    /// What an approval is bound to.
    pub digest: String,
    /// The compiled plan, as JSON.
    pub plan: String,
    /// The parameters, as JSON.
    pub params: String,
    /// What it may do, as JSON.
    pub effects: String,
    /// What a run of it is allowed, as JSON.
    pub permissions: String,
    /// Anything else about it, as JSON.
    pub details: String,
    /// Its trust in this namespace.
    pub trust: Trust,
    /// Who approved what it is now.
    pub approval: Option<Approval>,
    /// Whether this namespace has forgotten it (packs' commands only).
    pub hidden: bool,
    /// When it was first stored.
    pub created_at: Millis,
    /// When its body last changed.
    pub updated_at: Millis,
}

/// That a person saw the present digest and said yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who, as the caller names them; `pack:NAME` where installing the pack was the approval.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// Which commands to list. The default is all that the namespace can use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Leave out packs' commands.
    pub own_only: bool,
    /// Also those of packs that this namespace has forgotten.
    pub with_hidden: bool,
    /// Only those whose id, template or one of whose phrases contains this, upper and lower case alike (ASCII).
    pub contains: Option<&'a str>,
    /// Only approved ones, or only unapproved ones.
    pub approved: Option<bool>,
    /// Only flagged ones: low trust after several failures.
    pub flagged: bool,
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Where the part before it ended ([`Listed::next`]); `None` is the start.
    pub after: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            after: None,
            limit: 100,
        }
    }
}

/// A part of a list, and where the next begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// The part.
    pub items: Vec<T>,
    /// To be passed as [`Page::after`]; `None` if this was the last part.
    pub next: Option<i64>,
}

/// ?1 owner layer, ?2 namespace, ?3 trust of new commands.
const COLUMNS: &str = "
  c.id, p.text, c.template, c.digest, c.plan, c.params, c.effects, c.permissions, c.details,
  coalesce(t.score, c.trust, ?3), coalesce(t.successes, 0), coalesce(t.failures, 0),
  a.by, a.at, h.at IS NOT NULL, c.created_at, c.updated_at, l.kind, l.name, l.approved, c.seq";

const TABLES: &str = "
  commands c
  JOIN layers l ON l.id = c.layer
  LEFT JOIN phrases p ON p.owner = c.layer AND p.command = c.id AND p.canonical
  LEFT JOIN trust t ON t.namespace = ?2 AND t.command = c.id
  LEFT JOIN approvals a ON a.namespace = ?2 AND a.command = c.id AND a.digest = c.digest
  LEFT JOIN hidden h ON h.namespace = ?2 AND h.command = c.id";

impl Store {
    /// One command, its own or a pack's, with its trust and approval in `namespace`. One query.
    pub fn command(&self, namespace: &str, id: &str) -> Result<Option<Command>, StoreError> {
        let new = self.settings().trust_new;
        self.read_together(|conn| {
            let Some(owner) = layers::find(conn, Layer::of(namespace, id))? else {
                return Ok(None);
            };
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM {TABLES} WHERE c.layer = ?1 AND c.id = ?4"
            ))?;
            Ok(query
                .query_row(params![owner.id, namespace, new, id], read)
                .optional()?)
        })
    }

    /// A page of the commands that `namespace` sees: its own in the order they were taught, then the packs'.
    pub fn list(
        &self,
        namespace: &str,
        filter: &Filter<'_>,
        page: Page,
    ) -> Result<Listed<Command>, StoreError> {
        let settings = self.settings();
        self.read_together(|conn| {
            let mut items = Vec::new();
            let mut last = None;
            let seen = seen_by(conn, namespace, filter.own_only)?;
            // The row that the last page ended with says which layer it was in.
            let reached = page.after.map_or(0, |row| {
                seen.iter().position(|layer| layer.has(row)).unwrap_or(seen.len())
            });
            for (at, layer) in seen.iter().enumerate().skip(reached) {
                let from = page
                    .after
                    .filter(|_| at == reached)
                    .map_or(layer.first(), |row| row + 1);
                let mut query = conn.prepare_cached(&listing())?;
                let contains = filter.contains.map(like);
                let mut rows = query.query(params![
                    from,
                    namespace,
                    settings.trust_new,
                    layer.end(),
                    contains,
                    filter.approved,
                    filter.with_hidden,
                    filter.flagged,
                    settings.flag_below,
                    settings.flag_failures,
                ])?;
                while let Some(row) = rows.next()? {
                    if items.len() == page.limit as usize {
                        return Ok(Listed { items, next: last });
                    }
                    last = Some(row.get(20)?);
                    items.push(read(row)?);
                }
            }
            Ok(Listed { items, next: None })
        })
    }

    /// Hands every command that `namespace` sees to `each`, with its phrases, from one state of the database and
    /// in bounded memory. `each` stops the stream by returning `false`.
    pub fn for_each_command(
        &self,
        namespace: &str,
        own_only: bool,
        mut each: impl FnMut(Command, Vec<Phrase>) -> bool,
    ) -> Result<(), StoreError> {
        let Settings {
            trust_new,
            flag_below,
            flag_failures,
            ..
        } = *self.settings();
        self.read_together(|conn| {
            let own = layers::find(conn, Layer::Namespace(namespace))?.map(|layer| layer.id);
            for layer in seen_by(conn, namespace, own_only)? {
                let mut query = conn.prepare_cached(&listing())?;
                let none: Option<&str> = None;
                let mut rows = query.query(params![
                    layer.first(),
                    namespace,
                    trust_new,
                    layer.end(),
                    none,
                    none,
                    false,
                    false,
                    flag_below,
                    flag_failures
                ])?;
                while let Some(row) = rows.next()? {
                    let command = read(row)?;
                    let phrases = phrases::of_command(conn, layer.id, own.unwrap_or(layer.id), &command.id)?;
                    if !each(command, phrases) {
                        return Ok(());
                    }
                }
            }
            Ok(())
        })
    }
}

fn listing() -> String {
    format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE c.seq >= ?1 AND c.seq < ?4
         AND (?5 IS NULL OR c.id LIKE ?5 ESCAPE '\\' OR c.template LIKE ?5 ESCAPE '\\' OR EXISTS (
           SELECT 1 FROM phrases q JOIN layers m ON m.id = q.layer
           WHERE q.owner = c.layer AND q.command = c.id AND q.text LIKE ?5 ESCAPE '\\' AND (m.kind = 1 OR m.name = ?2)))
         AND (?6 IS NULL OR ?6 = (a.by IS NOT NULL OR l.approved))
         AND (?7 OR h.at IS NULL)
         AND (NOT ?8 OR (coalesce(t.score, c.trust, ?3) < ?9 AND t.failures >= ?10))
         ORDER BY c.seq"
    )
}

fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The layers of a namespace in the order of its list.
fn seen_by(conn: &Connection, namespace: &str, own_only: bool) -> Outcome<Vec<Open>> {
    let mut seen: Vec<Open> = layers::find(conn, Layer::Namespace(namespace))?
        .into_iter()
        .collect();
    if !own_only {
        let mut query = conn.prepare_cached("SELECT name FROM layers WHERE kind = 1 ORDER BY id")?;
        let names: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for name in names {
            seen.extend(layers::find(conn, Layer::Pack(&name))?);
        }
    }
    Ok(seen)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Command> {
    let kind: i64 = row.get(17)?;
    let layer: String = row.get(18)?;
    let by_pack: bool = row.get(19)?;
    let updated_at = row.get(16)?;
    let approval = match row.get::<_, Option<String>>(12)? {
        Some(by) => Some(Approval { by, at: row.get(13)? }),
        None if by_pack => Some(Approval {
            by: format!("pack:{layer}"),
            at: updated_at,
        }),
        None => None,
    };
    Ok(Command {
        id: row.get(0)?,
        pack: (kind == 1).then_some(layer),
        phrase: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
        template: row.get(2)?,
        digest: row.get(3)?,
        plan: row.get(4)?,
        params: row.get(5)?,
        effects: row.get(6)?,
        permissions: row.get(7)?,
        details: row.get(8)?,
        trust: Trust {
            score: row.get(9)?,
            successes: row.get(10)?,
            failures: row.get(11)?,
        },
        approval,
        hidden: row.get(14)?,
        created_at: row.get(15)?,
        updated_at,
    })
}

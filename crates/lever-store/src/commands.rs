//! Commands: reading one, and listing them by the page or as a stream.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, Phrase};
use crate::trust::Trust;
use crate::{Millis, Settings, Store, ids};

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

/// ?1 namespace, ?2 trust of new commands.
const COLUMNS: &str = "
  c.seq, c.slug, p.text, c.template, c.digest, c.plan, c.params, c.effects, c.permissions, c.details,
  coalesce(t.score, c.trust, ?2), coalesce(t.successes, 0), coalesce(t.failures, 0), coalesce(c.approved_by, a.by),
  coalesce(c.approved_at, a.at),
  l.approved, c.slug IS NOT NULL AND EXISTS (SELECT 1 FROM hidden h WHERE h.namespace = ?1 AND h.command = c.slug),
  c.created_at, c.updated_at";

const TABLES: &str = "
  commands c
  JOIN layers l ON l.id = c.seq >> 32
  JOIN phrases p ON p.seq = c.phrase
  LEFT JOIN trust t ON t.command = c.seq AND t.namespace = ?1
  LEFT JOIN approvals a ON c.slug IS NOT NULL AND a.command = c.seq AND a.namespace = ?1 AND a.digest = c.digest";

impl Store {
    /// One command, its own or a pack's, with its trust and approval in `namespace`. One query.
    pub fn command(&self, namespace: &str, id: &str) -> Result<Option<Command>, StoreError> {
        let new = self.settings().trust_new;
        self.read_together(|conn| {
            let Some(seq) = ids::locate(conn, namespace, id)? else {
                return Ok(None);
            };
            let mut query =
                conn.prepare_cached(&format!("SELECT {COLUMNS} FROM {TABLES} WHERE c.seq = ?3"))?;
            Ok(query.query_row(params![namespace, new, seq], read).optional()?)
        })
    }

    /// A page of the commands that `namespace` sees: its own in the order they were taught, then the packs'.
    pub fn list(
        &self,
        namespace: &str,
        filter: &Filter<'_>,
        page: Page,
    ) -> Result<Listed<Command>, StoreError> {
        let mut items = Vec::new();
        let mut next = None;
        self.read_together(|conn| {
            let own = layers::find(conn, Layer::Namespace(namespace))?.map_or(0, |own| own.id);
            self.scan(conn, namespace, filter.own_only, page.after, |seq, command| {
                if !self.passes(conn, filter, own, seq, &command)? {
                    return Ok(true);
                }
                if items.len() == page.limit as usize {
                    return Ok(false);
                }
                items.push(command);
                next = Some(seq);
                Ok(true)
            })
        })
        .map(|complete| Listed {
            items,
            next: next.filter(|_| !complete),
        })
    }

    /// Hands every command that `namespace` sees to `each`, forgotten ones too, with its phrases: from one state of
    /// the database and in bounded memory. `each` stops the stream by returning `false`.
    pub fn for_each_command(
        &self,
        namespace: &str,
        own_only: bool,
        mut each: impl FnMut(Command, Vec<Phrase>) -> bool,
    ) -> Result<(), StoreError> {
        self.read_together(|conn| {
            let own = layers::find(conn, Layer::Namespace(namespace))?.map_or(0, |own| own.id);
            self.scan(conn, namespace, own_only, None, |seq, command| {
                let phrases = phrases::of_command(conn, seq, own)?;
                Ok(each(command, phrases))
            })?;
            Ok(())
        })
    }

    /// Visits the commands after a row in the order of the list, until `visit` says `false`; whether it never did.
    fn scan(
        &self,
        conn: &Connection,
        namespace: &str,
        own_only: bool,
        after: Option<i64>,
        mut visit: impl FnMut(i64, Command) -> Outcome<bool>,
    ) -> Outcome<bool> {
        let seen = seen_by(conn, namespace, own_only)?;
        // The row that the last page ended with says which layer it was in.
        let reached = after.map_or(0, |row| {
            seen.iter().position(|layer| layer.has(row)).unwrap_or(seen.len())
        });
        for (at, layer) in seen.iter().enumerate().skip(reached) {
            let from = after
                .filter(|_| at == reached)
                .map_or(layer.first(), |row| row + 1);
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM {TABLES} WHERE c.seq >= ?3 AND c.seq < ?4 ORDER BY c.seq"
            ))?;
            let mut rows = query.query(params![namespace, self.settings().trust_new, from, layer.end()])?;
            while let Some(row) = rows.next()? {
                if !visit(row.get(0)?, read(row)?)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn passes(
        &self,
        conn: &Connection,
        filter: &Filter<'_>,
        own: i64,
        seq: i64,
        command: &Command,
    ) -> Outcome<bool> {
        let Settings {
            flag_below,
            flag_failures,
            ..
        } = *self.settings();
        let trust = &command.trust;
        if (command.hidden && !filter.with_hidden)
            || filter
                .approved
                .is_some_and(|approved| approved != command.approval.is_some())
            || (filter.flagged && !(trust.score < flag_below && trust.failures >= flag_failures))
        {
            return Ok(false);
        }
        let Some(wanted) = filter.contains else {
            return Ok(true);
        };
        if contains(&command.id, wanted) || contains(&command.template, wanted) {
            return Ok(true);
        }
        Ok(phrases::of_command(conn, seq, own)?
            .iter()
            .any(|phrase| contains(&phrase.text, wanted)))
    }
}

fn contains(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    wanted.is_empty()
        || text
            .windows(wanted.len())
            .any(|part| part.eq_ignore_ascii_case(wanted))
}

/// The layers of a namespace in the order of its list.
fn seen_by(conn: &Connection, namespace: &str, own_only: bool) -> Outcome<Vec<Open>> {
    let mut seen: Vec<Open> = layers::find(conn, Layer::Namespace(namespace))?
        .into_iter()
        .collect();
    if !own_only {
        seen.extend(layers::packs(conn)?);
    }
    Ok(seen)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Command> {
    let slug: Option<String> = row.get(1)?;
    let pack = slug
        .as_deref()
        .and_then(|slug| slug.split_once(':'))
        .map(|(pack, _)| pack.to_owned());
    let updated_at = row.get(18)?;
    let approval = match (row.get::<_, Option<String>>(13)?, &pack) {
        (Some(by), _) => Some(Approval { by, at: row.get(14)? }),
        (None, Some(pack)) if row.get(15)? => Some(Approval {
            by: format!("pack:{pack}"),
            at: updated_at,
        }),
        (None, _) => None,
    };
    Ok(Command {
        id: match slug {
            Some(slug) => slug,
            None => ids::taught(row.get(0)?).into(),
        },
        pack,
        phrase: row.get(2)?,
        template: row.get(3)?,
        digest: row.get(4)?,
        plan: row.get(5)?,
        params: row.get(6)?,
        effects: row.get(7)?,
        permissions: row.get(8)?,
        details: row.get(9)?,
        trust: Trust {
            score: row.get(10)?,
            successes: row.get(11)?,
            failures: row.get(12)?,
        },
        approval,
        hidden: row.get(16)?,
        created_at: row.get(17)?,
        updated_at,
    })
}

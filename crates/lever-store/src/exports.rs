//! Commands on their way out: a stream over two cursors that nothing is kept of.

use rusqlite::{Connection, Row, Rows, params};

use crate::error::Outcome;
use crate::layers::{self, Layer, Open};
use crate::phrases::Source;
use crate::trust::Trust;
use crate::{Store, StoreError};

/// A command as it leaves, borrowed from the row that is being read.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving<'a> {
    /// Its canonical phrase.
    pub phrase: &'a str,
    /// Whether that phrase uses the notation for optional and alternative words.
    pub pattern: bool,
    /// Its other phrases, the oldest first.
    pub aliases: &'a [LeavingAlias],
    /// What lists its parameters' values: parameter and shell text.
    pub suggestions: &'a [(String, String)],
    /// The shell text with its parameters.
    pub template: &'a str,
    /// Anything else about it, as JSON.
    pub details: &'a str,
    /// Its trust in this namespace.
    pub trust: Trust,
}

/// One more way to ask for a command that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingAlias {
    /// As it was written.
    pub text: String,
    /// Whether it uses the notation for optional and alternative words.
    pub pattern: bool,
    /// Where it comes from.
    pub source: Source,
}

impl Store {
    /// Hands the commands of a namespace to `each`, its own in the order they were taught, then with `packs` those of the
    /// packs that it has not forgotten; all from one state of the database and in bounded memory. `each` stops the
    /// stream by returning `false`.
    ///
    /// Phrases that are known for a program ([`Source::Bank`]) belong to this installation and stay.
    pub fn for_each_leaving(
        &self,
        namespace: &str,
        packs: bool,
        mut each: impl FnMut(Leaving<'_>) -> bool,
    ) -> Result<(), StoreError> {
        let new = self.settings().trust_new;
        self.read_together(|conn| {
            let own = layers::find(conn, Layer::Namespace(namespace))?;
            let own_id = own.as_ref().map_or(0, |own| own.id);
            let mut seen: Vec<Open> = own.into_iter().collect();
            if packs {
                seen.extend(layers::packs(conn)?);
            }
            for layer in seen {
                if !stream(conn, namespace, new, &layer, own_id, &mut each)? {
                    break;
                }
            }
            Ok(())
        })
    }

    /// How many commands the namespace has of its own.
    pub fn count_own(&self, namespace: &str) -> Result<u64, StoreError> {
        self.read(|conn| {
            let Some(own) = layers::find(conn, Layer::Namespace(namespace))? else {
                return Ok(0);
            };
            let mut count =
                conn.prepare_cached("SELECT count(*) FROM commands WHERE seq >= ?1 AND seq < ?2")?;
            let counted: i64 = count.query_row([own.first(), own.end()], |row| row.get(0))?;
            Ok(counted.cast_unsigned())
        })
    }
}

fn stream(
    conn: &Connection,
    namespace: &str,
    new: f64,
    layer: &Open,
    own: i64,
    each: &mut impl FnMut(Leaving<'_>) -> bool,
) -> Outcome<bool> {
    let mut commands = conn.prepare_cached(
        "SELECT c.seq, p.text, p.pattern, c.template, c.details, coalesce(t.score, c.trust, ?2),
           coalesce(t.successes, 0), coalesce(t.failures, 0)
         FROM commands c JOIN phrases p ON p.seq = c.phrase
         LEFT JOIN trust t ON t.command = c.seq AND t.namespace = ?1
         WHERE c.seq >= ?3 AND c.seq < ?4
           AND NOT (c.slug IS NOT NULL AND EXISTS (SELECT 1 FROM hidden h WHERE h.namespace = ?1 AND h.command = c.slug))
         ORDER BY c.seq",
    )?;
    // In the order of the index of aliases, so that both cursors move on together.
    let mut aliases = conn.prepare_cached(
        "SELECT command, text, pattern, source FROM phrases
         WHERE canonical = 0 AND command >= ?1 AND command < ?2 AND layer IN (?3, ?4) AND source <> ?5
         ORDER BY command, seq",
    )?;
    let mut suggestions = conn.prepare_cached(
        "SELECT command, param, template FROM suggestions WHERE command >= ?1 AND command < ?2 ORDER BY command, param",
    )?;
    let mut rows = commands.query(params![namespace, new, layer.first(), layer.end()])?;
    let (first, end) = (layer.first(), layer.end());
    let mut others = Beside::new(
        aliases.query(params![first, end, layer.id, own, Source::Bank])?,
        |row| {
            Ok(LeavingAlias {
                text: row.get(1)?,
                pattern: row.get(2)?,
                source: row.get(3)?,
            })
        },
    );
    let mut listers = Beside::new(suggestions.query([first, end])?, |row| {
        Ok((row.get(1)?, row.get(2)?))
    });
    while let Some(row) = rows.next()? {
        let leaving = Leaving {
            phrase: row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?,
            pattern: row.get(2)?,
            template: row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?,
            details: row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?,
            trust: Trust {
                score: row.get(5)?,
                successes: row.get(6)?,
                failures: row.get(7)?,
            },
            aliases: others.take(row.get(0)?)?,
            suggestions: listers.take(row.get(0)?)?,
        };
        if !each(leaving) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A cursor over what commands have beside them, one row ahead. Its first column is the command's row.
struct Beside<'q, T> {
    rows: Rows<'q>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ahead: Option<(i64, T)>,
    of_command: Vec<T>,
}

impl<'q, T> Beside<'q, T> {
    fn new(rows: Rows<'q>, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Self {
        Self {
            rows,
            read,
            ahead: None,
            of_command: Vec::new(),
        }
    }

    /// What a command has; commands are asked for in ascending order.
    fn take(&mut self, command: i64) -> rusqlite::Result<&[T]> {
        self.of_command.clear();
        loop {
            if self.ahead.is_none() {
                let Some(row) = self.rows.next()? else { break };
                self.ahead = Some((row.get(0)?, (self.read)(row)?));
            }
            match self.ahead.take() {
                Some((of, one)) if of == command => self.of_command.push(one),
                Some((of, _)) if of < command => {}
                later => {
                    self.ahead = later;
                    break;
                }
            }
        }
        Ok(&self.of_command)
    }
}

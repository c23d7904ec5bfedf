//! The built-in pack's areas, which a namespace can do without.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::clock::now;
use crate::describe::{Details, read_json};
use crate::{Catalog, CatalogError, pack};

/// A part of the built-in pack: all of it, or the commands with one label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Area {
    /// `builtin`, or the label.
    pub name: String,
    /// Commands in it.
    pub commands: u64,
    /// Those that the namespace has forgotten.
    pub disabled: u64,
}

/// A command of the pack, as far as this is about it.
struct Member {
    id: String,
    labels: Vec<String>,
    hidden: bool,
}

impl Catalog {
    /// The built-in pack and its areas by name, the pack first; none where it is not laid under the namespace.
    pub fn areas(&self, namespace: &str) -> Result<Vec<Area>, CatalogError> {
        let members = self.members(namespace)?;
        let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for member in &members {
            for label in &member.labels {
                let (commands, disabled) = counts.entry(label).or_default();
                *commands += 1;
                *disabled += u64::from(member.hidden);
            }
        }
        let whole = Area {
            name: pack::NAME.to_owned(),
            commands: members.len() as u64,
            disabled: members.iter().filter(|member| member.hidden).count() as u64,
        };
        let parts = counts.into_iter().map(|(name, (commands, disabled))| Area {
            name: name.to_owned(),
            commands,
            disabled,
        });
        let seen = if members.is_empty() { None } else { Some(whole) };
        Ok(seen.into_iter().chain(parts).collect())
    }

    /// Forgets an area's commands in a namespace, or brings them back. Returns how many that changed.
    ///
    /// # Errors
    /// An area that the pack does not have.
    pub fn set_area(&mut self, namespace: &str, name: &str, enabled: bool) -> Result<u64, CatalogError> {
        let all = name == pack::NAME;
        let members: Vec<Member> = self
            .members(namespace)?
            .into_iter()
            .filter(|member| all || member.labels.iter().any(|label| label == name))
            .collect();
        if members.is_empty() {
            return Err(CatalogError::Transfer {
                code: "usage",
                message: format!("the built-in pack has no area {name}"),
                hint: "lever pack list shows them".to_owned(),
            });
        }
        let mut changed = 0;
        for member in members.iter().filter(|member| member.hidden == enabled) {
            let did = if enabled {
                self.store.restore(namespace, &member.id)?
            } else {
                self.store.forget(namespace, &member.id, now())?
            };
            changed += u64::from(did);
        }
        Ok(changed)
    }

    fn members(&self, namespace: &str) -> Result<Vec<Member>, CatalogError> {
        let mut members = Vec::new();
        if !self.seed {
            return Ok(members);
        }
        let mut failed = None;
        self.store.for_each_command(namespace, false, |command, _| {
            if command.pack.as_deref() == Some(pack::NAME) {
                match read_json::<Details>(&command.id, &command.details) {
                    Ok(details) => members.push(Member {
                        id: command.id,
                        labels: details.tags,
                        hidden: command.hidden,
                    }),
                    Err(error) => failed = Some(error),
                }
            }
            failed.is_none()
        })?;
        failed.map_or(Ok(members), Err)
    }
}

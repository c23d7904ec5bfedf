//! What the store promises, in plain maps.

use std::collections::{BTreeMap, BTreeSet};

use lever_store::Source;

pub(crate) const NAMESPACES: [&str; 2] = ["default", "work"];
pub(crate) const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
pub(crate) const TEMPLATES: [&str; 3] = ["df", "du", "ls"];
pub(crate) const SLUGS: [&str; 3] = ["pack:a", "pack:b", "pack:c"];

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    pub(crate) score: f64,
    pub(crate) successes: u32,
    pub(crate) failures: u32,
    pub(crate) promoted: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) command: String,
    pub(crate) source: Source,
    pub(crate) canonical: bool,
    pub(crate) uses: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Space {
    pub(crate) commands: BTreeMap<String, String>,
    pub(crate) phrases: BTreeMap<String, Known>,
    pub(crate) hidden: BTreeSet<String>,
    pub(crate) wrong: BTreeSet<(String, String)>,
    pub(crate) approved: BTreeMap<String, String>,
    pub(crate) trust: BTreeMap<String, Standing>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) spaces: BTreeMap<&'static str, Space>,
    pub(crate) pack: BTreeMap<String, String>,
    pub(crate) installed: Option<(usize, usize)>,
}

/// What matching can see of a namespace; the generation must move exactly when this does, or more often.
pub(crate) type View = (
    Vec<(String, String, bool, String)>,
    BTreeSet<String>,
    BTreeSet<(String, String)>,
    BTreeMap<String, String>,
);

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            spaces: NAMESPACES.iter().map(|&ns| (ns, Space::default())).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn template(&self, ns: &str, id: &str) -> Option<String> {
        self.spaces[ns]
            .commands
            .get(id)
            .or_else(|| self.pack.get(id))
            .cloned()
    }

    pub(crate) fn pick(&self, ns: &str, at: usize) -> String {
        let ids: Vec<_> = self.spaces[ns].commands.keys().chain(self.pack.keys()).collect();
        if ids.is_empty() {
            "nobody".into()
        } else {
            ids[at % ids.len()].clone()
        }
    }

    pub(crate) fn space(&mut self, ns: &str) -> &mut Space {
        self.spaces.get_mut(ns).unwrap()
    }

    pub(crate) fn standing(&mut self, ns: &str, id: &str) -> &mut Standing {
        let start = Standing {
            score: 50.0,
            successes: 0,
            failures: 0,
            promoted: 0,
        };
        self.space(ns).trust.entry(id.into()).or_insert(start)
    }

    pub(crate) fn view(&self, ns: &str) -> View {
        let space = &self.spaces[ns];
        let phrases = space
            .phrases
            .iter()
            .map(|(key, known)| {
                let weak = known.source == Source::Learned && known.uses < 2;
                (
                    key.clone(),
                    known.command.clone(),
                    weak,
                    self.template(ns, &known.command).unwrap(),
                )
            })
            .collect();
        (
            phrases,
            space.hidden.clone(),
            space.wrong.clone(),
            self.pack.clone(),
        )
    }
}

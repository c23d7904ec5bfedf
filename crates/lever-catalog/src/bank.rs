//! What the phrase bank knows of a command, as it is stored with it.

use std::path::PathBuf;
use std::sync::Arc;

use lever_core::bank::Bank;
use lever_core::command::Param;
use lever_core::template::{Phrase, Syntax};
use lever_store::NewBundle;

/// The bank's file, read when something is taught for the first time.
#[derive(Debug, Default)]
pub(crate) struct PhraseBank {
    file: Option<PathBuf>,
    read: Option<Arc<Bank>>,
}

/// Phrases for one command, each with its key, and the built-in command that does the same.
#[derive(Debug, Default)]
pub(crate) struct Known {
    phrases: Vec<(String, String)>,
    twin: Option<String>,
}

impl PhraseBank {
    pub(crate) fn at(file: Option<&str>) -> Self {
        Self {
            file: file.map(PathBuf::from),
            read: None,
        }
    }

    /// What is known of a command beside the phrases that it has, by key. A bank that cannot be read knows nothing: it is
    /// no reason to refuse a teach.
    pub(crate) fn look_up(&mut self, template: &str, params: &[Param], own: &[&str]) -> Known {
        self.open()
            .map_or_else(Known::default, |bank| Known::of(&bank, template, params, own))
    }

    /// The bank itself, to be asked from other threads; `None` where there is none.
    pub(crate) fn open(&mut self) -> Option<Arc<Bank>> {
        let file = self.file.as_ref()?;
        let bank = self
            .read
            .get_or_insert_with(|| Arc::new(Bank::read(std::fs::read_to_string(file).unwrap_or_default())));
        Some(bank.clone())
    }
}

impl Known {
    /// See [`PhraseBank::look_up`].
    pub(crate) fn of(bank: &Bank, template: &str, params: &[Param], own: &[&str]) -> Self {
        let known = bank.look_up(template, params);
        let mut phrases: Vec<(String, String)> = Vec::with_capacity(known.phrases.len());
        for text in known.phrases {
            let Ok(phrase) = Phrase::parse(&text, Syntax::Literal) else {
                continue;
            };
            let key = phrase.key();
            if !key.is_empty() && !own.contains(&key) && phrases.iter().all(|(_, other)| other != key) {
                let key = key.to_owned();
                phrases.push((text, key));
            }
        }
        Self {
            phrases,
            twin: known.twin,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        self.phrases.len() as u32
    }

    /// Borrowed for the store; `seed` says whether there are built-in commands to be the same as.
    pub(crate) fn bundle<'a>(&'a self, pairs: &'a mut Vec<(&'a str, &'a str)>, seed: bool) -> NewBundle<'a> {
        pairs.extend(
            self.phrases
                .iter()
                .map(|(text, key)| (text.as_str(), key.as_str())),
        );
        NewBundle {
            phrases: pairs,
            twin: self.twin.as_deref().filter(|_| seed),
        }
    }
}

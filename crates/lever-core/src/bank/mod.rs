//! The phrase bank: ways in which people ask for everyday commands. A command that is taught with one phrase brings
//! along those that are known for its program, subcommand and options.
//!
//! The bank is text, a command a line: its id where it is a built-in one (else nothing), its template, and its phrases, all
//! with tabs between. It is read when something is taught, and never for a request.

mod fit;
mod shape;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::command::Param;

use fit::Fit;
use shape::Shape;

/// Most phrases that one command gets.
const MOST: usize = 32;

/// A bank in memory.
#[derive(Debug, Default)]
pub struct Bank {
    text: String,
    entries: Vec<Entry>,
    /// Entries by [`Shape::key`].
    by_key: HashMap<String, Vec<u32>>,
}

#[derive(Debug)]
struct Entry {
    /// Of the bank's text; empty where it is no built-in command.
    id: Range<usize>,
    shape: Shape,
    /// Of the bank's text, with tabs between.
    phrases: Range<usize>,
}

/// What a bank knows of a taught command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Phrases in the taught command's own parameters.
    pub phrases: Vec<String>,
    /// The built-in command that does exactly the same, if there is one.
    pub twin: Option<String>,
}

impl Bank {
    /// Reads a bank. A line that is no entry is left out.
    pub fn read(text: String) -> Self {
        let mut bank = Self::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\r', '\n']).len();
            if let Some(entry) = Entry::read(&text, start..end) {
                let number = bank.entries.len() as u32;
                bank.by_key.entry(entry.shape.key()).or_default().push(number);
                bank.entries.push(entry);
            }
            start += line.len();
        }
        bank.text = text;
        bank
    }

    /// Number of commands.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is known of a command with these parameters. Of several entries that fit, those that fit best speak, a
    /// built-in one first.
    pub fn look_up(&self, template: &str, params: &[Param]) -> Known {
        let taught = Shape::read(template);
        let numbers = self.by_key.get(&taught.key());
        let mut fits: Vec<(&Entry, Fit)> = numbers
            .into_iter()
            .flatten()
            .filter_map(|number| {
                let entry = &self.entries[*number as usize];
                Some((entry, Fit::find(&taught, &entry.shape, params)?))
            })
            .collect();
        let Some(least) = fits.iter().map(|(_, fit)| fit.strain).min() else {
            return Known::default();
        };
        fits.retain(|(_, fit)| fit.strain == least);
        fits.sort_by_key(|(entry, _)| entry.id.is_empty());
        let mut seen = HashSet::new();
        let phrases = fits
            .iter()
            .flat_map(|(entry, fit)| {
                let phrases = self.text[entry.phrases.clone()].split('\t');
                phrases.filter_map(|phrase| fit.say(phrase, params))
            })
            .filter(|phrase| seen.insert(phrase.clone()))
            .take(MOST)
            .collect();
        let twin = fits
            .iter()
            .find(|(entry, fit)| !entry.id.is_empty() && fit.strain == 0)
            .map(|(entry, _)| self.text[entry.id.clone()].to_owned());
        Known { phrases, twin }
    }
}

impl Entry {
    fn read(text: &str, line: Range<usize>) -> Option<Self> {
        let id = line.start..line.start + text[line.clone()].find('\t')?;
        let template = id.end + 1..id.end + 1 + text[id.end + 1..line.end].find('\t')?;
        Some(Self {
            id,
            shape: Shape::read(&text[template.clone()]),
            phrases: template.end + 1..line.end,
        })
    }
}

#[cfg(test)]
mod tests;

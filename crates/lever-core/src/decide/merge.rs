//! Layers made piece by piece, so that several threads can make the pieces: the dear part of a phrase is its vector.

use super::IndexError;
use super::layer::Layer;

impl Layer {
    /// Appends the phrases and commands of a layer made by the same embedder, as if they had been added here one by one.
    /// `commands` says which command each of that layer's numbers is; a number that it does not name is left out.
    ///
    /// # Errors
    /// Another embedder's layer, or a command number that is too great.
    pub fn merge(&mut self, other: &Layer, commands: &[u32]) -> Result<(), IndexError> {
        if other.embedder != self.embedder {
            return Err(IndexError::Embedder {
                expected: self.embedder.clone(),
                found: other.embedder.clone(),
            });
        }
        if let Some(great) = commands.iter().find(|number| **number >= super::COMMAND_LIMIT) {
            return Err(IndexError::CommandNumber(*great));
        }
        let words = &other.vocabulary;
        let places: Vec<u32> = (0..words.len())
            .map(|position| self.vocabulary.take(words, position))
            .collect();
        let of = |number: u32| commands.get(number as usize).copied();
        for row in 0..other.len() {
            let Some(command) = of(other.commands[row]) else {
                continue;
            };
            self.vectors.copy(&other.vectors, row)?;
            let positions = other
                .terms_of(row as u32)
                .iter()
                .map(|word| places[*word as usize]);
            self.append(other.phrase_ids[row], command, other.flags[row], positions);
        }
        for row in 0..other.commands_own.commands.len() {
            let Some(command) = of(other.commands_own.commands[row]) else {
                continue;
            };
            self.commands_own.vectors.copy(&other.commands_own.vectors, row)?;
            let usual = other.commands_own.usual(row);
            let positions = other.commands_own.terms_of(row).iter();
            self.append_command(command, usual, positions.map(|word| places[*word as usize]));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::decide::{Layer, PhraseInput, Source, Work};
    use crate::embed::{Embedder, LearnedEmbedder};

    const TEXTS: &[(u32, &str, Option<&str>)] = &[
        (
            0,
            "show the logs of {{service}}",
            Some("journalctl -u {{service}} -n 50"),
        ),
        (0, "logs of {{service}}", None),
        (1, "how full is the disk", Some("df -h")),
        (0, "what did nginx log", None),
        (2, "show the disk usage of /var", Some("du -sh /var")),
        (1, "disk usage", None),
    ];

    fn add(layer: &mut Layer, embedder: &dyn Embedder, at: usize, command: u32, work: &mut Work) {
        let (_, text, template) = TEXTS[at];
        if let Some(template) = template {
            layer.add_command(embedder, command, template, work).unwrap();
        }
        let phrase = PhraseInput {
            phrase_id: 10 + at as u32,
            command,
            text,
            pattern: false,
            weak: at % 2 == 1,
            source: Source::Taught,
        };
        layer.add(embedder, &phrase, work).unwrap();
    }

    #[test]
    fn pieces_make_the_same_layer_as_one_by_one() {
        let embedder = LearnedEmbedder::shipped().unwrap();
        let mut work = Work::default();
        let mut whole = Layer::new(&embedder).unwrap();
        for (at, (command, ..)) in TEXTS.iter().enumerate() {
            add(&mut whole, &embedder, at, *command, &mut work);
        }
        for size in 1..=TEXTS.len() {
            let mut merged = Layer::new(&embedder).unwrap();
            for start in (0..TEXTS.len()).step_by(size) {
                let mut piece = Layer::new(&embedder).unwrap();
                let mut commands = Vec::new();
                for (at, (command, ..)) in TEXTS.iter().enumerate().skip(start).take(size) {
                    add(&mut piece, &embedder, at, commands.len() as u32, &mut work);
                    commands.push(*command);
                }
                merged.merge(&piece, &commands).unwrap();
            }
            assert!(merged.to_bytes() == whole.to_bytes(), "pieces of {size}");
        }
    }
}

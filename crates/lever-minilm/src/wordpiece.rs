//! BERT's WordPiece: a text to the numbers of its pieces, as the uncased models were trained with.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::MiniLmError;

/// A longer word is unknown, as in BERT.
const LONGEST_WORD: usize = 100;
/// Most pieces of a text, with its two marks.
const LIMIT: usize = 128;

/// The pieces of an uncased model.
pub(crate) struct WordPiece {
    pieces: HashMap<String, i64>,
    unknown: i64,
    start: i64,
    end: i64,
}

impl WordPiece {
    /// Reads `vocab.txt`, or the vocabulary in `tokenizer.json`.
    pub(crate) fn open(folder: &Path) -> Result<Self, MiniLmError> {
        let plain = folder.join("vocab.txt");
        if let Ok(text) = fs::read_to_string(&plain) {
            let pieces = text.lines().map(str::to_owned).zip(0..).collect();
            return Self::new(pieces, &plain);
        }
        let path = folder.join("tokenizer.json");
        let text = fs::read_to_string(&path).map_err(|source| MiniLmError::File {
            path: path.clone(),
            source,
        })?;
        let wrong = |problem: String| MiniLmError::Vocabulary {
            path: path.clone(),
            problem,
        };
        let json: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let vocabulary = json["model"]["vocab"]
            .as_object()
            .ok_or_else(|| wrong("no vocabulary of pieces".to_owned()))?;
        let pieces = vocabulary
            .iter()
            .filter_map(|(piece, number)| Some((piece.clone(), number.as_i64()?)))
            .collect();
        Self::new(pieces, &path)
    }

    fn new(pieces: HashMap<String, i64>, path: &Path) -> Result<Self, MiniLmError> {
        let special = |name: &str| {
            pieces.get(name).copied().ok_or_else(|| MiniLmError::Vocabulary {
                path: path.to_path_buf(),
                problem: format!("{name} is missing"),
            })
        };
        Ok(Self {
            unknown: special("[UNK]")?,
            start: special("[CLS]")?,
            end: special("[SEP]")?,
            pieces,
        })
    }

    /// The numbers of a text's pieces between the two marks.
    pub(crate) fn encode(&self, text: &str) -> Vec<i64> {
        let mut ids = vec![self.start];
        let plain: String = text
            .to_lowercase()
            .nfd()
            .filter(|letter| !is_combining_mark(*letter))
            .collect();
        for word in split(&plain) {
            self.push_word(word, &mut ids);
        }
        ids.truncate(LIMIT - 1);
        ids.push(self.end);
        ids
    }

    /// The longest piece first, then the longest of what is left.
    fn push_word(&self, word: &str, ids: &mut Vec<i64>) {
        let before = ids.len();
        let mut rest = word;
        while !rest.is_empty() {
            let found = rest
                .char_indices()
                .map(|(at, letter)| at + letter.len_utf8())
                .rev()
                .find_map(|end| Some((self.piece(&rest[..end], rest.len() < word.len())?, end)));
            let Some((id, end)) = found.filter(|_| word.chars().count() <= LONGEST_WORD) else {
                ids.truncate(before);
                ids.push(self.unknown);
                return;
            };
            ids.push(id);
            rest = &rest[end..];
        }
    }

    fn piece(&self, text: &str, inside: bool) -> Option<i64> {
        if inside {
            self.pieces.get(&format!("##{text}")).copied()
        } else {
            self.pieces.get(text).copied()
        }
    }
}

/// Words, with each punctuation mark and each ideograph a word of its own.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        let alone = is_punctuation(letter) || is_ideograph(letter);
        if alone || letter.is_whitespace() || letter.is_control() {
            words.push(&text[start..at]);
            if alone {
                words.push(&text[at..end]);
            }
            start = end;
        }
    }
    words.push(&text[start..]);
    words.retain(|word| !word.is_empty());
    words
}

fn is_punctuation(letter: char) -> bool {
    letter.is_ascii_punctuation()
        || matches!(letter, '\u{a1}'..='\u{bf}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}')
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> WordPiece {
        let words = [
            "[UNK]", "[CLS]", "[SEP]", "disk", "un", "##mount", "##ed", ",", "cafe", "日",
        ];
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("vocab.txt"), words.join("\n")).unwrap();
        WordPiece::open(folder.path()).unwrap()
    }

    #[test]
    fn words_become_their_longest_pieces() {
        let pieces = pieces();
        assert_eq!(pieces.encode("Disk, unmounted"), [1, 3, 7, 4, 5, 6, 2]);
        assert_eq!(pieces.encode("Café 日日"), [1, 8, 9, 9, 2]);
        assert_eq!(pieces.encode("unknown"), [1, 0, 2]);
        assert_eq!(pieces.encode(""), [1, 2]);
    }

    #[test]
    fn anything_is_read_in_bounds() {
        let pieces = pieces();
        for text in [
            "\u{0}\u{301}",
            &"disk ".repeat(5000),
            &"d".repeat(100_000),
            "\u{1f600}\u{200d}",
        ] {
            let ids = pieces.encode(text);
            assert!(ids.len() <= LIMIT && ids[0] == 1 && ids[ids.len() - 1] == 2);
        }
    }

    #[test]
    fn a_vocabulary_without_marks_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            WordPiece::open(folder.path()),
            Err(MiniLmError::File { .. })
        ));
        fs::write(
            folder.path().join("tokenizer.json"),
            "{\"model\":{\"vocab\":{\"a\":0}}}",
        )
        .unwrap();
        assert!(matches!(
            WordPiece::open(folder.path()),
            Err(MiniLmError::Vocabulary { .. })
        ));
        fs::write(folder.path().join("tokenizer.json"), "{").unwrap();
        assert!(matches!(
            WordPiece::open(folder.path()),
            Err(MiniLmError::Vocabulary { .. })
        ));
    }
}

//! The stem of an English word, so that forms of a word meet.

use super::lexicon;

/// Longest word, in bytes, that is stemmed; longer ones are their own stem.
const LIMIT: usize = 48;

/// Forms that say something else than their verb: "stopped containers" are not to be stopped. They stay as they are.
const KEPT: &[&[u8]] = &[
    b"changed",
    b"closed",
    b"connected",
    b"deleted",
    b"exited",
    b"failed",
    b"failing",
    b"installed",
    b"listening",
    b"logged",
    b"missing",
    b"modified",
    b"mounted",
    b"opened",
    b"running",
    b"stopped",
    b"used",
    b"working",
];

/// A stem, on the stack.
#[derive(Debug, Clone, Copy)]
pub struct Stem {
    bytes: [u8; LIMIT],
    len: usize,
}

impl Stem {
    /// Strips plural, -ing, -ed and final e: "deleting", "deleted", "delete" and "deletes" are all "delet". Only words of
    /// lower-case ASCII letters have a stem; the others are `None`. Rules in the manner of Lovins and Porter, few because
    /// phrases bring their own forms.
    pub const fn of(word: &[u8]) -> Option<Self> {
        if word.len() < 4 || word.len() > LIMIT {
            return None;
        }
        let mut kept = 0;
        while kept < KEPT.len() {
            if equal(word, KEPT[kept]) {
                return None;
            }
            kept += 1;
        }
        let mut stem = Self {
            bytes: [0; LIMIT],
            len: word.len(),
        };
        let mut at = 0;
        while at < word.len() {
            if !word[at].is_ascii_lowercase() {
                return None;
            }
            stem.bytes[at] = word[at];
            at += 1;
        }
        stem.strip_plural();
        stem.strip_participle();
        if stem.len >= 4 && stem.ends(b"e") {
            stem.len -= 1;
        }
        Some(stem)
    }

    /// The stem's letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }

    const fn strip_plural(&mut self) {
        if self.len > 4 && self.ends(b"ies") {
            self.len -= 2;
            self.bytes[self.len - 1] = b'y';
        } else if self.ends(b"sses")
            || self.ends(b"ches")
            || self.ends(b"shes")
            || self.ends(b"xes")
            || self.ends(b"zes")
        {
            self.len -= 2;
        } else if self.ends(b"s") && !self.ends(b"ss") && !self.ends(b"us") && !self.ends(b"is") {
            self.len -= 1;
        }
    }

    const fn strip_participle(&mut self) {
        let rest = if self.ends(b"ing") {
            self.len - 3
        } else if self.ends(b"ed") {
            self.len - 2
        } else {
            return;
        };
        if rest < 3 || !self.has_vowel(rest) {
            return;
        }
        self.len = rest;
        let last = self.bytes[rest - 1];
        if last == self.bytes[rest - 2] && !matches!(last, b'l' | b's' | b'z') {
            self.len -= 1;
        }
    }

    const fn ends(&self, suffix: &[u8]) -> bool {
        if suffix.len() > self.len {
            return false;
        }
        let mut at = 0;
        while at < suffix.len() {
            if self.bytes[self.len - suffix.len() + at] != suffix[at] {
                return false;
            }
            at += 1;
        }
        true
    }

    const fn has_vowel(&self, len: usize) -> bool {
        let mut at = 0;
        while at < len {
            if matches!(self.bytes[at], b'a' | b'e' | b'i' | b'o' | b'u' | b'y') {
                return true;
            }
            at += 1;
        }
        false
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Number of the word that `word` (lower case) is a form of: the hash of its stem.
pub const fn word_id(word: &str) -> u64 {
    word_id_of_bytes(word.as_bytes(), 0, word.len())
}

/// [`word_id`] of `text[start..end]`, for tables that are made when compiling.
pub(super) const fn word_id_of_bytes(text: &[u8], start: usize, end: usize) -> u64 {
    let (_, tail) = text.split_at(start);
    let (word, _) = tail.split_at(end - start);
    match Stem::of(word) {
        Some(stem) => {
            let (letters, _) = stem.bytes.split_at(stem.len);
            lexicon::hash(letters)
        }
        None => lexicon::hash(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem_of(word: &str) -> String {
        Stem::of(word.as_bytes()).map_or(word.to_owned(), |stem| stem.as_str().to_owned())
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["delete", "deletes", "deleting"][..],
            &["create", "creates", "created", "creating"],
            &["file", "files"],
            &["run", "runs"],
            &["directory", "directories"],
            &["process", "processes"],
            &["branch", "branches"],
            &["stop", "stopping", "stops"],
            &["hop", "hopped", "hopping"],
            &["use", "uses"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem_of(form)).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{forms:?} {stems:?}");
            assert!(forms.iter().all(|form| word_id(form) == word_id(forms[0])));
        }
    }

    #[test]
    fn short_foreign_and_long_words_are_left_alone() {
        for word in [
            "ls",
            "is",
            "bus",
            "dns",
            "größe",
            "файлы",
            "status",
            &"s".repeat(200),
        ] {
            assert_eq!(stem_of(word), *word);
        }
    }
}

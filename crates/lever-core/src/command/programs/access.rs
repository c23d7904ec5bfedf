//! The files that a command reads and writes, gathered into permissions.

use crate::command::shell_words::{Redirect, RedirectKind, Word};

use super::assess::Assessor;
use super::grant::{PathText, granted, is_device, path_text};
use super::tags::Tags;

impl Assessor<'_> {
    pub(super) fn redirect(&mut self, redirect: &Redirect) {
        match redirect.kind {
            RedirectKind::Read => {
                self.add(Tags::READS);
                self.read_word(&redirect.target);
            }
            RedirectKind::Write
            | RedirectKind::Append
            | RedirectKind::WriteBoth
            | RedirectKind::AppendBoth
            | RedirectKind::ReadWrite => self.write_word(&redirect.target),
            RedirectKind::Duplicate
            | RedirectKind::HereDocument
            | RedirectKind::HereString
            | RedirectKind::Process => {}
        }
    }

    pub(super) fn read_word(&mut self, word: &Word) {
        if self.is_stand_in(word) {
            return;
        }
        match path_text(word, self.holes) {
            PathText::At(path) => self.grant_read(&path),
            PathText::Nowhere => {}
            PathText::Open => self.note("open_path", self.show(word)),
        }
    }

    pub(super) fn write_word(&mut self, word: &Word) {
        if self.is_stand_in(word) {
            self.add(Tags::CHANGES);
            for path in self.stand_ins.clone() {
                self.grant_write(&path);
            }
            return;
        }
        match path_text(word, self.holes) {
            PathText::At(path) => {
                self.add(Tags::CHANGES);
                if is_device(&path) {
                    self.add(Tags::DESTROYS);
                    self.note("writes_device", path.as_str());
                }
                self.grant_write(&path);
            }
            PathText::Nowhere => {}
            PathText::Open => {
                self.add(Tags::CHANGES);
                self.note("open_path", self.show(word));
                self.grant_write(".");
            }
        }
    }

    pub(super) fn is_stand_in(&self, word: &Word) -> bool {
        let Some(placeholder) = &self.placeholder else {
            return false;
        };
        word.as_literal()
            .is_some_and(|text| text.starts_with(placeholder.as_str()))
    }

    pub(super) fn grant_read(&mut self, path: &str) {
        let path = granted(self.base.as_deref(), path);
        if !self.remote && path != "." {
            push_new(&mut self.reads, &path);
        }
    }

    pub(super) fn grant_write(&mut self, path: &str) {
        let path = granted(self.base.as_deref(), path);
        if !self.remote {
            push_new(&mut self.writes, &path);
        }
    }
}

pub(super) fn push_new(list: &mut Vec<String>, entry: &str) {
    if !list.iter().any(|old| old == entry) {
        list.push(entry.to_owned());
    }
}

//! Assignments and redirects.

use brush_parser::ast::{
    self, AssignmentName, AssignmentValue, CommandPrefixOrSuffixItem, IoFileRedirectKind,
    IoFileRedirectTarget, IoRedirect,
};

use super::{Place, Program, Role, Walk, Walker};
use crate::command::error::Problem;
use crate::command::markers::holes_in;
use crate::command::param_kind::ParamKind;
use crate::command::refusal::Refusal;
use crate::command::shell_words::{Assignment, Redirect, RedirectKind, Word};
use crate::command::word_pieces;

impl Walker<'_> {
    pub(super) fn assignment(&mut self, assignment: &ast::Assignment) -> Result<Assignment, Problem> {
        self.out.sets = true;
        let name = match &assignment.name {
            AssignmentName::VariableName(name) => name.clone(),
            AssignmentName::ArrayElementName(name, index) => {
                self.need_bash("arrays");
                self.refuse(name, &Refusal::Assignment);
                self.evaluated(index, &Refusal::Subscript)?;
                name.clone()
            }
        };
        if assignment.append {
            self.need_bash("+=");
        }
        let value = match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let secret = takes_secret(&name)
                    && holes_in(&word.value).all(|hole| self.kinds.get(hole) == Some(&ParamKind::Secret));
                let role = if secret {
                    Role::Takes(Place::SecretVariable)
                } else {
                    Role::Carries(Refusal::Assignment)
                };
                let found = self.word(&word.value, &role, false)?;
                self.note_set(&name, &word.value, &found);
                found
            }
            AssignmentValue::Array(elements) => {
                self.need_bash("arrays");
                for (index, element) in elements {
                    if let Some(index) = index {
                        self.evaluated(&index.value, &Refusal::Subscript)?;
                    }
                    let found = self.word(&element.value, &Role::Carries(Refusal::Assignment), true)?;
                    self.note_set(&name, &element.value, &found);
                }
                Word::default()
            }
        };
        Ok(Assignment { name, value })
    }

    /// Walks what stands between a compound command's first and last word, with its redirects.
    pub(super) fn redirected(
        &mut self,
        list: Option<&ast::RedirectList>,
        walk: impl FnOnce(&mut Self) -> Walk,
    ) -> Walk {
        let Some(list) = list else { return walk(self) };
        let index = self.out.programs.len();
        self.out.programs.push(Program {
            fed: self.fed.clone(),
            ..Program::default()
        });
        let mut beside = Vec::new();
        for redirect in &list.0 {
            let found = self.redirect(redirect, index)?;
            self.out.programs[index].simple.redirects.push(found);
            beside.extend(list_in(redirect));
        }
        self.walk_beside(index, &beside, &[])?;
        let (outer, body) = (self.fed.clone(), self.out.programs.len());
        self.fed.push(index..body);
        walk(self)?;
        self.fed = outer;
        let end = self.out.programs.len();
        for program in &mut self.out.programs[index + 1..body] {
            program.fed.push(body..end);
        }
        Ok(())
    }

    /// Programs whose output goes back into the template: a pipeline of their own.
    pub(super) fn in_substitution(
        &mut self,
        split: Option<Refusal>,
        walk: impl FnOnce(&mut Self) -> Walk,
    ) -> Walk {
        let outer = (self.piped, self.split.clone());
        self.out.compound = true;
        self.piped = (false, false);
        self.split = split.or(self.split.take());
        walk(self)?;
        (self.piped, self.split) = outer;
        Ok(())
    }

    /// Walks the programs of process substitutions: what they write goes to program `index`, or what that one writes to them.
    /// `words` are those of its words that stand for one, each with its place in `lists`.
    pub(super) fn walk_beside(
        &mut self,
        index: usize,
        lists: &[&ast::CompoundList],
        words: &[(usize, usize)],
    ) -> Walk {
        let outer = self.fed.clone();
        self.fed.push(index..index + 1);
        for (at, list) in lists.iter().enumerate() {
            let first = self.out.programs.len();
            self.in_substitution(None, |walker| walker.list(list))?;
            let range = first..self.out.programs.len();
            match words.iter().find(|(_, list)| *list == at) {
                Some((word, _)) => {
                    let holes: Vec<usize> = self.out.programs[range]
                        .iter()
                        .flat_map(Program::all_holes)
                        .collect();
                    self.out.programs[index].holes[*word].extend(holes);
                }
                None => self.out.programs[index].fed.push(range),
            }
        }
        self.fed = outer;
        Ok(())
    }

    pub(super) fn redirect(&mut self, redirect: &IoRedirect, command: usize) -> Result<Redirect, Problem> {
        let file = |walker: &mut Self, raw: &str| {
            let wrong = holes_in(raw)
                .filter_map(|hole| walker.kinds.get(hole))
                .find(|kind| **kind != ParamKind::Path);
            let role = match wrong {
                Some(kind) => Role::Refuses(Refusal::RedirectTarget(kind.clone())),
                None => Role::Takes(Place::Redirect),
            };
            walker.word(raw, &role, false)
        };
        Ok(match redirect {
            IoRedirect::File(fd, kind, target) => {
                let (fd, mut kind) = (*fd, redirect_kind(kind));
                let target = match target {
                    IoFileRedirectTarget::Filename(word) => file(self, &word.value)?,
                    IoFileRedirectTarget::Fd(number) => Word::literal(&number.to_string()),
                    IoFileRedirectTarget::Duplicate(word) => {
                        let target = self.word(&word.value, &Role::Refuses(Refusal::Descriptor), false)?;
                        let descriptor = target.as_literal().is_some_and(|text| {
                            text == "-" || text.trim_end_matches('-').bytes().all(|b| b.is_ascii_digit())
                        });
                        if !descriptor {
                            self.need_bash(">& with a file");
                            kind = RedirectKind::WriteBoth;
                        }
                        target
                    }
                    IoFileRedirectTarget::ProcessSubstitution(..) => {
                        self.need_bash("<(..)");
                        kind = RedirectKind::Process;
                        Word::default()
                    }
                };
                Redirect { fd, kind, target }
            }
            IoRedirect::OutputAndError(word, append) => {
                self.need_bash("&>");
                let kind = match append {
                    true => RedirectKind::AppendBoth,
                    false => RedirectKind::WriteBoth,
                };
                Redirect {
                    fd: None,
                    kind,
                    target: file(self, &word.value)?,
                }
            }
            IoRedirect::HereString(fd, word) => {
                self.need_bash("<<<");
                let target = self.word(&word.value, &Role::Takes(Place::Input { command }), false)?;
                self.out.programs[command].written.extend(holes_in(&word.value));
                Redirect {
                    fd: *fd,
                    kind: RedirectKind::HereString,
                    target,
                }
            }
            IoRedirect::HereDocument(fd, document) => {
                let raw = &document.doc.value;
                self.out.programs[command].written.extend(holes_in(raw));
                let target = if document.requires_expansion {
                    let parts =
                        word_pieces::split_heredoc(raw).ok_or(Problem::Unsupported("this here-document"))?;
                    self.take_parts(parts, raw, &Role::Takes(Place::Input { command }), false)?
                } else {
                    self.refuse(raw, &Refusal::QuotedHeredoc);
                    Word::literal(raw)
                };
                Redirect {
                    fd: *fd,
                    kind: RedirectKind::HereDocument,
                    target,
                }
            }
        })
    }
}

/// The commands of the process substitution that an item of a command is.
pub(super) fn list_of(item: &CommandPrefixOrSuffixItem) -> Option<&ast::CompoundList> {
    match item {
        CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => Some(&subshell.list),
        CommandPrefixOrSuffixItem::IoRedirect(redirect) => list_in(redirect),
        _ => None,
    }
}

fn list_in(redirect: &IoRedirect) -> Option<&ast::CompoundList> {
    match redirect {
        IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(_, subshell)) => {
            Some(&subshell.list)
        }
        _ => None,
    }
}

/// Whether a variable's name says that it holds a secret and nothing that programs would run.
fn takes_secret(name: &str) -> bool {
    [
        "PASS",
        "PWD",
        "SECRET",
        "TOKEN",
        "_KEY",
        "APIKEY",
        "AUTH",
        "CREDENTIAL",
    ]
    .iter()
    .any(|part| name.to_ascii_uppercase().contains(part))
        && !matches!(name, "PWD" | "OLDPWD")
        && !["ASKPASS", "COMMAND", "LD_", "PATH"]
            .iter()
            .any(|part| name.contains(part))
}

fn redirect_kind(kind: &IoFileRedirectKind) -> RedirectKind {
    match kind {
        IoFileRedirectKind::Read => RedirectKind::Read,
        IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => RedirectKind::Write,
        IoFileRedirectKind::Append => RedirectKind::Append,
        IoFileRedirectKind::ReadAndWrite => RedirectKind::ReadWrite,
        IoFileRedirectKind::DuplicateInput | IoFileRedirectKind::DuplicateOutput => RedirectKind::Duplicate,
    }
}

//! Assignments and redirects.

use brush_parser::ast::{
    self, AssignmentName, AssignmentValue, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect,
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
        let name = match &assignment.name {
            AssignmentName::VariableName(name) => name.clone(),
            AssignmentName::ArrayElementName(name, index) => {
                self.need_bash("arrays");
                self.refuse(name, &Refusal::Assignment);
                self.word(index, &Role::Refuses(Refusal::Subscript), false)?;
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
                self.word(&word.value, &role, false)?
            }
            AssignmentValue::Array(elements) => {
                self.need_bash("arrays");
                for (index, element) in elements {
                    if let Some(index) = index {
                        self.word(&index.value, &Role::Refuses(Refusal::Subscript), false)?;
                    }
                    self.word(&element.value, &Role::Carries(Refusal::Assignment), true)?;
                }
                Word::default()
            }
        };
        Ok(Assignment { name, value })
    }

    pub(super) fn redirects(&mut self, list: Option<&ast::RedirectList>) -> Walk {
        let Some(list) = list else { return Ok(()) };
        let index = self.out.programs.len();
        self.out.programs.push(Program {
            pipeline: self.stage.0,
            stage: self.stage.1,
            ..Program::default()
        });
        for redirect in &list.0 {
            let redirect = self.redirect(redirect, index)?;
            self.out.programs[index].simple.redirects.push(redirect);
        }
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
                    IoFileRedirectTarget::ProcessSubstitution(_, subshell) => {
                        self.need_bash("<(..)");
                        kind = RedirectKind::Process;
                        self.in_substitution(None, |walker| walker.list(&subshell.list))?;
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
                Redirect {
                    fd: *fd,
                    kind: RedirectKind::HereString,
                    target,
                }
            }
            IoRedirect::HereDocument(fd, document) => {
                let raw = &document.doc.value;
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

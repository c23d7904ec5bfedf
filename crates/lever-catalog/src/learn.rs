//! What a person's choices teach, and taking back what was taken wrongly.

use std::collections::BTreeMap;

use lever_core::command::{Param, ParamKind, Plan};
use lever_core::template::{Phrase, Syntax};
use lever_core::text::{Normalised, TokenKind, is_stop_word, normalise};
use lever_store::{Added, NewPhrase, Page, RunFilter, Source};

use crate::clock::now;
use crate::describe::read_json;
use crate::record::phrase_key;
use crate::wire::{RunReport, TakenBack};
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Makes the request an alias of the command that a person chose or confirmed for it, its values turned back into
    /// parameters. Never for what destroys or needs privileges.
    pub(crate) fn learn(
        &mut self,
        namespace: &str,
        report: &RunReport,
    ) -> Result<Option<String>, CatalogError> {
        let command = self.command(namespace, &report.command_id)?;
        let plan: Plan = read_json(&command.id, &command.plan)?;
        if plan.effects.destroys || plan.effects.privileged {
            return Ok(None);
        }
        let Ok(request) = normalise(&report.request) else {
            return Ok(None);
        };
        let Some(text) = alias_of(&request, &report.parameters, &plan.params) else {
            return Ok(None);
        };
        let Ok(parsed) = Phrase::parse(&text, Syntax::Literal) else {
            return Ok(None);
        };
        if parsed.key().is_empty() {
            return Ok(None);
        }
        let phrase = NewPhrase {
            text: &text,
            key: parsed.key(),
            source: Source::Learned,
            pattern: false,
            weak: false,
        };
        let added = self
            .store
            .add_phrase(namespace, &report.command_id, &phrase, now())?;
        Ok((added == Added::Created).then_some(text))
    }

    /// Takes back what a request was taken for: the latest that ran, or what `request` means now. The aliases that were
    /// learned for it go, and the pair is remembered. `None` where there is nothing to take back.
    ///
    /// # Errors
    /// A store that cannot be written; a request that is no text.
    pub fn take_back(
        &mut self,
        namespace: &str,
        request: Option<&str>,
    ) -> Result<Option<TakenBack>, CatalogError> {
        let found = match request {
            Some(request) => self
                .match_semantic(namespace, request)?
                .command_id
                .clone()
                .map(|id| (request.to_owned(), id)),
            None => self.latest(namespace)?,
        };
        let Some((request, id)) = found else {
            return Ok(None);
        };
        let Ok(command) = self.command(namespace, &id) else {
            return Ok(None);
        };
        let read = normalise(&request).map_err(|error| CatalogError::Request {
            message: error.to_string(),
        })?;
        let aliases = self.learned_for(namespace, &id, &read)?;
        for alias in &aliases {
            if let Some(key) = phrase_key(alias) {
                self.store.remove_phrase(namespace, &key)?;
            }
        }
        self.store.mark_wrong(namespace, &read.key(), &id, now())?;
        let own = self
            .match_template(namespace, &request)?
            .filter(|still| still.command_id.as_deref() == Some(id.as_str()))
            .and_then(|still| still.phrase);
        Ok(Some(TakenBack {
            request,
            command_id: id,
            phrase: command.phrase,
            aliases,
            own,
        }))
    }

    fn latest(&self, namespace: &str) -> Result<Option<(String, String)>, CatalogError> {
        let filter = RunFilter {
            namespace: Some(namespace),
            ..RunFilter::default()
        };
        let runs = self
            .store
            .log(
                &filter,
                Page {
                    after: None,
                    limit: 1,
                },
            )?
            .items;
        Ok(runs
            .into_iter()
            .next()
            .and_then(|run| Some((run.request, run.command?))))
    }

    /// The command's learned phrases of which the request is an instance.
    fn learned_for(
        &mut self,
        namespace: &str,
        id: &str,
        request: &Normalised,
    ) -> Result<Vec<String>, CatalogError> {
        self.refresh(namespace)?;
        let Some(matcher) = self.matchers.get_mut(namespace) else {
            return Ok(Vec::new());
        };
        let hits: Vec<u32> = matcher
            .find_templates(request)
            .iter()
            .map(|hit| hit.phrase_id)
            .collect();
        Ok(self
            .store
            .phrases(namespace, id)?
            .into_iter()
            .filter(|phrase| phrase.source == Source::Learned && hits.contains(&phrase.id))
            .map(|phrase| phrase.text)
            .collect())
    }
}

/// The request as an alias. Each value that it says exactly once becomes its parameter again, where enough other words are
/// left to tell the request by; else the request stands in so many words, and its values are asked for or read anew.
/// `None` where it would hold what must not be kept, or could not be told from a template.
fn alias_of(request: &Normalised, values: &BTreeMap<String, String>, params: &[Param]) -> Option<String> {
    let original = request.original();
    if original.contains("{{") || params.iter().any(|param| param.kind == ParamKind::Secret) {
        return None;
    }
    let literal = || Some(original.to_owned());
    let mut spans = Vec::new();
    for param in params {
        let Some(value) = values.get(&param.name) else {
            continue;
        };
        match *places(request, value) {
            // It was left out, and is what it is when nobody says.
            [] if param.default.as_ref() == Some(value) => {}
            [place] => spans.push((place, param)),
            _ => return literal(),
        }
    }
    spans.sort_unstable_by_key(|(place, _)| *place);
    if spans.windows(2).any(|pair| pair[0].0.1 > pair[1].0.0) || !tells(request, &spans) {
        return literal();
    }
    let mut alias = String::with_capacity(original.len());
    let mut at = 0;
    for ((from, to), param) in spans {
        // Marks around a quotation go with it.
        let span = request.tokens()[from].span.start..request.tokens()[to - 1].span.end;
        alias.push_str(&original[at..span.start]);
        alias.push_str(&declare(param));
        at = span.end;
    }
    alias.push_str(&original[at..]);
    Some(alias)
}

/// Where a value stands in the request, as ranges of tokens.
fn places(request: &Normalised, value: &str) -> Vec<(usize, usize)> {
    let count = request.tokens().len();
    let mut found = Vec::new();
    for from in 0..count {
        for to in from + 1..=count {
            let said = request.value(from..to);
            if said == value {
                found.push((from, to));
            }
            if said.len() > value.len() {
                break;
            }
        }
    }
    found
}

/// Whether the words beside the values say something: "check {{service}}" would take every "check mail" with it, so one
/// word is enough only where all values are of a kind that other words are not.
fn tells(request: &Normalised, spans: &[((usize, usize), &Param)]) -> bool {
    let taken = |at: usize| spans.iter().any(|((from, to), _)| (*from..*to).contains(&at));
    let words = request
        .tokens()
        .iter()
        .enumerate()
        .filter(|(at, token)| {
            !taken(*at) && !token.filler && token.kind == TokenKind::Word && !is_stop_word(&token.text)
        })
        .count();
    let typed = spans.iter().all(|(_, param)| {
        matches!(
            param.kind,
            ParamKind::Int
                | ParamKind::Float
                | ParamKind::Port
                | ParamKind::Url
                | ParamKind::Choice(_)
                | ParamKind::Regex(_)
        )
    });
    words >= if typed { 1 } else { 2 }
}

fn declare(param: &Param) -> String {
    match &param.default {
        Some(default) => format!("{{{{{}:{}={default}}}}}", param.name, param.kind),
        None => format!("{{{{{}:{}}}}}", param.name, param.kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(request: &str, values: &[(&str, ParamKind, &str)]) -> Option<String> {
        let params: Vec<Param> = values
            .iter()
            .map(|(name, kind, _)| Param {
                name: (*name).to_owned(),
                kind: kind.clone(),
                default: None,
                option: false,
            })
            .collect();
        let said = values
            .iter()
            .map(|(name, _, value)| ((*name).to_owned(), (*value).to_owned()));
        alias_of(&normalise(request).unwrap(), &said.collect(), &params)
    }

    #[test]
    fn values_become_parameters_again() {
        assert_eq!(
            alias(
                "is the nginx service ok",
                &[("service", ParamKind::Word, "nginx")]
            )
            .as_deref(),
            Some("is the {{service:word}} service ok")
        );
        assert_eq!(
            alias(
                "last 5 of \"my log.txt\" please",
                &[
                    ("n", ParamKind::Int, "5"),
                    ("file", ParamKind::Path, "my log.txt")
                ]
            )
            .as_deref(),
            // "of" and "please" say too little beside a file, which any word could be.
            Some("last 5 of \"my log.txt\" please")
        );
        assert_eq!(
            alias(
                "look at the last 5 rows of \"my log.txt\"",
                &[
                    ("n", ParamKind::Int, "5"),
                    ("file", ParamKind::Path, "my log.txt")
                ]
            )
            .as_deref(),
            Some("look at the last {{n:int}} rows of {{file:path}}")
        );
    }

    #[test]
    fn what_is_said_twice_or_never_stays_as_it_is() {
        let service = |value| [("service", ParamKind::Word, value)];
        assert_eq!(
            alias("web or web in the box", &service("web")).as_deref(),
            Some("web or web in the box")
        );
        assert_eq!(
            alias("restart that big box", &service("db")).as_deref(),
            Some("restart that big box")
        );
        assert_eq!(
            alias("check nginx", &service("nginx")).as_deref(),
            Some("check nginx")
        );
    }

    #[test]
    fn a_default_may_be_left_out() {
        let params = [Param {
            name: "n".to_owned(),
            kind: ParamKind::Int,
            default: Some("10".to_owned()),
            option: false,
        }];
        let values = BTreeMap::from([("n".to_owned(), "10".to_owned())]);
        let request = normalise("newest commits").unwrap();
        assert_eq!(
            alias_of(&request, &values, &params).as_deref(),
            Some("newest commits")
        );
    }

    #[test]
    fn secrets_are_never_kept() {
        assert_eq!(
            alias("log in with hunter2", &[("password", ParamKind::Secret, "***")]),
            None
        );
    }
}

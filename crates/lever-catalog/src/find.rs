//! Gates 1 and 2: what a request means among a namespace's commands.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::time::Instant;

use lever_core::decide::slots::{self, Slots};
use lever_core::decide::{self, Decision, Fit, MatchKind, TemplateMatch};
use lever_core::template::{Certainty, Phrase, SlotFill, TemplateHit};
use lever_core::text::{Mode, Normalised, TokenKind, normalise};

use crate::layer_copy::{LEARNED_RANK, TAUGHT_RANK, WEAK_RANK};
use crate::matcher::{Matcher, Semantic, Shown};
use crate::wire::{Candidate, Evidence, Match};
use crate::{Catalog, CatalogError};

/// Candidates that a match shows.
pub(crate) const SHOWN: usize = 5;

impl Catalog {
    /// Gate 1: the request is an instance of exactly one command's phrase, value for value; else `None`.
    ///
    /// # Errors
    /// A request that is no text; a store that cannot be read.
    pub fn match_template(&mut self, namespace: &str, request: &str) -> Result<Option<Match>, CatalogError> {
        let began = Instant::now();
        let request = read(request)?;
        let hits = self.find_templates(namespace, &request)?;
        let Some(matcher) = self.matchers.get_mut(namespace) else {
            return Ok(None);
        };
        let templates = template_matches(matcher, &hits, &request);
        // A thin phrase stands only when gate 2 was asked.
        if templates.is_empty() || templates.iter().any(|template| template.fit == Fit::Thin) {
            return Ok(None);
        }
        let decision = decide::decide(&request, &templates, &[], self.scorer.as_ref());
        if decision.kind != MatchKind::Exact {
            return Ok(None);
        }
        let found = Found {
            decision: &decision,
            hits: &hits,
            shown: SHOWN,
            began,
        };
        // Its values may say that it is not so exact after all; then gate 2 has its say.
        let found = self.show(namespace, &request, &found)?;
        Ok((found.kind == MatchKind::Exact.name()).then_some(found))
    }

    /// Both gates, with at most `shown` candidates.
    pub(crate) fn search(
        &mut self,
        namespace: &str,
        request: &str,
        shown: usize,
    ) -> Result<Match, CatalogError> {
        let began = Instant::now();
        let request = read(request)?;
        let (mut hits, mut decision) = self.decide(namespace, &request, shown)?;
        if !self.is_by_the_rows(namespace, &decision)? {
            self.mend(namespace)?;
            (hits, decision) = self.decide(namespace, &request, shown)?;
        }
        if decision.gate == 2 {
            self.read_values(namespace, &request, &mut decision)?;
        }
        let found = Found {
            decision: &decision,
            hits: &hits,
            shown,
            began,
        };
        self.show(namespace, &request, &found)
    }

    /// Gate 1 over the namespace as it is now. What it then tells of damage was made anew before it is believed.
    fn find_templates(
        &mut self,
        namespace: &str,
        request: &Normalised,
    ) -> Result<Vec<TemplateHit>, CatalogError> {
        self.refresh(namespace)?;
        let find = |catalog: &mut Self| {
            let matcher = catalog.matchers.get_mut(namespace);
            matcher.map(|matcher| (matcher.find_templates(request), matcher.is_damaged()))
        };
        let (mut hits, damaged) = find(self).unwrap_or_default();
        if damaged {
            self.mend(namespace)?;
            (hits, _) = find(self).unwrap_or_default();
        }
        Ok(hits)
    }

    fn decide(
        &mut self,
        namespace: &str,
        request: &Normalised,
        shown: usize,
    ) -> Result<(Vec<TemplateHit>, Decision), CatalogError> {
        let mut hits = self.find_templates(namespace, request)?;
        if self
            .matchers
            .get(namespace)
            .is_some_and(|matcher| !matcher.is_readable())
        {
            self.mend(namespace)?;
            hits = self.find_templates(namespace, request)?;
        }
        let Some(matcher) = self.matchers.get_mut(namespace) else {
            return Err(CatalogError::UnknownCommand(namespace.to_owned()));
        };
        let key = request.key();
        let templates = template_matches(matcher, &hits, request);
        let (scorer, embedder) = (self.scorer.as_ref(), self.embedder.as_ref());
        let Semantic {
            index,
            scratch,
            denied,
        } = matcher.semantic(&self.store, namespace, embedder)?;
        let candidates = index.search(request, embedder, scorer, shown.max(2 * SHOWN), scratch);
        let kept = denied.lower(&key, candidates);
        let decision = decide::decide(request, &templates, &kept, scorer);
        Ok((hits, decision))
    }

    /// Whether the commands that were found have the phrases by which they were found, and a match that would run is by what
    /// the phrase says. Where that is not so, though nothing was changed meanwhile, the snapshot is not what the rows say.
    fn is_by_the_rows(&mut self, namespace: &str, decision: &Decision) -> Result<bool, CatalogError> {
        if self.matchers.get(namespace).is_none_or(Matcher::is_of_rows) {
            return Ok(true);
        }
        for (place, choice) in decision.choices.iter().take(SHOWN).enumerate() {
            let shown = self.shown(namespace, choice.command)?;
            let runs = place == 0 && decision.gate == 2 && decision.kind >= MatchKind::Sure;
            let (Some(matcher), embedder) = (self.matchers.get(namespace), self.embedder.as_ref()) else {
                return Ok(true);
            };
            let fits = shown.is_some_and(|shown| {
                shown.row_of(choice.phrase_id).is_some()
                    && (!runs || matcher.is_proven(&shown, choice.phrase_id, embedder))
            });
            if !fits {
                return Ok(matcher.generation != self.store.generation(namespace)?);
            }
        }
        Ok(true)
    }

    fn show(
        &mut self,
        namespace: &str,
        request: &Normalised,
        found: &Found<'_>,
    ) -> Result<Match, CatalogError> {
        let Found { decision, hits, .. } = *found;
        let mut candidates = Vec::new();
        let mut kind = decision.kind;
        let mut reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        for (choice, probability) in decision.shown().take(found.shown) {
            let Some(shown) = self.shown(namespace, choice.command)? else {
                continue;
            };
            let phrase = shown
                .phrases
                .get(&choice.phrase_id)
                .map_or(shown.phrase.as_str(), |row| row.text.as_str());
            let values = if let Some(hit) = hits.iter().find(|hit| hit.phrase_id == choice.phrase_id) {
                let values = Values::of_hit(request, phrase, hit);
                if values.bound.is_empty() && shown.phrase.contains("{{") {
                    // An alias in so many words, of a command with parameters: they are read as for any other request.
                    if kind == MatchKind::Exact {
                        kind = MatchKind::Sure;
                    }
                    self.guess(namespace, request, &shown, &shown.phrase)
                } else {
                    values
                }
            } else {
                // The phrase that speaks for the command need not be the one that names its values.
                let slotted = choice.slotted.and_then(|number| shown.phrases.get(&number));
                self.guess(
                    namespace,
                    request,
                    &shown,
                    slotted.map_or(phrase, |row| row.text.as_str()),
                )
            };
            if candidates.is_empty() && !values.clear && kind >= MatchKind::Sure {
                kind = MatchKind::Likely;
                reasons.push("its values can be read in more than one way".to_owned());
            }
            candidates.push(candidate(&shown, phrase, values.bound, probability));
        }
        let best = if kind == MatchKind::None {
            None
        } else {
            candidates.first()
        };
        Ok(Match {
            kind: kind.name().to_owned(),
            gate: decision.gate,
            cached: false,
            probability: candidates.first().map_or(0.0, |first| first.probability),
            command_id: best.map(|best| best.command_id.clone()),
            phrase: best.map(|best| best.phrase.clone()),
            parameters: best.map_or_else(BTreeMap::new, |best| best.parameters.clone()),
            candidates,
            reasons,
            evidence: evidence(decision),
            show_only: decision.show_only || request.mode() == Mode::Show,
            took_us: found.began.elapsed().as_secs_f64() * 1e6,
        })
    }

    /// Values for a phrase that the request is no instance of.
    fn guess(&self, namespace: &str, request: &Normalised, shown: &Shown, phrase: &str) -> Values {
        // A phrase without slots may ask for a command that has parameters, all with defaults.
        let pattern = shown.pattern(phrase);
        if pattern.slots.is_empty() {
            return Values {
                bound: BTreeMap::new(),
                clear: true,
            };
        }
        let explained = |word: u64| {
            self.matchers
                .get(namespace)
                .is_some_and(|matcher| matcher.explains(shown.number, word))
        };
        let (found, clear) = match slots::fill(request, &pattern, &explained) {
            Slots::Bound(found) | Slots::Missing { found, .. } => (found, true),
            Slots::Ambiguous(found) => (found, false),
        };
        Values {
            bound: found.into_iter().map(|value| (value.name, value.text)).collect(),
            clear,
        }
    }
}

/// What the gates found, on its way to being shown.
#[derive(Clone, Copy)]
struct Found<'a> {
    decision: &'a Decision,
    hits: &'a [TemplateHit],
    /// Candidates to show.
    shown: usize,
    began: Instant,
}

/// Values that a request gives, and whether there is only one way to read them.
struct Values {
    bound: BTreeMap<String, String>,
    clear: bool,
}

impl Values {
    fn of_hit(request: &Normalised, phrase: &str, hit: &TemplateHit) -> Self {
        if hit.slots.is_empty() {
            return Self {
                bound: BTreeMap::new(),
                clear: true,
            };
        }
        let syntax = lever_core::template::Syntax::Pattern;
        let parsed = Phrase::parse(phrase, lever_core::template::Syntax::Literal)
            .or_else(|_| Phrase::parse(phrase, syntax));
        let bound = parsed.map_or_else(
            |_| BTreeMap::new(),
            |parsed| {
                hit.slots
                    .iter()
                    .filter_map(|fill| {
                        let slot = parsed.slots().get(usize::from(fill.slot))?;
                        Some((slot.name.clone(), request.value(fill.tokens()).to_owned()))
                    })
                    .collect()
            },
        );
        let clear = hit
            .slots
            .iter()
            .all(|fill| !is_vague(request, phrase, fill.tokens()));
        Self { bound, clear }
    }
}

/// Whether a value is no name but a choice ("attic or den"), or a thing that is told ("logs of the container") where the
/// phrase has no article for it.
fn is_vague(request: &Normalised, phrase: &str, tokens: Range<usize>) -> bool {
    let all = request.tokens();
    let value = &all[tokens.clone()];
    let choice = value.len() > 1
        && value
            .iter()
            .any(|token| matches!(&*token.text, "or" | "either" | "maybe"));
    let article = |word: &str| matches!(word, "the" | "a" | "an" | "my" | "this" | "that");
    let told = matches!(value, [only] if only.kind == TokenKind::Word)
        && tokens.start > 0
        && article(&all[tokens.start - 1].text)
        && !phrase
            .split("{{")
            .any(|before| before.split_whitespace().next_back().is_some_and(article));
    choice || told
}

fn read(request: &str) -> Result<Normalised, CatalogError> {
    normalise(request).map_err(|error| CatalogError::Request {
        message: error.to_string(),
    })
}

fn template_matches(matcher: &Matcher, hits: &[TemplateHit], request: &Normalised) -> Vec<TemplateMatch> {
    let key = &*request.key();
    hits.iter()
        .filter_map(|hit| {
            let command = matcher.command_of(hit.phrase_id)?;
            let (rank, weak) = (hit.rank & !WEAK_RANK, hit.rank & WEAK_RANK != 0);
            let own = rank <= LEARNED_RANK;
            let fits = hit.certainty == Certainty::Exact;
            // What a person taught in so many words stands, whatever was found wrong.
            let denied = rank != TAUGHT_RANK && matcher.denied.denies(key, command);
            (!denied && !matcher.is_hidden(command)).then_some(TemplateMatch {
                command,
                phrase_id: hit.phrase_id,
                rank,
                literals: hit.literals,
                // A person's own phrase means what it says, however short.
                fit: if !fits || weak {
                    Fit::Loose
                } else if !own && is_thin(hit, request) {
                    Fit::Thin
                } else {
                    Fit::Exact
                },
                own,
                vouched: fits && weak && rank == LEARNED_RANK,
            })
        })
        .collect()
}

/// Whether all that a phrase and a request share is one word, and plain words fill the phrase's parameters.
fn is_thin(hit: &TemplateHit, request: &Normalised) -> bool {
    let plain = |fill: &SlotFill| {
        request.tokens()[fill.tokens()]
            .iter()
            .any(|token| token.kind == TokenKind::Word)
    };
    hit.literals <= 1 && hit.slots.iter().any(plain)
}

fn candidate(
    shown: &Rc<Shown>,
    phrase: &str,
    parameters: BTreeMap<String, String>,
    probability: f32,
) -> Candidate {
    Candidate {
        command_id: shown.id.clone(),
        phrase: phrase.to_owned(),
        template: shown.template.clone(),
        parameters,
        probability: f64::from(probability),
        effects: shown.effects,
    }
}

fn evidence(decision: &Decision) -> Vec<Evidence> {
    let Some(evidence) = decision
        .choices
        .first()
        .and_then(|choice| choice.evidence.as_ref())
    else {
        return Vec::new();
    };
    decide::Feature::ALL
        .iter()
        .zip(evidence.values())
        .map(|(feature, value)| Evidence {
            name: Cow::Borrowed(feature.name()),
            value: f64::from(*value),
        })
        .collect()
}

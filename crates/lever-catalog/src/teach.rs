//! Teaching: phrases and a template become a command, or a problem with its place.

use std::collections::BTreeMap;

use lever_core::bank::Bank;
use lever_core::command::programs::Programs;
use lever_core::command::{
    self, CommandError, Declared, Hole, Interpreter, ParamKind, Permissions, Plan, TemplateSource,
};
use lever_core::template::{Phrase, PhraseError};
use lever_store::{Layer, NewBody, NewCommand, NewPhrase, NewSuggestion, Source};
use serde::Serialize;
use serde::ser::Error as _;

use crate::bank::{Known, PhraseBank};
use crate::bind::{script_of, utf16};
use crate::clock::now;
use crate::describe::{Details, parameters};
use crate::layer_copy::syntax;
use crate::record::phrase_key;
use crate::suggest::{SuggestionDraft, compile_suggestions};
use crate::wire::{Compiled, Taught, TeachInput, TeachProblem, Understood};
use crate::{Catalog, CatalogError, pack};

/// A command to be compiled, wherever it comes from.
#[derive(Clone, Copy)]
pub(crate) struct Lesson<'a> {
    pub(crate) phrase: &'a str,
    pub(crate) aliases: &'a [String],
    pub(crate) pattern: bool,
    pub(crate) template: &'a str,
    pub(crate) params: &'a [String],
    pub(crate) interpreter: Option<&'a str>,
    pub(crate) permissions: &'a serde_json::Map<String, serde_json::Value>,
    pub(crate) tags: &'a [String],
    pub(crate) suggest: &'a BTreeMap<String, String>,
    pub(crate) keep_output: bool,
    pub(crate) source: Source,
}

/// A compiled command, ready to be stored.
pub(crate) struct Draft {
    phrases: Vec<(String, String, bool)>,
    source: Source,
    plan: Plan,
    unknown_programs: Vec<String>,
    digest: String,
    suggestions: Vec<SuggestionDraft>,
    keep_output: bool,
    json: Json,
}

/// The parts of a plan as the store keeps them, one after the other: the plan, its parameters, effects and permissions,
/// and the details.
struct Json {
    text: String,
    ends: [usize; 5],
}

impl Draft {
    /// The canonical phrase first.
    pub(crate) fn new_phrases(&self) -> Vec<NewPhrase<'_>> {
        self.phrases
            .iter()
            .map(|(text, key, pattern)| NewPhrase {
                text,
                key,
                source: self.source,
                pattern: *pattern,
                weak: false,
            })
            .collect()
    }

    pub(crate) fn body(&self) -> NewBody<'_> {
        NewBody {
            template: &self.plan.template,
            digest: &self.digest,
            plan: self.json.part(0),
            params: self.json.part(1),
            effects: self.json.part(2),
            permissions: self.json.part(3),
            details: self.json.part(4),
        }
    }

    /// The digest that it would have if it were unconfined.
    pub(crate) fn digest_as_host(&self) -> String {
        let mut plan = self.plan.clone();
        plan.permissions.host = true;
        plan.digest()
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the phrase bank knows of it.
    pub(crate) fn known(&self, bank: &mut PhraseBank) -> Known {
        let keys: Vec<&str> = self.phrases.iter().map(|(_, key, _)| key.as_str()).collect();
        bank.look_up(&self.plan.template, &self.plan.params, &keys)
    }

    /// The same of a bank that several threads ask.
    pub(crate) fn known_to(&self, bank: &Bank) -> Known {
        let keys: Vec<&str> = self.phrases.iter().map(|(_, key, _)| key.as_str()).collect();
        Known::of(bank, &self.plan.template, &self.plan.params, &keys)
    }

    pub(crate) fn new_suggestions(&self) -> Vec<NewSuggestion<'_>> {
        self.suggestions.iter().map(SuggestionDraft::to_store).collect()
    }

    fn understood(&self, known: &Known, approved: bool) -> Understood {
        let plan = &self.plan;
        Understood {
            phrase: self
                .phrases
                .first()
                .map(|(text, ..)| text.clone())
                .unwrap_or_default(),
            template: plan.template.clone(),
            script: script_of(plan),
            programs: plan.programs.clone(),
            unknown_programs: self.unknown_programs.clone(),
            parameters: parameters(plan),
            effects: plan.effects,
            permissions: plan.permissions.clone(),
            known: known.len(),
            notes: plan.notes.clone(),
            digest: self.digest.clone(),
            suggestions: self.suggestions.iter().map(|draft| draft.row(approved)).collect(),
            keep_output: self.keep_output,
        }
    }
}

impl Catalog {
    /// What a teach would store, without storing it.
    ///
    /// # Errors
    /// The table of programs cannot be read.
    pub fn compile(&mut self, input: &TeachInput) -> Result<Compiled, CatalogError> {
        let programs = self.read_programs()?;
        Ok(match compile_lesson(&lesson(input), &programs) {
            Ok(draft) => {
                let known = draft.known(&mut self.bank);
                Compiled::Understood {
                    understood: Box::new(draft.understood(&known, false)),
                }
            }
            Err(problem) => Compiled::Refused { problem },
        })
    }

    /// Stores a command. It is on disk once this returns.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn teach(&mut self, namespace: &str, input: &TeachInput) -> Result<Taught, CatalogError> {
        let programs = self.read_programs()?;
        let draft = match compile_lesson(&lesson(input), &programs) {
            Ok(draft) => draft,
            Err(problem) => return Ok(Taught::Refused { problem }),
        };
        let phrases = draft.new_phrases();
        let (Some(phrase), aliases) = (phrases.first(), phrases.get(1..).unwrap_or_default()) else {
            return Err(CatalogError::UnknownCommand(input.phrase.clone()));
        };
        if !input.approve
            && let Some(taught) = self.held_by_pack(namespace, &phrases, &draft)?
        {
            return Ok(taught);
        }
        let command = NewCommand {
            phrase: *phrase,
            aliases,
            body: draft.body(),
            trust: input.trust,
            approved_by: input.approve.then_some("person"),
            replace: input.replace,
        };
        let known = draft.known(&mut self.bank);
        let mut pairs = Vec::new();
        let bundle = known.bundle(&mut pairs, self.seed);
        let taught = self.store.teach_known(namespace, &command, &bundle, now())?;
        let generation = self.store.generation(namespace)?;
        let understood = Box::new(draft.understood(&known, input.approve));
        if let lever_store::Taught::Created { id } | lever_store::Taught::Replaced { id } = &taught
            && !draft.suggestions.is_empty()
        {
            let approved_by = input.approve.then_some("person");
            self.store
                .set_suggestions(namespace, id, &draft.new_suggestions(), approved_by, now())?;
        }
        Ok(match taught {
            lever_store::Taught::Created { id } => Taught::Created {
                command_id: id,
                understood,
                generation,
            },
            lever_store::Taught::Replaced { id } => Taught::Replaced {
                command_id: id,
                understood,
                generation,
            },
            lever_store::Taught::Exists {
                id,
                phrase,
                same_command,
                ..
            } => Taught::Exists {
                command_id: id,
                phrase,
                same_command,
            },
        })
    }

    /// A person may give a pack's phrase to another command; nobody else may, or an approved command would stand behind a strange one.
    fn held_by_pack(
        &self,
        namespace: &str,
        phrases: &[NewPhrase<'_>],
        draft: &Draft,
    ) -> Result<Option<Taught>, CatalogError> {
        for phrase in phrases {
            let Some(id) = self.holder(namespace, phrase.text)? else {
                continue;
            };
            let held = self.command(namespace, &id)?;
            if held.pack.is_some() {
                return Ok(Some(Taught::Exists {
                    command_id: id,
                    phrase: phrase.text.to_owned(),
                    same_command: held.digest == draft.digest,
                }));
            }
        }
        Ok(None)
    }

    /// The command that a phrase belongs to: the namespace's own before the pack's.
    pub(crate) fn holder(&self, namespace: &str, phrase: &str) -> Result<Option<String>, CatalogError> {
        let Some(key) = phrase_key(phrase) else {
            return Ok(None);
        };
        let mut layers = vec![Layer::Namespace(namespace)];
        if self.seed {
            layers.push(Layer::Pack(pack::NAME));
        }
        for layer in layers {
            if let Some(id) = self.store.holder(layer, &key)?
                && self.command(namespace, &id).is_ok()
            {
                return Ok(Some(id));
            }
        }
        Ok(self.bundled(namespace, &key)?.map(|(id, _)| id))
    }

    /// The command for which the bank knows a phrase, by its key, with the phrase as it is said.
    pub(crate) fn bundled(
        &self,
        namespace: &str,
        key: &str,
    ) -> Result<Option<(String, String)>, CatalogError> {
        for bundle in self.store.bundles(namespace)? {
            if let Some(phrase) = bundle
                .phrases
                .into_iter()
                .find(|phrase| phrase_key(phrase).is_some_and(|own| own == key))
            {
                return Ok(Some((bundle.command, phrase)));
            }
        }
        Ok(None)
    }
}

fn lesson(input: &TeachInput) -> Lesson<'_> {
    Lesson {
        phrase: &input.phrase,
        aliases: &input.aliases,
        pattern: input.pattern,
        template: &input.command,
        params: &input.params,
        interpreter: input.interpreter.as_deref(),
        permissions: &input.permissions,
        tags: &input.tags,
        suggest: &input.suggest,
        keep_output: input.keep_output,
        source: Source::Taught,
    }
}

/// Reads phrases and template, each with the other in mind.
pub(crate) fn compile_lesson(lesson: &Lesson<'_>, programs: &Programs) -> Result<Draft, Box<TeachProblem>> {
    let phrase = read_phrase(lesson.phrase, lesson.pattern, "phrase")?;
    let declared = lesson
        .params
        .iter()
        .map(|text| read_declaration(text))
        .collect::<Result<Vec<_>, _>>()?;
    let slots = declare_slots(&phrase);
    let interpreter = lesson.interpreter.map(read_interpreter).transpose()?;
    let source = TemplateSource {
        template: lesson.template,
        interpreter,
        phrase: Some(&slots),
        declared: &declared,
        programs: Some(programs),
    };
    let mut plan =
        command::compile(&source).map_err(|error| command_problem(&error, lesson.phrase, lesson.template))?;
    plan.permissions = adjust(&plan.permissions, lesson.permissions)?;
    let mut phrases = vec![(lesson.phrase.to_owned(), phrase.key().to_owned(), lesson.pattern)];
    for alias in lesson.aliases {
        let read = read_phrase(alias, lesson.pattern, "alias")?;
        check_alias(&read, alias, &plan)?;
        if phrases.iter().all(|(_, key, _)| key != read.key()) {
            phrases.push((alias.clone(), read.key().to_owned(), lesson.pattern));
        }
    }
    let unknown_programs = plan
        .programs
        .iter()
        .filter(|name| !programs.knows(name))
        .cloned()
        .collect();
    let digest = plan.digest();
    let suggestions = compile_suggestions(lesson.suggest, &plan, programs)?;
    let json =
        Json::write(&plan, lesson).map_err(|error| problem("plan_unwritable", error.to_string(), None))?;
    Ok(Draft {
        phrases,
        source: lesson.source,
        plan,
        unknown_programs,
        digest,
        suggestions,
        keep_output: lesson.keep_output,
        json,
    })
}

/// What the parts take for nearly every command.
const JSON_BYTES: usize = 2048;

impl Json {
    fn write(plan: &Plan, lesson: &Lesson<'_>) -> Result<Self, serde_json::Error> {
        let details = Details {
            tags: lesson.tags.to_vec(),
            keep_output: lesson.keep_output,
            params: lesson.params.to_vec(),
            permissions: lesson.permissions.clone(),
            shell: lesson.interpreter.map(str::to_owned),
        };
        let mut json = Self {
            text: String::with_capacity(JSON_BYTES),
            ends: [0; 5],
        };
        json.put(0, plan)?;
        json.put(1, &plan.params)?;
        json.put(2, &plan.effects)?;
        json.put(3, &plan.permissions)?;
        json.put(4, &details)?;
        Ok(json)
    }

    fn put(&mut self, part: usize, value: &impl Serialize) -> Result<(), serde_json::Error> {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        serde_json::to_writer(&mut bytes, value)?;
        self.text = String::from_utf8(bytes).map_err(serde_json::Error::custom)?;
        self.ends[part] = self.text.len();
        Ok(())
    }

    fn part(&self, part: usize) -> &str {
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[part]]
    }
}

fn read_phrase(text: &str, pattern: bool, place: &'static str) -> Result<Phrase, Box<TeachProblem>> {
    Phrase::parse(text, syntax(pattern)).map_err(|error: PhraseError| {
        at(
            problem(error.code(), error.to_string(), Some(error.hint())),
            place,
            text,
            error.span.start,
            error.span.end,
        )
    })
}

fn declare_slots(phrase: &Phrase) -> Vec<Declared> {
    phrase
        .slots()
        .iter()
        .map(|slot| {
            let hole = Hole {
                name: slot.name.clone(),
                kind: slot.kind.clone(),
                default: slot.default.clone(),
            };
            Declared::slot(hole, slot.span.clone())
        })
        .collect()
}

fn read_declaration(text: &str) -> Result<Declared, Box<TeachProblem>> {
    Hole::parse(text).map(Declared::beside).map_err(|error| {
        let found = problem(error.code(), error.to_string(), Some(error.hint()));
        at(found, "parameter", text, error.span.start, error.span.end)
    })
}

fn read_interpreter(name: &str) -> Result<Interpreter, Box<TeachProblem>> {
    match name {
        "sh" => Ok(Interpreter::Sh),
        "bash" => Ok(Interpreter::Bash),
        other => Err(problem(
            "unknown_interpreter",
            format!("{other} is no interpreter"),
            Some("sh or bash".to_owned()),
        )),
    }
}

/// A phrase that may become an alias of a command that is there.
pub(crate) fn read_alias(text: &str, pattern: bool, plan: &Plan) -> Result<Phrase, Box<TeachProblem>> {
    let alias = read_phrase(text, pattern, "alias")?;
    check_alias(&alias, text, plan)?;
    Ok(alias)
}

/// An alias says no parameter that the command lacks, and every one that has no default and is no secret.
fn check_alias(alias: &Phrase, text: &str, plan: &Plan) -> Result<(), Box<TeachProblem>> {
    for slot in alias.slots() {
        if plan.params.iter().all(|param| param.name != slot.name) {
            let found = problem(
                "parameter_not_in_template",
                format!(
                    "the alias has the parameter `{}`, but the command does not",
                    slot.name
                ),
                Some(format!(
                    "use {{{{{}}}}} in the command, or leave it out of the alias",
                    slot.name
                )),
            );
            return Err(at(found, "alias", text, slot.span.start, slot.span.end));
        }
    }
    let said = |name: &str| alias.slots().iter().any(|slot| slot.name == name);
    match plan
        .params
        .iter()
        .find(|param| param.default.is_none() && param.kind != ParamKind::Secret && !said(&param.name))
    {
        None => Ok(()),
        Some(param) => {
            let found = problem(
                "parameter_not_in_phrase",
                format!(
                    "the command needs `{}`, but the alias does not say it",
                    param.name
                ),
                Some(format!(
                    "use {{{{{}}}}} in the alias, or give it a default",
                    param.name
                )),
            );
            Err(at(found, "alias", text, 0, text.len()))
        }
    }
}

/// Lays the owner's changes over what was derived.
pub(crate) fn adjust(
    derived: &Permissions,
    changes: &serde_json::Map<String, serde_json::Value>,
) -> Result<Permissions, Box<TeachProblem>> {
    if changes.is_empty() {
        return Ok(derived.clone());
    }
    let wrong = |error: serde_json::Error| problem("permissions_invalid", error.to_string(), None);
    let mut value = serde_json::to_value(derived).map_err(wrong)?;
    if let Some(fields) = value.as_object_mut() {
        fields.extend(changes.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    serde_json::from_value(value).map_err(wrong)
}

fn command_problem(error: &CommandError, phrase: &str, template: &str) -> Box<TeachProblem> {
    let found = problem(error.code(), error.to_string(), Some(error.hint()));
    let (place, text) = match error.place {
        command::Place::Template => ("command", template),
        command::Place::Phrase => ("phrase", phrase),
    };
    at(found, place, text, error.span.start, error.span.end)
}

fn problem(code: &str, message: String, hint: Option<String>) -> Box<TeachProblem> {
    Box::new(TeachProblem {
        code: code.to_owned(),
        message,
        hint,
        place: None,
        text: None,
        start: None,
        end: None,
    })
}

fn at(
    mut found: Box<TeachProblem>,
    place: &'static str,
    text: &str,
    start: usize,
    end: usize,
) -> Box<TeachProblem> {
    found.place = Some(place);
    found.text = Some(text.to_owned());
    found.start = Some(utf16(text, start));
    found.end = Some(utf16(text, end));
    found
}

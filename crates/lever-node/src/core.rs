//! The core as a JavaScript class. `packages/native/src/core.ts` gives its methods their types.

use lever_catalog::Catalog;
use lever_catalog::wire::Match;
use napi::bindgen_prelude::Float64Array;
use napi_derive::napi;

use crate::convert::{Result, closed, from_json, to_error, to_json};
use crate::matches::Matches;

/// A catalog, until it is closed.
#[napi]
pub struct NativeCore {
    catalog: Option<Catalog>,
    matches: Matches,
    /// Where matches are written; JavaScript's, kept alive here.
    block: Option<Float64Array>,
}

impl NativeCore {
    pub(crate) fn open(&mut self) -> Result<&mut Catalog> {
        self.catalog.as_mut().ok_or_else(closed)
    }

    fn write(&mut self, found: &Match, explain: bool) -> Result<u32> {
        let room = match &mut self.block {
            // SAFETY: JavaScript waits for this call, and nothing else holds the block.
            Some(block) => unsafe { block.as_mut() },
            None => &mut [],
        };
        self.matches.write(found, explain, room).map_err(to_error)
    }
}

/// Opens the store and brings the built-in pack up to date.
#[napi]
pub fn open_core(options: String) -> Result<NativeCore> {
    let catalog = Catalog::open(&from_json(&options)?).map_err(to_error)?;
    Ok(NativeCore {
        catalog: Some(catalog),
        matches: Matches::default(),
        block: None,
    })
}

/// Opens a table in memory.
#[napi]
pub fn open_table(options: String) -> Result<NativeCore> {
    let catalog = Catalog::open_table(&from_json(&options)?).map_err(to_error)?;
    Ok(NativeCore {
        catalog: Some(catalog),
        matches: Matches::default(),
        block: None,
    })
}

/// Does nothing: what one crossing costs.
#[napi]
pub fn ping() -> u32 {
    1
}

#[napi]
impl NativeCore {
    /// Where matches are written from now on.
    #[napi]
    pub fn use_block(&mut self, block: Float64Array) {
        self.block = Some(block);
    }

    /// Gate 1: how many numbers of the block are the match; 0 for none.
    #[napi]
    pub fn match_template(&mut self, namespace: String, request: String) -> Result<u32> {
        let found = self
            .open()?
            .match_template(&namespace, &request)
            .map_err(to_error)?;
        found.map_or(Ok(0), |found| self.write(&found, true))
    }

    /// Gates 1 and 2: how many numbers of the block are the match.
    #[napi]
    pub fn match_semantic(&mut self, namespace: String, request: String, explain: bool) -> Result<u32> {
        let found = self
            .open()?
            .match_semantic(&namespace, &request)
            .map_err(to_error)?;
        self.write(&found, explain)
    }

    /// A text of a match by its number.
    #[napi]
    pub fn match_text(&self, number: u32) -> &str {
        self.matches.text(number)
    }

    /// The values that the last match found, a candidate each.
    #[napi]
    pub fn match_values(&self) -> Result<String> {
        to_json(Ok(self.matches.values()))
    }

    /// Gates 1 and 2: a match with more candidates.
    #[napi]
    pub fn rank(&mut self, namespace: String, request: String) -> Result<String> {
        to_json(self.open()?.rank(&namespace, &request))
    }

    /// The ids of what was laid into a table.
    #[napi]
    pub fn lay(&mut self, namespace: String, entries: String) -> Result<String> {
        let entries: Vec<_> = from_json(&entries)?;
        to_json(self.open()?.lay(&namespace, &entries))
    }

    /// A binding.
    #[napi]
    pub fn bind(&mut self, namespace: String, id: String, values: String, context: String) -> Result<String> {
        let (values, context) = (from_json(&values)?, from_json(&context)?);
        to_json(self.open()?.bind(&namespace, &id, &values, &context))
    }

    /// What recording changed.
    #[napi]
    pub fn record(&mut self, namespace: String, report: String) -> Result<String> {
        let report = from_json(&report)?;
        to_json(self.open()?.record(&namespace, &report))
    }

    /// How far the namespace's phrases have vectors, after about so many milliseconds of work on it.
    #[napi]
    pub fn reembed(&mut self, namespace: String, milliseconds: u32) -> Result<String> {
        let budget = std::time::Duration::from_millis(milliseconds.into());
        to_json(self.open()?.reembed(&namespace, budget))
    }

    /// `null` once the call of a model is accounted for.
    #[napi]
    pub fn record_model_call(&mut self, namespace: String, call: String) -> Result<String> {
        let call = from_json(&call)?;
        to_json(self.open()?.record_model_call(&namespace, &call))
    }

    /// Whether a proposed phrase could be added.
    #[napi]
    pub fn weigh_phrase(&mut self, namespace: String, id: String, text: String) -> Result<String> {
        to_json(self.open()?.weigh_phrase(&namespace, &id, &text))
    }

    /// What became of a proposed phrase.
    #[napi]
    pub fn add_model_phrase(&mut self, namespace: String, id: String, text: String) -> Result<String> {
        to_json(self.open()?.add_model_phrase(&namespace, &id, &text))
    }

    /// What was taken back, or `null`. An empty request stands for the latest that ran.
    #[napi]
    pub fn take_back(&mut self, namespace: String, request: String) -> Result<String> {
        let request = Some(request.as_str()).filter(|request| !request.is_empty());
        to_json(self.open()?.take_back(&namespace, request))
    }

    /// What a teach would store.
    #[napi]
    pub fn compile(&mut self, input: String) -> Result<String> {
        let input = from_json(&input)?;
        to_json(self.open()?.compile(&input))
    }

    /// What a teach stored.
    #[napi]
    pub fn teach(&mut self, namespace: String, input: String) -> Result<String> {
        let input = from_json(&input)?;
        to_json(self.open()?.teach(&namespace, &input))
    }

    /// Commands.
    #[napi]
    pub fn list(&mut self, namespace: String) -> Result<String> {
        to_json(self.open()?.list(&namespace))
    }

    /// A command, or `null`.
    #[napi]
    pub fn find(&mut self, namespace: String, id_or_phrase: String) -> Result<String> {
        to_json(self.open()?.find(&namespace, &id_or_phrase))
    }

    /// The command as it is now.
    #[napi]
    pub fn approve(&mut self, namespace: String, id: String, digest: String) -> Result<String> {
        to_json(self.open()?.approve(&namespace, &id, &digest))
    }

    /// The command as it is now.
    #[napi]
    pub fn adjust_permissions(
        &mut self,
        namespace: String,
        id: String,
        digest: String,
        changes: String,
    ) -> Result<String> {
        let changes = from_json(&changes)?;
        to_json(
            self.open()?
                .adjust_permissions(&namespace, &id, &digest, &changes),
        )
    }

    /// A token.
    #[napi]
    pub fn issue_confirm_token(&mut self, namespace: String, grant: String) -> Result<String> {
        let grant = from_json(&grant)?;
        to_json(self.open()?.issue_confirm_token(&namespace, &grant))
    }

    /// What became of a token.
    #[napi]
    pub fn redeem_confirm_token(
        &mut self,
        namespace: String,
        token: String,
        grant: String,
    ) -> Result<String> {
        let grant = from_json(&grant)?;
        to_json(self.open()?.redeem_confirm_token(&namespace, &token, &grant))
    }

    /// The command that lists a parameter's values, or `null`.
    #[napi]
    pub fn suggestion(&mut self, namespace: String, id: String, parameter: String) -> Result<String> {
        to_json(self.open()?.suggestion(&namespace, &id, &parameter))
    }

    /// Nothing.
    #[napi]
    pub fn approve_suggestion(&mut self, namespace: String, id: String, digest: String) -> Result<String> {
        to_json(self.open()?.approve_suggestion(&namespace, &id, &digest))
    }

    /// The values that the parameter takes.
    #[napi]
    pub fn remember_values(
        &mut self,
        namespace: String,
        id: String,
        parameter: String,
        listed: String,
    ) -> Result<String> {
        let listed: Vec<String> = from_json(&listed)?;
        to_json(self.open()?.remember_values(&namespace, &id, &parameter, &listed))
    }

    /// Nothing.
    #[napi]
    pub fn remember_programs(&mut self, namespace: String, id: String, paths: String) -> Result<String> {
        let paths = from_json(&paths)?;
        to_json(self.open()?.remember_programs(&namespace, &id, &paths))
    }

    /// Hostile values.
    #[napi]
    pub fn payloads(&mut self) -> Result<String> {
        let payloads = self.open()?.payloads();
        to_json(Ok(payloads))
    }

    /// The command as it was.
    #[napi]
    pub fn forget(&mut self, namespace: String, id: String) -> Result<String> {
        to_json(self.open()?.forget(&namespace, &id))
    }

    /// The command without the alias, or `null`.
    #[napi]
    pub fn forget_phrase(&mut self, namespace: String, phrase: String) -> Result<String> {
        to_json(self.open()?.forget_phrase(&namespace, &phrase))
    }

    /// The command as it is now.
    #[napi]
    pub fn set_trust(&mut self, namespace: String, id: String, score: f64) -> Result<String> {
        to_json(self.open()?.set_trust(&namespace, &id, score))
    }

    /// Runs, the latest first.
    #[napi]
    pub fn log(&mut self, namespace: String, limit: u32) -> Result<String> {
        to_json(self.open()?.log(&namespace, limit))
    }

    /// Counts.
    #[napi]
    pub fn stats(&mut self, namespace: String) -> Result<String> {
        to_json(self.open()?.stats(&namespace))
    }

    /// Names.
    #[napi]
    pub fn namespaces(&mut self) -> Result<String> {
        to_json(self.open()?.namespaces())
    }

    /// What stands behind it.
    #[napi]
    pub fn facts(&mut self) -> Result<String> {
        let facts = self.open()?.facts();
        to_json(Ok(facts))
    }

    /// What the store's own check finds wrong.
    #[napi]
    pub fn check_integrity(&mut self) -> Result<String> {
        to_json(self.open()?.check_integrity())
    }

    /// Releases the store. Every later call throws.
    #[napi]
    pub fn close(&mut self) {
        self.catalog = None;
    }
}

//! Files of commands, over the same class.

use lever_catalog::CatalogError;
use lever_catalog::transfer::Event;
use napi::bindgen_prelude::Function;
use napi_derive::napi;

use crate::convert::{Result, from_json, to_json};
use crate::core::NativeCore;

/// Called with one event, as JSON text, while the call goes on.
type Report<'a> = Function<'a, String, ()>;

#[napi]
impl NativeCore {
    /// How an import ended.
    #[napi]
    pub fn import_file(&mut self, namespace: String, options: String, report: Report<'_>) -> Result<String> {
        let options = from_json(&options)?;
        to_json(self.open()?.import(&namespace, &options, &mut teller(&report)))
    }

    /// How an export ended.
    #[napi]
    pub fn export_file(&mut self, namespace: String, options: String, report: Report<'_>) -> Result<String> {
        let options = from_json(&options)?;
        to_json(self.open()?.export(&namespace, &options, &mut teller(&report)))
    }

    /// The commands as text.
    #[napi]
    pub fn export_text(&mut self, namespace: String, options: String) -> Result<String> {
        let options = from_json(&options)?;
        to_json(self.open()?.export_text(&namespace, &options))
    }

    /// Unapproved commands that a file holds.
    #[napi]
    pub fn unapproved_in(&mut self, namespace: String, options: String) -> Result<String> {
        let options = from_json(&options)?;
        to_json(self.open()?.unapproved_in(&namespace, &options))
    }

    /// How packing an archive ended.
    #[napi]
    pub fn export_nail(&mut self, namespace: String, options: String, report: Report<'_>) -> Result<String> {
        let options = from_json(&options)?;
        to_json(
            self.open()?
                .export_nail(&namespace, &options, &mut teller(&report)),
        )
    }

    /// What a shell history suggests.
    #[napi]
    pub fn propose(&mut self, namespace: String, options: String) -> Result<String> {
        let options = from_json(&options)?;
        to_json(self.open()?.propose(&namespace, &options))
    }

    /// Nothing.
    #[napi]
    pub fn record_unmatched(
        &mut self,
        namespace: String,
        id: String,
        request: String,
        caller: String,
    ) -> Result<String> {
        to_json(self.open()?.record_unmatched(&namespace, &id, &request, &caller))
    }

    /// Writes a copy of the whole store.
    #[napi]
    pub fn backup(&mut self, path: String) -> Result<String> {
        to_json(self.open()?.backup(path.as_ref()))
    }

    /// The built-in pack's areas.
    #[napi]
    pub fn areas(&mut self, namespace: String) -> Result<String> {
        to_json(self.open()?.areas(&namespace))
    }

    /// How many commands that changed.
    #[napi]
    pub fn set_area(&mut self, namespace: String, name: String, enabled: bool) -> Result<String> {
        to_json(self.open()?.set_area(&namespace, &name, enabled))
    }

    /// What rose, and what stands out.
    #[napi]
    pub fn promote(&mut self, dry_run: bool) -> Result<String> {
        to_json(self.open()?.promote(dry_run))
    }
}

fn teller(report: &Report<'_>) -> impl FnMut(Event) -> std::result::Result<(), CatalogError> {
    move |event| {
        let event = serde_json::to_string(&event)?;
        report.call(event).map_err(|error| CatalogError::Transfer {
            code: "report_failed",
            message: error.reason.clone(),
            hint: "nothing was stored".to_owned(),
        })
    }
}

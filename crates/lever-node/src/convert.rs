//! Values and errors on their way between Rust and JavaScript.

use lever_catalog::CatalogError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A stable name, which JavaScript sees as the error's `code`.
pub struct Code(&'static str);

impl Code {
    /// The launcher cannot be started.
    pub(crate) const SANDBOX_FAILED: Self = Self("sandbox_failed");
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0
    }
}

pub type Result<T> = napi::Result<T, Code>;

/// The message, then the hint on a line of its own.
pub(crate) fn to_error(error: CatalogError) -> napi::Error<Code> {
    napi::Error::new(Code(error.code()), format!("{error}\n{}", error.hint()))
}

pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| to_error(error.into()))
}

pub(crate) fn to_json<T: Serialize>(value: std::result::Result<T, CatalogError>) -> Result<String> {
    let value = value.map_err(to_error)?;
    serde_json::to_string(&value).map_err(|error| to_error(error.into()))
}

/// For a crossing that has no use after it.
pub(crate) fn closed() -> napi::Error<Code> {
    napi::Error::new(
        Code("closed"),
        "this lever is closed\nopen another one".to_owned(),
    )
}

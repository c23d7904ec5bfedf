//! One command as files write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::Bad;

/// A command in a file. Written as `phrase`, `trust`, `tags`; `intent`, `intent_phrase`, `trust_score` and `category` are
/// read too. What it does not know is refused, so that a misspelt key is not silently lost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Entry {
    /// The canonical phrase.
    #[serde(alias = "intent", alias = "intent_phrase")]
    pub(crate) phrase: String,
    /// Other ways to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) aliases: Vec<Alias>,
    /// The shell text.
    pub(crate) command: String,
    /// Declarations, `name:type=default`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) params: Vec<String>,
    /// What its owner changed in the derived permissions.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) permissions: Map<String, Value>,
    /// 0 to 100.
    #[serde(alias = "trust_score", skip_serializing_if = "Option::is_none")]
    pub(crate) trust: Option<f64>,
    /// Runs that succeeded.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) success_count: u32,
    /// Runs that failed.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) failure_count: u32,
    /// Labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    /// One more label.
    #[serde(skip_serializing)]
    pub(crate) category: Option<String>,
    /// What lists a parameter's values, by the parameter.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) suggest: BTreeMap<String, String>,
    /// Keep the end of the output with the record of a run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) keep_output: bool,
    /// Whether the phrases use `(a|b)` and `[optional]`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) pattern: bool,
    /// `sh` or `bash`, where its teacher said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shell: Option<String>,
}

/// One more way to ask: its text, or an object where there is more to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Alias {
    /// Taught, and read as the canonical phrase is.
    Text(String),
    Full(FullAlias),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FullAlias {
    pub(crate) phrase: String,
    /// Whether it is read as a pattern.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) pattern: bool,
    /// `taught`, `learned` or `model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Entry {
    /// Reads one object and checks what its type cannot say.
    pub(crate) fn parse(json: &str) -> Result<Self, Bad> {
        // Serde would take a list of values in the order of the fields.
        if json.trim_start().starts_with('[') {
            return Err(Bad::new("entry_invalid", "a command is an object, not a list"));
        }
        let entry: Self = serde_json::from_str(json).map_err(|error| json_problem(&error, json))?;
        entry.check()
    }

    pub(crate) fn check(mut self) -> Result<Self, Bad> {
        let missing = |key: &str| Err(Bad::new("entry_incomplete", format!("there is no `{key}`")));
        if self.phrase.trim().is_empty() {
            return missing("phrase");
        }
        if self.command.trim().is_empty() {
            return missing("command");
        }
        if let Some(trust) = self.trust
            && !(0.0..=100.0).contains(&trust)
        {
            let message = format!("trust is a number from 0 to 100, not {trust}");
            return Err(Bad::new("entry_invalid", message));
        }
        if let Some(category) = self.category.take()
            && !self.tags.contains(&category)
        {
            self.tags.push(category);
        }
        Ok(self)
    }
}

/// The reader's own words without its line, which is always the first, and without the long list of known keys.
pub(crate) fn json_problem(error: &serde_json::Error, json: &str) -> Bad {
    let said = error.to_string();
    let message = said.split(" at line ").next().unwrap_or(&said);
    let message = message.split(", expected one of").next().unwrap_or(message);
    let message = match error.classify() {
        serde_json::error::Category::Data => message.to_owned(),
        _ => format!("no JSON: {message}, at column {}", column(json, error)),
    };
    let code = match error.classify() {
        serde_json::error::Category::Data => "entry_invalid",
        _ => "json_invalid",
    };
    let hint = message
        .starts_with("unknown field")
        .then(|| "keys are phrase, aliases, command, params, permissions, trust, tags".to_owned());
    Bad {
        code: code.into(),
        message,
        hint,
    }
}

/// In characters, counted from 1; the reader counts bytes.
fn column(json: &str, error: &serde_json::Error) -> usize {
    let line = json
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default();
    line.get(..error.column().min(line.len()))
        .map_or(error.column(), |before| before.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_styles_of_keys_say_the_same() {
        let expected = Entry {
            phrase: "disk".into(),
            command: "df".into(),
            trust: Some(40.0),
            tags: vec!["system".into()],
            ..Entry::default()
        };
        for json in [
            r#"{"phrase":"disk","command":"df","trust":40,"tags":["system"]}"#,
            r#"{"intent":"disk","command":"df","trust_score":40.0,"category":"system"}"#,
            r#"{"intent_phrase":"disk","command":"df","trust":40,"tags":["system"],"category":"system"}"#,
        ] {
            assert_eq!(Entry::parse(json).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn what_is_no_command_says_why_in_one_line() {
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        let deep_value = format!(r#"{{"phrase":"x","command":"y","permissions":{{"a":{deep}}}}}"#);
        for (json, code, says) in [
            ("", "json_invalid", "EOF"),
            ("{", "json_invalid", "EOF"),
            ("nonsense", "json_invalid", "column 2"),
            (r#"{"phrase":"x""#, "json_invalid", "EOF"),
            (r#"{"phrase":"x","command":"y"} z"#, "json_invalid", "trailing"),
            (
                r#"{"phrase":"x","phrase":"y","command":"z"}"#,
                "entry_invalid",
                "duplicate field `phrase`",
            ),
            (
                r#"{"phrase":"x","intent":"y","command":"z"}"#,
                "entry_invalid",
                "duplicate field `phrase`",
            ),
            (
                r#"{"phrase":7,"command":"z"}"#,
                "entry_invalid",
                "expected a string",
            ),
            (
                r#"{"phrase":"x","command":["z"]}"#,
                "entry_invalid",
                "expected a string",
            ),
            (
                r#"{"phrase":"x","command":"z","colour":"red"}"#,
                "entry_invalid",
                "unknown field `colour`",
            ),
            (r#"{"phrase":"x"}"#, "entry_incomplete", "no `command`"),
            (r#"{"command":"x"}"#, "entry_incomplete", "no `phrase`"),
            (
                r#"{"phrase":"x","command":"y","trust":101}"#,
                "entry_invalid",
                "0 to 100",
            ),
            (
                r#"{"phrase":"x","command":"y","trust":-1}"#,
                "entry_invalid",
                "0 to 100",
            ),
            (
                r#"{"phrase":"x","command":"y","trust":"high"}"#,
                "entry_invalid",
                "f64",
            ),
            (
                r#"{"phrase":"x","command":"y","success_count":-3}"#,
                "entry_invalid",
                "u32",
            ),
            (r#"["phrase"]"#, "entry_invalid", "not a list"),
            (deep.as_str(), "entry_invalid", ""),
            (deep_value.as_str(), "json_invalid", "recursion limit"),
        ] {
            let bad = Entry::parse(json).expect_err(json);
            assert_eq!(bad.code, code, "{json}: {}", bad.message);
            assert!(bad.message.contains(says), "{json}: {}", bad.message);
            assert!(
                !bad.message.contains('\n') && bad.message.len() < 200,
                "{}",
                bad.message
            );
        }
    }
}

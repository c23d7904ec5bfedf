//! Other tools' placeholders as parameters: a name and a type from an example of the value.

use lever_core::command::ParamKind;

/// A parameter read from an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) kind: ParamKind,
}

impl Named {
    fn new(name: &str, kind: ParamKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
        }
    }

    /// `{{name}}`, with the type where the name does not say it.
    pub(crate) fn written(&self) -> String {
        if ParamKind::infer(&self.name) == self.kind {
            format!("{{{{{}}}}}", self.name)
        } else {
            format!("{{{{{}:{}}}}}", self.name, self.kind)
        }
    }
}

/// What an example such as `path/to/file.ext`, `8080` or `search_string` stands for. `option` is the option before it, which
/// names what has no name of its own.
pub(crate) fn name_example(example: &str, option: Option<&str>) -> Named {
    let example = example.trim().trim_end_matches("...").trim();
    let first = example.split_whitespace().next().unwrap_or(example);
    let named = option
        .map(|option| identifier(option.trim_start_matches('-')))
        .filter(|name| name.len() > 1);
    let by_option = |otherwise: &str| named.clone().unwrap_or_else(|| otherwise.to_owned());
    if example.contains('|')
        && let Some(choices) = choices(example)
    {
        return Named::new(&by_option("choice"), ParamKind::Choice(choices));
    }
    if let Some((low, high)) = example.split_once("..")
        && is_number(low)
        && is_number(high)
    {
        return Named::new(&by_option("number"), ParamKind::Int);
    }
    if is_number(example) {
        let name = by_option("number");
        let kind = if name.contains("port") {
            ParamKind::Port
        } else {
            ParamKind::Int
        };
        return Named::new(&name, kind);
    }
    if example.parse::<f64>().is_ok() && example.contains('.') {
        return Named::new(&by_option("number"), ParamKind::Float);
    }
    if first.contains("://") {
        return Named::new("url", ParamKind::Url);
    }
    if let Some((_, last)) = first.split_once("path/to/") {
        return name_path(last);
    }
    let words = identifier(example);
    if looks_like_host(example) {
        return Named::new("host", ParamKind::Host);
    }
    if words.len() < 2 || words.len() > 40 {
        let name = if example.contains('*') { "pattern" } else { "value" };
        return Named::new(&by_option(name), ParamKind::Text);
    }
    let kind = match ParamKind::infer(&words) {
        // An example that is no path of itself only has such a word in its name.
        ParamKind::Int if !is_number(example) => ParamKind::Text,
        kind => kind,
    };
    Named { name: words, kind }
}

fn name_path(last: &str) -> Named {
    let part = last.split('/').rfind(|part| !part.is_empty()).unwrap_or(last);
    let stem = part.split(['[', '{']).next().unwrap_or(part);
    let stem = stem.split('.').next().unwrap_or(stem);
    let name = identifier(stem);
    let name = if name.len() < 2 { "file".to_owned() } else { name };
    let folder = ["directory", "folder", "dir"]
        .iter()
        .any(|word| name.contains(word))
        || last.ends_with('/');
    Named {
        name,
        kind: if folder { ParamKind::Dir } else { ParamKind::Path },
    }
}

fn choices(example: &str) -> Option<Vec<String>> {
    let inside = example
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(example);
    let list: Vec<String> = inside.split('|').map(|choice| choice.trim().to_owned()).collect();
    let plain = list.iter().all(|choice| {
        !choice.is_empty() && !choice.contains(['(', ')', '[', ']', '{', '}', ' ', '\\', '"', '\''])
    });
    let mut sorted = list.clone();
    sorted.sort();
    sorted.dedup();
    (plain && sorted.len() == list.len() && list.len() > 1).then_some(list)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.len() < 18 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn looks_like_host(text: &str) -> bool {
    let bare = text.rsplit('@').next().unwrap_or(text);
    let parts: Vec<_> = bare.split('.').collect();
    let address = parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok());
    let domain = matches!(parts.as_slice(), [.., "example", _] | [.., _, "com"]);
    !bare.contains(char::is_whitespace) && (address || domain)
}

/// The letters and digits of a text as a name; empty if there are none.
pub(crate) fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => name.push(c.to_ascii_lowercase()),
            '\'' => {}
            _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('_');
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("n{name}")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_give_names_and_types() {
        for (example, option, written) in [
            ("path/to/file.ext", None, "{{file}}"),
            ("path/to/file1 path/to/file2 ...", None, "{{file1}}"),
            ("path/to/source.tar[.gz|.bz2|.xz]", None, "{{source}}"),
            ("path/to/directory", None, "{{directory}}"),
            ("path/to/my-app/", None, "{{my_app:dir}}"),
            ("https://example.com", None, "{{url}}"),
            ("8080", Some("--port"), "{{port}}"),
            ("8080", Some("-p"), "{{number}}"),
            ("10", Some("--max-count"), "{{max_count}}"),
            ("1..5", None, "{{number}}"),
            ("0.5", None, "{{number:float}}"),
            ("search string", None, "{{search_string}}"),
            ("json|yaml", Some("--format"), "{{format:choice(json|yaml)}}"),
            ("[a|b]", None, "{{choice:choice(a|b)}}"),
            ("192.168.1.1", None, "{{host}}"),
            ("user@example.com", None, "{{host}}"),
            ("*.html", None, "{{html}}"),
            ("*", Some("--include"), "{{include:text}}"),
            ("3_lines", None, "{{n3_lines:text}}"),
        ] {
            let named = name_example(example, option);
            let expected = ParamKind::infer(&named.name) == named.kind;
            let got = named.written();
            assert_eq!(
                got.replace(":text", ""),
                written.replace(":text", ""),
                "{example}"
            );
            assert_eq!(expected, !got.contains(':'), "{example}");
        }
    }
}

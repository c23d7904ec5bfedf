//! Random values of every type: one is taken whole or refused by name, and what is taken keeps the type's promises.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::compile;
use super::random::for_a_while;
use super::shell::person;
use crate::command::markers::is_unseen;
use crate::command::value::{MAX_SHORT_VALUE, MAX_VALUE};
use crate::command::{BindError, ParamKind, Plan, TemplateSource, payloads};

const TYPES: &[&str] = &[
    "text",
    "word",
    "int",
    "float",
    "path",
    "dir",
    "host",
    "url",
    "port",
    "ref",
    "secret",
    "choice(tcp|udp|two words)",
    "regex([a-z]+(-[0-9]+)?)",
    "regex(.*)",
];

fn value() -> impl Strategy<Value = String> {
    let payloads: Vec<String> = payloads::all()
        .into_iter()
        .map(|payload| payload.value.into_owned())
        .collect();
    let pieces = [
        "-",
        "--",
        "1",
        "0",
        "9",
        ".",
        "/",
        "..",
        "@",
        ":",
        "a",
        "é",
        " ",
        "\n",
        "\r",
        "\0",
        "\u{2028}",
        "\u{85}",
        "\u{202e}",
        "\u{200d}",
        "~",
        "*",
        "$",
        "`",
        "tcp",
        "TCP",
        "UDP ",
        "two  words",
        "https://",
        "[::1]",
        "%",
        "\u{feff}",
    ];
    prop_oneof![
        proptest::sample::select(payloads),
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..8)
            .prop_map(|all| all.concat()),
        any::<String>(),
        "[-0-9.]{1,20}",
        "[a-z0-9.@:/_~^{}-]{1,24}",
        (1..3 * MAX_SHORT_VALUE).prop_map(|length| "a".repeat(length)),
    ]
}

/// A direct command, one where options end, and a script, each with the parameter as a whole argument.
fn plans(kind: &str) -> [Plan; 3] {
    [
        format!("frobnicate {{{{v:{kind}}}}}"),
        format!("frobnicate -- {{{{v:{kind}}}}}"),
        format!("printf '%s' {{{{v:{kind}}}}} | cat"),
    ]
    .map(|template| match compile(&TemplateSource::new(&template)) {
        Ok(plan) => plan,
        // A secret is in no argument of a program.
        Err(_) => compile(&TemplateSource::new(&format!(
            "printf '%s' {{{{v:{kind}}}}} | cat"
        )))
        .unwrap(),
    })
}

fn keeps_promise(kind: &ParamKind, value: &str) -> bool {
    let all = |allowed: fn(char) -> bool| value.chars().all(allowed);
    match kind {
        ParamKind::Int => all(|c| c.is_ascii_digit() || c == '-') && value.parse::<i64>().is_ok(),
        ParamKind::Float => value.parse::<f64>().is_ok_and(f64::is_finite),
        ParamKind::Port => value.parse::<u16>().is_ok_and(|port| port > 0),
        ParamKind::Word => all(|c| !c.is_whitespace()),
        ParamKind::Url => all(|c| !c.is_whitespace()) && !value.starts_with('-'),
        ParamKind::Host | ParamKind::Ref => {
            all(|c| !c.is_whitespace() && !"'\"`$;|&<>*?\\()!".contains(c)) && !value.starts_with('-')
        }
        ParamKind::Choice(choices) => choices.iter().any(|choice| choice == value),
        _ => true,
    }
}

#[test]
fn a_value_is_taken_whole_or_refused_by_name() {
    let kinds: Vec<(&str, [Plan; 3])> = TYPES.iter().map(|kind| (*kind, plans(kind))).collect();
    let strategy = (any::<prop::sample::Index>(), value());
    let (mut taken, mut refused) = (0, 0);
    let count = for_a_while(&strategy, |(which, value)| {
        let (name, plans) = which.get(&kinds);
        let given = BTreeMap::from([("v".to_owned(), value.clone())]);
        for plan in plans {
            let kind = &plan.params[0].kind;
            let bound = plan.bind(&given, &person());
            prop_assert_eq!(
                bound.is_ok(),
                plan.accepts("v", &value).is_ok(),
                "{}: {:?}",
                name,
                value
            );
            let bound = match bound {
                Ok(bound) => bound,
                Err(error @ BindError::Value(_)) => {
                    let said = format!("{error} {}", error.hint());
                    prop_assert!(said.contains('v') && !said.contains(is_unseen), "{}", said);
                    prop_assert!(*kind != ParamKind::Secret || value.len() < 4 || !said.contains(&value));
                    refused += 1;
                    continue;
                }
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            taken += 1;
            let arrived = if *kind == ParamKind::Secret {
                prop_assert!(value.len() < 4 || !bound.argv.iter().any(|word| word.contains(&value)));
                bound.env.values().next().cloned().unwrap_or_default()
            } else {
                bound.argv.last().cloned().unwrap_or_default()
            };
            let dotted = format!("./{value}");
            let whole = match kind {
                ParamKind::Choice(_) => true,
                ParamKind::Path | ParamKind::Dir if value.starts_with('-') => {
                    arrived == value || arrived == dotted
                }
                _ => arrived == value,
            };
            prop_assert!(whole, "{}: {:?} became {:?}", name, value, arrived);
            prop_assert!(keeps_promise(kind, &arrived), "{}: {:?}", name, arrived);
            prop_assert!(!arrived.is_empty() && arrived.len() <= MAX_VALUE && !arrived.contains(is_unseen));
            // Only `--` makes a word that begins with a dash safe for a program that nothing is known of.
            if plan.template.starts_with("frobnicate {{") && *kind != ParamKind::Secret {
                prop_assert!(!arrived.starts_with('-'), "{}: {:?}", name, arrived);
            }
        }
        Ok(())
    });
    eprintln!("{count} values: {taken} taken, {refused} refused");
    assert!(taken > 100 && refused > 100);
}

#[test]
fn what_no_parameter_is_called_is_accepted_nowhere() {
    let plan = compile(&TemplateSource::new("cat {{v}}")).unwrap();
    assert!(matches!(plan.accepts("w", "x"), Err(BindError::Unknown(_))));
    assert!(plan.accepts("v", "x").is_ok());
}

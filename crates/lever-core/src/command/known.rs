//! What the table of programs says of a template.

use super::markers::Marked;
use super::params::Param;
use super::programs::{self, Assessment, HoleFact, Programs, Role};
use super::refusal::Refusal;
use super::shell_words::{Piece, SimpleCommand};
use super::walk::{self, Walked};

/// Asks the table of programs about the template's commands.
pub(super) fn assess(
    walked: &Walked,
    marked: &Marked,
    params: &[Param],
    param_of: &[usize],
    template: &str,
    programs: &Programs,
) -> Assessment {
    let holes: Vec<HoleFact<'_>> = param_of
        .iter()
        .map(|param| HoleFact {
            name: &params[*param].name,
            option: params[*param].option,
        })
        .collect();
    let mut commands = commands_of(walked);
    for command in &mut commands {
        let targets = command.redirects.iter_mut().map(|redirect| &mut redirect.target);
        let values = command
            .assignments
            .iter_mut()
            .map(|assignment| &mut assignment.value);
        for word in command.words.iter_mut().chain(targets).chain(values) {
            for piece in &mut word.pieces {
                if let Piece::Expansion(text) = piece {
                    *text = marked.unmark(text, template);
                }
            }
        }
    }
    let mut assessment = programs::assess(programs, &commands, &holes, &|text| walk::commands(text));
    // One entry a word, also for the words that were left out above.
    for (facts, program) in assessment.commands.iter_mut().zip(&walked.programs) {
        let unknown = programs::WordFact {
            role: Role::Unknown,
            refuse: &[],
        };
        facts.words.resize(program.simple.words.len(), unknown);
    }
    assessment
}

/// Refusals for the holes of a script that stand in another language's program.
pub(super) fn code_refusals(walked: &Walked, holes: usize, programs: &Programs) -> Vec<(usize, Refusal)> {
    let holes = vec![
        HoleFact {
            name: "",
            option: false
        };
        holes
    ];
    let assessment = programs::assess(programs, &commands_of(walked), &holes, &|text| {
        walk::commands(text)
    });
    refused_code(&assessment, walked).collect()
}

/// The commands of a text; of a call of its own functions the table knows nothing.
fn commands_of(walked: &Walked) -> Vec<SimpleCommand> {
    let is_function = |name: &str| walked.functions.iter().any(|function| function == name);
    let commands = walked.programs.iter().map(|program| {
        let mut command = program.simple.clone();
        if command.program().is_some_and(is_function) {
            command.words.clear();
        }
        command
    });
    commands.collect()
}

/// The holes that are refused for standing in another language's program.
pub(super) fn refused_code(
    assessment: &Assessment,
    walked: &Walked,
) -> impl Iterator<Item = (usize, Refusal)> {
    let positions = assessment.code.iter();
    positions.filter_map(|position| Some((position.hole, code_refusal(position, walked)?)))
}

/// Why a hole in another language's program is refused; none for languages in which a value can only be a wrong answer.
fn code_refusal(position: &programs::CodePosition, walked: &Walked) -> Option<Refusal> {
    let word = position
        .word
        .and_then(|word| walked.programs[position.command].simple.words.get(word));
    let first = || {
        walked.programs[position.command]
            .simple
            .program()
            .unwrap_or_default()
            .to_owned()
    };
    let program = if position.program.is_empty() {
        first()
    } else {
        position.program.clone()
    };
    match position.language.as_str() {
        "bc" => None,
        "jq" if word.is_some_and(|word| word.as_hole().is_some()) => None,
        "program" if word.is_some_and(|word| word.leading_hole().is_some()) => Some(Refusal::ProgramName),
        "program" => Some(Refusal::ProgramOption {
            option: word.map_or_else(String::new, |word| word.prefix().trim_end_matches('=').to_owned()),
            program,
        }),
        _ => Some(Refusal::ProgramText {
            program,
            rewrite: "write this text itself, and use the hole as an argument behind it",
        }),
    }
}

use super::*;
use crate::command::ParamKind;

const TEXT: &str = "builtin:disk-usage\tdf -h\tcheck disk usage\tis my disk full
\tdu -sh {{dir:dir=.}}\thow big is {{dir}}\tfolder size\tsize of {{dir}} please
\ttail -n {{n:int=10}} {{file:path}}\tlast {{n}} lines of {{file}}\tend of {{file}}
\tdocker logs --tail {{n:int=100}} {{name}}\tlogs of {{name}}\tlast {{n}} log lines of {{name}}
\tscp {{file:path}} {{user}}@{{host:host}}:\tsend {{file}} to {{user}} at {{host}}
\tdf -i\tinodes left
\tbroken line
";

fn param(name: &str, kind: ParamKind, default: Option<&str>) -> Param {
    Param {
        name: name.to_owned(),
        kind,
        default: default.map(str::to_owned),
        option: false,
    }
}

fn phrases(template: &str, params: &[Param]) -> Vec<String> {
    Bank::read(TEXT.to_owned()).look_up(template, params).phrases
}

#[test]
fn a_command_written_in_another_way_is_known() {
    let known = Bank::read(TEXT.to_owned()).look_up("/usr/bin/df --human-readable", &[]);
    assert_eq!(known.phrases, ["check disk usage", "is my disk full"]);
    assert_eq!(known.twin.as_deref(), Some("builtin:disk-usage"));
    assert_eq!(phrases("df -hi", &[]), ["inodes left"]);
    assert!(phrases("df -hT", &[]).is_empty());
    assert!(phrases("dfx -h", &[]).is_empty());
}

#[test]
fn parameters_keep_their_own_names_and_types() {
    let params = [
        param("count", ParamKind::Int, None),
        param("log", ParamKind::Path, None),
    ];
    // "end of ..." does not say how many.
    assert_eq!(
        phrases("tail -n{{count}} {{log}}", &params),
        ["last {{count:int}} lines of {{log:path}}"]
    );
    let params = [
        param("count", ParamKind::Int, Some("5")),
        param("log", ParamKind::Path, None),
    ];
    assert_eq!(
        phrases("tail -n {{count:int=5}} {{log}}", &params),
        [
            "last {{count:int=5}} lines of {{log:path}}",
            "end of {{log:path}}"
        ]
    );
}

#[test]
fn a_fixed_value_is_said_in_place_of_the_parameter() {
    let params = [param("box", ParamKind::Word, None)];
    assert_eq!(
        phrases("docker logs --tail=50 {{box}}", &params),
        ["logs of {{box:word}}", "last 50 log lines of {{box:word}}"]
    );
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    assert_eq!(phrases("du -sh", &[]), ["folder size"]);
    assert_eq!(
        phrases("du -s /var", &[]),
        // "folder size" means this one.
        ["how big is /var", "size of /var please"]
    );
}

#[test]
fn words_with_several_parts_fit_part_by_part() {
    let params = [
        param("f", ParamKind::Path, None),
        param("who", ParamKind::Word, None),
        param("machine", ParamKind::Host, None),
    ];
    assert_eq!(
        phrases("scp {{f}} {{who}}@{{machine}}:", &params),
        ["send {{f:path}} to {{who:word}} at {{machine:host}}"]
    );
}

#[test]
fn a_number_is_no_file() {
    let params = [
        param("n", ParamKind::Path, None),
        param("file", ParamKind::Int, None),
    ];
    assert!(phrases("tail -n {{n}} {{file}}", &params).is_empty());
}

#[test]
fn a_command_with_another_word_is_another_command() {
    assert!(phrases("docker stop {{box}}", &[param("box", ParamKind::Word, None)]).is_empty());
    assert!(phrases("docker logs --tail 5 a b", &[]).is_empty());
}

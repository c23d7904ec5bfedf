//! Values that reach a place where they are run by a way round: as a script's argument, by a variable, by a process
//! substitution, by a program's input. Each template is refused, and run with `"$1"` in the hole's place it does harm.

use super::compile;
use super::shell::{Folder, available};
use crate::command::TemplateSource;

const RUN: &str = "touch lever-canary";
const SUBSCRIPT: &str = "a[$(touch lever-canary >&2)]";

#[rustfmt::skip] // a table
const CASES: &[(&str, &str, &str, &str)] = &[
    // code, template, programs needed, value
    ("hole_arithmetic", "bash -c 'echo $(($1))' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c '(( $1 > 0 ))' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'for ((i = $1; i < 1; i++)); do :; done' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'echo ${a[$1]}' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'x=abc; echo ${x:$1}' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'echo $[$1]' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'n=$1; echo $((n + 1))' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'for n in \"$@\"; do echo $((n)); done' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'for n; do echo $((n)); done' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'f() { echo $(($1)); }; f \"$1\"' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'shift; echo $(($1))' _ a {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'b=$(echo \"$1\"); echo $((b))' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'a=${1:-5}; c=$a; echo $((c))' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'bash -c \"echo \\$((\\$1))\" _ \"$1\"' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "bash -c 'echo $(($0))' {{x}}", "bash", SUBSCRIPT),
    ("hole_arithmetic", "env A=1 timeout 5 bash -ec 'echo $(($1))' _ {{x}}", "bash env timeout", SUBSCRIPT),
    ("hole_arithmetic", "echo {{x}} | bash -c 'read n; echo $((n))'", "bash", SUBSCRIPT),
    ("hole_arithmetic", "printf '%s\\0' {{x}} | xargs -0 bash -c 'echo $(($1))' _", "bash xargs", SUBSCRIPT),
    ("hole_arithmetic", "read n <<< {{x}}; echo $((n))", "bash", SUBSCRIPT),
    ("hole_conditional", "bash -c '[[ $1 -eq 1 ]]' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_conditional", "bash -c 'n=$1; [[ n -gt 1 ]]' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_conditional", "bash -c '[[ -v $1 ]]' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_subscript", "bash -c 'a[$1]=1' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_operand", "bash -c 'echo ${!1}' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_operand", "bash -c 'echo ${1@P}' _ {{x}}", "bash", "$(touch lever-canary)"),
    ("hole_assignment", "bash -c 'BASH_ENV=$1 bash -c true' _ {{x}}", "bash", "./evil.sh"),
    ("hole_builtin", "bash -c 'test -v \"$1\"' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c '[ -v \"$1\" ]' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'let \"$1\"' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'n=$1; let n+=1' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'declare \"$1\"' _ {{x}}", "bash", "a[$(touch lever-canary)]=1"),
    ("hole_builtin", "bash -c 'declare -i n=\"$1\"' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'declare -i n; n=$1' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'printf -v \"$1\" x' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'a=(1); unset \"$1\"' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'read \"$1\" <<< x' _ {{x}}", "bash", SUBSCRIPT),
    ("hole_builtin", "bash -c 'trap \"$1\" EXIT' _ {{x}}", "bash", RUN),
    ("hole_builtin", "bash -c 'echo | mapfile -C \"$1\" -c 1' _ {{x}}", "bash", "touch lever-canary #"),
    ("hole_builtin", "sh -c 'eval \"$1\"' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c -e 'eval \"$1\"' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c 'eval \"echo $1\"' _ {{x}}", "sh", "; touch lever-canary"),
    ("hole_builtin", "sh -c \"eval \\\"\\$1\\\"\" _ {{x}}", "sh", RUN),
    ("hole_builtin", "bash -c $'eval \"$1\"' _ {{x}}", "bash", RUN),
    ("hole_builtin", "sh -c 'eval \"$*\"' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c 'set -- a \"$1\"; eval \"$2\"' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c 'eval '\\''eval \"$1\"'\\' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c 'a=$1; trap '\\''eval \"$a\"'\\'' EXIT' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c 'export a=\"$1\"; sh -c '\\''eval \"$a\"'\\' _ {{x}}", "sh", RUN),
    ("hole_builtin", "sh -c 'while getopts c: o; do eval \"$OPTARG\"; done' _ -c {{x}}", "sh", RUN),
    ("hole_builtin", "find . -maxdepth 0 -exec sh -c 'eval \"$1\"' _ {{x}} \\;", "sh find", RUN),
    ("hole_builtin", "bash -s {{x}} <<'EOF'\neval \"$1\"\nEOF", "bash", RUN),
    ("hole_builtin", "echo {{x}} | while read -r a; do eval \"$a\"; done", "sh", RUN),
    ("hole_builtin", "echo {{x}} | { a=$(cat); eval \"$a\"; }", "sh", RUN),
    ("hole_builtin", "while read -r a; do eval \"$a\"; done <<EOF\n{{x}}\nEOF", "sh", RUN),
    ("hole_builtin", "while read -r a; do eval \"$a\"; done < <(echo {{x}})", "bash", RUN),
    ("hole_builtin", "echo {{x}} > >(read -r a; eval \"$a\"); sleep 0.3", "bash", RUN),
    ("hole_builtin", "read -r a <<< {{x}}; eval $a", "bash", RUN),
    ("hole_builtin", "exec <<< {{x}}; read -r a; eval $a", "bash", RUN),
    ("hole_builtin", "exec 3<<< {{x}}; read -r a <&3; eval $a", "bash", RUN),
    ("hole_builtin", "exec 3<<< {{x}}; read -r -u 3 a; eval $a", "bash", RUN),
    ("hole_builtin", "mapfile -t a <<< {{x}}; eval \"${a[0]}\"", "bash", RUN),
    ("hole_builtin", "a=$(cat <<< {{x}}); eval \"$a\"", "bash", RUN),
    ("hole_builtin", "for a in $(cat <<< {{x}}); do eval \"$a\"; done", "bash", "touch${IFS}lever-canary"),
    ("hole_builtin", "A_TOKEN={{x:secret}} sh -c 'eval \"$A_TOKEN\"'", "sh", RUN),
    ("hole_builtin", ". <(echo {{x}})", "bash", RUN),
    ("hole_standard_input", "source /dev/stdin <<< {{x}}", "bash", RUN),
    ("hole_builtin", "bash -c ': \"${b:=$1}\"; eval \"$b\"' _ {{x}}", "bash", RUN),
    ("hole_builtin", "bash -c 'a=$1; b=a; eval \"${!b}\"' _ {{x}}", "bash", RUN),
    ("hole_builtin", "bash -c 'bash -c \"eval \\\"\\$2\\\"\" _ \"$@\"' _ a {{x}}", "bash", RUN),
    ("hole_builtin", "bash -c 'hash -p \"$1\" ls; ls lever-canary' _ {{x}}", "bash", "/usr/bin/touch"),
    ("hole_builtin", "bash -c 'eval \"${BASH_ARGV[0]}\"' _ {{x}}", "bash", RUN),
    ("hole_builtin", "f() { read -r a; eval \"$a\"; }; echo {{x}} | f", "sh", RUN),
    ("hole_builtin", "echo {{x}}; eval \"$_\"", "bash", RUN),
    ("hole_builtin", "coproc cat <<< {{x}}; read -r a <&${COPROC[0]}; eval \"$a\"", "bash", RUN),
    ("positional_parameter", "echo {{x}}; for i; do eval \"$i\"; done", "sh", RUN),
    ("hole_program_name", "sh -c '\"$1\" lever-canary' _ {{x}}", "sh", "touch"),
    ("hole_program_name", "sh -c 'exec $1' _ {{x}}", "sh", RUN),
    ("hole_program_name", "echo {{x}} | while read -r a; do $a; done", "sh", RUN),
    ("hole_unknown_program", "sh -c '$0 -c \"$1\"' sh {{x}}", "sh", RUN),
    ("hole_program_text", "sh -c 'sh -c \"$1\"' _ {{x}}", "sh", RUN),
    ("hole_builtin", "fish -c 'eval $argv[1]' {{x}}", "sh fish", RUN),
    ("hole_not_understood", "bash -c $'ev\\x61l \"$1\"' _ {{x}}", "bash", RUN),
    ("hole_program_text", "read -r a <<< {{x}}; sh -c \"$a\"", "bash", RUN),
    ("hole_program_text", "printf '%s\\0' {{x}} | xargs -0 -I% sh -c '% 1'", "sh xargs", RUN),
    ("hole_program_text", "sh -c 'awk \"$1\"' _ {{x}}", "sh awk", "BEGIN{system(\"touch lever-canary\")}"),
    ("hole_program_text", "awk -v n={{x}} 'BEGIN{system(n)}'", "sh awk", RUN),
    ("hole_program_text", "awk -v n={{x}} 'BEGIN{n | getline}'", "sh awk", RUN),
    ("hole_program_text", "echo {{x}} | awk '{system($0)}'", "sh awk", RUN),
    ("hole_program_text", "awk 'BEGIN{system(ARGV[1])}' {{x}}", "sh awk", RUN),
    ("hole_program_text", "echo {{x}} | sed e", "sh sed", RUN),
    ("hole_program_text", "echo {{x}} | sed 's/^//e'", "sh sed", RUN),
    ("hole_program_text", "echo {{x}} | perl -ne 'system($_)'", "sh perl", RUN),
    ("hole_program_text", "perl -e 'exec $ARGV[0]' {{x}}", "sh perl", RUN),
    ("hole_program_text", "perl -e 'print `$ARGV[0]`' {{x}}", "sh perl", RUN),
    ("hole_program_text", "perl -e 'print <>' {{x}}", "sh perl", "touch lever-canary|"),
    ("hole_program_text", "python3 -c 'import sys; exec(sys.argv[1])' {{x}}", "sh python3", "import os; os.system('touch lever-canary')"),
    ("hole_program_text", "echo {{x}} | python3 -c 'import os; os.system(input())'", "sh python3", RUN),
    ("hole_program_text", "ruby -e 'eval ARGV[0]' {{x}}", "sh ruby", "system('touch lever-canary')"),
    ("hole_program_text", "node -e 'eval(process.argv[1])' {{x}}", "sh node", "require('child_process').execSync('touch lever-canary')"),
    ("hole_program_text", "printf '%s\\0' {{x}} | xargs -0 sh -c", "sh xargs", RUN),
    ("hole_program_text", "printf '%s\\0' {{x}} | xargs -0 -I% awk %", "sh xargs awk", "BEGIN{system(\"touch lever-canary\")}"),
    ("hole_standard_input", "awk -f - /dev/null <<< {{x}}", "bash awk", "BEGIN{system(\"touch lever-canary\")}"),
    ("hole_standard_input", "echo {{x}} | sed -f /dev/stdin f", "sh sed", "1e touch lever-canary"),
    ("hole_program_text", "perl -e '$_=shift; s/(.*)/$1/ee' {{x}}", "sh perl", "system('touch lever-canary')"),
    ("hole_program_text", "A_TOKEN={{x:secret}} perl -e 'system($ENV{A_TOKEN})'", "sh perl", RUN),
    ("hole_standard_input", "bash <<< \"$(echo {{x}})\"", "bash", RUN),
    ("hole_standard_input", "f() { sh; }; echo {{x}} | f", "sh", RUN),
    ("hole_standard_input", "echo {{x}} | make -f -", "sh make", "$(shell touch lever-canary)"),
    ("hole_standard_input", "echo {{x}} | bash +x", "bash", RUN),
    ("hole_standard_input", "sh -c 'echo \"$1\" | sh' _ {{x}}", "sh", RUN),
    ("hole_standard_input", "bash <(echo {{x}})", "bash", RUN),
    ("hole_standard_input", "bash < <(echo {{x}})", "bash", RUN),
    ("hole_standard_input", "bash /dev/fd/3 3<<< {{x}}", "bash", RUN),
    ("hole_standard_input", "echo {{x}} | tee >(sh); sleep 0.3", "bash", RUN),
    ("hole_standard_input", "echo {{x}} > >(sh); sleep 0.3", "bash", RUN),
    ("hole_standard_input", "{ echo {{x}}; } > >(sh); sleep 0.3", "bash", RUN),
    ("hole_standard_input", "{ echo {{x}} | cat; } | sh", "sh", RUN),
    ("hole_standard_input", "echo {{x}} | { echo \"$(sh)\"; }", "sh", RUN),
    ("hole_standard_input", "printf '%s' {{x}} | bash -s", "bash", RUN),
];

#[test]
fn a_value_is_not_run_by_a_way_round() {
    let (mut shown, mut wrong) = (0, Vec::new());
    for (code, template, programs, value) in CASES {
        match compile(&TemplateSource::new(template)) {
            Ok(_) => wrong.push(format!("{template}: taken")),
            Err(error) if error.code() != *code => {
                wrong.push(format!("{template}: {} and not {code}: {error}", error.code()));
            }
            Err(error) => assert!(!error.hint().is_empty(), "{template}"),
        }
        let needed: Vec<&str> = programs.split(' ').collect();
        if available(&needed).len() < needed.len() {
            continue;
        }
        shown += 1;
        let folder = Folder::new();
        folder.write("evil.sh", "touch lever-canary\n");
        folder.write("f", "a\n");
        let quoted = if template.contains("<<EOF") {
            "$1"
        } else {
            "\"$1\""
        };
        let plain = template
            .replace("{{x}}", quoted)
            .replace("{{x:secret}}", "\"$1\"");
        let argv = [needed[0], "-c", &plain, "lever", value].map(str::to_owned);
        folder.run(&argv, &[]);
        if !folder.take_canary() {
            wrong.push(format!("no harm done by {plain} with {value}"));
        }
    }
    eprintln!("{shown} of {} shown to do harm", CASES.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_only_hands_values_on_is_taken() {
    let mut wrong = Vec::new();
    for template in [
        "bash -c 'echo \"$1\"' _ {{x}}",
        "bash -c 'echo $((1 + 2)) \"$1\"' _ {{x}}",
        "bash -c 'echo $(($1 + 1))' _ {{n:int}}",
        "bash -c 'echo $(($2 + 1)) \"$1\"' _ {{x}} {{n:int}}",
        "bash -c '[[ $1 == a* ]] && echo \"$1\"' _ {{x}}",
        "bash -c '[[ -f $1 && -n $2 ]]' _ {{f:path}} {{x}}",
        "bash -c 'for f in \"$@\"; do echo \"$f\"; done' _ {{x}}",
        "bash -c 'a=(\"$@\"); printf \"%s\\n\" \"${a[@]}\" ${#a[@]}' _ {{x}}",
        "bash -c 'n=${#1}; echo $((n + 1))' _ {{x}}",
        "bash -c 'local_name=\"${1%.txt}\"; mv \"$1\" \"$local_name.md\"' _ {{f:path}}",
        "bash -c 'declare a=\"$1\"; export B=\"$1\"; echo \"$a\"' _ {{x}}",
        "sh -c 'if [ \"$1\" -gt 3 ]; then echo \"$1\"; fi' _ {{x}}",
        "sh -c 'case \"$1\" in a) echo \"${1:-b}\";; esac' _ {{x}}",
        "sh -c 'f() { echo \"$1\"; }; f \"$1\"' _ {{x}}",
        "sh -c 'while getopts ab: o; do echo \"$o $OPTARG\"; done' _ -b {{x}}",
        "sh -c 'trap \"rm -f /tmp/x\" EXIT; cp \"$1\" /tmp/x' _ {{f:path}}",
        "sh -c 'n=$(wc -l < \"$1\"); echo $((n + 1))' _ {{f:path}}",
        "sh -c 'rm \"$(basename \"$1\")\"' _ {{f:path}}",
        "echo {{x}} | while read -r a; do echo \"$a\"; done",
        "while read -r a b; do echo $((a + b)); done < {{f:path}}",
        "n=$(wc -l < {{f:path}}); echo $((n + 1))",
        "n=$(grep -c {{x}} notes.txt); echo $((n * 2))",
        "n=$(du -s {{d:dir}} | cut -f1); echo $((n / 1024))",
        "i=0; while [ $i -lt {{n:int}} ]; do echo {{x}}; i=$((i + 1)); done",
        "for i in 1 2 3; do echo $((i * 2)) {{x}}; done",
        "eval \"$(ssh-agent -s)\"; ssh-add {{f:path}}",
        "find {{d:dir}} -name '*.txt' -exec sh -c 'mv \"$1\" \"${1%.txt}.md\"' _ {} \\;",
        "find {{d:dir}} -print0 | xargs -0 -I% sh -c 'echo \"$1\"' _ %",
        "printf '%s\\n' {{d:dir}} | while read -r d; do find \"$d\" | xargs grep foo; done",
        "diff <(sort {{a:path}}) <(sort {{b:path}})",
        "echo {{x}} | tee >(wc -c) > /dev/null",
        "bash script.sh <(echo {{x}})",
        "awk -v n={{x}} '{print n}' f",
        "awk -v n={{x}} '{print n; system(\"date\")}' f",
        "awk '{print | \"sort\"}' {{f:path}}",
        "awk '{system(\"echo \" $1)}' {{f:path}}",
        "echo {{x}} | awk '{print $2}'",
        "echo {{x}} | sed 's/e/x/'",
        "sed 's/e/x/' {{f:path}}",
        "echo {{x}} | perl -pe 's/a/b/'",
        "perl -e 'print $ARGV[0]' {{x}}",
        "python3 -c 'import sys, re; print(re.compile(sys.argv[1]))' {{x}}",
        "echo {{x}} | python3 -c 'import sys, json; print(json.load(sys.stdin))'",
        "node -e 'console.log(/a/.exec(process.argv[1]))' {{x}}",
        "A_TOKEN={{t:secret}} sh -c 'curl -H \"Authorization: $A_TOKEN\" example.com'",
    ] {
        if let Err(error) = compile(&TemplateSource::new(template)) {
            wrong.push(format!("{template}: {} {error}", error.code()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

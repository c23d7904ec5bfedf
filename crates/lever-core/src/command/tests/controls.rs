//! Why each refused place is refused: the plain translation, with `"$1"` in the hole's place, is run with a hostile value on
//! a real shell and does harm or loses the value; compiling the same template is refused, and so no such script exists.

use super::compile;
use super::shell::{Folder, available, records};
use crate::command::TemplateSource;

/// What goes wrong with the plain translation.
enum Harm {
    /// The value ran a command.
    Runs,
    /// The arguments that arrive are not the value.
    Loses,
}

use Harm::{Loses, Runs};

#[rustfmt::skip] // a table
const CASES: &[(&str, &str, &str, &str, &str, Harm)] = &[
    // code, template, programs needed, plain translation, value, harm
    ("hole_program_name", "{{x}} lever-canary", "sh", r#""$1" lever-canary"#, "touch", Runs),
    ("hole_program_name", "nice -n 5 {{x}} lever-canary", "sh nice", r#"nice -n 5 "$1" lever-canary"#, "touch", Runs),
    ("hole_program_name", "command {{x}} lever-canary", "sh", r#"command "$1" lever-canary"#, "touch", Runs),
    ("hole_program_name", "exec {{x}} lever-canary", "sh", r#"exec "$1" lever-canary"#, "touch", Runs),
    ("hole_program_name", "echo lever-canary | xargs {{x}}", "sh xargs", r#"echo lever-canary | xargs "$1""#, "touch", Runs),
    ("hole_unknown_program", "$SHELL -c {{x}}", "sh", r#"SHELL=sh; $SHELL -c "$1""#, "touch lever-canary", Runs),
    ("hole_escaped", r"printf '%s\0' \{{x}} \{{x}}", "sh", r#"printf '%s\0' \"${1}" \"${1}""#, "a b", Loses),
    ("hole_escaped", "printf '%s\\0' \"\\{{x}}\"", "sh", r#"printf '%s\0' "\${1}""#, "a", Loses),
    ("hole_after_dollar", "printf '%s\\0' ${{x}}", "sh", r#"printf '%s\0' "$${1}""#, "HOME", Loses),
    ("hole_ansi_quote", "printf '%s\\0' $'a{{x}}'", "bash", r"printf '%s\0' $'a${1}'", "b", Loses),
    ("hole_translated_quote", "printf '%s\\0' $\"a{{x}}\"", "bash", r#"printf '%s\0' $"a\${1}""#, "b", Loses),
    ("hole_backquote", r"printf '%s\0' `printf '%s,' \\{{x}}`", "sh", r#"printf '%s\0' `printf '%s,' \\"$1"`"#, "a b", Loses),
    ("hole_quoted_heredoc", "cat <<'EOF'\n{{x}}\nEOF", "sh", "cat <<'EOF'\n${1}\nEOF", "a", Loses),
    ("hole_arithmetic", "echo $(( {{n:int}} + 1 ))", "bash", r#"echo $(("$1" + 1 ))"#, "a[$(touch lever-canary)]", Runs),
    ("hole_arithmetic", "echo $(( {{n}} + 1 ))", "bash", "echo $(( $1 + 1 ))", "a[$(touch lever-canary)]", Runs),
    ("hole_arithmetic", "(( {{n}} > 1 ))", "bash", "(( $1 > 1 ))", "a[$(touch lever-canary)]", Runs),
    ("hole_arithmetic", "for ((i = 0; i < {{n}}; i++)); do echo; done", "bash", "for ((i = 0; i < $1; i++)); do echo; done", "a[$(touch lever-canary)]", Runs),
    ("hole_arithmetic", "echo $[{{n}}]", "bash", "echo $[$1]", "a[$(touch lever-canary)]", Runs),
    ("hole_conditional", "[[ {{x}} -eq 0 ]]", "bash", r#"[[ "$1" -eq 0 ]]"#, "a[$(touch lever-canary)]", Runs),
    ("hole_conditional", "[[ -v {{x}} ]]", "bash", r#"[[ -v "$1" ]]"#, "a[$(touch lever-canary)]", Runs),
    ("hole_subscript", "a[{{n}}]=1", "bash", r#"a["$1"]=1"#, "x[$(touch lever-canary)]", Runs),
    ("hole_operand", "x=abc; echo ${x:{{n}}}", "bash", r#"x=abc; echo ${x:"$1"}"#, "a[$(touch lever-canary)]", Runs),
    ("hole_operand", "echo ${{{x}}}", "bash", r#"echo "${!1}""#, "a[$(touch lever-canary)]", Runs),
    ("hole_operand", "a=(1); echo ${a[{{n}}]}", "bash", r#"a=(1); echo ${a["$1"]}"#, "b[$(touch lever-canary)]", Runs),
    ("hole_case_pattern", "case secret in {{x}}) touch lever-canary;; esac", "sh", "case secret in $1) touch lever-canary;; esac", "*", Runs),
    ("hole_assignment", "BASH_ENV={{x}} bash -c true", "sh bash", r#"BASH_ENV="$1" bash -c true"#, "./evil.sh", Runs),
    ("hole_assignment", "x={{x}}; eval $x", "sh", r#"x="$1"; eval $x"#, "touch lever-canary", Runs),
    ("hole_assignment", "x=$(echo {{x}}); eval \"$x\"", "sh", r#"x=$(echo "$1"); eval "$x""#, "touch lever-canary", Runs),
    ("hole_redirect_target", "echo > {{x:word}}", "sh", r#"echo > "$1""#, "lever-canary", Runs),
    ("hole_descriptor", "echo x >&{{x}}", "bash", r#"echo x >&"$1""#, "lever-canary", Runs),
    ("hole_in_function", "f() { printf '%s\\0' {{x}}; }; f other", "sh", r#"f() { printf '%s\0' "$1"; }; f other"#, "mine", Loses),
    ("hole_function_argument", "f() { eval $1; }; f {{x}}", "sh", r#"f() { eval $1; }; f "$1""#, "touch lever-canary", Runs),
    ("hole_loop_word", "for f in {{x}}; do printf '%s\\0' $f; done", "sh", r#"for f in "$1"; do printf '%s\0' $f; done"#, "a b", Loses),
    ("hole_brace_range", "printf '%s\\0' {1..{{n}}}", "bash", r#"printf '%s\0' {1.."$1"}"#, "1", Loses),
    ("hole_tilde", "printf '%s\\0' ~{{user}}", "sh", r#"printf '%s\0' ~"$1""#, "root", Loses),
    ("hole_builtin", "eval {{x}}", "sh", r#"eval "$1""#, "touch lever-canary", Runs),
    ("hole_builtin", "eval \"ls {{x}}\"", "sh", r#"eval "ls $1""#, "$(touch lever-canary)", Runs),
    ("hole_builtin", "echo 1 | read {{x}}", "bash", r#"echo 1 | read "$1""#, "a[$(touch lever-canary)]", Runs),
    ("hole_builtin", "printf -v {{x}} 1", "bash", r#"printf -v "$1" 1"#, "a[$(touch lever-canary)]", Runs),
    ("hole_builtin", "test -v {{x}}", "bash", r#"test -v "$1""#, "a[$(touch lever-canary)]", Runs),
    ("hole_builtin", "[ -v {{x}} ]", "bash", r#"[ -v "$1" ]"#, "a[$(touch lever-canary)]", Runs),
    ("hole_builtin", "export {{x}}; bash -c true", "bash", r#"export "$1"; bash -c true"#, "BASH_ENV=./evil.sh", Runs),
    ("hole_builtin", "declare {{x}}", "bash", r#"declare "$1""#, "a[$(touch lever-canary)]=1", Runs),
    ("hole_builtin", "typeset {{x}}", "bash", r#"typeset "$1""#, "a[$(touch lever-canary)]=1", Runs),
    ("hole_builtin", "readonly {{x}}; bash -c true", "sh", r#"export BASH_ENV; readonly "$1"; bash -c true"#, "BASH_ENV=./evil.sh", Runs),
    ("hole_builtin", "trap {{x}} EXIT", "sh", r#"trap "$1" EXIT"#, "touch lever-canary", Runs),
    ("hole_builtin", ". {{x:path}}", "sh", r#". "$1""#, "./evil.sh", Runs),
    ("hole_builtin", "source {{x:path}}", "bash", r#"source "$1""#, "./evil.sh", Runs),
    ("hole_builtin", "let {{x}}", "bash", r#"let "$1""#, "a[$(touch lever-canary)]", Runs),
    ("hole_builtin", "unset {{x}}", "bash", r#"a=(1); unset "$1""#, "a[$(touch lever-canary)]", Runs),
    ("hole_builtin", "alias {{x}}", "bash", "shopt -s expand_aliases\nalias \"$1\"\nls", "ls=touch lever-canary", Runs),
    ("hole_builtin", "echo | mapfile -C {{x}} -c 1", "bash", r#"echo | mapfile -C "$1" -c 1"#, "touch lever-canary #", Runs),
    ("hole_builtin", "compgen -W {{x}}", "bash", r#"compgen -W "$1""#, "$(touch lever-canary)", Runs),
    ("hole_builtin", "set -- {{x}}", "sh", r#"set -- "$1"; eval "$1""#, "touch lever-canary", Runs),
    ("hole_variable_name", "env {{x}} bash -c true", "sh bash env", r#"env "$1" bash -c true"#, "BASH_ENV=./evil.sh", Runs),
    ("hole_program_text", "sh -c \"ls {{x}}\"", "sh", r#"sh -c "ls $1""#, "; touch lever-canary", Runs),
    ("hole_program_text", "bash -lc 'ls {{x}}'", "sh bash", r#"bash -lc 'ls '"$1"''"#, "; touch lever-canary", Runs),
    ("hole_program_text", "sudo -u root env A=1 timeout 5 nice sh -c {{x}}", "sh timeout nice", r#"env A=1 timeout 5 nice sh -c "$1""#, "touch lever-canary", Runs),
    ("hole_program_text", "echo a | xargs -I{} sh -c 'echo {} {{x}}'", "sh xargs", r#"echo a | xargs -I{} sh -c 'echo {} '"$1"''"#, "; touch lever-canary", Runs),
    ("hole_program_text", "find . -exec sh -c 'ls {{x}}' \\;", "sh find", r#"find . -maxdepth 0 -exec sh -c 'ls '"$1"'' \;"#, "; touch lever-canary", Runs),
    ("hole_program_text", "docker exec web sh -c \"ls {{x}}\"", "sh", r#"sh -c "ls $1""#, "; touch lever-canary", Runs),
    ("hole_program_text", "unheard-of --in box bash -ec {{x}}", "sh", r#"sh -ec "$1""#, "touch lever-canary", Runs),
    ("hole_program_text", "awk 'BEGIN {print {{x}}}'", "sh awk", r#"awk 'BEGIN {print '"$1"'}'"#, "system(\"touch lever-canary\")", Runs),
    ("hole_program_text", "awk -F: '$1 ~ /{{x}}/' f", "sh awk", r#"awk -F: '$1 ~ /'"$1"'/' f"#, "/; BEGIN {system(\"touch lever-canary\")} /", Runs),
    ("hole_program_text", "echo a | sed 's/a/{{x}}/'", "sh sed", r#"echo a | sed 's/a/'"$1"'/'"#, "b/;1e touch lever-canary #", Runs),
    ("hole_program_text", "echo a | sed -n -e '{{n}}p'", "sh sed", r#"echo a | sed -n -e "$1"p"#, "1e touch lever-canary #", Runs),
    ("hole_program_text", "perl -e 'print {{x}}'", "sh perl", r#"perl -e 'print '"$1"''"#, "system(\"touch lever-canary\")", Runs),
    ("hole_program_text", "python3 -c 'print({{x}})'", "sh python3", r#"python3 -c 'print('"$1"')'"#, "__import__('os').system('touch lever-canary')", Runs),
    ("hole_program_text", "node -e 'console.log({{x}})'", "sh node", r#"node -e 'console.log('"$1"')'"#, "require('child_process').execSync('touch lever-canary')", Runs),
    ("hole_program_text", "ruby -e 'puts {{x}}'", "sh ruby", r#"ruby -e 'puts '"$1"''"#, "system('touch lever-canary')", Runs),
    ("hole_program_text", "sqlite3 x.db \"select {{x}}\"", "sh sqlite3", r#"sqlite3 x.db "$1""#, ".shell touch lever-canary", Runs),
    ("hole_program_text", "tmux send-keys -t main {{x}} Enter", "sh", r#"sh -c "$1""#, "touch lever-canary", Runs),
    ("hole_program_text", "screen -S main -X stuff {{x}}", "sh", r#"sh -c "$1""#, "touch lever-canary", Runs),
    ("hole_program_text", "jq '.{{x}}' f.json", "sh jq", r#"printf '%s\0' "$(jq -n '{}.'"$1"'')""#, "a, env.HOME", Loses),
    ("hole_program_option", "tar -cf /dev/null --checkpoint=1 --checkpoint-action=exec={{x}} .", "sh tar", r#"tar -cf /dev/null --checkpoint=1 --checkpoint-action=exec="$1" ."#, "touch lever-canary", Runs),
    ("hole_program_name", "tar -I {{x}} -cf a.tar .", "sh tar", r#"tar -I "$1" -cf a.tar ."#, "touch lever-canary", Runs),
    ("hole_program_name", "env -S {{x}}", "sh env", r#"env -S "$1""#, "touch lever-canary", Runs),
    ("hole_program_name", "find . -exec {{x}} lever-canary \\;", "sh find", r#"find . -maxdepth 0 -exec "$1" lever-canary \;"#, "touch", Runs),
    ("hole_rejoined", "watch -n 1 ls {{x}}", "sh", r#"sh -c "ls $1""#, "; touch lever-canary", Runs),
    ("hole_rejoined", "ssh web ls {{x}}", "sh", r#"PATH=.:$PATH; ssh web ls "$1""#, "; touch lever-canary", Runs),
    ("hole_rejoined", "ssh -p 22 {{user}}@{{host}} \"ls {{x}}\"", "sh", r#"PATH=.:$PATH; ssh web "ls $1""#, "$(touch lever-canary)", Runs),
    ("hole_standard_input", "echo {{x}} | sh", "sh", r#"echo "$1" | sh"#, "touch lever-canary", Runs),
    ("hole_standard_input", "echo {{x}} | cat | sudo bash -s", "sh bash", r#"echo "$1" | cat | bash -s"#, "touch lever-canary", Runs),
    ("hole_standard_input", "sh <<EOF\nls {{x}}\nEOF", "sh", "sh <<EOF\nls $1\nEOF", "; touch lever-canary", Runs),
    ("hole_standard_input", "bash <<< {{x}}", "bash", r#"bash <<< "$1""#, "touch lever-canary", Runs),
    ("hole_standard_input", "echo {{x}} | python3", "sh python3", r#"echo "$1" | python3"#, "import os; os.system('touch lever-canary')", Runs),
    ("hole_resplit", "echo {{x}} | xargs printf '%s\\0'", "sh xargs", r#"echo "$1" | xargs printf '%s\0'"#, "a b", Loses),
    ("hole_unquoted_substitution", "printf '%s\\0' $(basename {{x}})", "sh", r#"printf '%s\0' $(basename "$1")"#, "a b", Loses),
    ("hole_magic_open", "perl -ne 'print' {{x:path}}", "sh perl", r#"perl -ne 'print' "$1""#, "touch lever-canary|", Runs),
    ("hole_secret_argument", "sh -c 'printf %s \"$1\"' sh {{password}}", "sh", r#"sh -c 'xargs -0 printf "%s," < /proc/$$/cmdline' sh "$1""#, "hunter2", Loses),
];

#[test]
fn the_plain_translation_does_harm_and_the_template_is_refused() {
    let mut codes = std::collections::BTreeSet::new();
    let (mut shown, mut wrong) = (0, Vec::new());
    for (code, template, programs, plain, value, harm) in CASES {
        let error = match compile(&TemplateSource::new(template)) {
            Ok(plan) => {
                wrong.push(format!("{template}: taken: {plan:?}"));
                continue;
            }
            Err(error) => error,
        };
        if error.code() != *code {
            wrong.push(format!("{template}: {} and not {code}: {error}", error.code()));
            continue;
        }
        assert!(!error.hint().is_empty(), "{template}");
        let pointed = &template[error.span.clone()];
        assert!(
            pointed.starts_with("{{") && pointed.ends_with("}}"),
            "{template}: {pointed}"
        );
        codes.insert(*code);

        let programs: Vec<&str> = programs.split(' ').collect();
        if available(&programs).len() < programs.len() {
            continue;
        }
        shown += 1;
        let folder = Folder::new();
        folder.write("evil.sh", "touch lever-canary\n");
        folder.write("f", "a:b\n");
        // What a server does with the words it is sent.
        folder.write("ssh", "#!/bin/sh\nshift\nexec sh -c \"$*\"\n");
        let argv = [programs[0], "-c", plain, "lever", value].map(str::to_owned);
        let (output, _) = folder.run(&argv, &[]);
        match harm {
            Runs if folder.take_canary() => {}
            Runs => wrong.push(format!("no harm done by {plain} with {value}")),
            Loses => {
                let arrived = String::from_utf8_lossy(&output).into_owned();
                let whole = [
                    format!("{value}\0"),
                    format!("{value}\n"),
                    format!("{value}\0{value}\0"),
                ];
                if whole.contains(&arrived) {
                    wrong.push(format!("{plain} keeps {value}"));
                }
            }
        }
    }
    eprintln!(
        "{} kinds of refusal, {shown} of {} shown to do harm",
        codes.len(),
        CASES.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(codes.len() >= 30, "{codes:?}");
}

#[test]
fn holes_in_comments_and_unread_places_are_refused() {
    for (template, code) in [
        ("ls # {{x}}", "hole_comment"),
        ("ls {{x:path}} # all of {{x}}", "hole_comment"),
        ("sudo -u {{x}} {{y}}", "hole_program_name"),
        ("{{x}}() { ls; }", "hole_in_function"),
        ("coproc {{x}} { ls; }", "hole_not_understood"),
        ("perl -pi -e 's/a/b/' {{file}}", "hole_magic_open"),
        ("ssh {{user}}@{{host}} -- {{x}}", "hole_rejoined"),
        ("curl -u {{user}}:{{password}} {{url}}", "hole_secret_argument"),
        (
            "curl -H 'Authorization: Bearer {{token}}' {{url}}",
            "hole_secret_argument",
        ),
        ("LD_PRELOAD={{token}} ls", "hole_assignment"),
        ("GIT_ASKPASS={{password}} git fetch", "hole_assignment"),
    ] {
        let error = compile(&TemplateSource::new(template)).expect_err(template);
        assert_eq!(error.code(), code, "{template}: {error}");
    }
}

#[test]
fn options_and_subcommands_that_run_something_take_no_holes() {
    for line in [
        "tar --to-command={{x}} -xf a ¦ tar -cf a --use-compress-program {{x}} . ¦ tar --checkpoint-action=exec={{x}} -cf a . ¦ tar -F {{x}} -cf a .",
        "rsync -e {{x}} a b ¦ rsync --rsync-path={{x}} a b ¦ scp -S {{x}} a b: ¦ scp -oProxyCommand={{x}} a b: ¦ ssh -o {{x}} host",
        "ssh -o ProxyCommand={{x}} host ¦ ssh -F {{x}} host ¦ sort --compress-program={{x}} f ¦ sort --compress-prog={{x}} f",
        "git -c {{x}} status ¦ git -c core.pager={{x}} status ¦ git clone --upload-pack={{x}} u ¦ git clone -u {{x}} u ¦ git rebase -x {{x}} main",
        "git bisect run {{x}} ¦ git submodule foreach {{x}} ¦ git difftool -x {{x}} ¦ git difftool --extcmd={{x}} ¦ git grep -O{{x}} y",
        "git config {{x}} y ¦ git config alias.x {{x}} ¦ git config --global core.pager {{x}} ¦ git filter-branch --tree-filter {{x}}",
        "git --exec-path={{x}} status ¦ git clone --config {{x}} u ¦ find . -execdir {{x}} \\; ¦ fd -x {{x}} ¦ split --filter={{x}} f",
        "vim -c {{x}} f ¦ vim --cmd {{x}} f ¦ vim +{{x}} f ¦ emacs --eval {{x}} ¦ gdb -ex {{x}} f ¦ man -P {{x}} ls ¦ man --pager={{x}} ls ¦ less +{{x}} f",
        "wget -e {{x}} u ¦ wget --use-askpass={{x}} u ¦ rg --pre {{x}} y ¦ fzf --preview {{x}} ¦ tcpdump -z {{x}} ¦ make --eval={{x}}",
        "docker run --entrypoint {{x}} img ¦ docker run img {{x}} ¦ docker exec c {{x}} ¦ docker compose exec web {{x}} ¦ kubectl exec p -- {{x}}",
        "zip -TT {{x}} a b ¦ tmux new -d {{x}} ¦ tmux run-shell {{x}} ¦ tmux send-keys {{x}} ¦ screen -X stuff {{x}} ¦ screen -S a -dm {{x}}",
        "strace {{x}} ¦ su -c {{x}} ¦ su - bob -c {{x}} ¦ script -c {{x}} f ¦ flock f {{x}} ¦ flock f -c {{x}} ¦ systemd-run {{x}} ¦ entr {{x}}",
        "hyperfine 'ls {{x}}' ¦ parallel {{x}} ::: a ¦ ip netns exec n {{x}} ¦ perf stat {{x}} ¦ npx {{x:word}} ¦ npm exec {{x}} ¦ bundle exec {{x}}",
        "poetry run {{x}} ¦ uv run {{x}} ¦ conda run -n e {{x}} ¦ rlwrap {{x}} ¦ python3 -m {{x:word}} ¦ psql -c {{x}} ¦ mysql -e {{x}}",
        "redis-cli eval {{x}} 0 ¦ mongosh --eval {{x}} ¦ osascript -e {{x}} ¦ gnuplot -e {{x}} ¦ php -r {{x}} ¦ lua -e {{x}} ¦ deno eval {{x}}",
        "bun -e {{x}} ¦ expect -c {{x}} ¦ ansible all -m shell -a {{x}} ¦ vagrant ssh -c {{x}} ¦ gcloud compute ssh h --command {{x}}",
        "nc -e {{x}} h 1 ¦ socat EXEC:{{x}} - ¦ busybox {{x}} ¦ busybox sh -c {{x}} ¦ doas {{x}} ¦ pkexec {{x}} ¦ setsid {{x}} ¦ stdbuf -oL {{x}}",
        "sudo -u bob {{x}} ¦ timeout 5 {{x}} ¦ ionice -c 3 {{x}} ¦ chroot d {{x}} ¦ /lib64/ld-linux-x86-64.so.2 {{x}} ¦ unbuffer {{x}}",
    ] {
        for template in line.split(" ¦ ") {
            match compile(&TemplateSource::new(template)) {
                Ok(_) => panic!("{template} is taken"),
                Err(error) => assert!(error.code().starts_with("hole_"), "{template}: {error}"),
            }
        }
    }
}

#[test]
fn ordinary_options_take_holes() {
    for line in [
        "ssh -o ConnectTimeout={{n:int}} {{h:host}} uptime ¦ ssh -p {{p:port}} {{user}}@{{host}} ¦ git switch -c {{branch}} ¦ git commit -m {{m}}",
        "git config user.name {{x}} ¦ git config --get {{x:word}} ¦ git -C {{d:dir}} status ¦ tmux attach -t {{session}} ¦ screen -S {{session}}",
        "docker exec {{container}} ls {{d:dir}} ¦ kubectl logs {{pod}} -n {{namespace}} ¦ npm run {{script:word}} ¦ make {{target}}",
        "watch -n {{n:int}} df ¦ watch -x ls {{d:dir}} ¦ nice -n {{n:int}} ls ¦ timeout {{n:int}} ls ¦ sudo -u {{user}} ls {{d:dir}}",
        "awk -v x={{x}} '$1 == x' {{file}} ¦ jq {{filter}} {{file}} ¦ jq --arg k {{k}} '.[$k]' {{file}} ¦ python3 {{file}} {{x}} ¦ bash {{script}}",
        "find {{d:dir}} -name {{x}} -exec grep -l {{y}} {} + ¦ xargs -n {{n:int}} -a {{file}} echo ¦ env A=1 ls {{d:dir}} ¦ echo {{x}} | bc",
        "sh -c 'ls \"$1\"' sh {{x}} ¦ curl -H {{h2:text}} -o {{file}} {{url}} ¦ rsync -a {{src}} {{dest}} ¦ scp {{file}} {{host}}:/tmp/ ¦ kill -9 {{pid}}",
    ] {
        for template in line.split(" ¦ ") {
            if let Err(error) = compile(&TemplateSource::new(template)) {
                panic!("{template}: {} {error}", error.code());
            }
        }
    }
}

#[test]
fn records_are_split_at_nul() {
    assert_eq!(records(b"a\0b c\0"), ["a", "b c"]);
}

//! Ordinary values are taken: what a person would type is not refused, and arrives as typed.

use std::collections::BTreeMap;

use super::compile;
use super::shell::person;
use crate::command::TemplateSource;

/// `type: values`, values set apart by ` ¦ `.
const VALUES: &[(&str, &str)] = &[
    (
        "text",
        "hello ¦ hello world ¦ fix: typo in README ¦ O'Brien ¦ 50% ¦ a=b ¦ [x] ¦ *.log ¦ what? ¦ it's \"quoted\" ¦ 100% sure! ¦ \
         C++ ¦ a & b ¦ a;b ¦ a|b ¦ $HOME ¦ $5.00 ¦ `code` ¦ #42 ¦ @user ¦ user@host ¦ ~ ¦ tab\\t ¦ C:\\Users ¦ 1/2 ¦ (draft) ¦ {json} ¦ \
         {\"a\": 1} ¦ <tag> ¦ a, b ¦ naïve café ¦ 日本語 ¦ Привет ¦ مرحبا ¦ 🎉 ¦ 👩\u{200d}🚀 ¦ 🇩🇪 ¦ e\u{301} ¦ ½ ¦ € 20 ¦ 2026-11-22 ¦ 12:30 ¦ \
         2026-11-22T12:30:00Z ¦ Mon, 22 Nov ¦ key: value ¦ a.b.c ¦ ... ¦ x^2 ¦ ^start ¦ end$ ¦ [0-9]+ ¦ \\d+ ¦ foo.*bar ¦ +1 555 0100 ¦ \
         --- ¦ WIP - part two ¦ error|warn ¦ SELECT * FROM t ¦ !important ¦ a\\ b ¦ NULL ¦ true ¦ 0 ¦ x ¦ TODO(ann): check ¦ a/b/c ¦ 10.0.0.1 ¦ \
         nginx: worker ¦ \"quoted\" ¦ it’s “typographic” ¦ 2 × 3 ¦ ≤ 5 ¦ rock ’n’ roll ¦ a\u{a0}b ¦ x = y + 1",
    ),
    (
        "path",
        "/var/log/app.log ¦ a b.txt ¦ notes.md ¦ ./x ¦ ../up ¦ ../../etc ¦ . ¦ .. ¦ / ¦ /tmp ¦ ~/Downloads ¦ -dash.txt ¦ --help ¦ - ¦ a'b ¦ \
         it's here.txt ¦ *.log ¦ [1].txt ¦ {a}.txt ¦ 50%.txt ¦ a=b.txt ¦ a:b ¦ a;b ¦ a&b ¦ a#b ¦ #tmp# ¦ file~ ¦ $dir ¦ a`b ¦ café.pdf ¦ \
         日本.txt ¦ 📄.txt ¦ a,b ¦ @scope/pkg ¦ node_modules/.bin/x ¦ .git/config ¦ src/main.rs ¦ a+b ¦ (1).jpg ¦ IMG 0001 (2).JPG ¦ \
         foo.tar.gz ¦ \"q\".txt ¦ back\\slash ¦ new folder/old file ¦ !x ¦ a^b ¦ %20.html",
    ),
    (
        "word",
        "nginx:1.27 ¦ web-1 ¦ my_container ¦ user@host ¦ 2026-11-22 ¦ v1.2.3 ¦ ghcr.io/a/b:latest ¦ libssl-dev ¦ python3.12 ¦ a/b ¦ \
         @types/node ¦ lodash@4 ¦ HUP ¦ +x ¦ u+rwx ¦ 755 ¦ eth0 ¦ 10G ¦ root:root ¦ deploy/web ¦ app=web ¦ größe ¦ sha256:ab12",
    ),
    ("int", "0 ¦ 1 ¦ 20 ¦ 007 ¦ 123456789"),
    ("float", "1 ¦ 1.5 ¦ .5 ¦ 0.001"),
    ("dir", "src ¦ /srv/www ¦ my folder ¦ . ¦ -x ¦ ~/x"),
    (
        "host",
        "web01 ¦ example.com ¦ 10.0.0.1 ¦ ::1 ¦ root@web01 ¦ my_box ¦ a.b.c.d ¦ localhost ¦ db-1.internal ¦ deploy@10.1.2.3 ¦ bücher.de",
    ),
    (
        "url",
        "https://example.com ¦ http://localhost:3000/x?y=1&z=2#f ¦ example.com/a ¦ git@github.com:a/b.git ¦ ssh://git@host:22/x ¦ \
         https://u:p@h/x ¦ ftp://h/f ¦ https://example.com/ü",
    ),
    ("port", "1 ¦ 80 ¦ 8080 ¦ 65535"),
    (
        "ref",
        "main ¦ feature/x-1 ¦ v1.2.3 ¦ HEAD~2 ¦ HEAD^ ¦ a1b2c3d ¦ origin/main ¦ stash@{0} ¦ v1..v2 ¦ main...dev ¦ @ ¦ release-2026.11 ¦ fix/#12",
    ),
    ("choice(tcp|udp|-all)", "tcp ¦ udp ¦ TCP ¦ -all"),
    ("regex(v[0-9]+)", "v1 ¦ v22"),
    ("regex(-[a-z]+)", "-x ¦ -abc"),
];

#[test]
fn ordinary_values_are_taken_as_typed() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (kind, values) in VALUES {
        for value in values.split(" ¦ ") {
            let value = value.trim_start_matches(' ');
            for template in [
                "cat {{v:KIND}}",
                "tool --opt={{v:KIND}}",
                "cat \"x{{v:KIND}}\" | wc",
            ] {
                let template = template.replace("KIND", kind);
                let plan = compile(&TemplateSource::new(&template)).unwrap();
                let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
                match plan.bind(&given, &person()) {
                    Ok(bound) => {
                        let expected = if kind.starts_with("choice") {
                            value.to_lowercase()
                        } else {
                            value.to_owned()
                        };
                        let arrives = bound.argv.iter().any(|word| word.contains(&expected));
                        assert!(arrives, "{template} with {value}: {:?}", bound.argv);
                    }
                    Err(error) => wrong.push(format!("{template}: {error}")),
                }
            }
            count += 1;
        }
    }
    assert!(count >= 200, "{count}");
    assert!(wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
}

#[test]
fn ordinary_templates_take_ordinary_values() {
    for (template, value, expected) in [
        ("git commit -m {{v}}", "- fix the list", "- fix the list"),
        ("git commit -m {{v}}", "use std::mem", "use std::mem"),
        ("git grep {{v}}", "std::vec", "std::vec"),
        ("find . -name {{v}}", "!", "!"),
        ("make {{v:word}}", "build/x.o", "build/x.o"),
        ("awk -F {{v}} '{print $1}' f", "a=b", "a=b"),
        ("head -n {{v:int}} f", "-5", "-5"),
        ("grep {{v}} f", "-x", "-x"),
        ("git checkout {{v:ref}}", "feature/x-1", "feature/x-1"),
        ("docker run {{v:word}}", "nginx:1.27", "nginx:1.27"),
        ("find {{v:path}} -name '*.rs'", "-odd", "./-odd"),
        ("rm {{v:path}}", "-rf", "-rf"),
        ("ssh {{v:host}} uptime", "user@host", "user@host"),
        (
            "curl {{v:url}}",
            "https://example.com/[1-3]",
            "https://example.com/[1-3]",
        ),
        ("tar czf {{v:path}}.tgz src", "a b", "a b.tgz"),
    ] {
        let plan = compile(&TemplateSource::new(template)).unwrap();
        let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
        let bound = plan
            .bind(&given, &person())
            .unwrap_or_else(|error| panic!("{template} with {value}: {error}"));
        let found = bound
            .argv
            .iter()
            .any(|word| word == expected || word == &format!("./{expected}"));
        assert!(found, "{template}: {:?}", bound.argv);
    }
}

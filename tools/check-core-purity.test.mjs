// Run by: node --test tools/
import assert from "node:assert/strict";
import { test } from "node:test";

import { findDenied, findImpure } from "./check-core-purity.mjs";

const lines = (source) => findImpure(source).map(({ line }) => line);

test("finds what needs an operating system", () => {
  for (const bad of [
    "use std::fs;",
    "use std::{collections::BTreeMap, time::Instant};",
    'fn f() { std::env::var("X"); }',
    "let now = Instant::now();",
    "static mut COUNT: u32 = 0;",
    "static CACHE: OnceLock<u32> = OnceLock::new();",
    "use std::sync::LazyLock;",
    "static N: AtomicU32 = AtomicU32::new(0);",
    "thread_local! { static A: u32 = 1; }",
    'println!("x");',
  ]) {
    assert.notDeepEqual(lines(bad), [], bad);
  }
});

test("says where", () => {
  assert.deepEqual(lines("fn a() {}\n\nuse std::net;\n"), [3]);
});

test("leaves pure code, comments, strings and tests alone", () => {
  for (const good of [
    "use std::sync::Arc; use std::ops::Range;",
    "host.parse::<std::net::Ipv4Addr>().is_ok()",
    "// std::fs is not used\n/* std::net */",
    'const A: &str = "std::fs"; const B: &str = r#"std::env"#;',
    'const C: char = \'"\'; const D: &str = "std::env";',
    "static TABLE: [u32; 4] = [1, 2, 3, 4];",
    // A cell inside a value is set once and is no global.
    "use std::sync::OnceLock; struct Slot { regex: OnceLock<u32> }",
    "#[cfg(test)]\nmod tests { use std::fs; fn f() { if true { println!() } } }",
    "#[cfg(test)]\nuse std::env;\n",
    "fn f<'a>(x: &'a str) -> &'a str { x }",
  ]) {
    assert.deepEqual(lines(good), [], good);
  }
  assert.deepEqual(lines("#[cfg(test)]\nmod tests { }\nuse std::fs;"), [3]);
});

test("finds denied crates", () => {
  assert.deepEqual(findDenied("lever-core v0.1.0 (/x)\nserde v1.0\ntokio v1.2 (*)\nrusqlite v0.41\ntokio v1.2"), [
    "rusqlite",
    "tokio",
  ]);
});

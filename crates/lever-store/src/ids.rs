//! Ids of taught commands: short, without order to be read into them, unique in their namespace by construction.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer};

/// Crockford's base 32 in lower case: no i, l, o, u to be misread. <https://www.crockford.com/base32.html>
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

const BITS: u32 = 30;
const MASK: u64 = (1 << BITS) - 1;

const HALF: u32 = BITS / 2;

/// Odd, so each has an inverse modulo 2^30.
const FACTORS: [u64; 2] = [0x2C9E_5B35, 0x1B87_3593];

/// The id of the `number`th command of a layer: six digits up to 2^30 commands, seven from there on.
///
/// Each step can be undone modulo 2^30 (adding, multiplying by an odd number, folding the upper half into the lower),
/// so two numbers never share an id, and [`number`] finds the way back. The layer only shifts where the sequence starts.
pub(crate) fn command_id(layer: i64, number: u32) -> Box<str> {
    let number = u64::from(number);
    let mut mixed = (number + shift(layer)) & MASK;
    for factor in FACTORS {
        mixed = mixed.wrapping_mul(factor) & MASK;
        mixed ^= mixed >> HALF;
    }
    let mut left = mixed | (number >> BITS) << BITS;
    let mut id = [0; 7];
    for digit in id.iter_mut().rev() {
        *digit = DIGITS[(left & 31) as usize];
        left >>= 5;
    }
    let shown = if number >> BITS == 0 { &id[1..] } else { &id[..] };
    shown.iter().map(|&digit| char::from(digit)).collect()
}

/// The number of the command with this id, if it is an id of this layer at all.
pub(crate) fn number(layer: i64, id: &str) -> Option<u32> {
    if !matches!(id.len(), 6 | 7) {
        return None;
    }
    let mut read = 0;
    for byte in id.bytes() {
        read = read << 5 | DIGITS.iter().position(|&digit| digit == byte)? as u64;
    }
    let mut mixed = read & MASK;
    for factor in FACTORS.iter().rev() {
        mixed ^= mixed >> HALF;
        mixed = mixed.wrapping_mul(inverse(*factor)) & MASK;
    }
    let number = u32::try_from(mixed.wrapping_sub(shift(layer)) & MASK | read & !MASK).ok()?;
    ((id.len() == 7) == (number >> BITS != 0)).then_some(number)
}

fn shift(layer: i64) -> u64 {
    layer.unsigned_abs().wrapping_mul(0x9E37_79B9) & MASK
}

/// Newton's iteration: each round doubles the number of right low bits, from the three that any odd number has.
const fn inverse(odd: u64) -> u64 {
    let mut found = odd;
    let mut round = 0;
    while round < 4 {
        found = found.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(found)));
        round += 1;
    }
    found & MASK
}

/// Whether it is the id of a pack's command.
pub(crate) fn is_packed(id: &str) -> bool {
    id.contains(':')
}

/// The row of a command, if `namespace` has it or a pack does.
pub(crate) fn locate(conn: &Connection, namespace: &str, id: &str) -> Outcome<Option<i64>> {
    if is_packed(id) {
        let mut query = conn.prepare_cached("SELECT seq FROM commands WHERE slug = ?1")?;
        return Ok(query.query_row([id], |row| row.get(0)).optional()?);
    }
    let Some(own) = layers::find(conn, Layer::Namespace(namespace))? else {
        return Ok(None);
    };
    let Some(number) = number(own.id, id) else {
        return Ok(None);
    };
    let mut query = conn.prepare_cached("SELECT seq FROM commands WHERE seq = ?1")?;
    Ok(query.query_row([own.row(number)], |row| row.get(0)).optional()?)
}

/// As [`locate`], where there has to be one.
pub(crate) fn require(conn: &Connection, namespace: &str, id: &str) -> Outcome<i64> {
    let unknown = || StoreError::UnknownCommand {
        namespace: namespace.into(),
        id: id.into(),
    };
    Ok(locate(conn, namespace, id)?.ok_or_else(unknown)?)
}

/// The id of the command in a row.
pub(crate) fn name(conn: &Connection, seq: i64) -> Outcome<Box<str>> {
    let slug: Option<Box<str>> = conn
        .prepare_cached("SELECT slug FROM commands WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))?;
    Ok(slug.unwrap_or_else(|| taught(seq)))
}

/// The id of a taught command in a row.
pub(crate) fn taught(seq: i64) -> Box<str> {
    command_id(seq >> 32, seq as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_do_not_repeat_in_a_layer() {
        let mut seen = HashSet::new();
        for number in (0..200_000)
            .chain((1 << 30) - 1000..(1 << 30) + 1000)
            .chain(u32::MAX - 1000..=u32::MAX)
        {
            let id = command_id(7, number);
            assert!(id.len() == if number < 1 << 30 { 6 } else { 7 }, "{id}");
            assert_eq!(super::number(7, &id), Some(number));
            assert!(seen.insert(id), "{number}");
        }
    }

    #[test]
    fn what_is_no_id_has_no_number() {
        for text in [
            "", "abc", "abcdefgh", "ABCDEF", "abcde!", "iiiiii", "äbcde", "0abcdef", "zzzzzzz",
        ] {
            assert_eq!(number(7, text), None, "{text}");
        }
    }

    #[test]
    fn layers_and_neighbours_look_different() {
        assert_ne!(command_id(1, 0), command_id(2, 0));
        let (a, b) = (command_id(1, 0), command_id(1, 1));
        assert!(
            a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count() >= 3,
            "{a} {b}"
        );
    }
}

//! Ids of taught commands: short, without order to be read into them, unique in their namespace by construction.

/// Crockford's base 32 in lower case: no i, l, o, u to be misread. <https://www.crockford.com/base32.html>
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

const BITS: u32 = 30;
const MASK: u64 = (1 << BITS) - 1;

/// The id of the `number`th command of a layer: six digits up to 2^30 commands, seven from there on.
///
/// Each step (adding, multiplying by an odd number, folding the upper half into the lower) can be undone modulo
/// 2^30, so two numbers never share an id. The layer only shifts where the sequence starts.
pub(crate) fn command_id(layer: i64, number: u32) -> String {
    let number = u64::from(number);
    let mut mixed = (number + layer.unsigned_abs().wrapping_mul(0x9E37_79B9)) & MASK;
    for factor in [0x2C9E_5B35, 0x1B87_3593] {
        mixed = mixed.wrapping_mul(factor) & MASK;
        mixed ^= mixed >> (BITS / 2);
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
            assert!(seen.insert(id), "{number}");
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

"""Writes the model file that `crates/lever-core/src/embed/learned/file.rs` reads in place."""

import json
import struct

import blake3
import numpy as np

VERSION = 5
HEADER = 48
ALIGN = 64
# So many rows have eight bits a number; the others have four, which costs next to nothing in a sum of several rows.
WIDE = 0


def widths(rows, bits):
    """Whole numbers of so many bits and one scale a row; the scale is kept with the upper half of a float32."""
    most = (1 << (bits - 1)) - 1
    scale = np.abs(rows).max(1) / most
    scale = (np.ascontiguousarray(scale, np.float32).view(np.uint32) + 0x8000) & 0xFFFF0000
    scale = scale.view(np.float32)
    safe = np.where(scale == 0, 1, scale)[:, None]
    return np.clip(np.rint(rows / safe), -most, most).astype(np.int8), scale


def quantise(table, wide):
    """(bytes of the rows, bytes of the scales, the table as it is read back): the first `wide` rows of 8 bits, the others of 4."""
    eight, four = widths(table[:wide], 8), widths(table[wide:], 4)
    nibbles = (four[0] + 8).astype(np.uint8)
    packed = nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)
    scale = np.concatenate([eight[1], four[1]])
    upper = (scale.view(np.uint32) >> 16).astype("<u2")
    read = np.vstack([eight[0], four[0]]).astype(np.float32) * scale[:, None]
    return eight[0].tobytes() + packed.tobytes(), upper.tobytes(), read


def write(path, pieces, tokens, wide, atoms, uses, commands, names, coefficients, provenance):
    """`pieces`: WordPieces; `tokens`, `commands`: tables; `atoms`: sorted hashes of the command table's rows; `uses`: how often
    each was met; `coefficients`: ranker, calibrator, sure and likely, as the Rust code reads them. Returns the model's id."""
    token_rows, token_scales, _ = quantise(tokens, wide)
    command_rows, command_scales, _ = quantise(commands, 0)
    texts = [token.encode() for token in [*pieces.continuations, *pieces.words]]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype("<u4")
    embedding = [
        (3, struct.pack("<4I", tokens.shape[1], len(pieces.continuations), wide, 0)),
        (4, starts.tobytes()),
        (5, b"".join(texts)),
        (6, token_rows),
        (7, token_scales),
        (8, np.array(atoms, "<u8").tobytes()),
        (9, command_rows),
        (10, command_scales),
        (13, np.clip(np.rint(16 * np.log2(1 + np.asarray(uses))), 0, 255).astype(np.uint8).tobytes()),
    ]
    # Vectors of two ids are never compared, so the id changes with whatever vectors are made of, and with nothing else.
    name = f"learned-{tokens.shape[1]}-{blake3.blake3(b''.join(part for _, part in embedding)).hexdigest()[:12]}"
    sections = [
        (1, json.dumps({"id": name, **provenance}, indent=1, sort_keys=True).encode()),
        (2, name.encode()),
        *embedding,
        (11, np.asarray(coefficients).astype("<f4").tobytes()),
        (12, " ".join(names).encode()),
    ]
    at = HEADER + 16 * len(sections)
    listed, body = b"", b""
    for kind, part in sections:
        gap = -(at + len(body)) % ALIGN
        body += bytes(gap)
        listed += struct.pack("<4I", kind, at + len(body), len(part), 0)
        body += part
    rest = listed + body
    head = b"LVRM" + struct.pack("<3I", VERSION, HEADER + len(rest), len(sections)) + blake3.blake3(rest).digest()
    with open(path, "wb") as file:
        file.write(head + rest)
    return name

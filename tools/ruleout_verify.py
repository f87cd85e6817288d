#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check a Ruleout bundle offline, with nothing but this file and Python 3.9 or later.

    python3 ruleout_verify.py bundle.json [--vkey KEY]... [--keyring FILE] [--policy FILE] [--strict] [--at DATE] [--json]

A review's package (one .html file) may stand in the bundle's place: the bundle in it is checked, and that nothing of
the file differs from what its manifest names. Compare the package's digest with the one you were told another way.

It shares no code with the program that made the bundle. It checks, where the bundle holds what is needed: the
checkpoint's signature, each entry's form and place in the log, that the entries are all there are, consistency with
an earlier checkpoint, the producers' chains, the authors' signatures, the objects that entries name by digest, that
every disclosure fits its place, and whether a quorum of witnesses cosigned the checkpoint. What is absent is named with
the reason that the log gives; with --strict it fails where the log gives none.

It does NOT replay decisions, or know whose keys these are: name the log's keys with --vkey, the authors' with --keyring
(a JSON list of {vkey, person, roles, from}) and your witnesses with --policy (C2SP tlog-policy), else it uses those of
the bundle and says so. Exit code: 0 nothing failed, 1 something failed, 2 no bundle, 3 a --host compared with nothing.

The format is docs/guide/bundle-format.md; the clauses are docs/spec/ledger.md.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import re
import sys
from datetime import datetime, timedelta, timezone

FORMAT = "ruleout-bundle/2"
FIRST_FORMAT = "ruleout-bundle/1"  # no disclosures, audience or policy
AUDIENCES = ("public", "staff", "reviewer", "regulator")
PAYLOAD_TYPE = b"application/vnd.ruleout.entry+json"
MAX_BUNDLE_BYTES = 256 * 1024 * 1024
MAX_ENTRY_BYTES = 32 * 1024
MAX_INTEGER = 2**53 - 1
KEY_ENDING = b'"type":"key","v":1}'  # of the canonical bytes of every `key` entry
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
SHA256 = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z0-9][A-Za-z0-9._:/@-]{0,199}")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")
KEY_ID = re.compile(r"[^\s+]{1,200}\+[0-9a-f]{8}")
SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")
SALTED = re.compile(r"[A-Za-z0-9_-]{43}")
SALT = re.compile(r"[A-Za-z0-9_-]{22}")
SEGMENT = re.compile(r"[a-z0-9][a-z0-9.-]{0,119}")
WORKER = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# Why something is hidden, and on what ground it was removed: closed lists.
CLASSES = ("ip", "cybersecurity", "public-safety", "national-security", "legal", "privacy")
GROUNDS = ("personal-data", "court-order", "third-party", "recorded-in-error")
NEVER_HIDDEN = ("key", "witness", "redaction", "erasure", "host-log")
MAX_DISCLOSURE_CHARS = 8 * 1024 * 1024
MAX_LEVELS = 20
MAX_WORDS = 2000

# Kind of entry: subject fields it must have, fields it may have, least number of refs, whether an author signs.
SCHEMAS = {
    "framework": ("framework version", "act document effective in_force supersedes", 1, True),
    "evidence": ("case evidence", "status format evaluated owner valid_until", 1, False),
    "determination": ("case threshold finding", "prong dated valid_until replaces", 1, True),
    "safeguard": ("case safeguard met", "kind dated valid_until replaces", 1, True),
    "peer": ("question holds covers grade as_of", "case valid_until replaces", 1, True),
    "decision": (
        "case framework version activity outcome input_digest",
        "scope model at regime engine result_digest replaces",
        1,
        True,
    ),
    "approval": ("role act input_digest", "case decision at", 0, True),
    "permit": ("permit act role", "decision not_before expires", 0, True),
    "key": ("vkey roles from", "act compromised_from of replaces until", 0, True),
    "withdrawal": ("act", "digests tool tool_version producer model_digest revision lifts", 1, True),
    "goal": ("roadmap goal act", "area target before flagged superseded_by", 1, True),
    "grade": ("roadmap goal", "says by comment_from comment_until", 1, True),
    "duty": ("act", "event duty regime about at until", 0, True),
    "incident": ("incident act", "regime stage into discovered", 0, True),
    "deviation": ("deviation act", "framework version clause discovered corrected", 0, True),
    "concern": ("concern act", "quarter status anonymous", 0, True),
    "request": (
        "request act",
        "kind answer clause models instrument requester_kind expires forum as_of",
        0,
        True,
    ),
    "report": ("report kind act", "at audience covers framework model published regime replaces version", 0, True),
    "redaction": ("act", "audiences authority class digests entry lifts location material review_by", 1, True),
    "erasure": ("entry ground digests", "authority", 1, True),
    "review": ("review act", "due independent report reviewer section version", 0, True),
    "witness": ("act", "name quorum vkey", 0, True),
    "audit-batch": ("segment worker first last count offset before after gap", "", 1, True),
    "kill": ("act epoch digest", "kills late", 0, True),
    "host-log": ("origin size checkpoint vkeys proof", "", 0, True),
}

UNWITNESSED = "unwitnessed: only the operator's own signature vouches that everyone is shown the same log"
NOT_REPLAYED = "decisions are not replayed here, and no check says that a model is safe"
PAGE_NOT_COMPARED = "the page is as its manifest names it; that it shows what the record says is not compared here"
OWN_KEYS = "the log's keys come from the bundle itself: compare them with keys you know from elsewhere"
OWN_RING = "the authors' keys come from the bundle itself: compare them with keys you know from elsewhere"
OWN_POLICY = "the policy of witnesses comes from the bundle itself: compare it with one you know from elsewhere"
ED25519, COSIGNER, ML_DSA = 1, 4, 6  # types of keys by C2SP signed-note and tlog-cosignature
MAX_TIME = 253402300799
LEVELS = ("signature", "inclusion", "consistency", "full-audit")


class BadInput(Exception):
    """The file is not a bundle."""


class BadPackage(BadInput):
    """A review's package is not as it was made: whatever it carries proves nothing."""


class Failed(Exception):
    """A check does not hold."""


class NotDone(Exception):
    """A check cannot be made with what there is."""


# --- canonical JSON (RFC 8785 without floats) -----------------------------------------------------------------------


def canonical(value, depth=64):
    require_profile(value, depth)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def require_profile(value, depth):
    if type(value) is int and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ValueError("integer out of range")
    if type(value) is dict:
        if not all(key.isascii() for key in value):
            raise ValueError("key that is not ASCII")
        value = list(value.values())
    if type(value) is list:
        if depth == 0:
            raise ValueError("nested too deep")
        for item in value:
            require_profile(item, depth - 1)
    elif type(value) is float:
        raise ValueError("a float")


def parse_canonical(data, most_bytes, depth, error):
    if len(data) > most_bytes:
        raise error("expected at most %d bytes, got %d" % (most_bytes, len(data)))
    try:
        value = json.loads(data.decode("utf-8"), parse_int=bounded_int, parse_float=refuse, parse_constant=refuse)
        made = canonical(value, depth)
    except (ValueError, RecursionError) as problem:
        raise error("expected canonical JSON, got %s: %.100s" % (type(problem).__name__, problem)) from problem
    if made != data:
        raise error("expected canonical bytes, got another spelling")
    return value


def bounded_int(text):
    if len(text) > 17:
        raise ValueError("integer out of range")
    return int(text)


def refuse(text):
    raise ValueError("expected an integer, got %.40r" % text)


# --- Ed25519 (RFC 8032), strict: canonical encodings, no point of small order -----------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(one, other):
    """Add points in extended coordinates (x, y, z, t)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def decode_point(encoded):
    """Return the point that 32 bytes encode canonically, or None."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(encoded) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (v * x * x - u) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def is_small(point):
    """Say whether eight times the point is the neutral element."""
    for _ in range(3):
        point = add(point, point)
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify_ed25519(public_key, message, signature):
    """Say whether the signature is valid: S below the group's order, sB - kA encodes to exactly R."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, r = decode_point(public_key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= L or is_small(key) or is_small(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    minus = (P - key[0], key[1], 1, P - key[3])
    sums = {(1, 0): BASE, (0, 1): minus, (1, 1): add(BASE, minus)}
    point = NEUTRAL
    for bit in range(252, -1, -1):
        point = add(point, point)
        bits = (s >> bit & 1, k >> bit & 1)
        if bits in sums:
            point = add(point, sums[bits])
    # Equal as fractions: x1/z1 = x2/z2 and y1/z1 = y2/z2. R is canonical, so this is equality of encodings.
    return (point[0] - r[0] * point[2]) % P == 0 and (point[1] - r[1] * point[2]) % P == 0


# --- ML-DSA-44 (FIPS 204), verification only, empty context -------------------------------------------------------------

Q = 8380417
GAMMA_1, GAMMA_2, TAU, BETA, OMEGA = 2**17, (Q - 1) // 88, 39, 78, 80
ZETAS = [pow(1753, int(format(nth, "08b")[::-1], 2), Q) for nth in range(256)]


def ntt(poly):
    """Return the number-theoretic transform of 256 coefficients."""
    w, nth, length = list(poly), 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            nth += 1
            zeta = ZETAS[nth]
            for j in range(start, start + length):
                t = zeta * w[j + length] % Q
                w[j], w[j + length] = (w[j] + t) % Q, (w[j] - t) % Q
        length //= 2
    return w


def inverse_ntt(poly):
    w, nth, length = list(poly), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            nth -= 1
            zeta = Q - ZETAS[nth]
            for j in range(start, start + length):
                t = w[j]
                w[j], w[j + length] = (t + w[j + length]) % Q, zeta * (t - w[j + length]) % Q
        length *= 2
    return [value * 8347681 % Q for value in w]


def unpack(data, bits):
    """Return the unsigned integers of so many bits that bytes hold, lowest bits first."""
    whole = int.from_bytes(data, "little")
    return [whole >> at & (1 << bits) - 1 for at in range(0, 8 * len(data), bits)]


def matrix_entry(rho, row, column):
    """Sample a polynomial, in the transform's domain, by refusing values of Q and above."""
    stream = hashlib.shake_128(rho + bytes([column, row])).digest(1344)  # 448 tries for 256: too few in no lifetime
    tries = (stream[at] | stream[at + 1] << 8 | (stream[at + 2] & 127) << 16 for at in range(0, 1344, 3))
    return [value for value in tries if value < Q][:256]


def challenge(seed):
    """Return the polynomial with TAU coefficients of 1 or -1 that a seed gives."""
    stream = hashlib.shake_256(seed).digest(1024)
    signs, at, poly = int.from_bytes(stream[:8], "little"), 8, [0] * 256
    for i in range(256 - TAU, 256):
        while stream[at] > i:
            at += 1
        j, at = stream[at], at + 1
        poly[i], poly[j] = poly[j], 1 - 2 * (signs & 1)
        signs >>= 1
    return poly


def unpack_hints(data):
    """Return the places of hints for each of four polynomials, or None for another spelling than the one."""
    hints, start = [], 0
    for end in data[OMEGA:]:
        places = list(data[start:end])
        if not start <= end <= OMEGA or places != sorted(set(places)):
            return None
        hints.append(set(places))
        start = end
    return None if any(data[start:OMEGA]) else hints


def high_bits(value, hint):
    low = value % (2 * GAMMA_2)
    low = low - 2 * GAMMA_2 if low > GAMMA_2 else low
    high = 0 if value - low == Q - 1 else (value - low) // (2 * GAMMA_2)
    low = low - 1 if value - low == Q - 1 else low
    return high if not hint else (high + 1 if low > 0 else high - 1) % 44


def verify_ml_dsa_44(public_key, message, signature):
    """Say whether the signature is valid."""
    if len(public_key) != 1312 or len(signature) != 2420:
        return False
    rho, seed, hints = public_key[:32], signature[:32], unpack_hints(signature[2336:])
    z = [[GAMMA_1 - v for v in unpack(signature[at : at + 576], 18)] for at in range(32, 2336, 576)]
    if hints is None or any(abs(value) >= GAMMA_1 - BETA for poly in z for value in poly):
        return False
    about = hashlib.shake_256(public_key).digest(64) + b"\x00\x00" + message
    mu = hashlib.shake_256(about).digest(64)
    z_hat, c_hat, packed = [ntt(poly) for poly in z], ntt(challenge(seed)), b""
    for row in range(4):
        t = ntt([value << 13 for value in unpack(public_key[32 + 320 * row : 352 + 320 * row], 10)])
        total = [-c * one % Q for c, one in zip(c_hat, t)]
        for column in range(4):
            entry = matrix_entry(rho, row, column)
            total = [(sum_ + a * b) % Q for sum_, a, b in zip(total, entry, z_hat[column])]
        high = [high_bits(value, at in hints[row]) for at, value in enumerate(inverse_ntt(total))]
        packed += sum(value << 6 * at for at, value in enumerate(high)).to_bytes(192, "little")
    return seed == hashlib.shake_256(mu + packed).digest(32)


# --- keys, notes, checkpoints -----------------------------------------------------------------------------------------


def decode64(text, error):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as problem:
        raise error("expected base64, got %.40r" % text) from problem
    if base64.b64encode(data).decode("ascii") != text:
        raise error("expected canonical base64, got %.40r" % text)
    return data


def is_key_name(name):
    return 0 < len(name) <= 200 and name.isprintable() and "+" not in name and not any(c.isspace() for c in name)


def parse_vkey(text, error=BadInput):
    """Return (name+id, public key) of an Ed25519 key."""
    key_id, (_, public_key) = parse_key(text, (ED25519,), error)
    return key_id, public_key


def parse_log_key(text, error=BadInput):
    return parse_key(text, (ED25519, ML_DSA), error)


def parse_key(text, kinds, error):
    """Return (name+id, (type, public key))."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise error("expected name+id+base64, got %.80r" % text)
    material = decode64(parts[2], error)
    kind, public_key = (material[0] if material else 0), material[1:]
    sound = len(public_key) == 1312 if kind == ML_DSA else is_sound_key(public_key)
    if kind not in kinds or not sound or (kind != ED25519 and len(parts[0].encode("utf-8")) > 255):
        raise error("expected a sound key of type %s, got another" % " or ".join(map(str, kinds)))
    made = hashlib.sha256(parts[0].encode("utf-8") + b"\n" + material).hexdigest()[:8]
    if made != parts[1]:
        raise error("expected key id %s, got %.16r" % (made, parts[1]))
    return "%s+%s" % (parts[0], made), (kind, public_key)


def is_sound_key(encoded):
    """Say whether 32 bytes hold a canonical y that is not of small order, whichever the sign of x."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    point = decode_point(y.to_bytes(32, "little"))
    return len(encoded) == 32 and y < P and (point is None or not is_small(point))


def open_note(note, keys):
    """Return the text of a note, and the time of each signature, by name+id, of the keys ({name+id: (type, key)})."""
    body, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    text = body + "\n"
    if len(note.encode("utf-8")) > 65536 or not gap or lines[-1] or not 2 <= len(lines) <= 101 or bad_characters(note):
        raise Failed("expected a signed note, got something else")
    signed = {}
    for line in lines[:-1]:
        name, space, encoded = line[2:].partition(" ")
        if line[:2] != "\u2014 " or not space or not is_key_name(name):
            raise Failed("expected a signature line, got %.60r" % line)
        material = decode64(encoded, Failed)
        if len(material) < 5:
            raise Failed("expected a key id and a signature, got %d bytes" % len(material))
        key_id = "%s+%s" % (name, material[:4].hex())
        if key_id not in keys:
            continue
        time = time_if_valid(name, keys[key_id], text, material[4:])
        if key_id in signed or time is None:
            raise Failed("expected one valid signature by %s, got another" % key_id)
        signed[key_id] = time
    return text, signed


def time_if_valid(name, key, text, signature):
    """Return the time that a valid signature over a note's text states, 0 for none; None if it is not valid."""
    kind, public_key = key
    if kind == ED25519:
        return 0 if verify_ed25519(public_key, text.encode("utf-8"), signature) else None
    time = int.from_bytes(signature[:8], "big")
    if len(signature) <= 8 or time > MAX_TIME:
        return None
    if kind == COSIGNER:
        message = ("cosignature/v1\ntime %d\n%s" % (time, text)).encode("utf-8")
        return time if verify_ed25519(public_key, message, signature[8:]) else None
    origin, size, root = parse_head(text)
    if len(origin.encode("utf-8")) > 255:
        return None
    parts = [b"subtree/v1\n\x00", short(name), time.to_bytes(8, "big"), short(origin), bytes(8)]
    message = b"".join(parts) + size.to_bytes(8, "big") + root
    return time if verify_ml_dsa_44(public_key, message, signature[8:]) else None


def short(text):
    data = text.encode("utf-8")
    return bytes([len(data)]) + data


def bad_characters(text):
    return any(ord(char) < 0x20 and char != "\n" for char in text)


def parse_head(text):
    """Return (origin, size, root) of a checkpoint's text."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise Failed("expected origin, size and root lines, got others")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) or int(lines[1]) >= 2**63:
        raise Failed("expected a size, got %.40r" % lines[1])
    root = decode64(lines[2], Failed)
    if len(root) != 32:
        raise Failed("expected a root of 32 bytes, got %d" % len(root))
    return lines[0], int(lines[1]), root


def open_checkpoint(note, known, seen):
    """Return (size, root, keys) of a checkpoint that each algorithm of the log's keys at its size signed."""
    origin, size, root = parse_head(note.rpartition("\n\n")[0] + "\n")
    keys = log_keys_at(known, seen, size)
    text, signed = open_note(note, keys)
    if not signed or {keys[key_id][0] for key_id in signed} != {kind for kind, _ in keys.values()}:
        raise Failed("expected a signature by each algorithm of the log's keys, got %d" % len(signed))
    require(origin == seen["origin"] and parse_head(text) == (origin, size, root), "this log's origin", Failed)
    return size, root, keys


def log_keys_at(known, seen, size):
    """Return the log's keys at a size: the known ones, less those that a rotation ended, and those it named."""
    keys = dict(known)
    for raw, (index, _, _) in zip(seen.get("read", ()), seen["entries"]):
        if not is_log_rotation(raw) or index >= size:
            continue
        old, named = raw["subject"].get("replaces"), keys_named(raw)
        names = {key_id.rpartition("+")[0] for key_id in named}
        if type(old) is not str or old not in keys or names != {old.rpartition("+")[0]}:
            continue  # not by a key that counts: it says nothing
        require(keys[old][0] == ED25519, "the log's Ed25519 key in %s" % raw["id"], Failed)
        require(all(keys.get(key_id, key) == key for key_id, key in named.items()), "ids of their own", Failed)
        first = next(iter(named))
        for key_id, public_key in ((old, keys[old][1]), (first, named[first][1])):
            require(is_signed_by(raw, key_id, public_key), "%s to have signed %s" % (key_id, raw["id"]), Failed)
        ordered = list(keys)
        start = ordered.index(old)
        after = [at for at in range(start + 1, len(ordered)) if keys[ordered[at]][0] == ED25519]
        gone = ordered[start : after[0] if after else None] if index + 1 < size else []
        keys = {key_id: key for key_id, key in keys.items() if key_id not in gone and key_id not in named}
        keys.update(named)
    return keys


def is_log_rotation(raw):
    subject = raw["subject"]
    return raw["type"] == "key" and subject.get("act") == "rotate" and subject["roles"] == ["log"]


def keys_named(raw):
    """Return the keys that a `key` entry introduces: one, or of a log that signs with two, both; Ed25519 first."""
    stated = raw["subject"]["vkey"]
    stated = stated if type(stated) is list else [str(stated)]
    keys = dict(parse_log_key(text, Failed) for text in stated)
    sound = [kind for kind, _ in keys.values()][:1] == [ED25519] and len(keys) == len(stated) <= 2
    require(sound, "an Ed25519 key first in %s, and no id twice" % raw["id"], Failed)
    return keys


# --- Merkle tree (RFC 6962; proofs checked by splitting the range, top down) ------------------------------------------


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(row):
    if not row:
        return hashlib.sha256(b"").digest()
    while len(row) > 1:
        pairs = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) & ~1 :]
    return row[0]


def split(size):
    return 1 << ((size - 1).bit_length() - 1)


def root_by_inclusion(proof, leaf, index, size):
    """Return the root that a proof (leaf side first) leads to."""
    if size == 1:
        if proof:
            raise Failed("expected a shorter inclusion proof, got a longer one")
        return leaf
    if not proof:
        raise Failed("expected a longer inclusion proof, got a shorter one")
    left = split(size)
    if index < left:
        return node_hash(root_by_inclusion(proof[:-1], leaf, index, left), proof[-1])
    return node_hash(proof[-1], root_by_inclusion(proof[:-1], leaf, index - left, size - left))


def roots_by_consistency(proof, old, new, old_root, whole=True):
    """Return (old root, new root) that a consistency proof leads to; `whole`: the old tree is this subtree's."""
    if old == new:
        if whole == bool(proof) or len(proof) > 1:
            raise Failed("expected another number of hashes in the consistency proof, got %d" % len(proof))
        value = old_root if whole else proof[0]
        return value, value
    if not proof:
        raise Failed("expected a longer consistency proof, got a shorter one")
    left = split(new)
    if old <= left:
        before, after = roots_by_consistency(proof[:-1], old, left, old_root, whole)
        return before, node_hash(after, proof[-1])
    before, after = roots_by_consistency(proof[:-1], old - left, new - left, old_root, False)
    return node_hash(proof[-1], before), node_hash(proof[-1], after)


# --- a review's package: a page that carries a bundle between exact marks ------------------------------------------------

PARTS = ("manifest", "bundle", "verifier")
ANY_PART = re.compile(rb"<script[^>]{0,500}vnd\.ruleout\.", re.IGNORECASE)
MAX_PAGE_BYTES = 400 * 1024 * 1024


def is_page(data):
    return data[:64].lstrip().lower().startswith(b"<!doctype html")


def open_page(data):
    """Return (bundle's bytes, package's digest) of a page in which each part stands once and fits the manifest."""
    require(len(data) <= MAX_PAGE_BYTES, "a package of at most %d bytes" % MAX_PAGE_BYTES)
    parts = "one manifest, one bundle and one verifier in the package"
    require(len(ANY_PART.findall(data)) == len(PARTS), parts, BadPackage)
    places = {part: place_of(data, part) for part in PARTS}
    found = {part: decode64(data[start:end].decode("latin-1"), BadPackage) for part, (start, end) in places.items()}
    named = parse_canonical(found["manifest"], 256 * 1024, 3, BadPackage)
    require(type(named) is dict, "an object as the package's manifest", BadPackage)
    start, end = places["manifest"]
    made = {"page": data[:start] + data[end:], "bundle": found["bundle"], "verifier": found["verifier"]}
    for name, part in made.items():
        is_named = hashlib.sha256(part).hexdigest() == named.get(name)
        require(is_named, "the %s that the package's manifest names" % name, BadPackage)
    return found["bundle"], hashlib.sha256(found["manifest"]).hexdigest()


def place_of(data, part):
    mark = ('<script type="application/vnd.ruleout.%s;base64" id="sealed-%s">' % (part, part)).encode("ascii")
    require(data.count(mark) == 1, "exactly one %s in the package" % part, BadPackage)
    start = data.index(mark) + len(mark)
    end = data.find(b"</script>", start)
    require(end >= 0, "an end of the %s in the package" % part, BadPackage)
    return start, end


# --- the bundle ---------------------------------------------------------------------------------------------------------


def require(holds, expected, error=BadInput):
    if not holds:
        raise error("expected %s, got something else" % expected)


def is_list(value, kind=None):
    return type(value) is list and (kind is None or all(type(item) is kind for item in value))


def parse_bundle(data):
    raw = parse_canonical(data, MAX_BUNDLE_BYTES, 6, BadInput)
    fields = {"format", "origin", "checkpoint", "vkeys", "mode", "entries", "earlier", "objects", "keyring"}
    require(type(raw) is dict and raw.get("format") in (FORMAT, FIRST_FORMAT), "an object of " + FORMAT)
    more = {} if raw["format"] == FIRST_FORMAT else {"disclosures", "audience", "policy"}
    require(raw.keys() == fields.union(more), "the fields of " + raw["format"])
    texts, audience, policy = raw.get("disclosures", []), raw.get("audience"), raw.get("policy")
    require(is_list(texts, str) and len(texts) <= 10000000, "disclosures as at most ten million strings")
    require(audience is None or audience in AUDIENCES, "an audience or null")
    require(policy is None or type(policy) is str, "policy as text or null")
    require(type(raw["origin"]) is str and type(raw["checkpoint"]) is str, "origin and checkpoint as strings")
    require(raw["mode"] in ("full", "proofs"), "mode full or proofs")
    require(is_list(raw["vkeys"], str) and len(raw["vkeys"]) <= 1000, "vkeys as at most 1000 strings")
    require(is_list(raw["entries"]) and len(raw["entries"]) <= 1000000, "entries as a list of at most a million")
    full = raw["mode"] == "full"
    earlier = raw["earlier"]
    if earlier is not None:
        require(type(earlier) is dict and earlier.keys() == {"checkpoint", "proof"}, "earlier of two fields")
        require(type(earlier["checkpoint"]) is str, "earlier checkpoint as a string")
        earlier = (earlier["checkpoint"], parse_proof(earlier["proof"]))
    require(type(raw["objects"]) is dict and all(SHA256.fullmatch(key) for key in raw["objects"]), "objects by SHA-256")
    require(all(type(text) is str for text in raw["objects"].values()), "objects as strings")
    vkeys = dict(parse_log_key(text) for text in raw["vkeys"])
    require(len(vkeys) == len(raw["vkeys"]), "each of vkeys once")
    return {
        "origin": raw["origin"],
        "checkpoint": raw["checkpoint"],
        "vkeys": vkeys,
        "full": full,
        "entries": [parse_bundled(item, nth, full) for nth, item in enumerate(raw["entries"])],
        "earlier": earlier,
        "objects": {digest: decode64(text, BadInput) for digest, text in raw["objects"].items()},
        "keyring": parse_keyring(raw["keyring"]),
        "keyring_digest": keyring_digest(raw["keyring"]),
        "disclosures": texts,
        "audience": audience,
        "policy": policy,
    }


def parse_bundled(item, nth, full):
    """Return (index, bytes, proof)."""
    if full:
        require(type(item) is str, "entries as strings")
        return nth, item.encode("utf-8"), []
    require(type(item) is dict and item.keys() == {"index", "entry", "proof"}, "entries of three fields")
    require(type(item["index"]) is int and item["index"] >= 0 and type(item["entry"]) is str, "index and entry")
    return item["index"], item["entry"].encode("utf-8"), parse_proof(item["proof"])


def parse_proof(items):
    require(is_list(items, str) and len(items) <= 64, "a proof of at most 64 hashes")
    proof = [decode64(text, BadInput) for text in items]
    require(all(len(part) == 32 for part in proof), "proof hashes of 32 bytes")
    return proof


def keyring_digest(items):
    """Return the digest of the holders in order of key id, as `key` entries name it."""
    ordered = sorted(items, key=lambda item: parse_vkey(item["vkey"])[0])
    return hashlib.sha256(canonical(ordered)).hexdigest()


def parse_keyring(items):
    """Return {name+id: (public key, roles, from)}."""
    require(is_list(items, dict) and len(items) <= 1000, "a keyring of at most 1000 holders")
    ring = {}
    for item in items:
        require(item.keys() == {"vkey", "person", "roles", "from"}, "holders of four fields")
        require(all(type(item[name]) is str for name in ("vkey", "person", "from")), "vkey, person, from as strings")
        require(is_list(item["roles"], str) and len(item["roles"]) <= 1000, "roles as strings")
        require(INSTANT.fullmatch(item["from"]), "from as an instant in UTC")
        key_id, public_key = parse_vkey(item["vkey"])
        require(key_id not in ring, "one holder per key id")
        ring[key_id] = (public_key, item["roles"], item["from"])
    return ring


# --- entries --------------------------------------------------------------------------------------------------------------


def parse_entry(data):
    raw = parse_canonical(data, MAX_ENTRY_BYTES, 4, Failed)
    fields = {"v", "type", "id", "ts", "producer", "pseq", "prev", "subject", "_sd_alg", "_sd", "refs", "sigs"}
    require(type(raw) is dict and raw.keys() == fields, "an entry's twelve fields", Failed)
    require(type(raw["v"]) is int and raw["v"] == 1 and raw["_sd_alg"] == "sha-256", "version 1 and sha-256", Failed)
    require(type(raw["type"]) is str and raw["type"] in SCHEMAS, "a known type", Failed)
    require(matches(raw["id"], NAME) and matches(raw["producer"], NAME), "id and producer of their form", Failed)
    require(matches(raw["ts"], INSTANT) and is_day(raw["ts"]), "ts as an instant in UTC", Failed)
    require(is_count(raw["pseq"]) and (raw["prev"] == "" or matches(raw["prev"], SHA256)), "pseq and prev", Failed)
    require((raw["prev"] == "") == (raw["pseq"] == 0), "an empty prev exactly for the first", Failed)
    must, may, least, _ = SCHEMAS[raw["type"]]
    subject, refs, sigs, salted = raw["subject"], raw["refs"], raw["sigs"], raw["_sd"]
    require(type(subject) is dict, "a subject", Failed)
    require(set(must.split()) <= subject.keys() <= set(must.split() + may.split()), "the kind's subject", Failed)
    require(
        all(type(item) in (str, int, bool) or is_list(item, str) for item in subject.values()), "plain fields", Failed
    )
    require(is_list(refs, dict) and least <= len(refs) <= 100 and all(map(is_ref, refs)), "refs of their form", Failed)
    require(len({ref["name"] for ref in refs}) == len(refs), "refs with names that differ", Failed)
    require(is_list(sigs, dict) and len(sigs) <= 100 and all(map(is_signature, sigs)), "sigs of their form", Failed)
    require(is_list(salted, str) and len(salted) <= 100 and salted == sorted(set(salted)), "_sd in order", Failed)
    require(all(SALTED.fullmatch(item) for item in salted), "_sd of digests", Failed)
    return raw


def matches(value, pattern):
    return type(value) is str and pattern.fullmatch(value) is not None


def is_count(value):
    return type(value) is int and value >= 0


def is_day(text):
    try:
        datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False
    return text[17:19] < "60"


def is_ref(ref):
    if ref.keys() != {"name", "sha256", "size", "media_type"} or not is_count(ref["size"]):
        return False
    return matches(ref["name"], NAME) and matches(ref["sha256"], SHA256) and matches(ref["media_type"], MEDIA_TYPE)


def is_signature(sig):
    return sig.keys() == {"keyid", "sig"} and matches(sig["keyid"], KEY_ID) and matches(sig["sig"], SIGNATURE)


# --- the checks -----------------------------------------------------------------------------------------------------------


def check_signature(seen):
    with contextlib.suppress(Failed):  # entries that cannot be read are said by their own step
        read_entries(seen)
    seen["head"] = open_checkpoint(seen["checkpoint"], seen["log_keys"], seen)
    return "size %d, root %s, %s" % (seen["head"][0], seen["head"][1].hex()[:12], seen["origin"])


def check_entries(seen):
    read_entries(seen)
    return "%d entries follow their schema" % len(seen["entries"])


def read_entries(seen):
    seen["read"] = [parse_entry(data) for _, data, _ in seen["entries"]]


def check_inclusion(seen):
    size, root, _ = established(seen)
    if seen["full"]:
        return check_full_audit(seen)
    if not seen["entries"]:
        raise NotDone("the bundle holds no entry")
    indices = [index for index, _, _ in seen["entries"]]
    require(indices == sorted(set(indices)) and indices[-1] < size, "entries in order, below the size", Failed)
    for index, data, proof in seen["entries"]:
        if root_by_inclusion(proof, leaf_hash(data), index, size) != root:
            raise Failed("expected entry %d under root %s, got another root" % (index, root.hex()[:12]))
    return "%d of %d entries, each by its proof" % (len(indices), size)


def check_full_audit(seen):
    size, root, _ = established(seen)
    if not seen["full"]:
        raise NotDone("the bundle holds chosen entries only: what else the log holds is not shown")
    made = root_hash([leaf_hash(data) for _, data, _ in seen["entries"]])
    if len(seen["entries"]) != size or made != root:
        raise Failed(
            "expected %d entries with root %s, got %d with %s"
            % (size, root.hex()[:12], len(seen["entries"]), made.hex()[:12])
        )
    return "%d entries make root %s" % (size, root.hex()[:12])


def check_consistency(seen):
    size, root, _ = established(seen)
    if seen["earlier"] is None:
        raise NotDone("the bundle holds no earlier checkpoint to compare with")
    note, proof = seen["earlier"]
    old_size, old_root, _ = open_checkpoint(note, seen["log_keys"], seen)
    require(old_size <= size, "an earlier size of at most %d" % size, Failed)
    if old_size == 0:
        holds = old_root == root_hash([]) and not proof
    else:
        holds = roots_by_consistency(proof, old_size, size, old_root) == (old_root, root)
    require(holds, "the earlier tree as a prefix of this one", Failed)
    return "size %d is a prefix of size %d" % (old_size, size)


def check_producers(seen):
    read = readable(seen)
    if not seen["full"]:
        raise NotDone("chosen entries do not show whole chains")
    ends, ids = {}, set()
    for raw, (index, data, _) in zip(read, seen["entries"]):
        if (raw["pseq"], raw["prev"]) != ends.get(raw["producer"], (0, "")) or raw["id"] in ids:
            raise Failed("expected the next entry of %s under a new id at %d, got another" % (raw["producer"], index))
        ids.add(raw["id"])
        ends[raw["producer"]] = (raw["pseq"] + 1, hashlib.sha256(data).hexdigest())
    told = ("%d producer%s, no gap" % (len(ends), "s" * (len(ends) != 1)), batches_chain(read), states_said(read))
    return "; ".join(one for one in told if one)


def batches_chain(read):
    """Check that the batches of each segment of run-time records follow each other without a hole; say how many."""
    ends, records, gaps = {}, 0, 0
    for raw in (raw for raw in read if raw["type"] == "audit-batch"):
        subject, refs = raw["subject"], {ref["name"]: ref for ref in raw["refs"]}
        whole = all(type(subject[name]) is int and subject[name] >= 0 for name in ("first", "last", "count", "offset"))
        digests = all(matches(subject[name], SHA256) for name in ("before", "after"))
        named = matches(subject["segment"], SEGMENT) and matches(subject["worker"], WORKER)
        sound = whole and digests and named and type(subject["gap"]) is bool and set(refs) == {"records"}
        require(sound, "a batch of its form at %s" % raw["id"], Failed)
        name = subject["segment"]
        start = hashlib.sha256(b"ruleout-audit/1\n" + name.encode("ascii")).hexdigest()
        expected = ends.get(name, (subject["worker"], 0, 0, start))
        got = (subject["worker"], subject["first"], subject["offset"], subject["before"])
        require(got == expected, "the batch after record %d of %s at %s" % (expected[1] - 1, name, raw["id"]), Failed)
        count = subject["last"] - subject["first"] + 1
        require(0 < count == subject["count"], "the count of %s" % raw["id"], Failed)
        size = refs["records"]["size"]
        ends[name] = (subject["worker"], subject["last"] + 1, subject["offset"] + size, subject["after"])
        records, gaps = records + count, gaps + subject["gap"]
    told = "%d sealed records of %d segments, no hole" % (records, len(ends)) if ends else ""
    return told + (", %d batches with a gap on record" % gaps if gaps else "")


def states_said(read):
    """Check the states of other logs; say how many there are."""
    found = host_states(read)
    states = sum(map(len, found.values()))
    changes = sum(one[2] != other[2] for of in found.values() for one, other in zip(of, of[1:]))
    counts = (states, "s" * (states != 1), len(found), "s" * (len(found) != 1))
    told = "%d state%s of %d host log%s, each extends the last" % counts if found else ""
    return told + (", %d under another key" % changes if changes else "")


def host_states(read):
    """Return {origin: [(size, root, keys)]} of the states of other logs, each shown to extend the one before it."""
    found = {}
    for raw in (raw for raw in read if raw["type"] == "host-log"):
        origin, (size, root, keys), proof = read_state(raw)
        of = found.setdefault(origin, [])
        if of:
            require(size > of[-1][0], "more than %d entries in %s" % (of[-1][0], raw["id"]), Failed)
            roots = roots_by_consistency(proof, of[-1][0], size, of[-1][1])
            require(roots == (of[-1][1], root), "the state before %s as a prefix of it" % raw["id"], Failed)
        else:
            require(size > 0 and not proof, "a first state with entries and without a proof in %s" % raw["id"], Failed)
        of.append((size, root, keys))
    return found


def read_state(raw):
    """Return (origin, (size, root, keys), proof) of a state of another log, signed by each key that it names."""
    subject, told = raw["subject"], "a state of its form at %s" % raw["id"]
    lists = is_list(subject["vkeys"], str) and is_list(subject["proof"], str) and not raw["refs"]
    require(lists and type(subject["checkpoint"]) is str and type(subject["size"]) is int, told, Failed)
    require(0 < len(subject["vkeys"]) <= 2 and len(subject["proof"]) <= 128, told, Failed)
    keys = dict(parse_log_key(text, Failed) for text in subject["vkeys"])
    text, signed = open_note(subject["checkpoint"], keys)
    kinds = {kind for kind, _ in keys.values()}
    require(set(signed) == set(keys) and len(kinds) == len(subject["vkeys"]), "each key's signature in " + told, Failed)
    origin, size, root = parse_head(text)
    names = {key_id.rpartition("+")[0] for key_id in keys}
    require((subject["origin"], subject["size"]) == (origin, size) and names == {origin}, told, Failed)
    proof = [decode64(one, Failed) for one in subject["proof"]]
    require(all(len(one) == 32 for one in proof), "a proof of hashes in " + told, Failed)
    return origin, (size, root, keys), proof


def beside_host(report, bundle, host):
    """Add a step to a report: whether the copy of a host's log is what the record knows of it."""
    try:
        status, detail = "passed", compared(bundle, host)
    except Failed as problem:
        status, detail, report["level"] = "failed", str(problem), "none"
    except NotDone as reason:
        status, detail = "not done", str(reason)
    name = "host-log " + host["origin"]
    report["checks"].append({"name": name, "status": status, "detail": detail})
    report["caveats"] += ["%s was compared with nothing: %s" % (name, detail)] if status == "not done" else []


def compared(bundle, host):
    if not bundle["full"] or not host["full"]:
        raise NotDone("chosen entries do not show whole logs")
    try:
        states = host_states([parse_entry(data) for _, data, _ in bundle["entries"]]).get(host["origin"])
    except Failed as problem:
        raise NotDone("the record's own entries do not hold") from problem
    if not states:
        raise NotDone("the record knows no state of this log")
    size, root, _ = states[-1]
    entries = [data for _, data, _ in host["entries"]]
    require(len(entries) >= size, "at least the %d entries that the record knows" % size, Failed)
    made = root_hash([leaf_hash(data) for data in entries[:size]])
    require(made == root, "root %s at size %d, as the record knows it" % (root.hex()[:12], size), Failed)
    for check in verify(host, starting_keys(states, host))["checks"]:
        require(check["status"] != "failed", "a copy that verifies (%(name)s: %(detail)s)" % check, Failed)
    counts = (size, len(entries), len(states), "s" * (len(states) != 1))
    return "the record knows %d of %d entries, by %d state%s" % counts


def starting_keys(states, host):
    """Return the keys to verify a host's copy from, once the keys of each of its states follow from them.

    These are the first state's, or those that the copy states where its rotations lead from them to these.
    """
    changes = [one for one in host["entries"] if one[1].endswith(KEY_ENDING)]
    seen = {"entries": changes, "read": [parse_entry(data) for _, data, _ in changes]}
    start = host["vkeys"] if leads(host["vkeys"], states[0], seen) else states[0][2]
    known, done = start, 0
    for size, _, keys in states:  # each change of keys is looked at once; one at the very end leaves the old keys too
        behind = done
        while behind < len(changes) and changes[behind][0] + 1 < size:
            behind += 1
        known, done = log_keys_at(known, part(seen, done, behind), size), behind
        follows = bears(keys, log_keys_at(known, part(seen, done, done + 1), size))
        require(follows, "the state of size %d under keys that the log's own rotations lead to" % size, Failed)
    return start


def part(seen, start, end):
    return {name: rows[start:end] for name, rows in seen.items()}


def leads(stated, first, seen):
    size, _, keys = first
    try:
        one_generation = [kind for kind, _ in stated.values()] in ([ED25519], [ED25519, ML_DSA])
        return one_generation and bears(keys, log_keys_at(stated, seen, size))
    except Failed:
        return False


def bears(keys, allowed):
    """Say whether keys are among those allowed, one of each algorithm of these."""
    return keys.items() <= allowed.items() and {kind for kind, _ in keys.values()} == {k for k, _ in allowed.values()}


def check_authors(seen):
    read, own = readable(seen), {}
    for keys in (seen["vkeys"], seen["log_keys"], *(keys_named(raw) for raw in read if is_log_rotation(raw))):
        own.update({key_id: (key, ["log"], "") for key_id, (kind, key) in keys.items() if kind == ED25519})
    own.update(seen["ring"])
    count = sum(count_authors(raw, own if is_log_rotation(raw) else seen["ring"]) for raw in read)
    ended, _ = key_life(seen)
    for raw, (index, _, _) in zip(read, seen["entries"]):
        late = [sig["keyid"] for sig in raw["sigs"] if index > ended.get(sig["keyid"], index)]
        require(not late, "no signature on entry %d by %s, which had ended" % (index, late), Failed)
        if raw["type"] == "key" and raw["subject"].get("act") == "rotate":
            signed, old = {sig["keyid"] for sig in raw["sigs"]}, str(raw["subject"].get("replaces"))
            both = {old, next(iter(keys_named(raw)))}
            require(len(both) == 2 and both <= signed, "%s to be signed by old key and new" % raw["id"], Failed)
    return "%d signatures by keys of the ring" % count


def key_life(seen):
    """Return {name+id: index of the entry that ended it}, and for compromised keys the index below which they count."""
    ended, below = {}, {}
    for raw, (index, _, _) in zip(seen.get("read", ()), seen["entries"]):
        subject = raw["subject"]
        if raw["type"] == "key" and subject.get("act") == "rotate":
            ended.setdefault(str(subject.get("replaces", "")), index)
        elif raw["type"] == "key" and subject.get("act") == "compromise":
            key_id, until = str(subject.get("of", "")), subject.get("until")
            ended.setdefault(key_id, index)
            below[key_id] = min(below.get(key_id, index), until if type(until) is int else 0)
    return ended, below


def void_entries(seen):
    """Return the indices of entries that a compromised key signed and nobody saw in time."""
    below = key_life(seen)[1]
    read = zip(seen.get("read", ()), seen["entries"])
    return [
        index for raw, (index, _, _) in read if any(index >= below.get(sig["keyid"], index + 1) for sig in raw["sigs"])
    ]


def void_caveat(seen):
    void = [str(index) for index in void_entries(seen)]
    if not void:
        return []
    shown = ", ".join(void[:20]) + (", \u2026" if len(void) > 20 else "")
    text = "%d entries do not count, signed by a key that was compromised and not seen in time: %s"
    return [text % (len(void), shown)]


def count_authors(raw, ring):
    require(raw["sigs"] or not SCHEMAS[raw["type"]][3], "%s to be signed" % raw["id"], Failed)
    message = signed_message(raw)
    roles, used = set(), set()
    for sig in raw["sigs"]:
        require(
            sig["keyid"] in ring and sig["keyid"] not in used,
            "one signature per key of the ring on %s" % raw["id"],
            Failed,
        )
        public_key, held, since = ring[sig["keyid"]]
        require(comparable(raw["ts"]) >= comparable(since), "%s not before %s" % (sig["keyid"], since), Failed)
        good = verify_ed25519(public_key, message, decode64(sig["sig"], Failed))
        require(good, "%s to have signed %s" % (sig["keyid"], raw["id"]), Failed)
        used.add(sig["keyid"])
        roles.update(held)
    claimed = role_claimed(raw)
    require(claimed is None or (type(claimed) is str and claimed in roles), "%s in its role" % raw["id"], Failed)
    return len(used)


def signed_message(raw):
    payload = canonical({name: value for name, value in raw.items() if name != "sigs"})
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload), payload)


def is_signed_by(raw, key_id, public_key):
    found = [decode64(sig["sig"], Failed) for sig in raw["sigs"] if sig["keyid"] == key_id]
    return len(found) == 1 and verify_ed25519(public_key, signed_message(raw), found[0])


def role_claimed(raw):
    """Return the role in which an entry says it was signed, None where it claims none."""
    if raw["type"] in ("approval", "permit"):
        return raw["subject"]["role"]
    if raw["type"] == "audit-batch":
        return "gateway"
    return raw["subject"].get("authority") if raw["type"] in ("redaction", "erasure") else None


def comparable(instant):
    whole, _, fraction = instant.rstrip("Z").partition(".")
    return whole + "." + fraction.ljust(6, "0")


def check_keyring(seen):
    if not seen["full"]:
        raise NotDone("chosen entries do not show the last key entry")
    keys = [raw for raw in readable(seen) if raw["type"] == "key"]
    named = {ref["name"]: ref["sha256"] for ref in keys[-1]["refs"]} if keys else {}
    if "keyring" not in named:
        raise NotDone("no key entry names the keyring")
    require(named["keyring"] == seen["keyring_digest"], "the keyring %s of the record" % named["keyring"][:12], Failed)
    return "%d holders, as the record's last key entry names them" % len(seen["keyring"])


def check_objects(seen):
    for digest, data in seen["objects"].items():
        require(hashlib.sha256(data).hexdigest() == digest, "bytes with digest %s" % digest[:12], Failed)
    refs = {(ref["sha256"], ref["size"]) for raw in readable(seen) for ref in raw["refs"]}
    for digest, size in refs:
        require(len(seen["objects"].get(digest, b"")) == size or digest not in seen["objects"], "the size", Failed)
    found, reasons = {}, reasons_of(seen)
    for raw in readable(seen):
        for digest in (ref["sha256"] for ref in raw["refs"]):
            verdict = object_verdict(raw["id"], digest, seen, reasons)
            if digest not in found or found[digest]["verdict"] == "withheld":
                found[digest] = verdict
    return ended([found[digest] for digest in sorted(found)], "objects", seen)


def object_verdict(entry, digest, seen, reasons):
    hole = hole_of(entry, digest, seen, reasons)
    if digest not in seen["objects"]:
        return hole
    require(hole["verdict"] != "redacted", "no object that %s hides" % hole.get("by"), Failed)
    return {"digest": digest, "entry": entry, "kind": "object", "verdict": "disclosed"}


def check_disclosures(seen):
    entries, reasons, texts = readable(seen), reasons_of(seen), seen["disclosures"]
    require(texts == sorted(set(texts)), "disclosures in order, each once", Failed)
    parsed = {salted_digest(text): parse_disclosure(text) for text in texts}
    used, verdicts = set(), []
    for raw in entries:
        # What is to be looked at: digest, whether it is an element of an array, names taken in its object, level.
        names = set()
        pending = [(digest, False, names, 1) for digest in reversed(raw["_sd"])]
        while pending:
            digest, is_element, names, level = pending.pop()
            require(digest not in used and level <= MAX_LEVELS + 1, "each digest once, at most 20 levels", Failed)
            used.add(digest)
            hole = hole_of(raw["id"], digest, seen, reasons)
            if digest not in parsed:
                verdicts.append(hole)
                continue
            require((raw["id"], digest) not in reasons["erased"], "nothing of what was erased", Failed)
            require(hole["verdict"] != "redacted", "nothing that %s hides" % hole.get("by"), Failed)
            kind, name, below = parsed[digest]
            require(
                kind == ("element" if is_element else kind) and (is_element or kind != "element"), "its form", Failed
            )
            require(kind != "member" or name not in names, "a member of its own name", Failed)
            names.add(name)
            word = "decoy" if kind == "decoy" else "disclosed"
            verdicts.append({"digest": digest, "entry": raw["id"], "kind": "disclosure", "verdict": word})
            inside, in_array = below
            taken = set()
            pending += [(one, in_array, taken, level + 1) for one in reversed(inside)]
    require(used >= parsed.keys(), "disclosures that entries name", Failed)
    return ended(verdicts, "disclosures", seen)


def salted_digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode("utf-8")).digest()).rstrip(b"=").decode("ascii")


def parse_disclosure(text):
    """Return (member, element or decoy; its name; (digests within, whether they are of an array))."""
    try:
        require(len(text) <= MAX_DISCLOSURE_CHARS, "a shorter disclosure", Failed)
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        parts = json.loads(data.decode("utf-8"), parse_int=bounded_int, parse_float=refuse, parse_constant=refuse)
        made = json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as problem:
        raise Failed("expected a disclosure, got %.60r" % text) from problem
    spelling = base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")
    require(is_list(parts) and 1 <= len(parts) <= 3 and spelling == text, "an array in its one spelling", Failed)
    require(matches(parts[0], SALT), "a salt of 128 bits", Failed)
    if len(parts) == 1:
        return "decoy", None, ((), False)
    if len(parts) == 3:
        require(type(parts[1]) is str and parts[1] not in ("", "_sd", "..."), "a member's name", Failed)
    return "member" if len(parts) == 3 else "element", parts[1] if len(parts) == 3 else None, below_of(parts[-1])


def below_of(value):
    if type(value) is dict:
        require(value.keys() == {"_sd"} and is_list(value["_sd"], str), "an object of _sd alone", Failed)
        inside = value["_sd"]
    elif type(value) is list:
        require(all(type(item) is dict and item.keys() == {"..."} for item in value), "an array of digests", Failed)
        inside = [item["..."] for item in value]
    else:
        require(type(value) is not int or -MAX_INTEGER <= value <= MAX_INTEGER, "an integer below 2^53", Failed)
        return (), False
    require(all(matches(digest, SALTED) for digest in inside), "digests of their form", Failed)
    return inside, type(value) is list


def reasons_of(seen):
    """Return what the log says of holes: standing redactions and erasures, each by (entry, digest)."""
    kinds, redactions, erased = {}, {}, {}
    void = set(void_entries(seen))
    for raw, (index, _, _) in zip(readable(seen), seen["entries"]):
        lifts = raw["subject"].get("act") == "lift"
        if raw["type"] == "redaction" and not (lifts and index in void):  # a thief lifts nothing; what hides stays
            read_redaction(raw, kinds, redactions, seen)
        elif raw["type"] == "erasure":
            read_erasure(raw, kinds, erased, seen)
        kinds[raw["id"]] = raw["type"]
    redacted = {}
    for reason in redactions.values():
        for digest in reason["digests"]:
            redacted.setdefault((reason["entry"], digest), []).append(reason)
    return {"redacted": redacted, "erased": erased}


def read_redaction(raw, kinds, redactions, seen):
    subject, words = raw["subject"], words_of(raw, "justification", seen)
    if subject["act"] == "lift" and words and type(subject.get("lifts")) is str:
        redactions.pop(subject["lifts"], None)
    about, audiences, digests = subject.get("entry"), subject.get("audiences"), digests_of(subject)
    whole = (
        subject["act"] == "redact"
        and words
        and digests
        and is_list(audiences, str)
        and audiences
        and set(audiences) <= set(AUDIENCES)
        and subject.get("class") in CLASSES
        and text_of(subject, "authority")
        and type(subject.get("material")) is bool
        and matches(subject.get("review_by"), DAY)
        and is_day(subject["review_by"] + "T00:00:00Z")
    )
    if whole and may_be_hidden(about, kinds):
        told = {name: subject[name] for name in ("class", "authority", "material", "review_by")}
        told.update(justification=words, audiences=sorted(set(audiences)), by=raw["id"])
        told["location"] = text_of(subject, "location")
        redactions[raw["id"]] = {"entry": about, "digests": digests, "told": told}


def read_erasure(raw, kinds, erased, seen):
    subject, words = raw["subject"], words_of(raw, "reason", seen)
    if words and subject["ground"] in GROUNDS and may_be_hidden(subject["entry"], kinds):
        told = {"class": subject["ground"], "authority": text_of(subject, "authority"), "justification": words}
        told.update(by=raw["id"], audiences=[], material=None, review_by=None, location="")
        for digest in digests_of(subject):
            erased.setdefault((subject["entry"], digest), told)


def text_of(subject, name):
    return subject[name] if type(subject.get(name)) is str else ""


def may_be_hidden(about, kinds):
    return type(about) is str and about in kinds and kinds[about] not in NEVER_HIDDEN


def digests_of(subject):
    value = subject.get("digests")
    return [one for one in value if matches(one, SALTED) or matches(one, SHA256)] if is_list(value, str) else []


def words_of(raw, name, seen):
    """Return the text that an entry names, "" where it is absent, another, no text, or says nothing."""
    digest = next((ref["sha256"] for ref in raw["refs"] if ref["name"] == name), "")
    data = seen["objects"].get(digest, b"")
    if hashlib.sha256(data).hexdigest() != digest:
        return ""
    try:
        text = data.decode("utf-8")
    except ValueError:
        return ""
    return text if text.strip() and len(text) <= MAX_WORDS else ""


def hole_of(entry, digest, seen, reasons):
    """Return the verdict on a digest that is absent."""
    verdict = {"digest": digest, "entry": entry, "kind": "object" if len(digest) == 64 else "disclosure"}
    for reason in reasons["redacted"].get((entry, digest), ()):
        if seen["audience"] in reason["told"]["audiences"]:
            late = None if seen["at"] is None else reason["told"]["review_by"] < seen["at"]
            return dict(verdict, verdict="redacted", overdue=late, **reason["told"])
    if (entry, digest) in reasons["erased"]:
        return dict(verdict, verdict="erased", overdue=None, **reasons["erased"][(entry, digest)])
    return dict(verdict, verdict="withheld")


WORDS = (
    ("disclosed", "disclosed and valid"),
    ("decoy", "decoys"),
    ("redacted", "redacted with a logged reason"),
    ("erased", "erased with a logged reason"),
    ("withheld", "withheld, unexplained"),
)


def ended(verdicts, what, seen):
    """Return what a step found; a hole without a reason ends it as not done, or as failed where that was asked."""
    seen["digests"] += verdicts
    found = [one["verdict"] for one in verdicts]
    said = ", ".join("%d %s" % (found.count(name), words) for name, words in WORDS if name in found)
    text = "%d %s: %s" % (len(found), what, said or "none named")
    if "withheld" in found:
        raise (
            Failed("expected a logged reason for everything absent, got " + text) if seen["strict"] else NotDone(text)
        )
    return text


def check_witnesses(seen):
    _, _, own = established(seen)
    policy = policy_that_counts(seen)
    if policy is None:
        told, met = [UNWITNESSED], False
    else:
        times = cosigned(seen["checkpoint"], policy, own)
        met, words = witness_words(policy, times)
        told = [words + (", by the bundle's own policy" if seen["own_policy"] is None else "")]
    shown = check_compromises(seen)
    if not met or shown:
        raise NotDone("; ".join(told + shown))
    return told[0]


def policy_that_counts(seen):
    """Return the verifier's policy, or the bundle's, which must be the one that the record names; or None."""
    stated = seen.get("policy")
    if seen["own_policy"] is not None or stated is None:
        return seen["own_policy"]
    digest = hashlib.sha256(stated.encode("utf-8")).hexdigest()
    require(not seen["full"] or policy_named(seen) == digest, "the policy of the record", Failed)
    return parse_policy(stated, Failed)


def policy_named(seen, before=None, but=None):
    """Return the digest of the policy that counts after so many of the entries, passing over those by the key `but`."""
    some = dict(seen, read=seen.get("read", ())[:before])
    void, named = set(void_entries(some)), None
    for raw, (index, _, _) in zip(some["read"], seen["entries"]):
        counts_not = index in void or but in [sig["keyid"] for sig in raw["sigs"]]
        if raw["type"] == "witness" and raw["subject"]["act"] == "policy" and not counts_not:
            named = {ref["name"]: ref["sha256"] for ref in raw["refs"]}.get("policy")
    return named


def cosigned(note, policy, log_keys):
    """Return the time at which each witness of a policy cosigned a checkpoint, by its name in the policy."""
    own = {key for _, key in log_keys.values()}
    require(not any(key in own for _, (_, key) in policy["witnesses"].values()), "witnesses other than the log", Failed)
    names = {key_id: name for name, (key_id, _) in policy["witnesses"].items()}
    _, signed = open_note(note, dict(policy["witnesses"].values()))
    require(all(signed.values()), "cosignatures that state when", Failed)
    return {names[key_id]: time for key_id, time in signed.items()}


def counting(policy, signed):
    """Return the names that count: witnesses that signed, and groups of which enough members do."""
    names = set(signed)
    for group, (needed, members) in policy["groups"].items():  # each names only what stands above it
        names.update([group] if len(names.intersection(members)) >= needed else [])
    return names


def is_met(policy, signed):
    return policy["quorum"] != "none" and policy["quorum"] in counting(policy, signed)


def witness_words(policy, times):
    """Return whether they are a quorum, and what is to be said wherever the checkpoint is shown."""
    needed, members = policy["groups"].get(policy["quorum"], (int(policy["quorum"] != "none"), [policy["quorum"]]))
    told = "%d of %d needed" % (len(counting(policy, times).intersection(members)), needed)
    if not is_met(policy, times):
        return False, "unwitnessed: " + told
    seen = ", ".join("%s at %s" % (name, utc(time)) for name, time in sorted(times.items()))
    return True, "witnessed: %s: %s" % (told, seen)


def utc(time):
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_compromises(seen):
    """Check that what the record says witnesses saw in time is so; return what nothing here shows.

    What counts is the verifier's policy, or else the one that the record had then, not counting what the key had stated.
    """
    told, whole = [], [index for index, _, _ in seen["entries"]] == list(range(len(seen["entries"])))
    acts = [(nth, raw["subject"]) for nth, raw in enumerate(seen.get("read", ())) if raw["type"] == "key"]
    acts = [(nth, of) for nth, of in acts if of.get("act") == "compromise" and of.get("until")]
    require(len(acts) <= 1000, "at most 1000 compromises", Failed)  # each costs a look at the whole log
    for nth, subject in acts:
        named, until, key_id = seen["read"][nth]["refs"], subject["until"], subject.get("of", "")
        digest = {ref["name"]: ref["sha256"] for ref in named}.get("witnessed", "")
        unshown = "nothing here shows that the entries below %s by %s were seen in time" % (until, key_id)
        policy = seen["own_policy"] or policy_in(seen, policy_named(seen, nth, key_id))
        if digest not in seen["objects"] or policy is None:
            told.append(unshown)
            continue
        note = seen["objects"][digest].decode("utf-8", "replace")
        size, root, keys = open_checkpoint(note, seen["log_keys"], seen)
        if whole:
            require(root_hash([leaf_hash(d) for _, d, _ in seen["entries"][:size]]) == root, "this log's tree", Failed)
        before = subject.get("compromised_from")
        require(matches(before, INSTANT) and is_day(before), "compromised_from as an instant", Failed)
        times = cosigned(note, policy, keys)
        in_time = [name for name, time in times.items() if comparable(utc(time)) < comparable(before)]
        by_record = whole and seen["own_policy"] is None
        sound = size == until and (not by_record or is_met(policy, in_time))
        require(sound, "a quorum to have seen %s entries in time" % until, Failed)
        told += [] if is_met(policy, in_time) else [unshown]
    return told


def policy_in(seen, digest):
    data = seen["objects"].get(digest or "", b"")
    if hashlib.sha256(data).hexdigest() != digest:
        return None
    return parse_policy(data.decode("utf-8", "replace"), Failed)


def parse_policy(text, error=BadInput):
    """Return {witnesses: {name: (name+id, key)}, groups: {name: (needed, members)}, quorum, logs} of a tlog-policy."""
    require(len(text) <= 262144 and not any(ord(c) < 0x20 and c not in "\t\n" for c in text), "a policy", error)
    policy = {"witnesses": {}, "groups": {}, "quorum": "", "logs": {}}
    for line in text.split("\n"):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if words and not words[0].startswith("#"):
            take_line(policy, words, error)
    require(policy["quorum"], "a quorum line", error)
    return policy


def take_line(policy, words, error):
    names = {**policy["witnesses"], **policy["groups"]}
    kind, rest = words[0], words[1:]
    require(len(names) + len(policy["logs"]) <= 128, "a shorter policy", error)
    require(rest, "log, witness, group or quorum with what it names", error)
    if kind == "log" and len(rest) <= 2:
        policy["logs"].update([parse_log_key(rest[0], error)])
    elif kind == "witness" and len(rest) in (2, 3) and rest[0] not in (*names, "none"):
        key = parse_key(rest[1], (COSIGNER, ML_DSA), error)
        require(all(key[1][1] != known[1][1] for known in policy["witnesses"].values()), "each key once", error)
        policy["witnesses"][rest[0]] = key
    elif kind == "group" and len(rest) > 2 and rest[0] not in (*names, "none"):
        members = rest[2:]
        require(len(set(members)) == len(members) and set(members) <= names.keys(), "members of names above", error)
        number = int(rest[1]) if re.fullmatch("[0-9]{1,3}", rest[1]) else 0
        needed = {"all": len(members), "any": 1}.get(rest[1], number)
        require(1 <= needed <= len(members), "all, any or a number of members", error)
        policy["groups"][rest[0]] = (needed, members)
    else:
        known = kind == "quorum" and not policy["quorum"] and len(rest) == 1 and rest[0] in (*names, "none")
        require(known, "log, witness, group or one quorum of names above", error)
        policy["quorum"] = rest[0]


def check_decisions(seen):
    raise NotDone(NOT_REPLAYED)


def established(seen):
    if "head" not in seen:
        raise NotDone("no checkpoint was established")
    return seen["head"]


def readable(seen):
    if "read" not in seen:
        raise NotDone("the entries could not be read")
    return seen["read"]


CHECKS = (
    ("signature", check_signature),
    ("entries", check_entries),
    ("inclusion", check_inclusion),
    ("full-audit", check_full_audit),
    ("consistency", check_consistency),
    ("producers", check_producers),
    ("authors", check_authors),
    ("keyring", check_keyring),
    ("objects", check_objects),
    ("disclosures", check_disclosures),
    ("witnesses", check_witnesses),
    ("decisions", check_decisions),
)


def verify(bundle, log_keys=None, ring=None, policy=None, strict=False, at=None):
    """Return {checks: [{name, status, detail}], level, caveats, digests} for a parsed bundle.

    `policy` are the witnesses that count; None takes the bundle's. `strict` fails what is absent without a logged
    reason; `at` is the day, YYYY-MM-DD, on which reviews may be overdue.
    """
    keys = bundle["vkeys"] if log_keys is None else log_keys
    seen = dict(bundle, log_keys=keys, own_policy=policy, strict=strict, at=at, digests=[])
    seen["ring"] = bundle["keyring"] if ring is None else ring
    checks = []
    for name, check in CHECKS:
        try:
            status, detail = "passed", check(seen)
        except Failed as problem:
            status, detail = "failed", str(problem)
        except NotDone as reason:
            status, detail = "not done", str(reason)
        checks.append({"name": name, "status": status, "detail": detail})
    passed = [level for level in LEVELS if any(c["name"] == level and c["status"] == "passed" for c in checks)]
    failed = any(check["status"] == "failed" for check in checks)
    own = ([OWN_KEYS] if log_keys is None else []) + ([OWN_RING] if ring is None else [])
    level = "none" if failed or not passed else passed[-1]
    caveats = [*caveats_on_witnesses(seen, checks), *own, NOT_REPLAYED]
    return {"checks": checks, "level": level, "caveats": caveats, "digests": seen["digests"]}


def caveats_on_witnesses(seen, checks):
    if not any(check["name"] == "witnesses" and check["status"] == "passed" for check in checks):
        return [UNWITNESSED, *void_caveat(seen)]
    return ([OWN_POLICY] if seen["own_policy"] is None else []) + void_caveat(seen)


def show(report):
    lines = ["%-12s %-9s %s" % (check["name"], check["status"], check["detail"]) for check in report["checks"]]
    reasons = {}
    for one in report["digests"]:
        if one["verdict"] in ("redacted", "erased"):
            reasons.setdefault((one["by"], show_reason(one)), []).append(one)
    lines += ["%s: %d digests of %s, %s" % (by, len(of), of[0]["entry"], said) for (by, said), of in reasons.items()]
    bare = ["withheld, unexplained: %(digest).12s of %(entry)s" % one for one in report["digests"] if is_bare(one)]
    lines += bare[:20] + ["withheld, unexplained: %d more, all by --json" % (len(bare) - 20)] * (len(bare) > 20)
    lines += ["", "level checked: " + report["level"]]
    if "package" in report:
        lines += ["package: " + report["package"], "note: " + PAGE_NOT_COMPARED]
    lines += ["note: " + caveat for caveat in report["caveats"]]
    return "\n".join(map(printable, lines))


def printable(line):
    """Return a line as it may be shown: text of others is escaped, for it may neither steer a terminal nor add a line."""
    return "".join(char if char.isprintable() else "\\x%02x" % ord(char) for char in line)


def read_policy(path):
    if path is None:
        return None
    with open(path, encoding="utf-8", newline="") as file:
        return parse_policy(file.read(262145))


def is_bare(one):
    return one["verdict"] == "withheld"


def show_reason(one):
    """Say in a line why something is absent."""
    late = ", OVERDUE" if one["overdue"] else ""
    review = " (review by %s%s)" % (one["review_by"], late) if one["review_by"] else ""
    who = " by %s" % one["authority"] if one["authority"] else ""
    return "%s: %s%s: %s%s" % (one["verdict"], one["class"], who, one["justification"], review)


def read_either(data):
    """Return (a bundle's bytes, the digest of the package that carries it; "" for a bundle alone)."""
    return open_page(data) if is_page(data) else (data, "")


def read_bundle(path):
    """Read the bundle of a file, bare or within a page, and what the page says of its package ("" if bare)."""
    with open(path, "rb") as file:
        data, package = read_either(file.read(MAX_PAGE_BYTES + 1))
    return parse_bundle(data), package


def read_keyring(path):
    """Read a file of authors' keys; None if none is named."""
    if not path:
        return None
    with open(path, encoding="utf-8") as file:
        return parse_keyring(json.load(file))


def named(given, read, what=None):
    """Read what was given; a defect is told with its place."""
    try:
        return read(given)
    except (BadInput, OSError, ValueError) as problem:
        kind = BadPackage if isinstance(problem, BadPackage) else BadInput
        raise kind("%s: %s" % (what or given, getattr(problem, "strerror", None) or problem)) from problem


def main(arguments):
    parser = argparse.ArgumentParser(description="Check a Ruleout bundle offline.")
    parser.add_argument("bundle", help="the bundle file")
    parser.add_argument("--vkey", action="append", help="a key of the log that you know from elsewhere; repeatable")
    parser.add_argument("--keyring", help="authors' keys that you know from elsewhere: JSON, as a bundle's `keyring`")
    parser.add_argument("--policy", help="a file with the witnesses that you rely on (C2SP tlog-policy)")
    parser.add_argument("--host", action="append", help="a bundle of a gateway host's log, as this record knows it")
    parser.add_argument("--strict", action="store_true", help="fail what is absent without a logged reason")
    parser.add_argument("--at", help="day on which reviews may be overdue, YYYY-MM-DD; default: today, UTC")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(arguments)
    today = str(datetime.now(timezone.utc).date())
    try:
        (bundle, package), *hosts = [named(path, read_bundle) for path in (args.bundle, *(args.host or ()))]
        ring = named(args.keyring, read_keyring)
        keys = None if args.vkey is None else dict(named(text, parse_log_key, "--vkey") for text in args.vkey)
        policy = named(args.policy, read_policy)
        at = named(args.at or today, lambda day: str(datetime.strptime(day, "%Y-%m-%d").date()), "--at")
    except BadInput as problem:
        print(problem, file=sys.stderr)
        return 1 if isinstance(problem, BadPackage) else 2
    keys = (policy["logs"] or None) if policy and keys is None else keys
    report = verify(bundle, keys, ring, policy, args.strict, at)
    for host, _ in hosts:
        beside_host(report, bundle, host)
    if package:
        report["package"] = package
    print(json.dumps(report, indent=2) if args.json else show(report))
    bare = any(one["name"].startswith("host-log ") and one["status"] == "not done" for one in report["checks"])
    return 1 if report["level"] == "none" else 3 if bare else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

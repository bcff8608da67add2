"""interop/v1, the entries that the CacheKit SDKs of all languages share, by Python's own libraries.

This is the judge of the PowerShell module: it is written from the protocol and shares no code with the module, with the
.NET libraries below it, or with the Python SDK. hashlib has BLAKE2b, msgpack writes every number and header in its
shortest form, cryptography has HKDF and AES-GCM; what is left for us is to bring arguments and values into canonical
shape before msgpack sees them. crosscheck.py replays the published vectors against it.
"""

import datetime
import hashlib
import math
import os
import re
import struct
import uuid

import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
RESERVED_NAMESPACES = ("ns", "nsapi")
INTEGER_MIN, INTEGER_END = -(2**63), 2**64
DEEPEST = 32  # writers stay at or below 32 containers, whatever readers take
KEY_SIZE = 32
NONCE_SIZE, TAG_SIZE = 12, 16
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
TEMPORAL = (  # a datetime is a date too, so that it comes first
    (datetime.datetime, "__datetime__"),
    (datetime.date, "__date__"),
    (datetime.time, "__time__"),
)


class NotInteropError(ValueError):
    """The model has no such argument or value, the names make no key, or the bytes are no value."""


# Keys


def interop_key(namespace, operation, arguments):
    """The key of an entry: both names, and BLAKE2b-256 of the canonical arguments in lower-case hexadecimal."""
    for segment in (namespace, operation):
        # fullmatch: with match and $, a newline at the end would pass.
        if not SEGMENT.fullmatch(segment) or ".." in segment:
            raise NotInteropError("{!r} is no segment of a key".format(segment))
    if namespace in RESERVED_NAMESPACES:
        raise NotInteropError("the namespace {!r} is reserved".format(namespace))
    digest = hashlib.blake2b(canonical_arguments(arguments), digest_size=32).hexdigest()
    return "{}:{}:{}".format(namespace, operation, digest)


def file_name(key):
    """What the file back ends of the SDKs call the entry: BLAKE2b-128 of the key."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


# Canonical MessagePack


def canonical_arguments(arguments):
    """The flat list of effective arguments, as the key hashes it; each may nest as deeply as a value."""
    return pack([shape_argument(argument, 0) for argument in arguments])


def canonical_value(value):
    """A value, as a canonical writer stores it."""
    return pack(shape_value(value, 0))


def pack(shaped):
    """Writes what has been brought into shape; only an unpaired surrogate can still be refused."""
    try:
        return msgpack.packb(shaped, use_bin_type=True, strict_types=True)
    except (UnicodeEncodeError, OverflowError, TypeError) as error:
        raise NotInteropError(str(error)) from error


def shape_argument(value, depth):
    """The argument profile: numbers collapse, sets are sorted, instants are seconds, UUIDs are text."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotInteropError("a number that is not finite")
        # Strictly less than 2^64: 2^64 - 1 is no float64.
        is_integer = value.is_integer() and INTEGER_MIN <= value < INTEGER_END
        return int(value) if is_integer else value
    if isinstance(value, (set, frozenset, UnorderedItems)):
        check_depth(depth)
        encoded = {pack(shape_argument(item, depth + 1)) for item in value}
        return [msgpack.unpackb(item, strict_map_key=False) for item in sorted(encoded)]
    if isinstance(value, datetime.datetime):
        if value.utcoffset() is None:
            raise NotInteropError("a datetime without an offset")
        microseconds = (value - EPOCH) // datetime.timedelta(microseconds=1)  # rounds toward minus infinity
        # Two float64 divided: int by int would round once where this rounds twice, from the year 2255 on.
        return shape_argument(float(microseconds) / 1e6, depth)
    if isinstance(value, uuid.UUID):
        return str(value)
    return shape_common(value, depth, shape_argument)


def shape_value(value, depth):
    """The value profile: 2.0 stays a float, and times are marked maps."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotInteropError("a number that is not finite")
        return value
    for kind, mark in TEMPORAL:
        if isinstance(value, kind):
            return {mark: True, "value": value.isoformat()}
    return shape_common(value, depth, shape_value)


def shape_common(value, depth, shape):
    """What both profiles have. Maps get their names in the order of the UTF-8 bytes, at every level."""
    if value is None or isinstance(value, (bool, str, bytes)):
        return value
    if isinstance(value, int):
        if not INTEGER_MIN <= value < INTEGER_END:
            raise NotInteropError("an integer outside of -2^63 to 2^64-1")
        return value
    if isinstance(value, (list, tuple)):
        check_depth(depth)
        return [shape(item, depth + 1) for item in value]
    if isinstance(value, dict):
        check_depth(depth)
        if not all(isinstance(name, str) for name in value):
            raise NotInteropError("a map with a name that is not text")
        # surrogatepass: what is no text is refused when it is packed, as it is everywhere else.
        names = sorted(value, key=lambda name: name.encode("utf-8", "surrogatepass"))
        return {name: shape(value[name], depth + 1) for name in names}
    raise NotInteropError("a {}".format(type(value).__name__))


def check_depth(depth):
    if depth >= DEEPEST:
        raise NotInteropError("more than {} containers in each other".format(DEEPEST))


class UnorderedItems:
    """A set of values that Python cannot hash, such as lists."""

    def __init__(self, items):
        self._items = list(items)

    def __iter__(self):
        return iter(self._items)


# Reading


def read_value(document):
    """The value of exactly one MessagePack document, with its times revived."""
    if document[:2] == b"CK":
        raise NotInteropError("an auto-mode entry of the Python SDK")
    try:
        return revive(msgpack.unpackb(document, raw=False, strict_map_key=False))
    except (ValueError, msgpack.exceptions.UnpackException) as error:
        raise NotInteropError("no single MessagePack document: {}".format(error)) from error


def revive(value):
    if isinstance(value, list):
        return [revive(item) for item in value]
    if not isinstance(value, dict):
        return value
    for kind, mark in TEMPORAL:
        if value.get(mark) is True and isinstance(value.get("value"), str) and len(value) == 2:
            # Before Python 3.11, fromisoformat did not know Z.
            return kind.fromisoformat(re.sub("[zZ]$", "+00:00", value["value"]))
    return {name: revive(item) for name, item in value.items()}


# Encryption


def derive_key(master_key, tenant):
    """The tenant's key: HKDF-SHA256, with a salt that frames domain and tenant."""
    domain, name = b"encryption", tenant.encode()
    salt = b"cachekit_v1_" + struct.pack(">B", len(domain)) + domain + struct.pack(">H", len(name)) + name
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=salt, info=domain).derive(master_key)


def fingerprint(derived_key):
    """Which derived key it is, without telling the key."""
    return hashlib.sha256(b"key_fingerprint_v1" + derived_key).hexdigest()[:32]


def associated_data(tenant, key):
    """What an entry is bound to: tenant, key, and that it is plain MessagePack, each with its length in front."""
    parts = (part.encode() for part in (tenant, key, "msgpack", "False"))
    return b"\x03" + b"".join(struct.pack(">I", len(part)) + part for part in parts)


def seal(document, master_key, tenant, key, nonce=None):
    """nonce || ciphertext || tag."""
    nonce = nonce or os.urandom(NONCE_SIZE)
    return nonce + AESGCM(derive_key(master_key, tenant)).encrypt(nonce, document, associated_data(tenant, key))


def open_sealed(stored, master_keys, tenant, key):
    """Tries the keys in turn: the document, and the place of the key that opened it."""
    if len(stored) < NONCE_SIZE + TAG_SIZE:
        raise NotInteropError("too short to be sealed")
    for place, master_key in enumerate(master_keys):
        try:
            cipher = AESGCM(derive_key(master_key, tenant))
            return cipher.decrypt(stored[:NONCE_SIZE], stored[NONCE_SIZE:], associated_data(tenant, key)), place
        except InvalidTag:
            continue
    raise NotInteropError("not authentic")

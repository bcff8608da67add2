"""Writes, reads and deletes interop entries in a Redis, for the tests of the PowerShell module.

    python3 crosscheck.py < jobs.json              answers jobs
    python3 crosscheck.py --self-check vectors.json   replays the published vectors

It needs msgpack, cryptography and redis: apt-get install python3-msgpack python3-cryptography python3-redis.

The input is {"redis": "redis://host:port", "jobs": [...]}; without a URL, only `key` can be asked. The answer is an array with
one object a job. A job has

    command      key, write, read or delete
    namespace, operation, args
    value        what to write; with the others, what else to encode
    ttl          whole seconds, or null for no end
    master_keys  hexadecimal, current first; without it the entry is in clear
    tenant       default is "default"

and its answer

    key, canonical_args, file_name   how the entry is called, and why
    canonical_value                  of `value`, in hexadecimal
    found, stored, document, place, value, ttl_left    of read: what lies there, opened and decoded
    deleted                          of delete
    error                            in place of all others: why the rules refuse it

Values that JSON lacks are objects with one name: $int, $float, $bytes (hexadecimal), $datetime, $date, $time, $uuid
and $set. A number of JSON is an integer.
"""

import datetime
import json
import sys
import uuid

import redis

import interop_v1 as interop

FROM_TAG = {
    "$int": int,
    "$float": float,
    "$bytes": bytes.fromhex,
    "$datetime": lambda text: datetime.datetime.fromisoformat(text),
    "$date": lambda text: datetime.date.fromisoformat(text),
    "$time": lambda text: datetime.time.fromisoformat(text),
    "$uuid": uuid.UUID,
    "$set": lambda items: interop.UnorderedItems(from_json(item) for item in items),
}
SAFE_INTEGER = 2**53  # what every JSON reader keeps


def from_json(item):
    """A value of Python out of tagged JSON."""
    if isinstance(item, list):
        return [from_json(each) for each in item]
    if isinstance(item, dict):
        name = next(iter(item), None)
        if len(item) == 1 and name in FROM_TAG:
            return FROM_TAG[name](item[name])
        return {key: from_json(each) for key, each in item.items()}
    return item


def to_json(value):
    """The tagged JSON of a value that was read."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else {"$int": str(value)}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    for kind, mark in interop.TEMPORAL:
        if isinstance(value, kind):
            return {"$" + mark.strip("_"): value.isoformat()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    return {name: to_json(item) for name, item in value.items()}


# Jobs


def answer(job, store):
    """The answer to one job."""
    try:
        arguments = from_json(job.get("args", []))
        key = interop.interop_key(job["namespace"], job["operation"], arguments)
        result = {
            "key": key,
            "canonical_args": interop.canonical_arguments(arguments).hex(),
            "file_name": interop.file_name(key),
        }
        if "value" in job:
            result["canonical_value"] = interop.canonical_value(from_json(job["value"])).hex()
        result.update(COMMANDS[job["command"]](job, store, key, result))
        return result
    except interop.NotInteropError as error:
        return {"error": str(error)}


def write(job, store, key, result):
    stored = document = bytes.fromhex(result["canonical_value"])
    if job.get("master_keys"):
        stored = interop.seal(document, bytes.fromhex(job["master_keys"][0]), tenant_of(job), key)
    store.set(key, stored, ex=job.get("ttl"))
    return {"stored": stored.hex()}


def read(job, store, key, _):
    stored = store.get(key)
    if stored is None:
        return {"found": False}
    document, place = stored, None
    if job.get("master_keys"):
        keys = [bytes.fromhex(each) for each in job["master_keys"]]
        document, place = interop.open_sealed(stored, keys, tenant_of(job), key)
    return {
        "found": True,
        "stored": stored.hex(),
        "document": document.hex(),
        "place": place,
        "value": to_json(interop.read_value(document)),
        "ttl_left": store.ttl(key),
    }


def delete(_, store, key, __):
    return {"deleted": store.delete(key) == 1}


def tenant_of(job):
    return job.get("tenant", "default")


COMMANDS = {"key": lambda *_: {}, "write": write, "read": read, "delete": delete}


# The vectors


def check_keys(vectors):
    for row in vectors["key_vectors"]:
        arguments = from_json(row["args"])
        encoded = interop.canonical_arguments(arguments)
        expect(row, encoded.hex(), row["canonical_args_hex"])
        expect(row, interop.interop_key(row["namespace"], row["operation"], arguments), row["expected_key"])
        expect(row, row["expected_key"].rpartition(":")[2], row["args_hash"])
    return len(vectors["key_vectors"])


def check_values(vectors):
    for row in vectors["value_vectors"]:
        encoded = interop.canonical_value(from_json(row["value"]))
        expect(row, encoded.hex(), row["canonical_msgpack_hex"])
        expect(row, interop.canonical_value(interop.read_value(encoded)).hex(), row["canonical_msgpack_hex"])
    return len(vectors["value_vectors"])


def check_errors(vectors):
    for row in vectors["error_vectors"]:
        names = row.get("namespace", "t"), row.get("operation", "op")
        expect_refusal(row, lambda row=row, names=names: interop.interop_key(*names, from_json(row["args"])))
    return len(vectors["error_vectors"])


def check_encryption(vectors):
    for row in vectors["aad_vectors"]:
        expect(row, interop.associated_data(row["tenant_id"], row["cache_key"]).hex(), row["aad_hex"])
    for row in vectors["encryption_vectors"]:
        master, tenant, key = bytes.fromhex(row["master_key_hex"]), row["tenant_id"], row["cache_key"]
        document, stored = bytes.fromhex(row["plaintext_hex"]), bytes.fromhex(row["ciphertext_hex"])
        expect(row, interop.fingerprint(interop.derive_key(master, tenant)), row["derived_key_fingerprint_hex"])
        expect(row, interop.associated_data(tenant, key).hex(), row["aad_hex"])
        expect(row, interop.open_sealed(stored, [bytes(32), master], tenant, key), (document, 1))
        expect(row, interop.seal(document, master, tenant, key, nonce=stored[:12]), stored)
        changed = stored[:-1] + bytes([stored[-1] ^ 1])
        for forged in ((stored, tenant, key + "0"), (stored, tenant + "0", key), (changed, tenant, key)):
            expect_refusal(row, lambda each=forged: interop.open_sealed(each[0], [master], *each[1:]))
    return len(vectors["aad_vectors"]) + len(vectors["encryption_vectors"])


def expect(row, actual, expected):
    if actual != expected:
        raise AssertionError("{}: {!r} is not {!r}".format(row["name"], actual, expected))


def expect_refusal(row, action):
    try:
        action()
    except interop.NotInteropError:
        return
    raise AssertionError("{}: not refused".format(row["name"]))


def self_check(path):
    """Judges the judge: every row of the published vectors."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    checks = (check_keys, check_values, check_errors, check_encryption)
    return {"rows": sum(check(vectors) for check in checks)}


def main(arguments):
    if arguments[:1] == ["--self-check"]:
        result = self_check(arguments[1])
    else:
        work = json.loads(sys.stdin.buffer.read().decode("utf-8"))
        store = redis.Redis.from_url(work["redis"]) if work.get("redis") else None
        result = [answer(job, store) for job in work["jobs"]]
    sys.stdout.buffer.write(json.dumps(result).encode())


if __name__ == "__main__":
    main(sys.argv[1:])

"""The partition of a Kafka record: its key's hash, as the Java client of Apache Kafka computes it.

Models the default partitioner (https://kafka.apache.org/documentation/#producerconfigs_partitioner.class): MurmurHash2 of the
key, made positive, modulo the number of partitions; records without a key go round.
"""

from functools import lru_cache

_MASK = 0xFFFF_FFFF
_SEED, _M, _R = 0x9747_B28C, 0x5BD1_E995, 24
_POSITIVE = 0x7FFF_FFFF


def partition_of(key: str | None, index: int, count: int) -> int:
    """The number of the partition of the `index`-th record."""
    if key is None:
        return index % count
    return (murmur2(key.encode()) & _POSITIVE) % count


@lru_cache(maxsize=4_096)  # traffic repeats its keys
def murmur2(data: bytes) -> int:
    """The 32 bits of MurmurHash2 with Kafka's seed."""
    value = (_SEED ^ len(data)) & _MASK
    whole = len(data) - len(data) % 4
    for place in range(0, whole, 4):
        word = int.from_bytes(data[place : place + 4], "little") * _M & _MASK
        word = (word ^ word >> _R) * _M & _MASK
        value = value * _M & _MASK ^ word
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    value = (value ^ value >> 13) * _M & _MASK
    return value ^ value >> 15

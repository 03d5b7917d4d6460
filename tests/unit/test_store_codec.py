"""Values survive the way to the disk and back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import get_args

import grades
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import model
from grader.store import codec, packing

NOUNS = [
    kind
    for kind in vars(model).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind is not model.Rubric  # slow; never stored
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(
    model.Step, st.builds(model.Step, name=st.text(), arguments=st.dictionaries(st.text(), json_values))
)
st.register_type_strategy(str, st.text(st.characters(codec=None), max_size=8))
st.register_type_strategy(Mapping, lambda kind: st.dictionaries(*map(st.from_type, get_args(kind)), max_size=2))
st.register_type_strategy(int, st.integers(-(2**62), 2**62))
st.register_type_strategy(Decimal, st.decimals(-10_000, 10_000, places=2, allow_nan=False, allow_infinity=False))


def test_every_noun_of_the_model_is_covered() -> None:
    """A noun added to the model is tried here without anybody thinking of it."""
    assert {model.Grade, model.RunRecord, model.Check, model.Submission} <= set(NOUNS)


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_a_value_comes_back_equal_from_its_json(kind: type) -> None:
    """Whatever a noun holds, odd text and lone surrogates included, it comes back equal, as text and as values."""

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_type(kind))
    def round_trip(value: object) -> None:
        assert codec.decode(kind, json.loads(json.dumps(codec.encode(value)))) == value
        assert codec.from_json(kind, codec.to_json(value)) == value

    round_trip()


def test_any_mapping_is_a_plain_object() -> None:
    """A read-only view, say, is stored as what it shows."""
    step = model.Step(name="send", arguments=MappingProxyType({"text": "hi"}))
    assert codec.decode(model.Step, codec.encode(step)) == model.Step(name="send", arguments={"text": "hi"})
    assert codec.from_json(model.Step, codec.to_json(step)).arguments == {"text": "hi"}


def test_points_keep_their_last_zero() -> None:
    """2.50 points are not turned into 2.5 on the way."""
    score = grades.a_criterion_score(points=Decimal("2.50"))
    assert str(codec.from_json(model.CriterionScore, codec.to_json(score)).points) == "2.50"


def test_a_field_added_later_takes_its_default() -> None:
    """A record from before a field existed can still be read."""
    data = codec.encode(grades.a_record())
    del data["serving"]
    assert codec.decode(model.RunRecord, data) == grades.a_record()


@pytest.mark.parametrize("damage", [{"points": []}, {"status": "brilliant"}, {"checks": 3}])
def test_a_value_of_the_wrong_kind_is_refused(damage: dict[str, object]) -> None:
    """A damaged row is found when it is read, not when it is printed."""
    data = {**codec.encode(grades.a_grade()), **damage}
    with pytest.raises(codec.UNREADABLE):
        codec.decode(model.Grade, data)


@given(st.dictionaries(st.text(), st.from_type(model.RunRecord), max_size=3))
@settings(max_examples=10, deadline=None)
def test_packed_records_come_back_equal(records: dict[str, model.RunRecord]) -> None:
    """Packing loses nothing."""
    assert packing.unpack(packing.pack(records)) == records


def test_echoed_bytes_are_kept_once() -> None:
    """64 KiB that came back in pieces cost 64 KiB, not twice that and a third more."""
    data = bytes(index * 7919 % 251 for index in range(65536))
    sent = model.Event(kind="sent", connection=0, at=0.0, data=data)
    pieces = [
        model.Event(kind="received", connection=0, at=0.1, data=data[start : start + 1024])
        for start in range(0, len(data), 1024)
    ]
    records = {"run": grades.a_record(events=(sent, *pieces))}
    packed = packing.pack(records)
    assert packed.wire == data
    assert len(packed.body) < 4000
    assert packing.unpack(packed) == records


@pytest.mark.parametrize("kept", [0, 1, 65535])
def test_a_wire_that_is_too_short_is_refused(kept: int) -> None:
    """Records without their bytes would be those of a program that sent nothing."""
    event = model.Event(kind="received", connection=0, at=0.0, data=bytes(range(256)) * 256)
    packed = packing.pack({"run": grades.a_record(events=(event,))})
    with pytest.raises(packing.UNREADABLE):
        packing.unpack(packed._replace(wire=packed.wire[:kept]))

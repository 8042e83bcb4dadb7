"""The effects ledger: one item per generation under the effect's subject, moved only on the fence that was seen."""

import json
from collections.abc import Iterable, Mapping

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, whole, without_blanks
from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import Ref


class TableEffects:
    """The port EffectStore in our table.

    A conditional write that AWS's client repeated after a lost answer can fail on its own first try. It is reported as a
    lost race all the same: whoever then looks finds the effect as it stands and waits for the lease, so nothing is sent
    twice. Taking it for a success would be wrong whenever two workers write the same thing.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_latest(self, tenant: str, kind: str, subject: Ref) -> Effect | None:
        """Read the subject's newest effect, consistently."""
        found = self._table.newest(keys.record_pk(tenant, subject), keys.effects_of_kind(kind))
        return _to_effect(tenant, subject, *found) if found else None

    def load_latest_of(self, tenant: str, kind: str, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        """Read the newest effect of many subjects; subjects without one are left out."""
        found = self._table.each(lambda subject: self.load_latest(tenant, kind, subject), dict.fromkeys(subjects))
        return {effect.subject: effect for effect in found if effect}

    def load_all(self, tenant: str, subject: Ref) -> tuple[Effect, ...]:
        """Read every effect on a subject, oldest first."""
        found = self._table.starting(keys.record_pk(tenant, subject), keys.EFFECT)
        effects = [_to_effect(tenant, subject, key, item) for key, item in found]
        return tuple(
            sorted(
                effects, key=lambda effect: (keys.maybe_time_text(effect.planned_at), effect.kind, effect.generation)
            )
        )

    def insert(self, effect: Effect) -> bool:
        """Store a new generation; False when that generation exists already."""
        try:
            self._table.write(Put(_key(effect), _to_item(effect), MISSING))
        except ConditionFailed:
            return False
        return True

    def replace(self, seen: Effect, new: Effect) -> None:
        """Store `new` in place of `seen`. Raises: Conflict when the stored fence is not `seen.fence`."""
        if _key(seen) != _key(new) or new.fence <= seen.fence:
            raise ValueError(f"{new.key} may only follow an earlier state of the same effect, with a higher fence")
        self._table.write(Put(_key(new), _to_item(new), When("#fence = :seen", {"seen": seen.fence})))


def _key(effect: Effect) -> Key:
    return keys.effect(effect.tenant, effect.kind, effect.subject, effect.generation)


def _to_item(effect: Effect) -> Item:
    causes: list[Plain] = [shapes.to_row(cause) for cause in effect.causes]
    return {"fence": effect.fence} | without_blanks(
        {
            "state": effect.state.value,
            "body": _to_json(effect.body),
            "rule": effect.rule,
            "sentence": effect.sentence,
            "causes": causes,
            "sends": effect.possible_sends,
            "lease": keys.maybe_time_text(effect.lease_until),
            "planned": keys.maybe_time_text(effect.planned_at),
            "settled": keys.maybe_time_text(effect.settled_at),
            "remote": effect.remote_id,
            "adopted": effect.adopted,
            "code": effect.refusal_code,
            "refusal": effect.refusal,
            "fix": effect.fix,
            "result": _to_json(effect.result),
        }
    )


def _to_effect(tenant: str, subject: Ref, key: Key, item: Item) -> Effect:
    kind, generation = keys.kind_and_generation_of(key)
    return Effect(
        tenant=tenant,
        kind=kind,
        subject=subject,
        generation=generation,
        body=_from_json(text(item, "body")),
        rule=text(item, "rule"),
        sentence=text(item, "sentence"),
        causes=tuple(shapes.from_row(cause) for cause in rows(item, "causes")),
        state=EffectState(text(item, "state")),
        fence=whole(item, "fence"),
        possible_sends=whole(item, "sends"),
        lease_until=keys.read_maybe_time(text(item, "lease")),
        planned_at=keys.read_maybe_time(text(item, "planned")),
        settled_at=keys.read_maybe_time(text(item, "settled")),
        remote_id=text(item, "remote"),
        adopted=bool(item.get("adopted", False)),
        refusal_code=text(item, "code"),
        refusal=text(item, "refusal"),
        fix=text(item, "fix"),
        result=_from_json(text(item, "result")),
    )


def _to_json(body: Mapping[str, Json]) -> str:
    return json.dumps(dict(body), separators=(",", ":"), sort_keys=True) if body else ""


def _from_json(body: str) -> dict[str, Json]:
    return json.loads(body) if body else {}

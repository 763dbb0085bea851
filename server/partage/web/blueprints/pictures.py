"""Pictures of the whole, each with its words: the flows as data, the timeline, the disputes."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, json

from partage.resources.flow_map import Flow, Partner, narrowed, partners
from partage.resources.rows import Value
from partage.web import language
from partage.web.representation import represent
from partage.web.site import site
from partage.web.validators import tag_of_bytes, validate
from partage.web.wishes import wishes

blueprint = Blueprint("pictures", __name__)


@blueprint.get("/flows.json")
def flows() -> Response:
    """Tell the data flows by partner, as the picture of the home page draws them."""
    _require_ours()
    found = site().flow_map(language.reader())
    chosen = narrowed(found.flows, wishes(found.choices)[1])
    told = {
        "operator": _named(found.operator) if found.operator else None,
        "flows": len(chosen),
        "partners": [_partner(partner) for partner in partners(chosen)],
    }
    body = json.dumps(told).encode()
    response = validate(
        represent(body, "application/json"), tag_of_bytes(body), site().known.issued
    )
    response.vary.add("Accept-Language")
    return response


def _require_ours() -> None:
    if not site().of_partage:
        abort(404, "This dataset holds no claims about data flows, so there is no picture of them.")


def _partner(partner: Partner) -> dict[str, object]:
    return {
        **_named(partner.partner),
        "direction": partner.direction,
        "claims": partner.claims,
        "private": partner.private,
        "disputed": partner.disputed,
        "reciprocal": partner.reciprocal,
        "flows": [_flow(flow) for flow in partner.flows],
    }


def _flow(flow: Flow) -> dict[str, object]:
    return {
        **_named(flow.flow),
        "categories": _texts(flow.categories),
        "purposes": _texts(flow.purposes),
        "statuses": _texts(flow.statuses),
        "claims": flow.claims,
        "speakers": _texts(flow.speakers),
        "disputers": _texts(flow.disputers),
        "private": flow.private,
        "reciprocal": flow.reciprocal,
    }


def _named(value: Value) -> dict[str, str | None]:
    return {"iri": value.name, "name": value.text, "href": value.href and language.address(value.href)}


def _texts(values: Sequence[Value]) -> list[str]:
    return [value.text for value in values]

"""Pictures of the whole, each with its words: the flows as data, the timeline, the disputes."""

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, Response, abort, json, render_template
from flask_babel import gettext as _

from partage.resources.browse.facets import narrowed
from partage.resources.pages.term_texts import TermText
from partage.resources.pictures.disputes import Dispute, quarrels, rebuttals, speakers
from partage.resources.pictures.flow_map import Flow, FlowPartner, partners
from partage.resources.pictures.timeline import Event, by_party, by_year
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.dates import period
from partage.web.http.negotiation import HTML
from partage.web.http.representation import respond
from partage.web.views.pictures.choices import requested_choices
from partage.web.views.template_fragments import fragment

MOST_LANES = 20

blueprint = Blueprint("pictures", __name__, template_folder="templates")


@blueprint.get("/flows.json")
def flows() -> Response:
    """Tell the data flows by partner, as the picture of the home page draws them."""
    _require_partage()
    found = served_dataset().flow_map(language.reader_languages())
    chosen = narrowed(found.flows, requested_choices(found.choices)[1])
    document = {
        "operator": _named_json(found.operator) if found.operator else None,
        "flows": len(chosen),
        "partners": [_partner(partner) for partner in partners(chosen)],
    }
    body = json.dumps(document).encode()
    response = respond(body, "application/json", modified=served_dataset().metadata.issued)
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/timeline")
def timeline() -> Response:
    """Tell what happened when: sources published, states of access, what authorities did."""
    _require_partage()
    found = served_dataset().timeline(language.reader_languages())
    keys, values = requested_choices(found.choices)

    def context() -> dict[str, object]:
        events = narrowed(found.events, values)
        return {
            "chosen": keys,
            "choices": found.choices,
            "kinds": event_kinds(),
            "years": by_year(events),
            "events": events,
            "drawn": _timeline_drawn(events),
            "period": period,
        }

    return _page("timeline.html", fragment("timeline_shown.html", context, keys))


@blueprint.get("/disputes")
def disputes() -> Response:
    """Tell who disputes whose claims."""
    _require_partage()
    found = served_dataset().dispute_map(language.reader_languages())
    keys, values = requested_choices(found.choices)

    def context() -> dict[str, object]:
        chosen = narrowed(found.disputes, values)
        return {
            "chosen": keys,
            "choices": found.choices,
            "disputes": chosen,
            "quarrels": quarrels(chosen),
            "rebuttals": rebuttals(chosen),
            "drawn": _disputes_drawn(chosen),
        }

    return _page("disputes.html", fragment("disputes_shown.html", context, keys))


def event_kinds() -> dict[str, str]:
    """Return the kinds of events in the reader's words."""
    return {
        "source": _("source published"),
        "access": _("state of an agreement or a flow"),
        "action": _("act of an authority or a court"),
        "matter": _("other matter reported"),
    }


def _page(template: str, shown: str) -> Response:
    body = render_template(template, shown=shown).encode()
    return respond(body, HTML, modified=served_dataset().metadata.issued)


def _timeline_drawn(events: Sequence[Event]) -> dict[str, object]:
    """Return what the picture of the timeline draws: sources by month, dated states by party."""
    sources = Counter(
        event.when.first[:7] for event in events if event.kind == "source" and event.when.month
    )
    states = [event for event in events if event.kind != "source"]
    acts = [event for event in states if event.kind == "action"]
    lanes = [_lane(event_kinds()["action"], None, acts)] if acts else []
    lanes += [
        _lane(party.text, party.href, members)
        for party, members in by_party(states, MOST_LANES).items()
    ]
    return {"sources": sorted(sources.items()), "lanes": lanes}


def _lane(name: str, href: str | None, events: Sequence[Event]) -> dict[str, object]:
    return {
        "name": name,
        "href": href and language.address(href),
        "events": [_event_drawn(event) for event in events],
    }


def _event_drawn(event: Event) -> dict[str, object]:
    return {
        "kind": event.kind,
        "start": event.when.first,
        "end": event.until and event.until.first,
        "asOf": event.as_of,
        "when": period(event.when, event.until),
        "state": event.state and event.state.text,
        "text": event.what.text,
        "who": ", ".join(who.text for who in event.who),
        "href": event.what.href and language.address(event.what.href),
    }


def _disputes_drawn(chosen: Sequence[Dispute]) -> dict[str, object]:
    """Return what the map draws: who takes part, and who disputes whom how often."""
    return {
        "speakers": [
            {**_named_json(who), "disputes": count} for who, count in speakers(chosen).most_common()
        ],
        "quarrels": [
            {
                "by": one.by.name,
                "of": one.of.name,
                "disputes": one.disputes,
                "logic": one.in_logic,
                "href": f"#{one.first}",
            }
            for one in quarrels(chosen)
        ],
    }


def _require_partage() -> None:
    if not served_dataset().is_partage:
        abort(
            404, _("This dataset holds no claims about data flows, so there is no picture of them.")
        )


def _partner(partner: FlowPartner) -> dict[str, object]:
    return {
        **_named_json(partner.partner),
        "direction": partner.direction,
        "claims": partner.claims,
        "private": partner.private,
        "disputed": partner.disputed,
        "reciprocal": partner.reciprocal,
        "flows": [_flow(flow) for flow in partner.flows],
    }


def _flow(flow: Flow) -> dict[str, object]:
    return {
        **_named_json(flow.flow),
        "categories": _texts(flow.categories),
        "purposes": _texts(flow.purposes),
        "statuses": _texts(flow.statuses),
        "claims": flow.claims,
        "speakers": _texts(flow.speakers),
        "disputers": _texts(flow.disputers),
        "private": flow.private,
        "reciprocal": flow.reciprocal,
    }


def _named_json(value: TermText) -> dict[str, str | None]:
    href = value.href and language.address(value.href)
    return {"iri": value.name, "name": value.text, "href": href}


def _texts(values: Sequence[TermText]) -> list[str]:
    return [value.text for value in values]

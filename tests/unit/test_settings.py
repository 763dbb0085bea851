"""Settings are read from the environment; what cannot be meant is refused with its name."""

import pytest

from partage.errors import SettingsError
from partage.settings import Settings, is_host


def test_without_an_environment_there_is_no_budget_no_proxy_and_no_origin() -> None:
    settings = Settings.from_environment({})
    assert (settings.client_seconds, settings.trusted_proxies, settings.origin) == (0, 0, "")


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:8000", "https://partage.example", "https://[2001:db8::1]:8443"],
)
def test_an_origin_is_scheme_and_host(origin: str) -> None:
    assert Settings.from_environment({"PARTAGE_ORIGIN": origin}).origin == origin


@pytest.mark.parametrize(
    "origin",
    [
        "partage.example",
        "https://partage.example/",
        "https://partage.example/sparql",
        "ftp://partage.example",
        "https://",
        "https://user@partage.example",
        "https://partage.example:70000",
    ],
)
def test_anything_else_as_an_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match=r"PARTAGE_ORIGIN is '.*': give http://"):
        Settings.from_environment({"PARTAGE_ORIGIN": origin})


@pytest.mark.parametrize("name", ["PARTAGE_CLIENT_SECONDS", "PARTAGE_TRUSTED_PROXIES"])
def test_a_count_below_nothing_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is -1: out of range"):
        Settings.from_environment({name: "-1"})
    Settings.from_environment({name: "0"})


@pytest.mark.parametrize(
    ("text", "meant"),
    [("partage.example", True), ("a:65535", True), ("a:65536", False), ("", False), ("a\n", False)],
)
def test_a_host_may_have_a_port(text: str, *, meant: bool) -> None:
    assert is_host(text) is meant


@pytest.mark.parametrize(
    "contact", ["mailto:editors@partage.example", "https://partage.example/contact?to=editors"]
)
def test_a_contact_is_an_address(contact: str) -> None:
    assert Settings.from_environment({"PARTAGE_CONTACT": contact}).contact == contact


@pytest.mark.parametrize(
    "contact",
    ["editors@partage.example", "mailto:editors", "javascript:alert(1)", "https://a b", "https://",
     'https://x/"><b>', "mailto:a@b\n"],
)  # fmt: skip
def test_what_nobody_can_be_reached_at_is_no_contact(contact: str) -> None:
    with pytest.raises(SettingsError, match="PARTAGE_CONTACT is"):
        Settings.from_environment({"PARTAGE_CONTACT": contact})

"""
Settings: one frozen value, made once at the rim and passed on.

Each field is read from `PARTAGE_<NAME>`; a command-line flag overrides it. Nothing else in the
package reads the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Self

from partage.errors import SettingsError

PREFIX = "PARTAGE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose; `metadata["help"]` is the one-line explanation."""

    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(default=8000, metadata={"help": "Port to listen on, 1 to 65535."})
    workers: int = field(default=2, metadata={"help": "Server processes."})
    release: Path = field(
        default=Path("out/release"), metadata={"help": "Directory of the built release."}
    )
    max_body: int = field(default=1_000_000, metadata={"help": "Largest request body, in bytes."})

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """
        Read the settings that `environ` names; the others keep their defaults.

        Raises
        ------
        SettingsError
            A value has the wrong type or is out of range.
        """
        given: dict[str, str | int | Path] = {}
        for setting in fields(cls):
            name = PREFIX + setting.name.upper()
            if name in environ:
                given[setting.name] = _cast(name, environ[name], type(setting.default))
        settings = cls(**given)  # type: ignore[arg-type]  # _cast gives each field its own type
        for name in ("port", "workers", "max_body"):
            value = getattr(settings, name)
            if not 0 < value < (65536 if name == "port" else 2**40):
                raise SettingsError(f"{PREFIX}{name.upper()} is {value}: out of range.")
        return settings

    def override(self, *, host: str | None = None, port: int | None = None) -> Self:
        """Return the settings with what the command line chose."""
        return replace(self, host=host or self.host, port=port or self.port)


def _cast(name: str, text: str, kind: type) -> str | int | Path:
    try:
        return kind(text)  # type: ignore[no-any-return]
    except ValueError as error:
        raise SettingsError(f"{name} is {text!r}: give a {kind.__name__}.") from error

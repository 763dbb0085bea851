"""What a reader wants to see of a picture and its table: choices in the address, by form fields."""

from collections.abc import Mapping, Sequence

from flask import request

from partage.errors import ProtocolError
from partage.resources.browse.facets import PictureChoice

LONGEST_SHOWN = 60


def requested_choices(
    choices: Mapping[str, Sequence[PictureChoice]],
) -> tuple[dict[str, str], dict[str, str]]:
    """
    Return the keys that the address chooses, by field, and the values that they mean.

    Raises
    ------
    ProtocolError
        The address chooses what there is not.
    """
    keys = {field: request.args[field] for field in choices if request.args.get(field)}
    values = {}
    for field, key in keys.items():
        meant = next((choice.value for choice in choices[field] if choice.key == key), None)
        if meant is None:
            raise ProtocolError(
                "%(field)s=%(key)s is nothing that %(path)s can be narrowed to. "
                "Choose from its form, or leave it out.",
                field=field,
                key=key[:LONGEST_SHOWN],
                path=request.path,
            )
        values[field] = meant
    return keys, values

"""How the example queries find their answers, and what their answers mean, in readers' words."""

from types import MappingProxyType

from flask_babel import lazy_gettext as _

EXPLANATIONS = MappingProxyType({"01": _("x")})

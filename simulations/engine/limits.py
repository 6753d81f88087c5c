"""What a setting's type says beside its type: AWS's name, one sentence of help, its unit, its limits.

A settings struct annotates each field with `setting(...)`; form, link, validation and docs are made from that.
"""

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field.

    `field` is the path in the scenario (`settings.batch_size`), `code` AWS's exception name where AWS has one.
    """

    field: str
    code: str
    message: str


INVALID = "InvalidParameterValueException"  # Lambda's word for a value or combination it refuses
VALIDATION = "ValidationException"  # AWS's word for a value outside the API model's limits
UNKNOWN = "ParamValidationError"  # the SDK's word for a parameter that does not exist


def setting(
    title: str,
    sentence: str,
    *,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    assumed: str = "",
) -> msgspec.Meta:
    """The annotation of a settings field.

    `title` is AWS's own name; `ge` and `le` are AWS's limits. `assumed` names the rule that says that AWS documents
    nothing here and the value is ours.
    """
    return msgspec.Meta(title=title, description=sentence, ge=ge, le=le, extra={"unit": unit, "assumed": assumed})


def plain(title: str, sentence: str, *, unit: str = "", assumed: str = "") -> msgspec.Meta:
    """The annotation of a settings field that is not a number."""
    return msgspec.Meta(title=title, description=sentence, extra={"unit": unit, "assumed": assumed})

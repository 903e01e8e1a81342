"""Does `datacontenttype` say JSON? One small question of the envelope (borders.md section 3)."""

from __future__ import annotations


def is_json(media_type: str | None) -> bool:
    """Whether the subtype is `json` or ends in `+json`, in any case; parameters are fine, and so is None."""
    if media_type is None or media_type == "application/json":
        return True
    essence = media_type.split(";", 1)[0].strip().lower()
    main, _, subtype = essence.partition("/")
    return bool(main) and (subtype == "json" or subtype.endswith("+json"))

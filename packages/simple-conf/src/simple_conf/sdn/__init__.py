"""SDN, Simple Data Notation: read it, write it, edit it."""

from simple_conf.sdn.document import SdnDocument
from simple_conf.sdn.limits import Limits
from simple_conf.sdn.parser import Parsed, parse, parse_value
from simple_conf.sdn.writer import write

__all__ = ["Limits", "Parsed", "SdnDocument", "parse", "parse_value", "write"]

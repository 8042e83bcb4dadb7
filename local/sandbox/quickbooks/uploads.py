"""Attachments: every one is refused, in the vendor's way: the call succeeds, and each file's answer is a fault."""

from email import message_from_bytes
from email.message import Message

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.kinds import KINDS
from local.sandbox.quickbooks.refusals import Refusal
from local.sandbox.store import Record, load_json

_METADATA = "file_metadata_"
_CONTENT = "file_content_"


def refuse_uploads(book: Book, content_type: str, body: bytes) -> Record:
    """Answer an upload with one fault a file; a record that it names and that does not exist is named (recorded).

    Raises: Refusal 2010 for what is not a form with files.
    """
    parts = _parts(content_type, body)
    files = [name.removeprefix(_CONTENT) for name in parts if name.startswith(_CONTENT)]
    if not files:
        raise refusals.unreadable("The body is not a form with files, and")
    faults = [_fault(book, parts.get(f"{_METADATA}{number}")) for number in files]
    return {"AttachableResponse": [{"Fault": fault.fault()} for fault in faults]}


def _parts(content_type: str, body: bytes) -> dict[str, bytes]:
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts: dict[str, bytes] = {}
    for part in message.get_payload() if message.is_multipart() else []:
        if isinstance(part, Message):
            name = part.get_param("name", "", "content-disposition")
            payload = part.get_payload(decode=True)
            parts[str(name)] = payload if isinstance(payload, bytes) else b""
    return parts


def _fault(book: Book, metadata: bytes | None) -> Refusal:
    for kind, id in _linked(metadata):  # noqa: A001
        if kind not in KINDS or book.get(kind, id) is None:
            return refusals.business(
                f"The entity {kind} {id} that you are trying to link does not exist. {kind} {id}",
            )
    return refusals.business("Attachments are not taken.")


def _linked(metadata: bytes | None) -> list[tuple[str, str]]:
    try:
        described = load_json(metadata or b"{}")
        refs = [each["EntityRef"] for each in described.get("AttachableRef", [])]
        return [(str(ref["type"]), str(ref["value"])) for ref in refs]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise refusals.unreadable("The description of a file is not JSON, and") from None

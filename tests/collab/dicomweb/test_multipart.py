"""What is written as parts is read back by Python's own reader of MIME."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser

from collab.dicomweb.multipart import Multipart, Part


def test_parts_come_back_as_they_were() -> None:
    answer = Multipart("application/dicom")
    values = [b"\x00\r\n--x\xff", b"", b"last"]
    body = b"".join(answer.body(Part(content_type="application/dicom", pieces=[v[:2], v[2:]]) for v in values))
    head = f"Content-Type: {answer.content_type}\r\n\r\n".encode()
    read = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    found = [part.get_payload(decode=True) for part in read.iter_parts()]
    assert found[1:] == values[1:]
    assert read.get_param("type") == "application/dicom"

"""Reads a message from standard input as strictly as Python can, and writes what it found as JSON."""
import email, email.policy, hashlib, json, sys

raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.strict)


def addresses(name):
    header = message[name]
    return [[one.display_name, one.addr_spec] for one in header.addresses] if header else []


def defects(header):
    return [str(one) for one in getattr(header, "defects", [])]


def part(one):
    found = {
        "type": one.get_content_type(), "disposition": one.get_content_disposition() or "",
        "name": one.get_filename() or "", "id": one.get("Content-ID", ""),
        "defects": [str(defect) for defect in one.defects],
    }
    for name in one.keys():
        found["defects"] += defects(one[name])
    if one.is_multipart():
        found["parts"] = [part(inner) for inner in one.iter_parts()]
    else:
        content = one.get_payload(decode=True)
        found["sum"] = hashlib.sha256(content).hexdigest()
        if one.get_content_maintype() == "text" and not found["disposition"]:
            found["text"] = content.decode("utf-8")
    return found


json.dump({
    "subject": message["Subject"], "from": addresses("From"), "to": addresses("To"), "reply_to": addresses("Reply-To"),
    "date": message["Date"].datetime.isoformat(), "id": message["Message-ID"],
    "references": message.get("References", ""), "in_reply_to": message.get("In-Reply-To", ""),
    "headers": sorted(name.lower() for name in message.keys()), "content": part(message),
}, sys.stdout)

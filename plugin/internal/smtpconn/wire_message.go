package smtpconn

import "fmt"

// sendChunk sends what was held back with a message as the only chunk (RFC 3030 section 2), which lastByte is asked
// for. Whatever goes wrong after that leaves unknown whether the server got it.
func (w *wire) sendChunk(text []byte, lastByte func() error) error {
	if w.failure != nil {
		return w.failure
	}
	lines := w.held + fmt.Sprintf("BDAT %d LAST\r\n", len(text))
	w.holding, w.held = false, ""
	w.note(lines)
	flight := append([]byte(lines), text...)
	most := max(0, len(flight)-maxEnding)
	if most > 0 {
		if err := w.write(flight[:most]); err != nil {
			return err
		}
	}
	if err := w.askFor(lastByte); err != nil {
		return err
	}
	return maybeAccepted(w.write(flight[most:]))
}

// askFor asks whether the last byte of a message may go out.
func (w *wire) askFor(lastByte func() error) error {
	if lastByte == nil {
		return nil
	}
	if err := lastByte(); err != nil {
		return w.fail(&Error{Kind: KindCancelled, Err: err})
	}
	return nil
}

// write sends a part of a message. It is not recorded.
func (w *wire) write(part []byte) error {
	if w.failure != nil {
		return w.failure
	}
	if _, err := w.conn.Write(part); err != nil {
		return w.failWriting(err)
	}
	return nil
}

// failWriting keeps the failure of a write. A server that refuses and hangs up at once has said why before, and that
// counts: a refusal is final where a broken connection would be tried again.
func (w *wire) failWriting(err error) error {
	if kind := kindOf(err); kind != KindReset && kind != KindClosed {
		return w.fail(err)
	}
	for range len(w.asked) + 1 {
		reply, ended := w.receive()
		if ended != nil {
			return ended
		}
		if !reply.positive() {
			return w.fail(&Error{Step: stepOf[w.answered], Kind: KindRefusedByReply, Reply: &reply})
		}
	}
	return w.fail(err)
}

// stepOf names the step that a command of a group belongs to.
var stepOf = map[string]Step{"MAIL": StepSender, "RCPT": StepRecipient, "DATA": StepMessage, "BDAT": StepMessage}

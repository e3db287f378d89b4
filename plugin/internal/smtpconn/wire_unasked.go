package smtpconn

import (
	"errors"
	"net"
)

// refuseUnasked fails when the server has said something that nobody has asked for: it would be taken for the answer
// to what is sent next, and each answer after it for that to the command before. Only that the server is about to
// leave may be said at any time (421, RFC 5321 section 3.8), and is then the answer to everything.
func (w *wire) refuseUnasked() error {
	if len(w.asked) > 0 || w.reader.Buffered() == 0 {
		return nil
	}
	if w.takesLeave() {
		return nil
	}
	return w.fail(&Error{Kind: KindMalformedReply})
}

// takesLeave reports whether what has arrived says that the server is about to leave.
func (w *wire) takesLeave() bool {
	code, err := w.reader.Peek(min(3, w.reader.Buffered()))
	return err == nil && string(code) == "421"
}

// refuseAcceptedAhead fails when the server has said yes to a message of which it has not got the end: that would be
// taken for the final reply. A refusal counts whenever it comes. It looks at what has arrived, also in another record
// of TLS, and does not wait.
func (w *wire) refuseAcceptedAhead() error {
	first, err := w.glance()
	if err != nil || first[0] == '4' || first[0] == '5' {
		return nil // Whatever else the error is, the next read meets it again.
	}
	return w.fail(&Error{Kind: KindMalformedReply})
}

// glance looks at what has arrived, also in another record of TLS, and does not wait.
func (w *wire) glance() (first []byte, err error) {
	w.tcp.hasty = true
	first, err = w.reader.Peek(1)
	w.tcp.hasty = false
	return first, err
}

// refuseWaiting fails when the server has hung up, or has said something that nobody has asked for. It looks at what
// has arrived and does not wait.
func (w *wire) refuseWaiting() error {
	_, err := w.glance()
	var timeout net.Error
	switch {
	case w.failure != nil:
		return w.failure
	case err == nil && w.takesLeave():
		reply, err := w.receive()
		if err != nil {
			return err
		}
		return w.fail(&Error{Kind: KindRefusedByReply, Reply: &reply})
	case err == nil:
		return w.fail(&Error{Kind: KindMalformedReply})
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil // Nothing has arrived.
	default:
		return w.fail(err)
	}
}

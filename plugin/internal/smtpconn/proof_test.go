package smtpconn

import (
	"errors"
	"testing"
	"time"
)

// TestChunkUnproven has a server that says something unasked behind MAIL refuse BDAT as if it did not know the command,
// at once or late, or take its time with it: the yes to the recipient must not be taken for one to the message.
func TestChunkUnproven(t *testing.T) {
	for _, bdat := range []string{
		"500 5.5.2 Unknown command", "502 5.5.1 Not implemented", "503 5.5.1 Bad sequence", "555 5.5.4 LAST?", silent,
	} {
		for _, late := range []string{"", "BDAT"} {
			server := &chunkServer{answers: map[string]string{"BDAT": bdat}, late: late,
				extra: map[string]string{"MAIL": "250 2.0.0 And another thing\r\n"}}
			target := server.start(t)
			conn := server.open(t, target)
			conn.limits.Command = time.Second // Some of these come to its end.
			_, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
			var failure *Error
			if !errors.As(err, &failure) || !failure.Sent || conn.Usable(err) {
				t.Errorf("BDAT %s, late %q: %#v", bdat, late, err)
			}
			if !unchunked.needed(target.route()) {
				t.Errorf("BDAT %s, late %q: the next one would go by it", bdat, late)
			}
		}
	}
}

// TestChunkReportsItsReply shows the reply to the message at its step, also where a proof followed it.
func TestChunkReportsItsReply(t *testing.T) {
	server := &chunkServer{answers: map[string]string{"NOOP": "250 2.0.0 Nothing done"}}
	conn := server.open(t, server.start(t))
	var shown Detail
	conn.Observe(&Trace{Verbose: true, StepFinished: func(step Step, _ Result, _ time.Duration, detail Detail) {
		if step == StepMessage {
			shown = detail
		}
	}})
	if _, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil); err != nil {
		t.Fatal(err)
	}
	if answered, ok := shown.(Answered); !ok || answered.Reply.Text() != "Queued" {
		t.Errorf("the step shows %#v", shown)
	}
}

// TestChunkNotBlamedForIdling keeps to BDAT where a connection ends before anything was sent by it.
func TestChunkNotBlamedForIdling(t *testing.T) {
	server := &chunkServer{answers: map[string]string{"RCPT": "550 5.1.1 Unknown", "BDAT": "503 5.5.1 No recipients"}}
	target := server.start(t)
	conn := server.open(t, target)
	if _, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil); err == nil || !conn.Usable(err) {
		t.Fatal(err)
	}
	server.hangUpAt("NOOP")
	_, _ = conn.wire.conn.Write([]byte("NOOP\r\n"))
	awaitMore(conn)
	if _, err := conn.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil); err == nil {
		t.Fatal("it was delivered over a connection that has ended")
	}
	server.mend()
	next := server.open(t, target)
	_, err := next.Deliver(t.Context(), chunkEnvelope, []byte("x\r\n"), nil)
	if verbs, _ := server.taken(); err != nil || verbs != "MAIL RCPT BDAT" {
		t.Errorf("the next one went by %s, %v", verbs, err)
	}
}

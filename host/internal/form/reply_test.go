package form

import "testing"

// TestQueueID finds the whole name that a mail server has given the message: a part of it would find nothing there.
func TestQueueID(t *testing.T) {
	for reply, want := range map[string]string{
		"250 2.0.0 Ok: queued as 4Zb9c01kTfz9sVx":                              "4Zb9c01kTfz9sVx",
		"250 2.0.0 queued as Qx7Rep1y/4711-zk":                                 "Qx7Rep1y/4711-zk",
		"250 2.0.0 Ok: queued as AbCd+12=.":                                    "AbCd+12=",
		"250 OK id=1tKzvW-0000000BmZE-2Yp4":                                    "1tKzvW-0000000BmZE-2Yp4",
		"250 2.6.0 <a1@mail.example> [InternalId=42] Queued mail for delivery": "",
		"250 2.0.0 Message accepted: <9f3@mx.example>":                         "9f3@mx.example",
		"250 thank you": "",
	} {
		if got := newReply(reply); got.QueueID != want || got.Before+got.QueueID+got.After != reply {
			t.Errorf("of %q the queue id is %q instead of %q", reply, got.QueueID, want)
		}
	}
}

package mailserver

import "slices"

// Faults returns every fault, in the order of the steps.
func Faults() []Fault {
	return slices.Concat(
		disturbances(),
		protocolFaults(), greetingFaults(), helloFaults(),
		certificateFaults(),
		encryptionFaults(), handshakeFaults(), demandedSTARTTLSFaults(), opportunisticFaults(), largeHelloFaults(),
		credentialFaults(), loginFaults(), mechanismFaults(),
		senderFaults(), recipientFaults(), harmlessFaults(),
	)
}

// FaultNamed returns the fault of the name.
func FaultNamed(name string) (Fault, bool) {
	for _, fault := range Faults() {
		if fault.Name == name {
			return fault, true
		}
	}
	return Fault{}, false
}

// replies builds a script of one entry; most faults need no more.
func replies(key, reply string) map[string]string { return map[string]string{key: reply} }

// disturbances are the same network faults at every step.
func disturbances() []Fault {
	type place struct {
		step, key  string
		codes      map[string]string // by action
		connection bool              // the headline is that of a failed connection
		field      string
	}
	const long, odd = "reply_too_long", "malformed_reply"
	places := []place{
		{step: "greeting", key: "greeting", field: "port", connection: true, codes: map[string]string{
			actionClose: "greeting_closed", actionReset: "greeting_reset", actionHalf: "greeting_closed",
			actionSilent: "greeting_timeout", actionDrip: "greeting_timeout", actionBinary: "not_smtp",
		}},
		{step: "hello", key: "EHLO", field: "server", codes: map[string]string{
			actionClose: "hello_closed", actionReset: "hello_closed", actionHalf: "hello_closed",
			actionSilent: "hello_timeout", actionDrip: "hello_timeout", actionBinary: odd,
		}},
		{step: "auth", key: "AUTH", field: "server", codes: map[string]string{
			actionClose: "login_closed", actionReset: "login_closed", actionHalf: "login_closed",
			actionSilent: "login_timeout", actionDrip: "login_timeout", actionBinary: odd,
		}},
		{step: "sender", key: "MAIL", field: "server", codes: map[string]string{
			actionClose: "envelope_closed", actionReset: "envelope_closed", actionHalf: "envelope_closed",
			actionSilent: "envelope_timeout", actionDrip: "envelope_timeout", actionBinary: odd,
		}},
		{step: "recipient", key: "RCPT", field: "server", codes: map[string]string{
			actionClose: "envelope_closed", actionReset: "envelope_closed", actionHalf: "envelope_closed",
			actionSilent: "envelope_timeout", actionDrip: "envelope_timeout", actionBinary: odd,
		}},
	}
	says := map[string]string{
		actionClose: "closes the connection", actionReset: "tears the connection down",
		actionHalf:   "half-closes the connection",
		actionSilent: "falls silent", actionDrip: "answers one character at a time",
		actionBinary:  "answers with binary rubbish",
		actionEndless: "answers without end", actionLongLine: "answers with an endless line",
	}
	var faults []Fault
	for _, at := range places {
		for _, action := range []string{actionClose, actionReset, actionHalf, actionSilent, actionDrip, actionBinary,
			actionEndless, actionLongLine} {
			expect := Expectation{Outcome: "failed", Code: at.codes[action], Step: at.step, Field: at.field}
			switch {
			case expect.Code == "":
				expect.Code, expect.Field = long, "server"
			case at.connection:
				expect.Outcome = "connection_failed"
			}
			faults = append(faults, Fault{
				Name: at.step + "-" + action[1:], Label: "At the step " + at.step + " the server " + says[action],
				replies: replies(at.key, action), Expect: expect, Slow: action == actionSilent || action == actionDrip,
			})
		}
	}
	return faults
}
